"""Addresses that two devices hold without sharing them, and segments on which two realms meet."""

from collections.abc import Iterator

from isthmus.diagnostics import Code, Diagnostic, Severity
from isthmus.network import Port
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
    "passing any filter between the realms.",
)
CODES = (TWO_OWNERS, TWO_REALMS)


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
        realms: dict[str, str] = {}
        for port in segment.ports:
            for held in prover.reach.topology.interface(port).addresses:
                for network in prover.estate.plan.find(held.ip):
                    realms.setdefault(network.realm, f"{port} ({network.id})")
        if len(realms) > 1:
            where = prover.reach.topology.interface(segment.ports[0]).where
            told = "; ".join(f"{realm}: {who}" for realm, who in realms.items())
            yield Diagnostic(TWO_REALMS, f"realms meet on segment {segment.name}: {told}", where, "part them by VLAN")
