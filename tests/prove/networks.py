"""Small networks made by hand, for every test that sends packets through one; and the words to make more of them.

`two_realms()` is the network that most tests start from:

    internet ── border ── gateway ── qrouter ── instances 172.16.0.0/24: tools .10 (floating 203.0.113.10), idle .20
                  │  └── production, public 192.0.2.0/24: mirror .10, front .20 (a proxy), director .80, a host unread
                  └──── production, private 10.0.0.0/24: web1 .11, web2 .12

The border is a router with stateless filters. The gateway masquerades what instances send, except to 192.0.2.80.
"""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

from isthmus.diagnostics import Span
from isthmus.network import (
    DEFAULT_VRF,
    MAIN_TABLE,
    Action,
    Balancer,
    Bind,
    Chain,
    Changes,
    Delivery,
    Device,
    DeviceKind,
    FilterUse,
    Hook,
    HookPoint,
    Interface,
    InterfaceTest,
    Masquerade,
    Network,
    NextHop,
    Proxy,
    ProxyPath,
    Route,
    RouteKind,
    Rule,
    Server,
    Translate,
    Unmodelled,
    Verdict,
)
from isthmus.packetset import FlagTest, IcmpType, Interval, Match, Rewrite, State, only

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
NOWHERE = Span("handmade")
DOUBT = Unmodelled(Span("handmade", 99), "`whim`")
"""Something that no reader understands."""


# Words for rules


def match(
    source: str = "",
    destination: str = "",
    protocol: str = "",
    port: int | None = None,
    source_port: int | None = None,
    states: str = "",
    flags: FlagTest | None = None,
    icmp: int | None = None,
) -> Match:
    """A match in words: prefixes with blanks between them, one protocol by name, states with blanks between them."""
    return Match(
        source=tuple(ip_network(each) for each in source.split()) or None,
        destination=tuple(ip_network(each) for each in destination.split()) or None,
        protocols=(only(PROTOCOLS[protocol]),) if protocol else None,
        source_ports=None if source_port is None else (only(source_port),),
        destination_ports=None if port is None else (only(port),),
        icmp=None if icmp is None else (IcmpType(icmp),),
        flags=None if flags is None else (flags,),
        states=tuple(State(each) for each in states.split()) or None,
    )


def rule(action: Action, *matches: Match, arriving: str = "", leaving: str = "", name: str = "") -> Rule:
    """A rule; without matches it matches everything. Its line is told by `chain`."""
    return Rule(matches or (Match(),), action, NOWHERE, name, arriving=_test(arriving), leaving=_test(leaving))


def perhaps(action: Action, *matches: Match, name: str = "") -> Rule:
    """A rule that may match, nobody knows when."""
    return Rule((), action, NOWHERE, name, perhaps=matches or (Match(),), doubts=(DOUBT,))


def accept(*matches: Match, arriving: str = "", leaving: str = "", name: str = "") -> Rule:
    """A rule that accepts."""
    return rule(Verdict.ACCEPT, *matches, arriving=arriving, leaving=leaving, name=name)


def drop(*matches: Match, arriving: str = "", leaving: str = "", name: str = "") -> Rule:
    """A rule that drops."""
    return rule(Verdict.DROP, *matches, arriving=arriving, leaving=leaving, name=name)


def snat(address: str, *matches: Match, leaving: str = "") -> Rule:
    """Source translation to one address."""
    rewrite = Rewrite(source=ip_network(address))
    return rule(Translate(Changes.SOURCE, rewrite), *matches, leaving=leaving, name=f"snat {address}")


def dnat(address: str, *matches: Match, port: int | None = None, arriving: str = "") -> Rule:
    """Destination translation to one address."""
    rewrite = Rewrite(destination=ip_network(address), destination_port=None if port is None else only(port))
    return rule(Translate(Changes.DESTINATION, rewrite), *matches, arriving=arriving, name=f"dnat {address}")


def masquerade(*matches: Match, leaving: str = "") -> Rule:
    """Source translation to the address of the interface."""
    return rule(Masquerade(), *matches, leaving=leaving, name="masquerade")


def chain(name: str, *rules: Rule, default: Verdict | None = None, file: str = "") -> Chain:
    """A chain whose rules stand below its head, one a line, in a file named after it."""
    file = file or f"{name}.rules"
    placed = tuple(replace(each, where=Span(file, at)) for at, each in enumerate(rules, 2))
    return Chain(name, placed, Span(file, 1), default)


def _test(words: str) -> InterfaceTest | None:
    if not words:
        return None
    names = tuple(words.removeprefix("not ").split())
    return InterfaceTest(names, negated=words.startswith("not "))


# Words for devices


def uses(*chains: str, tracks: bool = False, versions: Iterable[int] = (4, 6)) -> tuple[FilterUse, ...]:
    """Chains as an interface applies them."""
    return tuple(FilterUse(each, NOWHERE, frozenset(versions), tracks) for each in chains)


def interface(
    name: str,
    *addresses: str,
    vrf: str = DEFAULT_VRF,
    segment: str | None = None,
    filters_in: tuple[FilterUse, ...] = (),
    filters_out: tuple[FilterUse, ...] = (),
    is_up: bool = True,
) -> Interface:
    """An interface with its addresses, each with the length of its prefix."""
    held = tuple(ip_interface(each) for each in addresses)
    return Interface(
        name, Span(f"{name}.interface"), held, vrf, segment=segment, is_up=is_up,
        filters_in=filters_in, filters_out=filters_out,
    )  # fmt: skip


def route(prefix: str, *hops: str, kind: RouteKind = RouteKind.FORWARD, preference: int = 0, line: int = 1) -> Route:
    """A route; a hop is ``ADDRESS``, ``dev NAME``, ``ADDRESS dev NAME`` or ``table NAME``; ``default`` is a prefix."""
    found = ip_network("0.0.0.0/0" if prefix == "default" else prefix)
    return Route(found, kind, Span("routes", line), tuple(_hop(each) for each in hops), preference)


def _hop(words: str) -> NextHop:
    left, _, name = words.partition("dev ")
    if words.startswith("table "):
        return NextHop(table=words.removeprefix("table "))
    return NextHop(ip_address(left.strip()) if left.strip() else None, name or None)


def device(
    name: str,
    *interfaces: Interface,
    routes: Iterable[Route] = (),
    chains: Iterable[Chain] = (),
    kind: DeviceKind = DeviceKind.LINUX,
    forwards: bool = False,
    hooks: Iterable[Hook] = (),
    balancers: Iterable[Balancer] = (),
    proxies: Iterable[Proxy] = (),
    reads_host: bool = True,
) -> Device:
    """A device of which everything was read, unless told otherwise."""
    routed = tuple(routes)
    return Device(
        name,
        Span(f"{name}.config"),
        kind,
        forwards,
        {each.name: each for each in interfaces},
        tables={MAIN_TABLE: routed} if routed else {},
        chains={each.name: each for each in chains},
        hooks=tuple(hooks),
        balancers=tuple(balancers),
        proxies=tuple(proxies),
        reads_host=reads_host,
    )


def hook(chain: str, at: str, priority: int = 0, *, translates: bool = False) -> Hook:
    """A chain at a hook of a Linux host; translating ones stand at their usual priority."""
    usual = {HookPoint.PREROUTING: -100, HookPoint.OUTPUT: -100, HookPoint.POSTROUTING: 100, HookPoint.INPUT: 100}
    return Hook(chain, HookPoint(at), usual[HookPoint(at)] if translates else priority, translates=translates)


def network(*devices: Device) -> Network:
    """A network of these devices."""
    return Network({each.name: each for each in devices})


def changed(before: Network, *devices: Device) -> Network:
    """The network with these devices instead of those of their names, or beside the others."""
    return Network({**before.devices, **{each.name: each for each in devices}})


def bind(address: str | None, port: int | tuple[int, int], protocol: str = "tcp") -> Bind:
    """Where something listens; None is every address."""
    ports = only(port) if isinstance(port, int) else Interval(*port)
    return Bind(None if address is None else ip_address(address), ports, PROTOCOLS[protocol], NOWHERE)


def servers(*ends: str) -> tuple[Server, ...]:
    """Servers, each ``ADDRESS``, ``ADDRESS:PORT`` (IPv4) or a name that nobody resolves."""
    return tuple(_server(each) for each in ends)


def _server(end: str) -> Server:
    address, _, port = end.partition(":")
    held = ip_address(address) if address[:1].isdigit() else None
    return Server(end, held, int(port) if port else None, NOWHERE)


def proxy(name: str, listens: Bind, *ends: str, admission: tuple[Rule, ...] = (), keeps_client: bool = False) -> Proxy:
    """A proxy with one path to these servers."""
    path = ProxyPath(servers(*ends), NOWHERE)
    return Proxy(name, (listens,), (path,), NOWHERE, admission, keeps_client=keeps_client)


def balancer(name: str, listens: Bind, delivery: Delivery, *ends: str) -> Balancer:
    """A load balancer of packets."""
    return Balancer(name, listens, delivery, servers(*ends), NOWHERE)


# Hosts as they are usually made

REPLIES = accept(match(states="established related"), name="replies")


def host(name: str, address: str, gateway: str, *admitted: Rule, reads_host: bool = True) -> Device:
    """A Linux host with one leg and a firewall that admits replies and ``admitted``, and drops the rest."""
    return device(
        name,
        interface("eth0", address),
        routes=[route("default", f"{gateway} dev eth0")],
        chains=[chain("input", REPLIES, *admitted, default=Verdict.DROP, file=f"{name}.nft")],
        hooks=[hook("input", "input")],
        reads_host=reads_host,
    )


def instance(name: str, address: str, *admitted: Rule, segment: str = "instances", reads_host: bool = True) -> Device:
    """A virtual machine behind a security group that admits ``admitted`` and lets everything out."""
    ins = chain("ingress", REPLIES, *admitted, default=Verdict.DROP, file=f"{name}.json")
    outs = chain("egress", accept(name="egress any"), default=Verdict.DROP, file=f"{name}-egress.json")
    port = interface(
        "port0", address, segment=segment,
        filters_in=uses("ingress", tracks=True), filters_out=uses("egress", tracks=True),
    )  # fmt: skip
    return device(name, port, chains=[ins, outs], kind=DeviceKind.INSTANCE, reads_host=reads_host)


# The network with two realms

WIKIS = "192.0.2.80"
"""The address to which instances go untranslated."""
FLOATING = "203.0.113.10"
MASQUERADED = "203.0.113.234"
"""What production sees of instances without a floating address."""


def border() -> Device:
    """A router between the realms and the internet; it judges every packet by itself."""
    from_cloud = chain(
        "from-cloud",
        accept(match(destination=f"{WIKIS}/32", protocol="tcp", port=443), name="term wikis"),
        drop(match(destination="10.0.0.0/8"), name="term private"),
        drop(match(source="172.16.0.0/12"), name="term untranslated"),
        accept(name="term rest"),
        default=Verdict.DROP,
    )
    to_cloud = chain(
        "to-cloud",
        drop(match(source="198.51.100.66/32"), name="term banned"),
        accept(name="term rest"),
        default=Verdict.DROP,
    )
    return device(
        "border",
        interface("outside", "198.51.100.2/30"),
        interface("public", "192.0.2.1/24"),
        interface("private", "10.0.0.1/24"),
        interface("cloud", "203.0.113.233/30", filters_in=uses("from-cloud"), filters_out=uses("to-cloud")),
        routes=[
            route("default", "198.51.100.1", line=1),
            route("203.0.113.0/24", "203.0.113.234", line=2),
            route("172.16.0.0/24", "203.0.113.234", line=3),
        ],
        chains=[from_cloud, to_cloud],
        kind=DeviceKind.ROUTER,
        forwards=True,
    )


def gateway() -> Device:
    """The cloud's gateway: it masquerades what instances send to the border, with an exception."""
    forward = chain(
        "forward",
        REPLIES,
        accept(arriving="inner", leaving="border"),
        accept(match(destination=f"{FLOATING}/32"), arriving="border", leaving="inner"),
        default=Verdict.DROP,
    )
    egress = chain(
        "egress-nat",
        accept(match(destination=f"{WIKIS}/32"), name="exception"),
        masquerade(match(source="172.16.0.0/24"), leaving="border"),
    )
    return device(
        "gateway",
        interface("border", "203.0.113.234/30"),
        interface("inner", "203.0.113.242/30"),
        routes=[
            route("default", "203.0.113.233 dev border", line=1),
            route("172.16.0.0/24", "203.0.113.241 dev inner", line=2),
            route("203.0.113.0/25", "203.0.113.241 dev inner", line=3),
        ],
        chains=[forward, egress],
        forwards=True,
        hooks=[hook("forward", "forward"), hook("egress-nat", "postrouting", translates=True)],
    )


def qrouter() -> Device:
    """The router of the instances, with one floating address."""
    ins = chain("floating-in", dnat("172.16.0.10", match(destination=f"{FLOATING}/32")))
    outs = chain("floating-out", snat(FLOATING, match(source="172.16.0.10/32"), leaving="qg"))
    return device(
        "qrouter",
        interface("qg", "203.0.113.241/30"),
        interface("qr", "172.16.0.1/24", segment="instances"),
        routes=[route("default", "203.0.113.242 dev qg")],
        chains=[ins, outs],
        forwards=True,
        hooks=[
            hook("floating-in", "prerouting", translates=True),
            hook("floating-out", "postrouting", translates=True),
        ],
    )


def director(delivery: Delivery = Delivery.DIRECT) -> Device:
    """A load balancer in front of the two web servers, on both production segments."""
    return device(
        "director",
        interface("eth0", "192.0.2.80/24"),
        interface("eth1", "10.0.0.80/24"),
        routes=[route("default", "192.0.2.1 dev eth0")],
        forwards=delivery is Delivery.TRANSLATE,
        balancers=[balancer("wikis", bind(WIKIS, 443), delivery, "10.0.0.11", "10.0.0.12")],
    )


def front(*, admission: tuple[Rule, ...] = (), keeps_client: bool = False) -> Device:
    """A proxy with a leg on each production segment."""
    listens = proxy("apis", bind("192.0.2.20", 8443), "10.0.0.11:443", admission=admission, keeps_client=keeps_client)
    return device(
        "front",
        interface("eth0", "192.0.2.20/24"),
        interface("eth1", "10.0.0.20/24"),
        routes=[route("default", "192.0.2.1 dev eth0")],
        proxies=[listens],
    )


def two_realms() -> Network:
    """Production and a cloud; see the head of this file."""
    return network(
        border(),
        gateway(),
        qrouter(),
        director(),
        front(),
        host("mirror", "192.0.2.10/24", "192.0.2.1", accept(match(protocol="tcp", port=873), name="rsync")),
        host("web1", "10.0.0.11/24", "10.0.0.1", accept(match(protocol="tcp", port=443), name="https")),
        host("web2", "10.0.0.12/24", "10.0.0.1", accept(match(protocol="tcp", port=443), name="https")),
        instance("tools", "172.16.0.10/24", accept(match(source="192.0.2.0/24", protocol="tcp", port=22), name="ssh")),
        instance("idle", "172.16.0.20/24"),
    )
