"""Addresses of one end of a term, from the lists that it names: which it surely means, and which at most."""

from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.formats.aerleon.addresses import longest_match, outside_of, wider
from isthmus.formats.aerleon.conditions import Extent
from isthmus.formats.aerleon.shapes import Kind
from isthmus.packetset import Block, Prefix


@dataclass(frozen=True, slots=True)
class Known:
    """Prefixes of one IP version that some names are known to stand for; more where there are gaps."""

    kind: Kind
    names: tuple[str, ...]
    prefixes: tuple[Prefix, ...]
    has_gaps: bool

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for equal lists; the prefixes follow from the names."""
        return (self.kind, self.names, self.has_gaps)


@dataclass(frozen=True, slots=True)
class End:
    """One end of a term: ``extent`` is None where Aerleon finds no address left and leaves the term out.

    ``wider`` is an excluded prefix that holds an included one and more: what is rendered depends on how Aerleon puts
    prefixes together.
    """

    extent: Extent[Block] | None
    wider: Prefix | None = None


def end_of(tokens: Known | None, excluded: Known | None, lists: Known | None, excepted: Known | None) -> End:
    """What tokens without the excluded ones, and prefix lists without the excepted ones, mean together."""
    if tokens is not None and excluded is not None:
        found = wider(tokens.prefixes, excluded.prefixes)
        if found is not None:
            return End(_between(tokens, excluded), found)
    if tokens is not None and is_nothing(tokens, excluded):
        return End(None)
    named = [each for each in (tokens, lists) if each is not None]
    outside = [each for each in (excluded, excepted) if each is not None]
    if not named and not outside:
        return End(Extent())
    return End(_longest(named, outside))


def is_nothing(known: Known, excluded: Known | None = None) -> bool:
    """Whether Aerleon finds no prefix left: it strikes out those that are excluded exactly."""
    gone = excluded.prefixes if excluded is not None else ()
    return not known.has_gaps and not (set(known.prefixes) - set(gone) if gone else known.prefixes)


def _longest(named: Sequence[Known], outside: Sequence[Known]) -> Extent[Block]:
    """What a router makes of it: the longest prefix decides."""
    blocks = longest_match(_prefixes(named), _prefixes(outside))
    surely = () if any(each.has_gaps for each in outside) else blocks
    return Extent(surely, None if any(each.has_gaps for each in named) else blocks)


def _prefixes(lists: Sequence[Known]) -> tuple[Prefix, ...]:
    if len(lists) == 1:
        return lists[0].prefixes
    return tuple(dict.fromkeys(prefix for each in lists for prefix in each.prefixes))


def _between(named: Known, outside: Known) -> Extent[Block]:
    """At least what nothing excludes, at most everything."""
    rest = outside_of(named.prefixes, outside.prefixes)
    return Extent(() if outside.has_gaps else rest, None if named.has_gaps else named.prefixes)
