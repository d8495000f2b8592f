"""Hosts that no configuration tells of: those of the estate, holders of service addresses, clients of each network."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address

from isthmus.estate import Endpoint, Network, Service
from isthmus.lab.plan.devices import host_address
from isthmus.lab.plan.draft import Draft, Ground
from isthmus.lab.plan.outside import INTERNET, behind
from isthmus.lab.plan.shape import Client, LeftOut, NodeKind
from isthmus.network import DeviceKind, Segment, Translate
from isthmus.packetset import Address, Prefix

SMALLEST = 16
"""A network of fewer addresses is a link between routers: nobody else lives there."""

_INTERNET_CLIENTS = {
    4: ("203.0.113.77", "198.51.100.77", "192.0.2.77", "9.9.9.77", "4.4.4.77"),
    6: ("2001:db8:77::77", "3fff:77::77", "2600::77"),
}


def add_hosts(ground: Ground) -> None:
    """Add the hosts of the estate of which the snapshot has no folder; complete those whose folder has no addresses."""
    for host in ground.estate.hosts.values():
        draft = ground.of(host.id)
        if draft is None and any(ground.holders(each) for each in host.addresses):
            continue
        for name, interface in host.interfaces.items():
            for address in interface.addresses:
                if ground.holders(address):
                    continue
                if name != "lo" and ground.segment_for(address) is None:
                    outside = behind(ground, address)
                    what = f"; `{outside.name}` answers for it" if outside else ""
                    ground.left_out.append(LeftOut(host.id, f"{address} is on no segment of the snapshot{what}"))
                    continue
                draft = draft or ground.add(host.id, NodeKind.HOST)
                _place(ground, draft, name, address)


def _place(ground: Ground, draft: Draft, interface: str, address: Address) -> None:
    """Give a node an address: on the segment that it belongs to, or on its loopback."""
    segment = ground.segment_for(address)
    if interface == "lo" or segment is None:
        draft.loopback.append(host_address(address))
        return
    prefix = next(each for each in segment.prefixes if each.version == address.version and address in each)
    port = next((each for each in draft.ports.values() if each.segment == segment.name), None)
    if port is None:
        name = interface if interface not in draft.ports else f"{interface}.{len(draft.ports)}"
        port = draft.add_port(name, [], segment.name)
    port.addresses.append(host_address(address, prefix.prefixlen))


def add_service_hosts(ground: Ground) -> None:
    """Add a host for each address of a service that lies on a segment, and that nobody holds."""
    for service in ground.estate.services.values():
        for endpoint in service.endpoints.values():
            for address in resolved(ground, endpoint):
                if ground.holders(address):
                    continue
                if ground.segment_for(address) is not None and not _is_taken_by_rules(ground, address):
                    _add_service_host(ground, service, address)


def _add_service_host(ground: Ground, service: Service, address: Address) -> None:
    name = service.id
    while name in ground.drafts or name in ground.network.devices or name in ground.estate.hosts:
        name += "-host" if name == service.id else "+"
    _place(ground, ground.add(name, NodeKind.HOST), "eth0", address)


def _is_taken_by_rules(ground: Ground, address: Address) -> bool:
    """Whether a router on the way answers for an address by translation alone."""
    return any(
        each.prefix.version == address.version and address in each.prefix and each.prefix.prefixlen
        for device in ground.network.devices.values()
        for table in device.tables.values()
        for each in table
        if each.prefix.prefixlen == each.prefix.max_prefixlen
    )


def resolved(ground: Ground, endpoint: Endpoint) -> tuple[Address, ...]:
    """The addresses of an endpoint."""
    return tuple(dict.fromkeys(each for written in endpoint.addresses for each in ground.estate.resolve(written)))


def add_default_routes(ground: Ground) -> None:
    """Give hosts of which no routes are told a way out: the gateway that their segment shares, or its first one."""
    for draft in ground.drafts.values():
        if draft.kind is NodeKind.OUTSIDE or draft.forwards or (draft.model is not None and draft.model.tables):
            continue
        for version in (4, 6):
            found = next(_gateways(ground, draft, version), None)
            if found is not None:
                everything = "0.0.0.0/0" if version == 4 else "::/0"
                draft.routes.append(f"route replace {everything} via {found[0]} dev {found[1]}")


def _gateways(ground: Ground, draft: Draft, version: int) -> Iterator[tuple[Address, str]]:
    for port in draft.ports.values():
        if port.segment is None or not any(each.version == version for each in port.addresses):
            continue
        segment = next(each for each in ground.topology.segments if each.name == port.segment)
        own = {each.ip for each in draft.held()}
        for address in _gateway_addresses(ground, segment, version):
            if address not in own:
                yield address, port.device


def _gateway_addresses(ground: Ground, segment: Segment, version: int) -> list[Address]:
    """Addresses of forwarding devices on a segment: routers before hosts, and those that several share first."""
    shared: dict[Address, int] = {}
    routers: set[Address] = set()
    for port in ground.topology.gateways(segment):
        is_router = ground.network.devices[port.device].kind is DeviceKind.ROUTER
        for each in ground.topology.interface(port).addresses:
            if each.version == version and each.network.prefixlen < each.max_prefixlen and not each.ip.is_loopback:
                shared[each.ip] = shared.get(each.ip, 0) + 1
                routers |= {each.ip} if is_router else set()
    return sorted(shared, key=lambda each: (each not in routers, -shared[each]))


def add_clients(ground: Ground) -> tuple[list[Client], list[str]]:
    """A client in each network, new where nobody is; and the networks without a place."""
    clients: list[Client] = []
    unplaced: list[str] = []
    for network in ground.estate.networks.values():
        found = list(_clients(ground, network))
        clients += found
        if not found:
            unplaced.append(network.id)
    clients += _of_the_internet(ground)
    return clients, unplaced


def _clients(ground: Ground, network: Network) -> Iterator[Client]:
    for version in (4, 6):
        prefixes = [each for each in network.prefixes if each.version == version]
        found = _living(ground, network, prefixes) or _made(ground, network, prefixes)
        if found is not None:
            yield Client(network.realm, network.role, network.id, found[0].name, found[1])


def _living(ground: Ground, network: Network, prefixes: list[Prefix]) -> tuple[Draft, Address] | None:
    """A host that is in a network already: rather one that nothing else is special about."""
    served = {
        each
        for one in ground.estate.services.values()
        for end in one.endpoints.values()
        for each in resolved(ground, end)
    }
    found = [
        (draft, each.ip)
        for draft in ground.drafts.values()
        if draft.kind is not NodeKind.OUTSIDE and not draft.forwards and not _is_router(draft)
        for port in draft.ports.values()
        for each in port.addresses
        if any(each.ip in prefix for prefix in prefixes) and network in ground.estate.plan.find(each.ip)
    ]
    translated, serving = _translated(ground), _serving(ground)
    found.sort(key=lambda each: (each[1] in translated, each[1] in served or each[0].owner in serving, each[0].name))
    return found[0] if found else None


def _serving(ground: Ground) -> set[str]:
    """The hosts that services and what stands in front of them run on."""
    estate = ground.estate
    fronts = (*estate.load_balancers.values(), *estate.web_proxies.values())
    named = (*(each.hosts for each in estate.services.values()), *(each.hosts for each in fronts))
    return {host for hosts in named for host in hosts}


def _is_router(draft: Draft) -> bool:
    return draft.model is not None and draft.model.kind is DeviceKind.ROUTER


def _translated(ground: Ground) -> set[Address]:
    """The addresses that some rule translates by themselves, such as those with a floating one."""
    return {
        block.network_address
        for device in ground.network.devices.values()
        for chain in device.chains.values()
        for rule in chain.rules
        if isinstance(rule.action, Translate)
        for match in rule.matches
        for block in match.source or ()
        if isinstance(block, IPv4Network | IPv6Network) and block.prefixlen == block.max_prefixlen
    }


def _made(ground: Ground, network: Network, prefixes: list[Prefix]) -> tuple[Draft, Address] | None:
    for prefix in prefixes:
        address = _free(ground, prefix)
        if address is None:
            continue
        outside = behind(ground, address)
        if ground.segment_for(address) is not None and prefix.num_addresses >= SMALLEST:
            name = f"client-{network.id}"
            draft = ground.of(name) or ground.add(name, NodeKind.CLIENT)
            _place(ground, draft, "eth0", address)
            return draft, address
        if outside is not None:
            outside.loopback.append(host_address(address))
            return outside, address
    return None


def _free(ground: Ground, prefix: Prefix) -> Address | None:
    """An address of a prefix that nobody has: the last one."""
    named = _named(ground)
    for back in range(2, min(prefix.num_addresses - 1, 4096)):
        address = prefix[-back]
        if address not in named and not ground.holders(address):
            return address
    return None


def _named(ground: Ground) -> set[Address]:
    estate = ground.estate
    named = {each for host in estate.hosts.values() for each in host.addresses}
    named |= {each for record in estate.names.values() for each in record.addresses}
    named |= {
        each for one in estate.services.values() for end in one.endpoints.values() for each in resolved(ground, end)
    }
    fronts = (*estate.load_balancers.values(), *estate.web_proxies.values())
    return named | {each for front in fronts for written in front.addresses for each in estate.resolve(written)}


def _of_the_internet(ground: Ground) -> Iterator[Client]:
    draft = ground.of(INTERNET)
    if draft is None:
        return
    versions = {each.version for each in draft.held()}
    for version in sorted(versions):
        for text in _INTERNET_CLIENTS[version]:
            address = ip_address(text)
            if not ground.estate.plan.find(address) and ground.segment_for(address) is None:
                draft.loopback.append(host_address(address))
                yield Client(INTERNET, INTERNET, INTERNET, draft.name, address)
                break
