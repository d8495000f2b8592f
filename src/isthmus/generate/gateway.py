"""The gateway of the virtual networks: what it translates, what it does not, and what it forwards.

A gateway is a Linux device of the frame that forwards and translates sources to an address of a network of role
nat-egress. Its ruleset is the table that does so today; other tables stay as they are. Forwarding is judged packet by
packet, for requests and replies alike, because a pair of gateways may see the two halves of a connection each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isthmus.estate import Estate, IPPrefix
from isthmus.estate import Network as EstateNetwork
from isthmus.generate.blocks import Blocks, both, hosts, of_networks, without
from isthmus.generate.needs import Need, Needs, Role, beside
from isthmus.generate.routing import behind, ways_of
from isthmus.generate.rules import MADE, accept, drop, errors
from isthmus.generate.sides import Side, Sides, side_of
from isthmus.network import (
    Chain,
    Changes,
    Device,
    DeviceKind,
    Hook,
    HookPoint,
    InterfaceTest,
    Masquerade,
    Network,
    Rule,
    Translate,
    Verdict,
)
from isthmus.packetset import Match, Rewrite


@dataclass(frozen=True, slots=True)
class Gateway:
    """An egress gateway: the networks behind it, the address that stands for them, its interfaces."""

    device: str
    table: str
    """The table that it owns, as nftables names tables: ``inet cloudgw``."""
    egress: EstateNetwork
    inner: tuple[str, ...]
    outer: tuple[str, ...]

    @property
    def side(self) -> Side:
        """The side that it is the edge of."""
        return side_of(self.egress)


def gateways(frame: Network, estate: Estate) -> tuple[Gateway, ...]:
    """Every gateway of the frame, in the order of their names."""
    found = (_gateway(each, estate) for each in sorted(frame.devices.values(), key=lambda each: each.name))
    return tuple(each for each in found if each is not None)


def egress_elsewhere(frame: Network, estate: Estate) -> tuple[EstateNetwork, ...]:
    """The egress addresses that no gateway of the frame translates to."""
    known = {each.egress.id for each in gateways(frame, estate)}
    return tuple(each for each in estate.networks.values() if each.role == Role.EGRESS and each.id not in known)


def _gateway(device: Device, estate: Estate) -> Gateway | None:
    if device.kind is not DeviceKind.LINUX or not device.forwards:
        return None
    for egress in estate.networks.values():
        hook = next((each for each in device.hooks if _translates_to(device, each, egress)), None)
        if egress.role != Role.EGRESS or hook is None:
            continue
        instances = {each.id for each in beside(estate, egress, Role.INSTANCES)}
        for vrf in sorted({each.vrf for each in device.interfaces.values()}):
            reached = behind(device, vrf, estate)
            inner = [name for name, inside in reached.items() if any(each.id in instances for each in inside)]
            outer = [name for prefix, name in ways_of(device, vrf) if prefix.prefixlen == 0 and name not in inner]
            if inner and outer:
                words = hook.chain.split()
                table = " ".join(words[:2]) if len(words) == 3 else "inet isthmus"
                return Gateway(device.name, table, egress, tuple(sorted(inner)), tuple(dict.fromkeys(outer)))
    return None


def _translates_to(device: Device, hook: Hook, egress: EstateNetwork) -> bool:
    if not hook.translates or hook.at is not HookPoint.POSTROUTING:
        return False
    own = hosts(each.ip for one in device.interfaces.values() for each in one.addresses)
    for rule in device.chains[hook.chain].rules:
        if isinstance(rule.action, Masquerade) and both(own, egress.prefixes):
            return True
        target = rule.action.rewrite.source if isinstance(rule.action, Translate) else None
        if target is not None and str(target) in [str(each) for each in egress.prefixes]:
            return True
    return False


def gateway_part(gateway: Gateway, needs: Needs, estate: Estate) -> Device:
    """The table of a gateway: what is translated, and what is forwarded."""
    edge = Edge(gateway.egress, estate)
    outer = InterfaceTest(gateway.outer)
    nat, forward = f"{gateway.table} postrouting", f"{gateway.table} forward"
    legs = InterfaceTest((*gateway.inner, *gateway.outer))
    rest = Rule((Match(),), Verdict.ACCEPT, MADE, "legs", leaving=legs, comment="inside the realm, and the internet")
    chains = (
        Chain(nat, tuple(edge.translation(needs, outer)), MADE, Verdict.ACCEPT),
        Chain(forward, (*edge.forwarding(needs), rest), MADE, Verdict.DROP),
    )
    hooks = (Hook(nat, HookPoint.POSTROUTING, 100, translates=True), Hook(forward, HookPoint.FORWARD, 0))
    return Device(gateway.device, MADE, chains={each.name: each for each in chains}, hooks=hooks)


def exceptions_part(gateway: Gateway, needs: Needs, estate: Estate) -> Device:
    """The exceptions of a gateway's translation as a list of destinations knows them, each named once."""
    reasons: dict[IPPrefix, dict[str, None]] = {}
    for need, to in Edge(gateway.egress, estate).exceptions(needs):
        for each in to:
            reasons.setdefault(each, {})[need.says] = None
    rules = [
        accept(str(each), "; ".join(reasons[each]), Match(destination=(each,)))
        for each in sorted(reasons, key=lambda each: (each.version, each.network_address, each.prefixlen))
    ]
    name = f"{gateway.table} postrouting"
    chain = Chain(name, tuple(rules), MADE, Verdict.ACCEPT)
    hook = Hook(name, HookPoint.POSTROUTING, 100, translates=True)
    return Device(gateway.device, MADE, chains={name: chain}, hooks=(hook,))


@dataclass(frozen=True, slots=True)
class Edge:
    """The virtual networks of a realm at a site, behind their egress address."""

    egress: EstateNetwork
    estate: Estate

    def _of(self, networks: Iterable[EstateNetwork]) -> Blocks:
        return of_networks(networks, self.estate.networks.values())

    @property
    def instances(self) -> Blocks:
        """The addresses that are translated: IPv4, as IPv6 needs no translation."""
        own = self._of(beside(self.estate, self.egress, Role.INSTANCES))
        return tuple(each for each in own if each.version == self.egress.prefixes[0].version)

    @property
    def here(self) -> Blocks:
        """Everything behind the gateway: instances, their floating addresses, and the address that stands for them."""
        roles = (Role.INSTANCES, Role.FLOATING, Role.EGRESS)
        return self._of(each for role in roles for each in beside(self.estate, self.egress, role))

    def untranslated(self, needs: Needs) -> Iterator[tuple[Need, Blocks, Blocks]]:
        """The needs whose clients arrive by their own addresses, with sources and destinations."""
        version = self.egress.prefixes[0].version
        for need in needs.flows:
            clients = both(both(need.dialled, need.seen), self.instances)
            to = tuple(each for each in without(need.to, self.instances) if each.version == version)
            if clients and to:
                yield need, clients, to

    def exceptions(self, needs: Needs) -> Iterator[tuple[Need, Blocks]]:
        """Those that lead out of the realm, where clients should not be seen by their own addresses."""
        realm = self._of(each for each in self.estate.networks.values() if each.realm == self.egress.realm)
        for need, _, to in self.untranslated(needs):
            outside = without(to, realm)
            if outside:
                yield need, outside

    def translation(self, needs: Needs, outer: InterfaceTest) -> Iterator[Rule]:
        """What arrives by its own address, as declared; everything else gets the egress address."""
        for need, clients, to in self.untranslated(needs):
            yield accept(f"{need.crossing} {need.endpoint}", need.says, need.request(clients, to))
        rewrite = Translate(Changes.SOURCE, Rewrite(source=self.egress.prefixes[0]))
        comment = f"network {self.egress.id}"
        yield Rule((Match(self.instances),), rewrite, MADE, "egress", leaving=outer, comment=comment)

    def forwarding(self, needs: Needs) -> Iterator[Rule]:
        """Declared flows and their replies; then nothing between this realm's networks here and other sides."""
        here, beyond = self.here, Sides(self.estate).beyond(side_of(self.egress))
        yield from errors()
        for need in needs.flows:
            yield from _flow(need, here, beyond)
        yield drop("undeclared out", Match(here, beyond))
        yield drop("undeclared in", Match(beyond, here))


def _flow(need: Need, here: Blocks, beyond: Blocks) -> Iterator[Rule]:
    name = f"{need.crossing} {need.endpoint}"
    clients, services = both((*need.dialled, *need.seen), here), both(need.to, beyond)
    if clients and services:
        yield accept(name, need.says, need.request(clients, services))
        yield accept(f"{name} replies", need.says, need.reply(clients, services))
    clients, services = both(need.seen, beyond), both(need.to, here)
    if clients and services:
        yield accept(name, need.says, need.request(clients, services))
        yield accept(f"{name} replies", need.says, need.reply(clients, services))
