"""A program that listens beyond the addresses that the estate declares for it, or for no declared service at all."""

from collections.abc import Iterator

from isthmus.diagnostics import Code, Diagnostic, Severity
from isthmus.estate import IPAddress, Service
from isthmus.network import Bind, Device, Proxy
from isthmus.prove.flows import NUMBERS
from isthmus.prove.prover import Prover

ELSEWHERE = Code(
    "PRV010",
    Severity.WARNING,
    "a listener is open on more addresses than are declared",
    "The program is bound to addresses of the host beyond those on which the estate declares the service: on its "
    "management leg, say. Bind it to the declared addresses.",
)
UNDECLARED = Code(
    "PRV011",
    Severity.WARNING,
    "a listener serves no declared service",
    "A load balancer or proxy takes connections on a port for which the estate declares nothing. Declare the service, "
    "or close the listener.",
)
CODES = (ELSEWHERE, UNDECLARED)


def find(prover: Prover) -> Iterator[Diagnostic]:
    """Every bind of every proxy that is wider than declared, or that nothing declares."""
    for device in prover.network.devices.values():
        held = prover.addresses_of([device.name])
        for proxy in device.proxies:
            for bind in proxy.binds:
                yield from _judged(prover, device, proxy, bind, held)


def _judged(
    prover: Prover, device: Device, proxy: Proxy, bind: Bind, held: frozenset[IPAddress]
) -> Iterator[Diagnostic]:
    taken = held if bind.address is None else held & {bind.address}
    taken = frozenset(each for each in taken if not each.is_loopback)
    declared = {
        address: service for service in prover.estate.services.values() for address in _on(prover, service, bind)
    }
    if not taken:
        return
    if not taken & declared.keys():
        message = f"`{proxy.name}` on {device.name} takes connections on port {bind.ports}, which no service declares"
        yield Diagnostic(UNDECLARED, message, bind.where, "declare the service, or close the listener")
        return
    beyond = sorted(taken - declared.keys(), key=lambda each: (each.version, int(each)))
    if beyond:
        service = next(declared[each] for each in taken if each in declared)
        told = ", ".join(str(each) for each in beyond)
        message = f"`{proxy.name}` on {device.name} serves `{service.id}` on {told} too"
        yield Diagnostic(ELSEWHERE, message, bind.where, "bind it to the declared addresses")


def _on(prover: Prover, service: Service, bind: Bind) -> Iterator[IPAddress]:
    """The addresses on which a service is declared at the ports of a bind."""
    for listener in prover.facts.listeners(service):
        endpoint = service.endpoints[listener.endpoint]
        if listener.address is None or NUMBERS[endpoint.protocol] != bind.protocol or endpoint.port is None:
            continue
        if endpoint.port.first <= bind.ports.last and bind.ports.first <= endpoint.port.last:
            yield listener.address
