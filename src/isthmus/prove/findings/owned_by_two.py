"""Addresses that two devices hold without sharing them, and segments on which two realms meet."""

from collections.abc import Iterator

from isthmus.diagnostics import Code, Diagnostic, Severity
from isthmus.network import Port, Segment
from isthmus.packetset import Address
from isthmus.prove.prover import Prover

TWO_OWNERS = Code(
    "PRV008",
    Severity.WARNING,
    "two devices hold one address",
    "Both answer for it, and who gets a packet depends on chance. Routers that share a virtual address have an "
    "address of their own beside it, and hosts of one declared load balancer may share its addresses; this is neither.",
)
TWO_REALMS = Code(
    "PRV009",
    Severity.WARNING,
    "two realms meet on one segment",
    "Interfaces on one broadcast domain lie in networks of two realms, so that their hosts reach each other without "
    "passing any filter between the realms. A link on which there is room for two routers only is none.",
)
CODES = (TWO_OWNERS, TWO_REALMS)

LINK = 4
"""The addresses of a link between two routers: a /31, or a /30 with its network and broadcast addresses."""


def find(prover: Prover) -> Iterator[Diagnostic]:
    """Every address with two owners, and every segment with two realms."""
    for address, ports in prover.reach.topology.owners.items():
        devices = {port.device for port in ports}
        if len(devices) > 1 and not address.is_loopback and not _is_shared(prover, address, ports):
            where = prover.reach.topology.interface(ports[-1]).where
            told = " and ".join(str(port) for port in ports)
            yield Diagnostic(TWO_OWNERS, f"{address} is held by {told}", where, "remove it from one of them")
    yield from _segments(prover)


def _is_shared(prover: Prover, address: Address, ports: tuple[Port, ...]) -> bool:
    """Whether every holder has it beside an address of its own, or is declared to hold it."""
    return all(_has_own(prover, address, port) or _is_declared(prover, address, port) for port in ports)


def _has_own(prover: Prover, address: Address, port: Port) -> bool:
    held = prover.reach.topology.interface(port).addresses
    networks = [each.network for each in held if each.ip == address]
    return any(each.ip != address and each.ip in network for each in held for network in networks)


def _is_declared(prover: Prover, address: Address, port: Port) -> bool:
    """The estate's hosts, load balancers and services with several hosts say who may hold an address."""
    host = prover.estate.hosts.get(port.device)
    if host is not None and address in host.addresses:
        return True
    fronts = [*prover.estate.load_balancers.values(), *prover.estate.web_proxies.values()]
    return any(address in front.addresses for front in fronts)


def _segments(prover: Prover) -> Iterator[Diagnostic]:
    for segment in prover.reach.topology.segments:
        if _is_link(prover, segment):
            continue
        realms: dict[str, str] = {}
        ports = sorted(segment.ports, key=lambda port: -len(_networks(prover, port)))
        for port in ports:
            for realm, network in _networks(prover, port).items():
                realms.setdefault(realm, f"{port} ({network})")
        if len(realms) > 1:
            where = prover.reach.topology.interface(ports[0]).where
            told = "; ".join(f"{realm}: {who}" for realm, who in realms.items())
            yield Diagnostic(TWO_REALMS, f"realms meet on segment {segment.name}: {told}", where, "part them by VLAN")


def _networks(prover: Prover, port: Port) -> dict[str, str]:
    """By realm, a network that an address of the port lies in; a port with several joins them by itself."""
    held = prover.reach.topology.interface(port).addresses
    return {network.realm: network.id for each in held for network in prover.estate.plan.find(each.ip)}


def _is_link(prover: Prover, segment: Segment) -> bool:
    """Whether the segment joins routers and has no room for hosts: there realms meet as they should."""
    is_narrow = all(each.num_addresses <= LINK for each in segment.prefixes)
    return is_narrow and all(prover.network.devices[port.device].forwards for port in segment.ports)
