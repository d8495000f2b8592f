"""Services → balancers of packets, and the addresses that the load balancer holds for them."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_interface
from pathlib import PurePosixPath

from isthmus.diagnostics import Diagnostic, Span, shown
from isthmus.formats.format import Lowered
from isthmus.formats.service_catalogue import codes
from isthmus.formats.service_catalogue.catalogue import Balancing, Catalogue, Service, ServiceAddress, State
from isthmus.network import Balancer, Bind, Coverage, Delivery, Device, Interface, Server, Unmodelled
from isthmus.packetset import Address, Interval, only

LOOPBACK = "lo"
_EVERY_PORT = Interval(0, 65535)
_SETTING_UP = (State.LVS_SETUP, State.MONITORING_SETUP)


def lower(device: str, catalogues: Sequence[Catalogue]) -> Lowered:
    """The load balancer of the folder, with a balancer for each address of each service that it serves."""
    if not catalogues:
        return Lowered()
    problems: list[Diagnostic] = []
    balancers: list[Balancer] = []
    doubts: list[Unmodelled] = []
    for catalogue in catalogues:
        doubts += catalogue.unmodelled
        for service in _served(device, catalogue):
            for each in service[1]:
                balancers.append(_balancer(service[0], each))
                doubts += balancers[-1].doubts
    balancers.sort(key=lambda each: (each.bind.address is None, each.bind.ports == _EVERY_PORT))
    problems += _twice(balancers)
    where = Span(catalogues[0].file)
    part = Device(
        device, where, interfaces=_loopback(balancers, where), balancers=tuple(balancers),
        coverage=Coverage(sum(each.count for each in catalogues), tuple(sorted(dict.fromkeys(doubts)))),
    )  # fmt: skip
    return Lowered((part,), tuple(sorted(problems, key=Diagnostic.sort_key)))


def _served(device: str, catalogue: Catalogue) -> Iterator[tuple[Service, tuple[ServiceAddress, ...]]]:
    """Services that load balancers have, with their addresses, of the sites and classes that the folders name."""
    sites = {each.site for service in catalogue.services for each in service.addresses}
    groups = {service.balancing.group for service in catalogue.services if service.balancing}
    folders = set(_inside(device, catalogue.file))
    for each in catalogue.services:
        if each.balancing is None or not each.balancing.is_enabled or each.state is State.SERVICE_SETUP:
            continue
        if folders & groups and each.balancing.group not in folders:
            continue
        wanted = folders & sites or sites
        found = tuple(one for one in each.addresses if one.site in wanted and one.site in each.sites)
        if found:
            yield each, found


def _inside(device: str, file: str) -> tuple[str, ...]:
    """The folders inside the device's own that the file lies in."""
    parts = PurePosixPath(file).parts[:-1]
    return parts[len(parts) - parts[::-1].index(device) :] if device in parts else ()


def _balancer(service: Service, at: ServiceAddress) -> Balancer:
    balancing, port = service.balancing, service.port
    assert balancing is not None
    doubts = [*service.doubts, _unknown_servers(balancing)]
    if service.state in _SETTING_UP:
        what = f"state `{service.state}`: load balancers are being set up for `{shown(service.name)}`"
        doubts.append(Unmodelled(service.where, what))
    bind = Bind(at.address, only(port) if port else _EVERY_PORT, int(balancing.protocol), at.where)
    server = Server(f"pool {balancing.pool}", None, port, balancing.pool_where)
    delivery = Delivery.TUNNEL if at.site in balancing.tunnels else Delivery.DIRECT
    name = f"{service.name} {at.site} {at.label}"
    return Balancer(name, bind, delivery, (server,), service.where, tuple(doubts))


def _unknown_servers(balancing: Balancing) -> Unmodelled:
    return Unmodelled(
        balancing.pool_where, f"the servers of pool `{shown(balancing.pool)}` are not told by the catalogue"
    )


def _loopback(balancers: Sequence[Balancer], where: Span) -> dict[str, Interface]:
    """The load balancer holds the addresses of its services."""
    held: dict[Address, None] = {each.bind.address: None for each in balancers if each.bind.address is not None}
    if not held:
        return {}
    return {LOOPBACK: Interface(LOOPBACK, where, tuple(ip_interface(each) for each in held))}


def _twice(balancers: Sequence[Balancer]) -> Iterator[Diagnostic]:
    seen: dict[tuple[object, ...], Balancer] = {}
    for each in balancers:
        key = (each.bind.address, each.bind.ports, each.bind.protocol)
        earlier = seen.setdefault(key, each)
        if earlier is not each and earlier.where != each.where and each.bind.address is not None:
            message = f"`{shown(each.name)}` and `{shown(earlier.name)}` have one address and port"
            help_ = f"the other one stands at {earlier.where}"
            yield Diagnostic(codes.TOLD_TWICE, message, each.bind.where, help_)
