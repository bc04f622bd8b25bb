"""Outside question sets into a folder of documents and a set in our own format.

One module per source (``squad``, ``nomiracl``, ``trec``); each reads its files into values, makes
an ``Imported`` of them, and ``write`` puts that on disk. Every place is checked against the text
that belegt will read from the written file, so an offset that is off by one never becomes gold.
"""
