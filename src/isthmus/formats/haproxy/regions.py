"""Sets of packets as a condition of HAProxy can ask for them: source and destination, address and port.

A region is boxes, and a packet is in it where one box holds it. Unlike a list of matches it can be turned inside out,
which `unless`, `!` and "the rules before did not decide" need. Addresses of both versions lie on one line of numbers:
IPv4 first, IPv6 behind it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from ipaddress import IPv4Address, IPv6Address

from isthmus.packetset import AddressRange, Block, Interval, MaskedAddresses, Match, joined, other_numbers

MOST_BOXES = 32
"""A region of more boxes than that is not worked out: its condition counts as not decided."""

_BEHIND_IPV4 = 1 << 32
_MOST_ADDRESS = _BEHIND_IPV4 + (1 << 128) - 1
_MOST = {"source": _MOST_ADDRESS, "destination": _MOST_ADDRESS, "source_ports": 65535, "destination_ports": 65535}
_IPV4 = Interval(0, _BEHIND_IPV4 - 1)
_IPV6 = Interval(_BEHIND_IPV4, _MOST_ADDRESS)
VERSIONS = {4: _IPV4, 6: _IPV6}

Numbers = tuple[Interval, ...]
"""In ascending order, with gaps between them."""


class TooManyBoxesError(Exception):
    """The region has more boxes than are worked out."""


@dataclass(frozen=True, slots=True)
class Box:
    """Packets whose fields each lie in what is told of them; None is everything."""

    source: Numbers | None = None
    destination: Numbers | None = None
    source_ports: Numbers | None = None
    destination_ports: Numbers | None = None


Region = tuple[Box, ...]

NOTHING: Region = ()
EVERYTHING: Region = (Box(),)


def numbers(blocks: Iterable[Block]) -> Numbers:
    """Addresses as numbers. Raises ValueError for masked addresses.

    >>> from ipaddress import ip_network
    >>> numbers([ip_network("0.0.0.0/30")])
    (Interval(first=0, last=3),)
    """
    return tuple(joined(_interval(each) for each in blocks))


def _interval(block: Block) -> Interval:
    offset = 0 if block.version == 4 else _BEHIND_IPV4
    if isinstance(block, AddressRange):
        return Interval(int(block.first) + offset, int(block.last) + offset)
    if isinstance(block, MaskedAddresses):
        raise ValueError(f"`{block}` is no range of addresses")
    return Interval(int(block.network_address) + offset, int(block.broadcast_address) + offset)


def either(*regions: Region) -> Region:
    """Packets of one of the regions."""
    boxes = list(dict.fromkeys(box for region in regions for box in region))
    if len(boxes) > 1:
        for name in _MOST:
            boxes = _merged(boxes, name)
    if len(boxes) > MOST_BOXES:
        raise TooManyBoxesError
    kept: list[Box] = []
    for box in boxes:
        if not any(_holds(each, box) for each in kept):
            kept = [each for each in kept if not _holds(box, each)] + [box]
    return tuple(kept)


def _merged(boxes: list[Box], name: str) -> list[Box]:
    """Boxes that differ in one field as one box."""
    alike: dict[Box, list[Numbers | None]] = {}
    for box in boxes:
        alike.setdefault(replace(box, **{name: None}), []).append(getattr(box, name))
    return [
        each if any(within is None for within in told) else replace(each, **{name: _joined(told)})
        for each, told in alike.items()
    ]


def _joined(told: list[Numbers | None]) -> Numbers:
    return tuple(joined(each for within in told for each in within or ()))


def both(one: Region, other: Region) -> Region:
    """Packets of both regions."""
    if one == EVERYTHING or other == EVERYTHING:
        return other if one == EVERYTHING else one
    return either(tuple(box for mine in one for theirs in other if (box := _shared(mine, theirs))))


def rest(region: Region) -> Region:
    """Packets outside the region."""
    outside = EVERYTHING
    for box in region:
        outside = both(outside, tuple(_around(box)))
    return outside


def _around(box: Box) -> Iterator[Box]:
    """Boxes that lie apart and are all that ``box`` is not."""
    inside = Box()
    for name, most in _MOST.items():
        within = getattr(box, name)
        if within is not None:
            yield replace(inside, **{name: other_numbers(within, most)})
            inside = replace(inside, **{name: within})


def _holds(one: Box, other: Box) -> bool:
    """Whether the first box holds the whole of the other."""
    for each in fields(Box):
        mine, theirs = getattr(one, each.name), getattr(other, each.name)
        if mine is not None and (theirs is None or _meet(mine, theirs) != theirs):
            return False
    return True


def _shared(one: Box, other: Box) -> Box | None:
    told: dict[str, Numbers | None] = {}
    for each in fields(Box):
        mine, theirs = getattr(one, each.name), getattr(other, each.name)
        told[each.name] = theirs if mine is None else mine if theirs is None else _meet(mine, theirs)
        if told[each.name] == ():
            return None
    box = Box(**told)
    return box if any(_has(box, version) for version in VERSIONS) else None


def _has(box: Box, version: int) -> bool:
    """Whether a packet of this IP version can be in the box."""
    ends = (end for end in (box.source, box.destination) if end is not None)
    return all(_meet(end, (VERSIONS[version],)) for end in ends)


def _meet(one: Numbers, other: Numbers) -> Numbers:
    found, mine, theirs = [], 0, 0
    while mine < len(one) and theirs < len(other):
        first, last = max(one[mine].first, other[theirs].first), min(one[mine].last, other[theirs].last)
        if first <= last:
            found.append(Interval(first, last))
        if one[mine].last < other[theirs].last:
            mine += 1
        else:
            theirs += 1
    return tuple(found)


def matches(region: Region, versions: Iterable[int]) -> tuple[Match, ...]:
    """The region as matches, of packets of these IP versions.

    >>> [str(each) for each in matches(rest((Box(destination_ports=(Interval(80, 80),)),)), (4, 6))]
    ['any protocol from any to any port 0-79, 81-65535']
    """
    wanted = tuple(joined(VERSIONS[version] for version in versions))
    return tuple(_match(box, wanted) for box in region if any(_has(box, version) for version in versions))


def _match(box: Box, wanted: Numbers) -> Match:
    return Match(
        source=_blocks(box.source, wanted),
        destination=_blocks(box.destination, wanted),
        source_ports=box.source_ports,
        destination_ports=box.destination_ports,
    )


def _blocks(within: Numbers | None, wanted: Numbers) -> tuple[Block, ...] | None:
    """Addresses as blocks; None where they are all that is wanted."""
    if within is None or _meet(within, wanted) == wanted:
        return None
    return tuple(_block(each) for version in VERSIONS.values() for each in _meet(_meet(within, wanted), (version,)))


def _block(each: Interval) -> Block:
    if each.last < _BEHIND_IPV4:
        run = AddressRange(IPv4Address(each.first), IPv4Address(each.last))
    else:
        run = AddressRange(IPv6Address(each.first - _BEHIND_IPV4), IPv6Address(each.last - _BEHIND_IPV4))
    prefixes = run.prefixes()
    first = next(prefixes)
    return run if next(prefixes, None) else first
