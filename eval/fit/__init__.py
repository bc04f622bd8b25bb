"""Fits the small models of ``qa/models``: ``python -m eval.fit`` repeats every coefficient."""
