"""What is wrong between and inside the layers of a network, one file for each kind of finding.

A file ``NAME.py`` offers ``CODES`` and ``find(prover)``, which yields diagnostics; adding a kind is adding a file.
"""

import pkgutil
from collections.abc import Collection, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.packetset import TooLargeError
from isthmus.prove.findings.declared_not_configured import not_carried
from isthmus.prove.prover import Prover
from isthmus.prove.reach.explore import TooLongError

UNTOLD = Code(
    "PRV017",
    Severity.WARNING,
    "a kind of finding could not be looked for",
    "Looking for it takes more steps or memory than a proof may take, so that nothing is known about it: neither that "
    "the network has such a finding, nor that it has none. Compare smaller parts, or tell us of the network.",
)


@cache
def _kinds() -> tuple[ModuleType, ...]:
    return tuple(import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__))


def codes() -> tuple[Code, ...]:
    """Every code of a finding about layers."""
    return (*(code for each in _kinds() for code in each.CODES), UNTOLD)


def findings(prover: Prover, only: Collection[str] = ()) -> Iterator[Diagnostic]:
    """Everything that is found, in reading order; of ``only`` some crossings, what speaks of them alone."""
    if only:
        yield from not_carried(prover, [prover.estate.crossings[each] for each in only])
        return
    found = [finding for each in _kinds() for finding in _found(each, prover)]
    yield from sorted(found, key=Diagnostic.sort_key)


def _found(kind: ModuleType, prover: Prover) -> tuple[Diagnostic, ...]:
    """The findings of a kind, or that they could not be looked for."""
    try:
        return tuple(kind.find(prover))
    except (TooLargeError, TooLongError) as error:
        names = ", ".join(code.code for code in kind.CODES)
        help_ = f"`isthmus explain {kind.CODES[0].code}` tells what was looked for"
        return (Diagnostic(UNTOLD, f"{names} could not be looked for: {error}", Span(prover.estate.where.file), help_),)
