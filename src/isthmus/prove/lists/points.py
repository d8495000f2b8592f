"""The interfaces that packets can have, as far as a chain's tests can tell them apart."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from isthmus.network import InterfaceTest

Names = tuple[str, ...]

_MOST_PAIRED = 64
_OTHER = "\0other"


def points(tests: Sequence[InterfaceTest], known: Sequence[Names] | None) -> tuple[Names, ...] | None:
    """Names of interfaces, such that packets of any interface meet the same tests as those of one of them.

    ``known`` are the names of all interfaces that there are. Where nobody tells them, every name that a test mentions
    may be one, alone or (an interface and its VRF) two together. None where those would be too many.
    """
    if known is not None:
        return tuple(dict.fromkeys(known))
    names = tuple(dict.fromkeys(_names(tests)))
    alone = ((_OTHER,), *((name,) for name in names))
    if not any(test.negated for test in tests):
        return alone
    return (*alone, *combinations(names, 2)) if len(names) <= _MOST_PAIRED else None


def _names(tests: Iterable[InterfaceTest]) -> Iterator[str]:
    for test in tests:
        for name in test.names:
            yield name[:-1] + _OTHER if name.endswith("*") else name
