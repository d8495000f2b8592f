"""Writers of judgements, one file each: a file ``NAME.py`` with a function ``write`` is the format ``NAME``."""

from isthmus.report.report import EXIT_CODES, WRONG_INPUT, Report

__all__ = ["EXIT_CODES", "WRONG_INPUT", "Report"]
