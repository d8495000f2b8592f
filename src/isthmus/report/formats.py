"""Finding a writer by the name of its format."""

from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from typing import Any

from isthmus.report.report import Report


class Format(StrEnum):
    """The formats in which a judgement can be written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    CSV = "csv"


def writer(name: Format) -> Callable[[Report], str]:
    """The writer of a format; only that format's libraries are imported."""
    module: Any = import_module(f"isthmus.report.{name.value}")
    write: Callable[[Report], str] = module.write
    return write
