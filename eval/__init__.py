"""Question sets to figures: cases, metrics (pure), run, report.

The package bears the name of a builtin: write ``from eval.run import evaluate``, never
``import eval``.
"""
