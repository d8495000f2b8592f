"""Readers of flow records, a file a format: adding a format is adding a file that offers ``READER``.

See :mod:`isthmus.observe.readers.reader` for what a reader is.
"""

import pkgutil
from functools import cache
from importlib import import_module

from isthmus.observe.readers.reader import (
    PEEK,
    Covered,
    FlowFile,
    Item,
    Lost,
    Quarantined,
    Reader,
    Reading,
    Skipped,
    UnreadableError,
)

__all__ = [
    "PEEK",
    "Covered",
    "FlowFile",
    "Item",
    "Lost",
    "Quarantined",
    "Reader",
    "Reading",
    "Skipped",
    "UnreadableError",
    "every_reader",
    "recognise",
]


@cache
def every_reader() -> tuple[Reader, ...]:
    """Every reader that there is, in the order of their names.

    A module of this folder without a ``READER`` is a part that readers share.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = (import_module(f"{__name__}.{name}") for name in names)
    found = (getattr(module, "READER", None) for module in modules)
    return tuple(each for each in found if isinstance(each, Reader))


def recognise(beginning: bytes) -> tuple[Reader, ...]:
    """The readers that recognise a file by its first bytes (:data:`PEEK` of them, or all that it has)."""
    return tuple(each for each in every_reader() if each.looks_like(beginning))
