"""A question to a cited answer. Knows nothing of screens; imports ``index`` only.

Importing this package loads neither torch nor Streamlit; the model comes with the first question.
"""
