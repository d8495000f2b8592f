"""What a term asks of a packet, while its conditions are read; and the matches that come of it.

Two habits of Junos meet here. ``port`` and ``address`` hold for either end, which takes two matches. And a condition on
ports, ICMP types or TCP flags looks at bits in the packet without asking for the protocol: packets of protocols that
have no such field may match by chance. Not modelled are extension headers before the protocol of an IPv6 packet, and
fragments behind the first, which carry no ports: conditions that ask for those are possible matches.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product

from isthmus.diagnostics import Diagnostic
from isthmus.formats.junos.asked import Asked
from isthmus.formats.junos.codes import ANY_PROTOCOL
from isthmus.formats.junos.flags import flag_tests
from isthmus.formats.junos.prefixes import AddressList
from isthmus.formats.junos.reading import Reading
from isthmus.formats.junos.tree import Node
from isthmus.network import InterfaceTest, Unmodelled
from isthmus.packetset import Block, IcmpType, Interval, Match, joined, only
from isthmus.packetset.packets import WITH_PORTS, WITH_TYPES

Numbers = Asked[Interval]

_ENDS = ("source", "destination", "either")
_WITH_FLAGS = frozenset({6})
_NUMBERS = frozenset(range(256))


@dataclass(slots=True)
class Question:
    """The conditions of one term, of a filter for one IP version."""

    version: int
    reading: Reading
    lists: dict[str, AddressList] = field(default_factory=dict)
    """By ``source``, ``destination`` and ``either``."""
    ports: dict[str, Numbers] = field(default_factory=dict)
    """The same."""
    is_other_port: bool = False
    """Whether ``ports["either"]`` comes of ``port-except``."""
    protocols: Numbers | None = None
    types: Numbers | None = None
    codes: Numbers | None = None
    ways: int | None = None
    """TCP flags, see ``flags.py``."""
    arriving: InterfaceTest | None = None
    uses: dict[str, None] = field(default_factory=dict)
    bare: list[Node] = field(default_factory=list)
    """Conditions that look at a field without asking for the protocol."""
    doubts: list[Unmodelled] = field(default_factory=list)
    is_partly_read: bool = False
    """Whether a condition is not modelled, so that nothing matches surely."""

    def doubt(self, doubt: Unmodelled) -> None:
        """A condition is not modelled."""
        self.doubts.append(doubt)
        self.is_partly_read = True

    def answers(self) -> tuple[tuple[Match, ...], tuple[Match, ...], tuple[Unmodelled, ...]]:
        """What surely matches, what may match besides, and why."""
        hosts = {end: self._hosts(end) for end in self.lists}
        for each in (*self.ports.values(), self.protocols, self.types, self.codes):
            if each is not None:
                self.doubts += each.doubts
        stray = self._stray()
        surely = () if self.is_partly_read else tuple(self._matches(hosts, sure=True))
        if not self.doubts:
            return surely, (), ()
        perhaps = tuple(self._matches(hosts, sure=False)) if self._differs(hosts) else ()
        perhaps += tuple(self._stray_matches(hosts, stray))
        return surely, perhaps, tuple(dict.fromkeys(self.doubts)) if perhaps else ()

    def _hosts(self, end: str) -> Asked[Block]:
        asked = self.lists[end].asked(self.reading)
        self.doubts += asked.doubts
        return asked

    def _differs(self, hosts: dict[str, Asked[Block]]) -> bool:
        """Whether more may match than surely does, stray packets aside."""
        told = (*hosts.values(), *self.ports.values(), self.protocols, self.types, self.codes)
        return self.is_partly_read or any(each is not None and bool(each.doubts) for each in told)

    def _matches(self, hosts: dict[str, Asked[Block]], *, sure: bool) -> Iterator[Match]:
        protocols = self.protocols.side(sure=sure) if self.protocols is not None else None
        icmp = self._icmp(sure=sure)
        flags = flag_tests(self.ways) if self.ways is not None else None
        if protocols == () or icmp == () or flags == ():
            return
        for ends, ports in product(self._host_options(hosts, sure=sure), self._port_options(sure=sure)):
            yield Match(
                source=ends[0],
                destination=ends[1],
                protocols=protocols,
                source_ports=ports[0],
                destination_ports=ports[1],
                icmp=icmp,
                flags=flags,
                version=self.version,
            )

    def _host_options(
        self, hosts: dict[str, Asked[Block]], *, sure: bool
    ) -> list[tuple[tuple[Block, ...] | None, tuple[Block, ...] | None]]:
        """Source and destination, in each of the ways in which they may pass; none where nothing passes."""
        source, destination, either = (hosts[end].side(sure=sure) if end in hosts else None for end in _ENDS)
        if source == () or destination == () or either == ():
            return []
        return [(source, destination)] if either is None else [(either, None), (None, either)]

    def _port_options(self, *, sure: bool) -> list[tuple[tuple[Interval, ...] | None, tuple[Interval, ...] | None]]:
        source, destination, either = (self.ports[end].side(sure=sure) if end in self.ports else None for end in _ENDS)
        if source == () or destination == () or either == ():
            return []
        if either is None:
            return [(source, destination)]
        return [(either, either)] if self.is_other_port and sure else [(either, None), (None, either)]

    def _icmp(self, *, sure: bool) -> tuple[IcmpType, ...] | None:
        types = self.types.side(sure=sure) if self.types is not None else None
        codes = self.codes.side(sure=sure) if self.codes is not None else None
        if self.codes is None or codes is None:
            return None if types is None else tuple(IcmpType(number) for number in _each(types))
        named = range(256) if types is None else _each(types)
        return tuple(IcmpType(number, code) for number in named for code in _each(codes))

    def _stray(self) -> tuple[Interval, ...]:
        """The protocols that the term lets through and that lack a field that it looks at."""
        needs = _NUMBERS
        needs = needs & WITH_PORTS if self.ports else needs
        needs = needs & WITH_TYPES if self.types is not None or self.codes is not None else needs
        needs = needs & _WITH_FLAGS if self.ways is not None else needs
        if needs is _NUMBERS:
            return ()
        asked = self.protocols.perhaps if self.protocols is not None else None
        named = _NUMBERS if asked is None else frozenset(_each(asked))
        stray = named - needs
        if not stray:
            return ()
        where = self.bare[0]
        message = f"`{where.word}` is asked of packets that may have none"
        protocol = "tcp" if self.ports or self.ways is not None else "icmp" if self.version == 4 else "icmp6"
        word = "protocol" if self.version == 4 else "next-header"
        help_ = f"name the protocol in the same term: `{word} {protocol}`"
        self.reading.problems.append(Diagnostic(ANY_PROTOCOL, message, where.where, help_))
        self.doubts.append(self.reading.doubt(where, f"`{where.word}` looks at bits of packets of every protocol"))
        return tuple(joined(only(number) for number in stray))

    def _stray_matches(self, hosts: dict[str, Asked[Block]], stray: tuple[Interval, ...]) -> Iterator[Match]:
        if stray:
            for source, destination in self._host_options(hosts, sure=False):
                yield Match(source=source, destination=destination, protocols=stray, version=self.version)


def _each(intervals: Iterable[Interval]) -> Iterator[int]:
    for each in intervals:
        yield from range(each.first, each.last + 1)
