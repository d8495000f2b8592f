"""Which sources a device would answer by which interface: what reverse path filtering asks of its routes."""

from collections.abc import Iterable, Iterator, Sequence

from isthmus.network import Route, RouteKind
from isthmus.packetset import AddressRange, Block, Interval, joined
from isthmus.packetset.addresses import address

_WHOLE = Interval(0, (1 << 32) - 1)


def answered(routes: Sequence[Route], interface: str | None) -> tuple[Interval, ...] | None:
    """The IPv4 sources whose best route leads by the interface (None: by any); None where a route does not tell.

    >>> answered([], "eth0")
    ()
    """
    ways = {each.prefix: each for each in sorted(_ipv4(routes), key=lambda each: -each.preference)}
    if any(hop.interface is None for each in ways.values() for hop in each.next_hops):
        return None
    found = []
    for span, route in _spans(list(ways.values())):
        devices = {hop.interface for hop in route.next_hops}
        if route.kind is RouteKind.FORWARD and (interface is None or interface in devices):
            found.append(span)
    return tuple(joined(found))


def others(sources: Sequence[Interval]) -> tuple[Block, ...]:
    """The IPv4 addresses in none of the intervals."""
    rest, first = [], 0
    for each in (*sources, Interval(_WHOLE.last + 1, _WHOLE.last + 1)):
        if each.first > first:
            rest.append(AddressRange(address(4, first), address(4, each.first - 1)))
        first = each.last + 1
    return tuple(rest)


def _ipv4(routes: Iterable[Route]) -> Iterator[Route]:
    return (each for each in routes if each.prefix.version == 4 and each.kind is not RouteKind.THROW)


def _spans(routes: Sequence[Route]) -> Iterator[tuple[Interval, Route]]:
    """The addresses of each route that no longer prefix takes from it; prefixes lie inside each other or apart."""
    inside: list[Route] = []
    place = 0
    for each in sorted(routes, key=lambda route: (int(route.prefix.network_address), route.prefix.prefixlen)):
        start = int(each.prefix.network_address)
        while inside and int(inside[-1].prefix.broadcast_address) < start:
            yield from _up_to(place, int(inside[-1].prefix.broadcast_address), inside[-1])
            place = int(inside.pop().prefix.broadcast_address) + 1
        if inside:
            yield from _up_to(place, start - 1, inside[-1])
        place = start
        inside.append(each)
    while inside:
        last = int(inside[-1].prefix.broadcast_address)
        yield from _up_to(place, last, inside.pop())
        place = last + 1


def _up_to(first: int, last: int, route: Route) -> Iterator[tuple[Interval, Route]]:
    if first <= last:
        yield Interval(first, last), route
