"""Who answers: echo servers where services are declared or firewalls expect them, HAProxy and BIRD as written."""

from collections.abc import Iterable, Iterator

from isthmus.estate import Bind, Endpoint, Protocol
from isthmus.lab.plan.draft import Draft, Ground
from isthmus.lab.plan.endpoints import resolved
from isthmus.lab.plan.outside import behind
from isthmus.lab.plan.resources import resources
from isthmus.lab.plan.shape import Daemon, Listener, NodeKind, ResourceKind, Served
from isthmus.network import DEFAULT_VRF, Changes, Delivery, Device, DeviceKind, Proxy, Translate, Verdict
from isthmus.packetset import Address, Bounds, IpProtocol, Match

_NAMES = {IpProtocol.TCP: "tcp", IpProtocol.UDP: "udp"}
_NUMBERS = {Protocol.TCP: IpProtocol.TCP, Protocol.UDP: IpProtocol.UDP}
_DEEPEST = 4
"""Translations one behind the other."""
_FEW = 4
"""A rule that admits more ports at once than this tells nothing of what listens."""
_USUAL = (Listener("tcp", 22), Listener("udp", 53), Listener("tcp", 80), Listener("tcp", 443))
"""What listens outside."""
_DHCP = (67, 68, 546, 547)
"""What every security group admits."""


def add_daemons(ground: Ground) -> None:
    """HAProxy and BIRD where a device has their configuration."""
    for draft in ground.drafts.values():
        if draft.model is None or draft.vrf != DEFAULT_VRF:
            continue
        texts = ground.texts_of(draft.owner)
        ports = {
            bind.ports.first for each in draft.model.proxies for bind in each.binds if bind.protocol == IpProtocol.TCP
        }
        if texts.haproxy:
            needed = tuple(dict.fromkeys(resources(texts.haproxy, texts.lists)))
            draft.daemons.append(Daemon("haproxy", texts.haproxy, tuple(sorted(ports)), needed))
            for each in needed:
                if each.kind is ResourceKind.CERTIFICATE:
                    ground.leave_out(draft, f"the certificate `{each.path}` is no real one: the lab makes its own")
        if texts.bird:
            draft.daemons.append(Daemon("bird", texts.bird))


def add_listeners(ground: Ground) -> tuple[Served, ...]:
    """Echo servers, and which node each endpoint of a service ends at."""
    served = tuple(_served(ground))
    for draft in ground.drafts.values():
        if draft.kind is NodeKind.OUTSIDE:
            draft.listeners.update(dict.fromkeys(_USUAL))
        for proxy in draft.model.proxies if draft.model and draft.vrf == DEFAULT_VRF else ():
            _listen_behind(ground, proxy)
    for draft in ground.drafts.values():
        if draft.model is not None and not draft.forwards and draft.model.kind is not DeviceKind.ROUTER:
            _listen_as_admitted(draft, draft.model)
    return served


def _served(ground: Ground) -> Iterator[Served]:
    for service in ground.estate.services.values():
        for name, endpoint in service.endpoints.items():
            number = _NUMBERS.get(endpoint.protocol)
            ports: list[int | None] = [*_ports(endpoint)] or [None]
            for address in resolved(ground, endpoint):
                for port in ports:
                    ends = list(_ends(ground, address, number, port))
                    for draft, held, at in ends:
                        _listen(draft, number, at, held if endpoint.bind is Bind.ADDRESSES else None)
                    nodes = tuple(dict.fromkeys(draft.name for draft, _, _ in ends))
                    yield Served(service.id, name, endpoint.protocol.value, port, address, nodes)


def _ports(endpoint: Endpoint) -> Iterator[int]:
    """The ports of an endpoint; of a range, the first and the last."""
    if endpoint.port is not None:
        yield from dict.fromkeys((endpoint.port.first, endpoint.port.last))


def _listen(draft: Draft, number: int | None, port: int | None, address: Address | None) -> None:
    if number not in _NAMES or port is None:
        return
    if draft.model is not None and draft.vrf == DEFAULT_VRF and _is_bound(draft.model, number, port):
        return
    name = _NAMES[IpProtocol(number)]
    if draft.kind is NodeKind.OUTSIDE:
        address = None
    if Listener(name, port) in draft.listeners and address is not None:
        return
    draft.listeners[Listener(name, port, address)] = None


def _is_bound(device: Device, number: int, port: int) -> bool:
    """Whether a proxy of the device has the port already."""
    return any(
        bind.protocol == number and bind.ports.first <= port <= bind.ports.last
        for proxy in device.proxies
        for bind in proxy.binds
    )


def _ends(
    ground: Ground, address: Address, number: int | None, port: int | None, depth: int = 0
) -> Iterator[tuple[Draft, Address, int | None]]:
    """The nodes that take packets to an address in the end, with the address and port that they are to by then."""
    holders = ground.holders(address)
    if not holders:
        outside = behind(ground, address)
        if outside is not None:
            yield outside, address, port
    if depth == _DEEPEST:
        return
    for draft in holders:
        for next_address, next_port in _onwards(draft, address, number, port):
            yield from _ends(ground, next_address, number, next_port, depth + 1)
    servers = list(dict.fromkeys(one for draft in holders for one in _balanced(ground, draft, address, number, port)))
    yield from ((ground.drafts[name], at, to) for name, at, to in servers)
    if not servers:
        moved = [draft for draft in holders if any(_onwards(draft, address, number, port))]
        yield from ((draft, address, port) for draft in holders if draft not in moved)


def _onwards(
    draft: Draft, address: Address, number: int | None, port: int | None
) -> Iterator[tuple[Address, int | None]]:
    """Where a device translates packets to an address of its own."""
    device = draft.model
    for chain in device.chains.values() if device else ():
        for rule in chain.rules:
            action = rule.action
            if not isinstance(action, Translate) or action.changes is not Changes.DESTINATION:
                continue
            target = action.rewrite.destination
            if target is None or not any(_is_to(match, address, number, port) for match in rule.matches):
                continue
            first = getattr(target, "network_address", None)
            if first is not None:
                new = action.rewrite.destination_port
                yield first, new.first if new is not None else port


def _is_to(match: Match, address: Address, number: int | None, port: int | None) -> bool:
    named = any(str(block).partition("/")[0] == str(address) for block in match.destination or ())
    return named and _has(match.protocols, number) and _has(match.destination_ports, port)


def _has(bounds: Iterable[Bounds] | None, number: int | None) -> bool:
    return bounds is None or (number is not None and any(each.first <= number <= each.last for each in bounds))


def _balanced(
    ground: Ground, draft: Draft, address: Address, number: int | None, port: int | None
) -> Iterator[tuple[str, Address, int | None]]:
    """The servers of a load balancer: node, and the address and port that packets are to when they arrive."""
    for balancer in draft.model.balancers if draft.model else ():
        bind = balancer.bind
        if bind.address not in (None, address) or bind.protocol != number or not _has((bind.ports,), port):
            continue
        for server in balancer.servers:
            for holder in ground.holders(server.address) if server.address else ():
                if balancer.delivery is Delivery.TRANSLATE and server.address is not None:
                    yield holder.name, server.address, server.port or port
                else:
                    yield holder.name, address, port


def _listen_behind(ground: Ground, proxy: Proxy) -> None:
    """The servers that a proxy sends to."""
    for path in proxy.paths:
        for server in path.servers:
            for holder in ground.holders(server.address) if server.address else ():
                _listen(holder, IpProtocol.TCP, server.port, None)


def _listen_as_admitted(draft: Draft, device: Device) -> None:
    """What a host's own firewall lets in by number is taken to listen, on every address."""
    for chain in device.chains.values():
        for rule in chain.rules:
            if rule.action is not Verdict.ACCEPT:
                continue
            for match in rule.matches:
                for number, port in _few(match):
                    name = _NAMES[IpProtocol(number)]
                    if not any((each.protocol, each.port) == (name, port) for each in draft.listeners):
                        _listen(draft, number, port, None)


def _few(match: Match) -> Iterator[tuple[int, int]]:
    for protocol in match.protocols or ():
        if protocol.first != protocol.last or protocol.first not in _NAMES:
            continue
        for ports in match.destination_ports or ():
            if ports.last - ports.first < _FEW:
                every = range(ports.first, ports.last + 1)
                yield from ((protocol.first, each) for each in every if each not in _DHCP)
