"""Documents to a searchable index. Knows nothing of questions; imports none of the other packages."""
