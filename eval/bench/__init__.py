"""Benchmarks on outside data: ``python -m eval.bench`` (``make bench``) writes docs/benchmarks.md.

Everything goes through the real code: importer, sync, assistant, evaluation run. Indexes and
vectors are kept in a work folder, so a second run embeds only what has changed.
"""
