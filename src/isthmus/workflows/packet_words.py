"""A packet in words: addresses, or names of the estate, for its ends, and a port with its protocol."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address

from isthmus.diagnostics import did_you_mean
from isthmus.evidence import Facts
from isthmus.formats.services import PORTS, PROTOCOLS
from isthmus.network import Network
from isthmus.packetset import Address, IpProtocol, Packet, TcpFlags, ping
from isthmus.packetset.packets import WITH_PORTS
from isthmus.report.trace import Asked
from isthmus.workflows.declared import number_of
from isthmus.workflows.refusal import Refused

USUAL_SOURCE_PORT = 50000

_NO_HOSTS: tuple[tuple[str, Callable[[Address], bool]], ...] = (
    ("the unspecified address", lambda address: address.is_unspecified),
    ("a loopback address", lambda address: address.is_loopback),
    ("a multicast address", lambda address: address.is_multicast),
    ("the broadcast address", lambda address: str(address) == "255.255.255.255"),
)

_HELP = "write `443/tcp`, `53/udp`, `https/tcp` or `icmp`"


@dataclass(frozen=True, slots=True)
class Flow:
    """A protocol and, where it has ports, the one that is asked for."""

    protocol: int
    port: int | None = None

    @property
    def is_ping(self) -> bool:
        """Whether an echo request is meant, of whichever IP version."""
        return self.protocol in (IpProtocol.ICMP, IpProtocol.ICMPV6)


def flow_of(word: str) -> Flow:
    """Read ``443/tcp`` or ``icmp``. Raises Refused with what to write instead."""
    port, slash, name = word.rpartition("/")
    protocol = PROTOCOLS.get(name.lower())
    if protocol is None:
        known = ("tcp", "udp", "icmp", "icmpv6", "sctp", "gre", "esp")
        known_ports = f"; {_HELP}" if not slash else ""
        raise Refused(f"`{name}` is not a protocol", did_you_mean(name, known, what="protocols") + known_ports)
    if not slash:
        if protocol in WITH_PORTS:
            raise Refused(f"`{word}` has no port", f"write `443/{name}`")
        return Flow(protocol)
    if protocol not in WITH_PORTS:
        raise Refused(f"`{name}` has no ports", f"write `{name}`")
    number = int(port) if re.fullmatch("[0-9]{1,5}", port) else PORTS.get(port.lower())
    if number is None or number > 65535:
        raise Refused(f"`{port}` is not a port", _HELP)
    return Flow(protocol, number)


@dataclass(frozen=True)
class Ends:
    """What the words for the ends of a packet can mean."""

    facts: Facts
    network: Network
    texts: dict[str, str] = field(default_factory=dict)

    def addresses(self, word: str, flow: Flow | None = None) -> tuple[tuple[Address, ...], str]:
        """The addresses that a word means, and what kind of thing it is.

        Of a service those are meant at which it listens for ``flow``, where there are any. Raises Refused.
        """
        address = _address(word)
        if address is not None:
            return (address,), "address"
        for kind, addresses in self._named(word, flow):
            if addresses:
                return tuple(dict.fromkeys(addresses)), kind
            raise Refused(f"nobody knows the address of {kind} `{word}`", "write the address itself")
        known = dict.fromkeys(self._words())
        help_ = did_you_mean(word, known, what="names") if known else "write an address"
        raise Refused(f"`{word}` is neither an address nor a name of the estate", help_)

    def _named(self, word: str, flow: Flow | None) -> Iterator[tuple[str, list[Address]]]:
        estate = self.facts.estate
        if word in estate.hosts:
            yield "host", list(estate.hosts[word].addresses)
        if word in estate.services:
            yield "service", self._of_service(word, flow)
        for kind, fronts in (("load balancer", estate.load_balancers), ("web proxy", estate.web_proxies)):
            if word in fronts:
                yield kind, [address for each in fronts[word].addresses for address in estate.resolve(each)]
        name = word.rstrip(".").lower()
        if name in estate.names:
            yield "name", list(estate.resolve(name))
        for service in estate.services.values():
            if name in service.names:
                yield "service", self._of_service(service.id, flow)
        if word in self.network.devices:
            held = self.network.devices[word].interfaces.values()
            yield "device", [each.ip for one in held for each in one.addresses if not each.ip.is_loopback]

    def _of_service(self, name: str, flow: Flow | None) -> list[Address]:
        service = self.facts.estate.services[name]
        fitting = {
            id_: each
            for id_, each in service.endpoints.items()
            if flow is not None
            and number_of(each.protocol) == flow.protocol
            and (each.port is None or (flow.port is not None and each.port.first <= flow.port <= each.port.last))
        }
        listeners = self.facts.listeners(service, fitting or None)
        return [each.address for each in listeners if each.address is not None]

    def _words(self) -> Iterator[str]:
        estate = self.facts.estate
        for section in (estate.hosts, estate.services, estate.load_balancers, estate.web_proxies, estate.names):
            yield from section
        for service in estate.services.values():
            yield from service.names
        yield from self.network.devices


def _address(word: str) -> Address | None:
    """The address that a word spells. Raises Refused for one that no host has for itself (RFC 6890)."""
    try:
        address = ip_address(word.strip("[]"))
    except ValueError:
        return None
    kind = next((kind for kind, holds in _NO_HOSTS if holds(address)), None)
    if kind is not None:
        raise Refused(f"`{word}` is {kind}", "write the address of a host: packets to one are followed, no others")
    return address


def packet_of(ends: Ends, source: str, destination: str, flow: str, source_port: int | None) -> Asked:
    """The packet that words mean. Raises Refused where they mean none, or more than one."""
    asked = flow_of(flow)
    froms, kind_from = ends.addresses(source)
    tos, kind_to = ends.addresses(destination, asked)
    version = _version(froms, tos, source, destination, asked)
    remarks: list[str] = []
    one = _one([each for each in froms if each.version == version], source, kind_from, remarks)
    other = _one([each for each in tos if each.version == version], destination, kind_to, remarks)
    return Asked(source, destination, _packet(one, other, asked, source_port), tuple(remarks))


def _version(froms: tuple[Address, ...], tos: tuple[Address, ...], source: str, destination: str, flow: Flow) -> int:
    """The IP version in which both ends have an address; 4 where they have both."""
    both = {each.version for each in froms} & {each.version for each in tos}
    if not both:
        message = f"`{source}` and `{destination}` have no addresses of one IP version"
        raise Refused(message, "write two IPv4 or two IPv6 addresses")
    if flow.protocol != IpProtocol.ICMPV6:
        return min(both)
    if 6 not in both:
        raise Refused("`icmpv6` goes between IPv6 addresses", "write `icmp`")
    return 6


def _one(addresses: list[Address], word: str, kind: str, remarks: list[str]) -> Address:
    """One of several addresses: any of a service will do; of a host the leg matters, so it must be told."""
    listed = ", ".join(f"`{each}`" for each in addresses[:8])
    if len(addresses) > 1 and kind in ("host", "device"):
        raise Refused(f"{kind} `{word}` has {len(addresses)} addresses", f"name the one that is meant: {listed}")
    if len(addresses) > 1:
        remarks.append(f"{kind} `{word}` has {len(addresses)} addresses; this is the first of {listed}")
    return addresses[0]


def _packet(source: Address, destination: Address, flow: Flow, source_port: int | None) -> Packet:
    if source_port is not None and flow.port is None:
        raise Refused("a packet of this protocol has no source port", "leave out `--source-port`")
    if flow.is_ping:
        return ping(str(source), str(destination))
    if flow.port is None:
        return Packet(source, destination, flow.protocol)
    port = USUAL_SOURCE_PORT if source_port is None else source_port
    flags = TcpFlags.SYN if flow.protocol == IpProtocol.TCP else None
    return Packet(source, destination, flow.protocol, port, flow.port, flags=flags)
