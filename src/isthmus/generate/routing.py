"""Which networks of an estate lie behind which interface of a device: by longest prefix, in one VRF."""

from collections.abc import Iterable, Iterator

from isthmus.estate import Estate, IPPrefix, holds
from isthmus.estate import Network as EstateNetwork
from isthmus.network import DEFAULT_VRF, MAIN_TABLE, Device, Interface, Route, RouteKind, connected


def behind(device: Device, vrf: str, estate: Estate) -> dict[str, list[EstateNetwork]]:
    """The networks that packets leave for by each interface."""
    ways = list(ways_of(device, vrf))
    found: dict[str, list[EstateNetwork]] = {}
    for network in estate.networks.values():
        names = {name for prefix in network.prefixes for name in _leaving(prefix, ways)}
        for name in sorted(names):
            found.setdefault(name, []).append(network)
    return found


def _leaving(prefix: IPPrefix, ways: list[tuple[IPPrefix, str]]) -> Iterator[str]:
    """The interfaces for a prefix: by the longest way to all of it, and by longer ones to some of it."""
    around = [(way.prefixlen, name) for way, name in ways if holds(way, prefix)]
    longest = max((length for length, _ in around), default=0)
    yield from (name for length, name in around if length == longest > 0)
    yield from (name for way, name in ways if way.prefixlen > prefix.prefixlen and holds(prefix, way))


def ways_of(device: Device, vrf: str) -> Iterator[tuple[IPPrefix, str]]:
    """Every connected prefix and route of a VRF, with the interface that it leads to."""
    own = [each for each in device.interfaces.values() if each.vrf == vrf and each.is_up]
    for interface in own:
        yield from ((prefix, interface.name) for prefix in connected(interface))
    table = device.vrfs[vrf].table if vrf in device.vrfs else MAIN_TABLE if vrf == DEFAULT_VRF else vrf
    for route in device.tables.get(table, ()):
        yield from ((route.prefix, name) for name in _hops(route, own))


def _hops(route: Route, own: Iterable[Interface]) -> Iterator[str]:
    for hop in route.next_hops if route.kind is RouteKind.FORWARD else ():
        if hop.interface is not None:
            yield hop.interface
        elif hop.address is not None:
            version = hop.address.version
            for each in own:
                if any(prefix.version == version and hop.address in prefix for prefix in connected(each)):
                    yield each.name
