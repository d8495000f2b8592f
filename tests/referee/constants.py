"""The constants of one ruleset: a few prefixes, addresses and ports, drawn so that they nest, touch and repeat.

Rules are made of them, and packets lie at their edges: that is where readings of a rule differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from random import Random

from isthmus.packetset import Address
from tests.referee.stage import own_addresses

Network = IPv4Network | IPv6Network

ROOTS = {
    4: ("10.0.0.0/9", "10.128.0.0/12", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "172.16.0.0/12"),
    6: ("2001:db8:a::/48", "2001:db8:a:1::/64", "2001:db8:b::/48", "fd00:1::/32", "2a00:1::/40"),
}
WIDTHS = {4: 32, 6: 128}
_NOT_ROUTED = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "10.255.0.0/16", "::/16", "fe80::/10",
        "ff00::/8", "fdff::/32",
    )
)  # fmt: skip
"""Where Linux has ways of its own, before any rule and outside of the model; and the stage's own prefixes."""
KNOWN_PORTS = (1, 22, 53, 80, 443, 1023, 1024, 8080, 32768, 49152, 65534, 65535, 0, 256, 255)


def is_routed(address: Address) -> bool:
    """Whether packets from and to an address are treated like any other."""
    return not any(address in each for each in _NOT_ROUTED if each.version == address.version)


@dataclass(frozen=True, slots=True)
class Constants:
    """What the rules of one case are made of."""

    prefixes: dict[int, tuple[Network, ...]]
    ports: tuple[int, ...]

    def edges(self, version: int, random: Random) -> list[Address]:
        """The addresses at the edges of the prefixes, on both sides, and one inside of each."""
        numbers: set[int] = set()
        for each in self.prefixes[version]:
            first, last = int(each.network_address), int(each.broadcast_address)
            numbers |= {first - 1, first, last, last + 1, random.randint(first, last)}
        made = [_address(version, number) for number in numbers if 0 <= number < 1 << WIDTHS[version]]
        return sorted((each for each in made if is_routed(each)), key=int)

    def port_edges(self) -> list[int]:
        """The ports, and those beside them."""
        near = {port + step for port in self.ports for step in (-1, 0, 1)}
        return sorted(each for each in near if 0 <= each <= 65535)


def own(version: int) -> Sequence[Address]:
    """The router's own addresses of a version."""
    return [each for each in own_addresses() if each.version == version]


def draw(random: Random) -> Constants:
    """Constants for one ruleset."""
    ports = {random.choice(KNOWN_PORTS) for _ in range(3)} | {random.randint(1, 65535) for _ in range(3)}
    return Constants({version: _prefixes(version, random) for version in ROOTS}, tuple(sorted(ports)))


def _prefixes(version: int, random: Random) -> tuple[Network, ...]:
    roots = random.sample(ROOTS[version], 3)
    made = [_inside(ip_network(each), random) for each in roots for _ in range(2)]
    made += [_inside(random.choice(made), random) for _ in range(2)]
    return tuple(dict.fromkeys(made))


def _inside(prefix: Network, random: Random) -> Network:
    """A prefix inside of another, now and then a single address."""
    width = WIDTHS[prefix.version]
    length = width if random.random() < 0.3 else random.randint(prefix.prefixlen, width)
    chosen = random.randint(int(prefix.network_address), int(prefix.broadcast_address))
    return ip_network((chosen >> width - length << width - length, length))


def _address(version: int, number: int) -> Address:
    return ip_address(number.to_bytes(WIDTHS[version] // 8, "big"))
