"""A router's address translation, in the chains that Neutron's L3 agent makes (IPv4 alone; IPv6 is never translated).

Before routing, a packet to a floating address gets the fixed address, and a port forwarding its own. After routing,
what goes on inside and was not translated so stays as it is; a fixed address with a floating one shows that; where the
gateway translates, all else that leaves by it shows the gateway's address, and so does what came from inside and was
sent on to a floating address, so that its replies come back here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from isthmus.diagnostics import Span
from isthmus.network import (
    Chain,
    Changes,
    Hook,
    HookPoint,
    InterfaceTest,
    Jump,
    MarkTest,
    Redirect,
    Rule,
    SetMark,
    Translate,
    Unclear,
    Unmodelled,
    Verdict,
)
from isthmus.packetset import Interval, IpProtocol, Match, Rewrite, State, only

FROM_OUTSIDE = 0x2
"""The mark by which the agent knows packets that came in by the gateway."""

REDIRECTED = 0x10000
"""Ours, for what iptables asks connection tracking (``--ctstate DNAT``): the destination was translated here."""

_METADATA = IPv4Network("169.254.169.254/32")
_METADATA_PORT = 9697
_V4 = frozenset({4})
_ANYTHING = (Match(version=4),)


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Ports of a floating address that go to one host: ``internal`` None keeps the port."""

    protocol: int
    external: Interval
    host: IPv4Address
    internal: int | None
    where: Span


@dataclass(frozen=True, slots=True)
class Floating:
    """A floating address: of one fixed address, or of port forwardings; ``doubts`` name those not understood."""

    address: IPv4Address
    fixed: IPv4Address | None
    where: Span
    forwardings: tuple[Forwarding, ...] = ()
    doubts: tuple[Unmodelled, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A router's way out: its interface and IPv4 address, and whether what leaves shows that (``enable_snat``)."""

    interface: str
    address: IPv4Address | None
    translates: bool
    helpers: tuple[Unmodelled, ...] = ()
    """Helpers of connection tracking, which let related connections in."""


@dataclass(frozen=True, slots=True)
class Translation:
    """The chains of a router and where they hang."""

    chains: tuple[Chain, ...] = ()
    hooks: tuple[Hook, ...] = ()


def translation(where: Span, gateway: Gateway | None, floatings: Sequence[Floating]) -> Translation:
    """What a router translates."""
    before = [_metadata(where)]
    chains: list[Chain] = []
    hooks: list[Hook] = []
    if gateway is not None and gateway.address is not None:
        if inward := tuple(_inward(gateway, gateway.address, floatings)):
            chain = Chain("floating addresses", inward, where)
            before.append(Rule(_ANYTHING, Jump(chain.name), where, "to floating addresses"))
            chains.append(chain)
            hooks.append(Hook(chain.name, HookPoint.OUTPUT, -100, _V4, translates=True))
        if floatings:
            chains.append(Chain("mangle prerouting", tuple(_marks(where, gateway, floatings)), where))
            hooks.append(Hook("mangle prerouting", HookPoint.PREROUTING, -150, _V4))
        if floatings or gateway.translates:
            chains.append(Chain("nat postrouting", tuple(_outward(where, gateway, gateway.address, floatings)), where))
            hooks.append(Hook("nat postrouting", HookPoint.POSTROUTING, 100, _V4, translates=True))
    chains.append(Chain("nat prerouting", tuple(before), where))
    hooks.append(Hook("nat prerouting", HookPoint.PREROUTING, -100, _V4, translates=True))
    return Translation(tuple(chains), tuple(hooks))


def _metadata(where: Span) -> Rule:
    """Requests of instances for their metadata, which a proxy of the agent answers on the router itself."""
    asked = Match(destination=(_METADATA,), protocols=(only(IpProtocol.TCP),), destination_ports=(only(80),), version=4)
    inside = InterfaceTest(("qr-*",))
    return Rule((asked,), Redirect(only(_METADATA_PORT)), where, "neutron: metadata", arriving=inside)


def _inward(gateway: Gateway, address: IPv4Address, floatings: Sequence[Floating]) -> Iterator[Rule]:
    for each in floatings:
        if each.fixed is not None:
            action = Translate(Changes.DESTINATION, Rewrite(destination=IPv4Network(each.fixed)))
            yield Rule(_to(each), action, each.where, f"floating address {each.address}", comment=each.comment)
        for one in each.forwardings:
            port = None if one.internal is None else only(one.internal)
            action = Translate(Changes.DESTINATION, Rewrite(destination=IPv4Network(one.host), destination_port=port))
            yield Rule((_forwarded(each, one),), action, one.where, f"port forwarding of {each.address}")
        if each.doubts:
            name = f"port forwardings of {each.address} that are not known"
            yield Rule((), Unclear(), each.where, name, _to(each), each.doubts)
    if gateway.helpers:
        related = Match(destination=(IPv4Network(address),), states=(State.RELATED,), version=4)
        yield Rule((), Unclear(), gateway.helpers[0].where, "connection helpers", (related,), gateway.helpers)


def _to(each: Floating) -> tuple[Match, ...]:
    return (Match(destination=(IPv4Network(each.address),), version=4),)


def _forwarded(each: Floating, one: Forwarding) -> Match:
    return Match(
        destination=(IPv4Network(each.address),),
        protocols=(only(one.protocol),),
        destination_ports=(one.external,),
        version=4,
    )


def _marks(where: Span, gateway: Gateway, floatings: Sequence[Floating]) -> Iterator[Rule]:
    test = InterfaceTest((gateway.interface,))
    yield Rule(_ANYTHING, SetMark(FROM_OUTSIDE, 0xFFFF), where, "neutron: from outside", arriving=test)
    for each in floatings:
        matches = _to(each) if each.fixed is not None else tuple(_forwarded(each, one) for one in each.forwardings)
        if matches:
            yield Rule(
                matches, SetMark(REDIRECTED, REDIRECTED), each.where, f"destination {each.address} is translated"
            )


def _outward(where: Span, gateway: Gateway, address: IPv4Address, floatings: Sequence[Floating]) -> Iterator[Rule]:
    outside = InterfaceTest((gateway.interface,))
    elsewhere = InterfaceTest((gateway.interface,), negated=True)
    untouched = MarkTest(REDIRECTED, REDIRECTED, negated=True) if floatings else None
    yield Rule(_ANYTHING, Verdict.ACCEPT, where, "neutron: inside as it is", leaving=elsewhere, mark=untouched)
    for each in floatings:
        if each.fixed is not None:
            match = Match(source=(IPv4Network(each.fixed),), version=4)
            action = Translate(Changes.SOURCE, Rewrite(source=IPv4Network(each.address)))
            yield Rule((match,), action, each.where, f"floating address {each.address}", comment=each.comment)
    shows = Translate(Changes.SOURCE, Rewrite(source=IPv4Network(address)))
    if gateway.translates:
        yield Rule(_ANYTHING, shows, where, "neutron: gateway address", leaving=outside)
    if floatings:
        inside = MarkTest(REDIRECTED, REDIRECTED | FROM_OUTSIDE)
        yield Rule(_ANYTHING, shows, where, "neutron: from inside to a floating address", mark=inside)
