"""Small networks, drawn at random: two to four Linux routers in a line or a ring, leaves with hosts, policy routes."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from random import Random

from isthmus.packetset import Address
from tests.referee.constants import Constants, Network
from tests.referee.drawing import draw_ruleset
from tests.referee.written import Ruleset, text_of

NAMES = ("west", "east", "tun0", "tun1", "lan0")
"""What interfaces are called: rules that are drawn ask for some of these."""


@dataclass(frozen=True, slots=True)
class Leg:
    """An interface of a router; ``other`` is the leg at the other end of a link, by router and place; None: a leaf."""

    name: str
    addresses: dict[int, str]
    """With their prefix lengths, by IP version."""
    other: tuple[int, int] | None = None

    def host(self, version: int, number: int) -> Address:
        """A host on the leaf."""
        return ip_network(self.addresses[version], strict=False)[number]


@dataclass(frozen=True, slots=True)
class Router:
    """A router: its legs, what `ip -batch` makes of its routes, and its rules."""

    name: str
    legs: tuple[Leg, ...]
    commands: tuple[str, ...]
    ruleset: Ruleset | None
    text: str


@dataclass(frozen=True, slots=True)
class Lab:
    """Routers, and what packets are made of."""

    routers: tuple[Router, ...]
    constants: Constants
    hosts: dict[int, tuple[Address, ...]]

    @property
    def translates(self) -> bool:
        """Whether any of the routers does."""
        return any(each.ruleset is not None and each.ruleset.translates for each in self.routers)


HOSTS = (4, 5, 6)
"""The hosts of a leaf, by their places in its prefix; nobody answers there, but everybody knows their addresses."""
STRANGER = 9
"""The neighbour on the first leaf to whom everything goes that is not known."""


def draw_lab(random: Random) -> Lab:
    """A network."""
    count = random.choice((2, 2, 3, 3, 4))
    legs: list[list[Leg]] = [[_leaf(at, "west")] for at in range(count)]
    links = [(at, at + 1) for at in range(count - 1)] + (
        [(count - 1, 0)] if count > 2 and random.random() < 0.4 else []
    )
    for number, (one, other) in enumerate(links):
        places = len(legs[one]), len(legs[other])
        legs[one].append(_link(number, 1, places[0], (other, places[1])))
        legs[other].append(_link(number, 2, places[1], (one, places[0])))
    made = _constants(random, legs)
    routers = []
    for at in range(count):
        rules = None if random.random() < 0.2 else draw_ruleset(random, made, translates=random.random() < 0.4)
        text = "" if rules is None else text_of(rules, logs=False).text
        routers.append(Router(f"r{at}", tuple(legs[at]), tuple(_routes(random, at, legs)), rules, text))
    hosts = {version: tuple(each[0].host(version, place) for each in legs for place in HOSTS) for version in (4, 6)}
    return Lab(tuple(routers), made, hosts)


def _leaf(at: int, name: str) -> Leg:
    return Leg(name, {4: f"10.{at + 1}.0.1/24", 6: f"2001:db8:{at + 1}::1/64"})


def _link(number: int, end: int, place: int, other: tuple[int, int]) -> Leg:
    return Leg(NAMES[place], {4: f"10.255.{number}.{end}/30", 6: f"fdff:{number}::{end}/126"}, other)


def _constants(random: Random, legs: list[list[Leg]]) -> Constants:
    """Prefixes of the leaves, parts of them, and their hosts."""
    prefixes: dict[int, tuple[Network, ...]] = {}
    for version in (4, 6):
        leaves = [ip_network(each[0].addresses[version], strict=False) for each in legs]
        hosts = [ip_network(each[0].host(version, place)) for each in legs for place in HOSTS]
        firsts = [ip_network(f"{each.network_address}/{each.max_prefixlen - 3}") for each in leaves]
        beyond = ip_network("198.51.100.0/24" if version == 4 else "2a00:1::/40")
        prefixes[version] = (*leaves, *random.sample(hosts, 3), *firsts, beyond)
    return Constants(prefixes, tuple(sorted(random.sample((22, 53, 80, 443, 1024, 8080, 65535), 5))))


def _routes(random: Random, at: int, legs: list[list[Leg]]) -> list[str]:
    """Routes to all leaves by the shortest way, now and then one that is missing or wrong; and a policy route."""
    commands = []
    way = _next_hops(at, legs)
    for version in (4, 6):
        for target in range(len(legs)):
            if target != at and random.random() > 0.06:
                prefix = ip_network(legs[target][0].addresses[version], strict=False)
                kind = "blackhole " if random.random() < 0.05 else ""
                via = "" if kind else _via(legs, legs[at][way[target]], version)
                commands.append(f"route add {kind}{prefix} {via}".strip())
        default = "0.0.0.0/0" if version == 4 else "::/0"
        if at == 0:
            stranger = legs[0][0].host(version, STRANGER)
            commands.append(f"route add {default} via {stranger}")
        else:
            commands.append(f"route add {default} {_via(legs, legs[at][way[0]], version)}")
    if random.random() < 0.6:
        commands += _policy(random, at, legs)
    return commands


def _policy(random: Random, at: int, legs: list[list[Leg]]) -> list[str]:
    """A table of its own for some packets."""
    version = random.choice((4, 6))
    leg = random.choice(legs[at][1:])
    asked = random.choice(
        (
            f"from {legs[random.randrange(len(legs))][0].host(version, random.choice(HOSTS))}",
            f"from {ip_network(legs[random.randrange(len(legs))][0].addresses[version], strict=False)}",
            f"to {legs[random.randrange(len(legs))][0].host(version, random.choice(HOSTS))}",
            f"iif {random.choice(legs[at]).name}", "fwmark 0x1", "fwmark 0x2/0x3", "ipproto tcp dport 80",
        )
    )  # fmt: skip
    family = "-6 " if version == 6 else ""
    default = "0.0.0.0/0" if version == 4 else "::/0"
    kind = f"{default} {_via(legs, leg, version)}" if random.random() < 0.8 else f"blackhole {default}"
    return [f"route add {kind} table 50", f"{family}rule add {asked} lookup 50 priority 100"]


def _via(legs: list[list[Leg]], leg: Leg, version: int) -> str:
    assert leg.other is not None
    there = legs[leg.other[0]][leg.other[1]].addresses[version].partition("/")[0]
    return f"via {there} dev {leg.name}"


def _next_hops(at: int, legs: list[list[Leg]]) -> dict[int, int]:
    """For each router the place of the leg that leads to it."""
    found: dict[int, int] = {}
    waiting = [(leg.other[0], place) for place, leg in enumerate(legs[at]) if leg.other]
    while waiting:
        router, first = waiting.pop(0)
        if router != at and router not in found:
            found[router] = first
            waiting += [(leg.other[0], first) for leg in legs[router] if leg.other]
    return found


def outside(version: int) -> tuple[Address, ...]:
    """Addresses that no leaf holds."""
    every = {4: ("198.51.100.1", "203.0.113.9", "10.77.0.1"), 6: ("2a00:1::1", "2001:db8:77::1", "fd00::9")}
    return tuple(ip_address(each) for each in every[version])
