"""Load balancers: a frontend for each endpoint of a service, bound to the service's own addresses and nothing else.

Servers are the service's hosts at an address that is not on the management leg; ports and mode are those of today's
proxy for the same port, else those that clients use.
"""

from collections.abc import Iterator

from isthmus.estate import Estate, HostKind, LoadBalancer, Service
from isthmus.evidence import Facts
from isthmus.generate.hosts import backend_ports
from isthmus.generate.needs import Needs, Role, ports_of
from isthmus.generate.rules import MADE
from isthmus.network import Bind, Device, Network, Proxy, ProxyPath, Server
from isthmus.packetset import Address, Interval, IpProtocol


def balancer_parts(needs: Needs, facts: Facts, frame: Network) -> Iterator[Device]:
    """The proxies of every host of a load balancer; services that nothing may use have none."""
    for balancer in facts.estate.load_balancers.values():
        proxies = tuple(_proxies(balancer, needs, facts, frame))
        for name in sorted(balancer.hosts):
            if proxies and facts.estate.hosts[name].kind is HostKind.HARDWARE:
                yield Device(name, MADE, proxies=proxies)


def _proxies(balancer: LoadBalancer, needs: Needs, facts: Facts, frame: Network) -> Iterator[Proxy]:
    for service in facts.estate.services.values():
        used = {each.endpoint for each in needs.of_service(service.id)}
        if service.load_balancer != balancer.id or not service.hosts:
            continue
        for name, endpoint in service.endpoints.items():
            ports = ports_of(endpoint)
            if (name in used or _is_open(service)) and ports is not None and endpoint.protocol == "tcp":
                yield from _proxy(balancer, service, name, ports, facts, frame)


def _is_open(service: Service) -> bool:
    """Whether it is meant for somebody who needs no crossing."""
    return bool({"internet", service.realm} & set(service.audience))


def _proxy(
    balancer: LoadBalancer, service: Service, name: str, ports: Interval, facts: Facts, frame: Network
) -> Iterator[Proxy]:
    listeners = facts.listeners(service, {name: service.endpoints[name]})
    held = facts.addresses_of(balancer)
    binds = tuple(
        Bind(each.address, ports, IpProtocol.TCP.value, MADE)
        for each in listeners
        if each.address is not None and each.address in held
    )
    servers = tuple(_servers(balancer, service, name, facts.estate, frame))
    if binds and servers:
        mode = _mode(balancer, ports, frame)
        yield Proxy(f"{service.id}-{name}", binds, (ProxyPath(servers, MADE),), MADE, mode=mode)


def _servers(balancer: LoadBalancer, service: Service, name: str, estate: Estate, frame: Network) -> Iterator[Server]:
    for each in service.hosts:
        host = estate.hosts[each]
        port = backend_ports(service, balancer.hosts, host, frame)[name]
        address = next((one for one in host.addresses if not _is_management(one, estate)), None)
        if address is not None:
            yield Server(each, address, port.first, MADE)


def _is_management(address: Address, estate: Estate) -> bool:
    return any(network.role == Role.MANAGEMENT for network in estate.plan.find(address))


def _mode(balancer: LoadBalancer, ports: Interval, frame: Network) -> str:
    """What is spoken through it today; TCP where nothing tells."""
    for name in balancer.hosts:
        for each in frame.devices[name].proxies if name in frame.devices else ():
            if any(bind.ports.first <= ports.first and ports.last <= bind.ports.last for bind in each.binds):
                return each.mode
    return "tcp"
