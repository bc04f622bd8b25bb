"""The pages, in Streamlit. ``app.py`` is the entry; the rest is imported from there."""
