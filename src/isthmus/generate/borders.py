"""Borders: the interfaces of routers by which another side is reached, and the stateless filters that belong there.

A router's own side is the one that most of its interfaces lead to; by longest prefix, an interface leads to the
networks that the routing table of its VRF sends there. Each interface that leads to another side gets two filters, for
what comes in and for what goes out. A filter that remembers nothing needs a term for replies too; of TCP it admits
only packets that open no connection.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from isthmus.estate import Estate
from isthmus.estate import Network as EstateNetwork
from isthmus.generate.blocks import Blocks, blocks, both, of_networks
from isthmus.generate.names import definitions
from isthmus.generate.needs import Need, Needs
from isthmus.generate.routing import behind
from isthmus.generate.rules import MADE, accept, drop, errors
from isthmus.generate.sides import Side, Sides, side_of
from isthmus.network import (
    Chain,
    Device,
    DeviceKind,
    FilterUse,
    Interface,
    Network,
    Rule,
    Verdict,
    connected,
)
from isthmus.packetset import Match


@dataclass(frozen=True, slots=True)
class Border:
    """An interface of a router that leads to other sides."""

    device: str
    interface: Interface
    inside: tuple[EstateNetwork, ...]
    """The networks that are reached by it."""
    home: Side
    name_in: str
    """The filter for what comes in."""
    name_out: str
    """The filter for what goes out."""

    @property
    def foreign(self) -> tuple[Side, ...]:
        """The sides behind it that are not the router's own."""
        return tuple(sorted({side_of(each) for each in self.inside} - {self.home}))

    @property
    def leads_home(self) -> bool:
        """Whether networks of the router's own side are behind it too."""
        return any(side_of(each) == self.home for each in self.inside)


def borders(network: Network, estate: Estate) -> tuple[Border, ...]:
    """Every border of the frame's routers, in the order of their names."""
    found: list[Border] = []
    for device in sorted(network.devices.values(), key=lambda each: each.name):
        if device.kind in (DeviceKind.ROUTER, DeviceKind.SWITCH) and device.forwards:
            vrfs = sorted({each.vrf for each in device.interfaces.values()})
            places = [place for vrf in vrfs for place in _of_vrf(device, vrf, estate)]
            taken = _taken(device, {each.interface.name for each in places})
            for each in places:
                name_in, name_out = _names(each, taken)
                found.append(replace(each, name_in=name_in, name_out=name_out))
    return tuple(found)


def _of_vrf(device: Device, vrf: str, estate: Estate) -> Iterator[Border]:
    """The borders of a VRF, without names of their filters."""
    reached = behind(device, vrf, estate)
    sides = {name: {side_of(each) for each in inside} for name, inside in reached.items()}
    every = sorted({each for some in sides.values() for each in some})
    if len(every) < 2:
        return
    home = max(every, key=lambda side: sum(side in some for some in sides.values()))
    for name in sorted(sides):
        if sides[name] - {home}:
            yield Border(device.name, device.interfaces[name], tuple(reached[name]), home, "", "")


def _plain(chain: str) -> str:
    """What a filter is called without the IP version behind its name."""
    return re.sub(r"[46]\Z", "", chain)


def _taken(device: Device, places: set[str]) -> set[str]:
    """The names of filters that stand elsewhere, or that nothing applies."""
    own = {
        _plain(use.chain)
        for name in places
        for use in (*device.interfaces[name].filters_in, *device.interfaces[name].filters_out)
    }
    elsewhere = {
        _plain(use.chain)
        for each in device.interfaces.values()
        for use in (*each.filters_in, *each.filters_out)
        if each.name not in places
    }
    return elsewhere | ({_plain(name) for name in device.chains} - own)


def _names(border: Border, taken: set[str]) -> tuple[str, str]:
    """What the filters in and out are called: as today where they are no other's, else after the interface."""
    interface = border.interface
    today = [[_plain(use.chain) for use in uses] for uses in (interface.filters_in, interface.filters_out)]
    after = f"isthmus-{re.sub('[^A-Za-z0-9]+', '-', interface.name).strip('-')}"
    found: list[str] = []
    for names, direction in zip(today, ("in", "out"), strict=True):
        partners = [f"{each.removesuffix('-in')}-out" for each in today[0] if each.endswith("-in")]
        wanted = [*names, *(partners if direction == "out" else ()), f"{after}-{direction}"]
        numbered = (f"{after}-{direction}-{number}" for number in range(2, len(taken) + 3))
        usable = (each for each in (*wanted, *numbered) if re.fullmatch(r"[A-Za-z0-9_-]+", each) and each not in taken)
        found.append(next(usable))
        taken.add(found[-1])
    return found[0], found[1]


def border_filters(border: Border, needs: Needs, sides: Sides) -> tuple[Chain, Chain]:
    """What comes in by a border, and what goes out: two chains for both IP versions, which discard the rest."""
    writer = _Filter(border, needs, sides)
    inward = Chain(border.name_in, tuple(writer.rules(outward=False)), MADE, Verdict.DROP)
    outward = Chain(border.name_out, tuple(writer.rules(outward=True)), MADE, Verdict.DROP)
    return inward, outward


@dataclass(frozen=True, slots=True)
class _Filter:
    border: Border
    needs: Needs
    sides: Sides

    def rules(self, *, outward: bool) -> Iterator[Rule]:
        """The terms of one direction, each declared flow first."""
        yield from self._upkeep()
        for need in self.needs.flows:
            yield from self._flow(need, outward=outward)
        for side in self.border.foreign:
            mine, others = self._inside(side), self.sides.beyond(side)
            match = Match(others, mine) if outward else Match(mine, others)
            yield drop(f"undeclared-{_slug(side)}", match)
        yield from self._rest(outward=outward)

    def _upkeep(self) -> Iterator[Rule]:
        """What a link itself lives on: its two ends, and errors that tell senders of lost packets."""
        ends = blocks(connected(self.border.interface))
        if ends:
            yield accept("neighbours", "the two ends of the link, routing included", Match(ends, ends))
        yield from errors()

    def _flow(self, need: Need, *, outward: bool) -> Iterator[Rule]:
        name = f"{need.crossing}-{need.endpoint}"
        for side in self.border.foreign:
            mine, others = self._inside(side), self.sides.beyond(side)
            clients, services = (others, mine) if outward else (mine, others)
            source, to = both(need.seen, clients), both(need.to, services)
            if source and to:
                yield accept(name, need.says, need.request(source, to))
            answered, answering = both(need.seen, services), both(need.to, clients)
            if answered and answering:
                yield accept(f"{name}-replies", need.says, need.reply(answered, answering))

    def _inside(self, side: Side) -> Blocks:
        """The addresses of a side that are reached by this border."""
        networks = [each for each in self.border.inside if side_of(each) == side]
        return of_networks(networks, self.sides.estate.networks.values())

    def _rest(self, *, outward: bool) -> Iterator[Rule]:
        """What is no matter of the realms: the internet and the public networks here; everything, beside home."""
        if self.border.leads_home:
            yield accept("rest", "inside one side, and the internet", Match())
            return
        public = self.sides.public(self.border.inside)
        if public:
            match = Match(destination=public) if outward else Match(public)
            yield accept("internet", "public addresses and the internet", match)


def _slug(side: Side) -> str:
    return f"{side.realm}-management" if side.is_management else side.realm


def border_part(some: Iterable[Border], needs: Needs, sides: Sides) -> Device:
    """The filters of a router's borders, with the interfaces at which they stand."""
    every = tuple(some)
    chains = [chain for each in every for chain in border_filters(each, needs, sides)]
    interfaces = [
        replace(each.interface, filters_in=_uses(each.name_in), filters_out=_uses(each.name_out)) for each in every
    ]
    return Device(
        every[0].device,
        MADE,
        DeviceKind.ROUTER,
        chains={each.name: each for each in chains},
        definitions=definitions(chains, needs, sides.estate),
        interfaces={each.name: each for each in interfaces},
    )


def _uses(name: str) -> tuple[FilterUse, ...]:
    """A filter for both IP versions is two filters on a router."""
    return tuple(FilterUse(f"{name}{version}", MADE, frozenset({version})) for version in (4, 6))
