"""Writers of judgements: a file ``NAME.py`` with a function ``write`` is the format ``NAME``, found by its place."""
