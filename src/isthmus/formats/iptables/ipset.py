"""Sets of ``ipset save``: what of a packet is in one, for the directions that a rule asks for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from isthmus.diagnostics import Span
from isthmus.formats.iptables import ports_of_sets
from isthmus.formats.iptables.meet import block
from isthmus.formats.iptables.regions import Belongs, Entry, Region, regions
from isthmus.formats.iptables.ways import ANYTHING, UNKNOWN, Choice, Way, product
from isthmus.network import InterfaceTest, Unmodelled
from isthmus.packetset import Block, Interval, Match

NOWHERE = Choice(())


@dataclass(slots=True)
class IpSet:
    """One set; ``doubts`` say why some packets may or may not be in it."""

    name: str
    kind: str
    where: Span
    version: int | None
    """None: packets of both."""
    parts: tuple[str, ...]
    entries: tuple[Entry, ...] = ()
    most: tuple[int, ...] = ()
    interfaces: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    doubts: list[Unmodelled] = field(default_factory=list)
    is_changing: bool = False
    """A rule adds entries or takes them out."""
    comment: str = ""
    _regions: tuple[Region, ...] | None = None
    _choices: dict[tuple[tuple[str, ...], bool], Choice] = field(default_factory=dict)

    def regions(self) -> tuple[Region, ...]:
        """The set's space. Raises TooIntricateError."""
        if self._regions is None:
            self._regions = regions(self.entries, self.most)
        return self._regions

    def choice(self, directions: tuple[str, ...], *, negated: bool) -> Choice:
        """The packets that are in the set (``negated``: that are not). Raises TooIntricateError."""
        key = directions, negated
        if key not in self._choices:
            self._choices[key] = self._asked(directions, negated=negated)
        return self._choices[key]

    def _asked(self, directions: tuple[str, ...], *, negated: bool) -> Choice:
        if len(directions) < len(self.parts):
            return Choice(ANYTHING) if negated else NOWHERE
        if self.is_changing:
            return UNKNOWN
        surely = Belongs.NO if negated else Belongs.YES
        sure: list[Way] = []
        maybe: list[Way] = []
        for region in self.regions():
            if region.belongs is surely:
                sure += self._ways(region, directions)
            elif region.belongs is Belongs.MAYBE:
                maybe += self._ways(region, directions)
        if negated and self.version is not None:
            sure.append(Way(Match(version=10 - self.version)))
        return Choice(tuple(sure), tuple(maybe))

    def _ways(self, region: Region, directions: Sequence[str]) -> Iterator[Way]:
        ways = [Way(Match(version=self.version))]
        for part, spans, direction in zip(self.parts, region.spans, directions, strict=False):
            if spans is not None:
                choices = list(self._part(part, spans, direction))
                found = (way.met(each) for way in ways for each in choices)
                ways = [each for each in found if each is not None]
        yield from ways

    def _part(self, part: str, spans: tuple[Interval, ...], direction: str) -> Iterator[Way]:
        if part in ("ip", "net"):
            blocks = self.blocks(spans)
            yield Way(Match(source=blocks) if direction == "src" else Match(destination=blocks))
        elif part == "port":
            yield from (Way(each) for each in ports_of_sets.matches(spans, direction))
        elif part == "iface":
            test = self._interfaces(spans)
            yield Way(arriving=test) if direction == "src" else Way(leaving=test)

    def blocks(self, spans: Sequence[Interval]) -> tuple[Block, ...]:
        """The addresses with these numbers."""
        assert self.version is not None
        return tuple(block(self.version, each) for each in spans)

    def _interfaces(self, spans: Sequence[Interval]) -> InterfaceTest:
        inside = [name for place, name in enumerate(self.interfaces) if any(place in each for each in spans)]
        if spans[-1].last < len(self.interfaces):
            return InterfaceTest(tuple(inside))
        return InterfaceTest(tuple(each for each in self.interfaces if each not in inside), negated=True)


def listed(sets: Mapping[str, IpSet], members: Sequence[str], directions: tuple[str, ...], *, negated: bool) -> Choice:
    """The packets that are in one of several sets (``negated``: in none). Raises TooIntricateError."""
    choices = [sets[each].choice(directions, negated=negated) if each in sets else UNKNOWN for each in members]
    if not negated:
        return Choice(
            tuple(way for each in choices for way in each.sure), tuple(way for each in choices for way in each.maybe)
        )
    sure: tuple[Way, ...] = ANYTHING
    possible: tuple[Way, ...] = ANYTHING
    for each in choices:
        sure, possible = product(sure, each.sure), product(possible, each.sure + each.maybe)
    return Choice(sure, possible if any(each.maybe for each in choices) else ())
