"""What is wrong between and inside the layers of a network, one file for each kind of finding.

A file ``NAME.py`` offers ``CODES`` and ``find(prover)``, which yields diagnostics; adding a kind is adding a file.
"""

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

from isthmus.diagnostics import Code, Diagnostic
from isthmus.prove.prover import Prover


@cache
def _kinds() -> tuple[ModuleType, ...]:
    return tuple(import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__))


def codes() -> tuple[Code, ...]:
    """Every code of a finding about layers."""
    return tuple(code for each in _kinds() for code in each.CODES)


def findings(prover: Prover) -> Iterator[Diagnostic]:
    """Everything that is found, in reading order."""
    found = [finding for each in _kinds() for finding in each.find(prover)]
    yield from sorted(found, key=Diagnostic.sort_key)
