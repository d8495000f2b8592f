"""What each match asks for as plain intervals of numbers: the form in which thousands of rules are compared at once.

Addresses of both IP versions lie on one line: those of IPv4 at their numbers, those of IPv6 above, as ranks among the
places where some block of the list begins or ends. ICMP types and codes take the place of destination ports, as they
do in sets of packets.
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from isthmus.packetset import AddressRange, Block, Bounds, FlagTest, IcmpType, MaskedAddresses, Match, State, joined
from isthmus.packetset.addresses import WIDTHS
from isthmus.packetset.packets import WITH_PORTS, WITH_TYPES, IpProtocol
from isthmus.prove.lists.outline import Runs

EVERY_FLAG = (1 << 256) - 1
STATES = {state: 1 << place for place, state in enumerate(State)}
EVERY_STATE = (1 << len(STATES)) - 1

_EVERY_PROTOCOL = (1 << 256) - 1
_HAVING_PORTS = sum(1 << number for number in WITH_PORTS)
_HAVING_TYPES = sum(1 << number for number in WITH_TYPES)
_TCP = 1 << IpProtocol.TCP
_PORTS: Runs = ((0, 0xFFFF),)
IPV6 = 1 << 33
"""Where IPv6 begins on the line of addresses."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked of the fields that have few values: a bit for each value that passes."""

    protocols: int
    flags: int = EVERY_FLAG
    states: int = EVERY_STATE

    def covers(self, other: "Kind") -> bool:
        """Whether every packet of the other kind is of this one."""
        return not (other.protocols & ~self.protocols or other.flags & ~self.flags or other.states & ~self.states)

    def meets(self, other: "Kind") -> bool:
        """Whether some packet can be of both kinds."""
        return bool(other.protocols & self.protocols and other.flags & self.flags and other.states & self.states)


class _Side:
    """One tuple of blocks as addresses: of which IP versions, whether a mask is among them, and their intervals."""

    __slots__ = ("is_masked", "numbers", "runs", "versions")

    def __init__(self, blocks: Sequence[Block] | None) -> None:
        self.runs: tuple[Runs, Runs] = (_runs(blocks, 4), _runs(blocks, 6))
        self.versions = (1 if self.runs[0] else 0) | (2 if self.runs[1] else 0)
        self.is_masked = blocks is not None and any(type(each) is MaskedAddresses for each in blocks)
        self.numbers: dict[int, int] = {}


_VERSIONS = {None: 3, 4: 1, 6: 2}


class Boxes:
    """The matches of a list as boxes: for each the numbers of the entries that it asks for, field by field.

    ``is_rough`` tells of each whether it asks for less than lies in its intervals.
    """

    def __init__(self) -> None:
        self.sources: list[int] = []
        self.destinations: list[int] = []
        self.source_ports: list[int] = []
        self.destination_ports: list[int] = []
        self.kinds: list[int] = []
        self.is_rough: list[bool] = []
        self.port_entries: list[Runs] = [_PORTS]
        self.kind_entries: list[Kind] = []
        self._address_entries: list[tuple[Runs, Runs]] = []
        self._sides: dict[Sequence[Block] | None, _Side] = {}
        self._ports: dict[Sequence[Bounds] | None, int] = {None: 0}
        self._types: dict[Sequence[IcmpType], int] = {}
        self._kinds: dict[Hashable, int | None] = {}

    def add(self, match: Match) -> bool:
        """Add a match; false, and nothing is added, where no packet passes it."""
        source, destination = self._side(match.source), self._side(match.destination)
        versions = source.versions & destination.versions & _VERSIONS[match.version]
        kind = self._kind(match)
        if not versions or kind is None or match.source_ports == () or match.destination_ports == ():
            return False
        self.sources.append(self._addresses(source, versions))
        self.destinations.append(self._addresses(destination, versions))
        self.source_ports.append(self._port_entry(match.source_ports))
        port = self._port_entry(match.destination_ports) if match.icmp is None else self._type_entry(match.icmp)
        self.destination_ports.append(port)
        self.kinds.append(kind)
        self.is_rough.append(source.is_masked or destination.is_masked)
        return True

    def line(self) -> "Line":
        """The line of addresses, once every match is there."""
        return Line(entry[1] for entry in self._address_entries)

    def address_entries(self, line: "Line") -> list[Runs]:
        """The different addresses that are asked for, on the line."""
        return [old + line.runs(6, new) if new else old for old, new in self._address_entries]

    def _side(self, blocks: Sequence[Block] | None) -> _Side:
        side = self._sides.get(blocks)
        if side is None:
            side = self._sides[blocks] = _Side(blocks)
        return side

    def _addresses(self, side: _Side, versions: int) -> int:
        number = side.numbers.get(versions)
        if number is None:
            number = side.numbers[versions] = len(self._address_entries)
            old, new = side.runs
            self._address_entries.append((old if versions & 1 else (), new if versions & 2 else ()))
        return number

    def _port_entry(self, ports: Sequence[Bounds] | None) -> int:
        number = self._ports.get(ports)
        if number is None:
            number = self._ports[ports] = len(self.port_entries)
            self.port_entries.append(tuple((each.first, each.last) for each in joined(ports or ())))
        return number

    def _type_entry(self, types: Sequence[IcmpType]) -> int:
        number = self._types.get(types)
        if number is None:
            number = self._types[types] = len(self.port_entries)
            self.port_entries.append(_apart([(each.type << 8 | (each.code or 0), _last(each)) for each in types]))
        return number

    def _kind(self, match: Match) -> int | None:
        has_ports = match.source_ports is not None or match.destination_ports is not None
        key = (match.protocols, match.flags, match.states, has_ports, match.icmp is None, match.icmp == ())
        if key not in self._kinds:
            kind = _kind(match, has_ports=has_ports)
            self._kinds[key] = None
            if kind.protocols and kind.flags and kind.states:
                self._kinds[key] = len(self.kind_entries)
                self.kind_entries.append(kind)
        return self._kinds[key]


class Line:
    """Addresses of both IP versions on one line of numbers that fit into 64 bits.

    Only the cells between places where an IPv6 block begins or ends are told apart; so an outline of addresses meets
    a block on the line exactly where it does in truth, and lies inside where it does in truth.
    """

    def __init__(self, runs: Iterable[Runs]) -> None:
        ends = {end for each in runs for first, last in each for end in (first, last + 1)}
        self._starts = sorted({0} | ends)

    def runs(self, version: int, runs: Runs) -> Runs:
        """Where addresses of a version lie."""
        if version == 4:
            return runs
        return tuple((self._cell(first), self._cell(last)) for first, last in runs)

    def _cell(self, address: int) -> int:
        return IPV6 + bisect_right(self._starts, address) - 1


_MOST = {version: (1 << width) - 1 for version, width in WIDTHS.items()}


def _runs(blocks: Sequence[Block] | None, version: int) -> Runs:
    """The addresses of one version that are in one of the blocks; around them where a block is masked."""
    if blocks is None:
        return ((0, _MOST[version]),)
    if len(blocks) == 1:
        return (_ends(blocks[0]),) if blocks[0].version == version else ()
    return _apart([_ends(each) for each in blocks if each.version == version])


def _ends(block: Block) -> tuple[int, int]:
    if isinstance(block, IPv4Network | IPv6Network):
        first = int(block.network_address)
        return first, first | _MOST[block.version] >> block.prefixlen
    if isinstance(block, AddressRange):
        return int(block.first), int(block.last)
    return block.value, block.value | _MOST[block.version] & ~block.mask


def _apart(runs: list[tuple[int, int]]) -> Runs:
    """The runs in ascending order, joined where they touch."""
    apart: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if apart and first <= apart[-1][1] + 1:
            apart[-1] = (apart[-1][0], max(apart[-1][1], last))
        else:
            apart.append((first, last))
    return tuple(apart)


def _last(kind: IcmpType) -> int:
    return kind.type << 8 | (255 if kind.code is None else kind.code)


def _kind(match: Match, *, has_ports: bool) -> Kind:
    protocols = _EVERY_PROTOCOL
    if match.protocols is not None:
        protocols = 0
        for each in match.protocols:
            protocols |= (2 << each.last) - (1 << each.first)
    if has_ports:
        protocols &= _HAVING_PORTS
    if match.icmp is not None:
        protocols &= _HAVING_TYPES if match.icmp else 0
    flags = EVERY_FLAG
    if match.flags is not None:
        protocols &= _TCP
        flags = _passing(match.flags)
    states = EVERY_STATE if match.states is None else sum(STATES[each] for each in set(match.states))
    return Kind(protocols, flags, states)


def _passing(tests: Sequence[FlagTest]) -> int:
    """A bit for each set of TCP flags that passes one of the tests."""
    return sum(1 << flags for flags in range(256) if any(flags & each.mask == each.value for each in tests))
