"""What is told of judgements, comparisons, advice and dues; the formats of `check` are the files of ``writers/``."""

from isthmus.report.report import EXIT_CODES, WRONG_INPUT, DeviceRead, Report

__all__ = ["EXIT_CODES", "WRONG_INPUT", "DeviceRead", "Report"]
