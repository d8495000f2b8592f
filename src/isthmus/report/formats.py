"""The formats in which a judgement can be written: the files of ``report/writers/``."""

import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

from isthmus.report import writers
from isthmus.report.report import Report

TEXT = "text"
"""The format for a person at a terminal, which is the default."""


def formats() -> tuple[str, ...]:
    """The name of every format, the default first."""
    names = sorted(module.name for module in pkgutil.iter_modules(writers.__path__))
    return (TEXT, *(name for name in names if name != TEXT))


def writer(name: str) -> Callable[[Report], str]:
    """The writer of a format; only that format's libraries are imported."""
    module: Any = import_module(f"{writers.__name__}.{name}")
    write: Callable[[Report], str] = module.write
    return write
