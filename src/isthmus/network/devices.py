"""Devices and what they are made of: interfaces, routing tables, filters, translation, balancers, proxies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Interface, IPv6Interface

from isthmus.diagnostics import Span
from isthmus.network.rules import Chain, FilterUse, Hook, InterfaceTest, MarkTest, Rule
from isthmus.network.unmodelled import Coverage, Unmodelled
from isthmus.packetset import Address, Block, Interval, Match, Prefix

DEFAULT_VRF = "default"
MAIN_TABLE = "main"

ANY_PACKET = Match()
"""Asks nothing of a packet."""

_NOTHING_READ = Coverage()


@dataclass(frozen=True, slots=True)
class Interface:
    """A place where packets come in and go out.

    ``vlan`` is the tag that its packets carry on ``parent``; ``native`` and ``tagged`` are the VLANs of a trunk, by
    number. ``segment`` names the broadcast domain where a configuration tells (a Neutron network, a bridge); without
    it, interfaces whose addresses share a prefix are on one segment.
    """

    name: str
    where: Span
    addresses: tuple[IPv4Interface | IPv6Interface, ...] = ()
    vrf: str = DEFAULT_VRF
    parent: str | None = None
    vlan: int | None = None
    native: int | None = None
    tagged: tuple[int, ...] = ()
    segment: str | None = None
    is_up: bool = True
    description: str = ""
    filters_in: tuple[FilterUse, ...] = ()
    filters_out: tuple[FilterUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Vrf:
    """A routing domain of a device: its interfaces name it, and packets that come by them use its table."""

    name: str
    table: str
    where: Span


class RouteKind(StrEnum):
    """What a route does with packets."""

    FORWARD = "forward"
    LOCAL = "local"
    """Deliver here: the device owns these addresses."""
    DISCARD = "discard"
    """Drop silently (``blackhole``, Junos ``discard``)."""
    REJECT = "reject"
    """Drop, and tell the sender (``unreachable``, ``prohibit``)."""
    THROW = "throw"
    """Leave this table as if nothing had matched."""


@dataclass(frozen=True, slots=True)
class NextHop:
    """Where a route leads: a neighbour's address, an interface, or another table. At least one is given."""

    address: Address | None = None
    interface: str | None = None
    table: str | None = None

    def __str__(self) -> str:
        words = [f"via {self.address}"] if self.address else []
        words += [f"dev {self.interface}"] if self.interface else []
        return " ".join(words) or f"table {self.table}"


@dataclass(frozen=True, slots=True)
class Route:
    """One route; of several to one prefix, the lowest ``preference`` counts, and equal ones share the packets."""

    prefix: Prefix
    kind: RouteKind
    where: Span
    next_hops: tuple[NextHop, ...] = ()
    preference: int = 0


@dataclass(frozen=True, slots=True)
class TableChoice:
    """A rule that picks the routing table (``ip rule``), lowest ``priority`` first; no route there: the next one."""

    priority: int
    table: str
    where: Span
    match: Match = ANY_PACKET
    arriving: InterfaceTest | None = None
    mark: MarkTest | None = None
    doubts: tuple[Unmodelled, ...] = ()
    """Why it may or may not apply to packets that match."""


@dataclass(frozen=True, slots=True)
class Bind:
    """Where a program listens: ``address`` None means every address of the device."""

    address: Address | None
    ports: Interval
    protocol: int
    where: Span
    interface: str | None = None
    version: int | None = None
    """4 or 6 where ``address`` is None and only one of them is meant."""


@dataclass(frozen=True, slots=True)
class Server:
    """A backend of a balancer or proxy. ``address`` is None where only a name is written, which ``name`` keeps."""

    name: str
    address: Address | None
    port: int | None
    where: Span
    is_backup: bool = False


class Delivery(StrEnum):
    """How a load balancer hands packets on."""

    DIRECT = "direct"
    """To the server's own segment, with addresses untouched; the server holds the address too."""
    TUNNEL = "tunnel"
    """Wrapped in another packet, with addresses untouched inside."""
    TRANSLATE = "translate"
    """Destination translated to the server's; replies come back through the balancer."""


@dataclass(frozen=True, slots=True)
class Balancer:
    """A load balancer of packets (IPVS): the client's address stays. ``bind.ports`` 0-65535 for any port."""

    name: str
    bind: Bind
    delivery: Delivery
    servers: tuple[Server, ...]
    where: Span
    doubts: tuple[Unmodelled, ...] = ()


@dataclass(frozen=True, slots=True)
class ProxyPath:
    """One way through a proxy: packets of ``matches`` (surely) and ``perhaps`` go to one of ``servers``."""

    servers: tuple[Server, ...]
    where: Span
    name: str = ""
    matches: tuple[Match, ...] = (ANY_PACKET,)
    perhaps: tuple[Match, ...] = ()
    doubts: tuple[Unmodelled, ...] = ()


@dataclass(frozen=True, slots=True)
class Proxy:
    """A program that ends flows at ``binds`` and begins new ones to servers, from the device's own addresses.

    ``admission`` are its own rules about clients, in order (HAProxy's ``tcp-request``, ``http-request deny``), with
    Verdict actions; who passes them takes the first path whose match holds. ``keeps_client`` (``source usesrc``):
    the new flow shows the client's address. ``mode`` is ``tcp`` or ``http``.
    """

    name: str
    binds: tuple[Bind, ...]
    paths: tuple[ProxyPath, ...]
    where: Span
    admission: tuple[Rule, ...] = ()
    mode: str = "tcp"
    keeps_client: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """A name for addresses or ports that rules refer to: a set, a prefix list, a token.

    ``doubts`` name what of it could not be resolved. Tokens nest: ``uses`` names the definitions inside it.
    """

    name: str
    kind: str
    where: Span
    blocks: tuple[Block, ...] = ()
    ports: tuple[tuple[int, Interval], ...] = ()
    """Protocol number and ports."""
    uses: tuple[str, ...] = ()
    doubts: tuple[Unmodelled, ...] = ()
    comment: str = ""


class DeviceKind(StrEnum):
    """What a device does with packets that are not its own."""

    ROUTER = "router"
    """Forwards, stateless; never translates."""
    LINUX = "linux"
    """A Linux host: netfilter hooks, connection tracking; forwards where ``forwards`` says so."""
    INSTANCE = "instance"
    """A virtual machine behind the security groups of its ports; what runs inside was not read."""
    SWITCH = "switch"
    """Forwards frames inside segments, and packets where it has addresses."""


@dataclass(frozen=True, slots=True)
class Device:
    """What is configured on one device.

    ``reads_host`` says whether what the host itself admits and listens to was read (a host firewall, or the fact that
    it has none): where it is false, delivery to the device's own addresses is possible, never sure.
    """

    name: str
    where: Span
    kind: DeviceKind = DeviceKind.LINUX
    forwards: bool = False
    interfaces: Mapping[str, Interface] = field(default_factory=dict)
    vrfs: Mapping[str, Vrf] = field(default_factory=dict)
    tables: Mapping[str, tuple[Route, ...]] = field(default_factory=dict)
    choices: tuple[TableChoice, ...] = ()
    chains: Mapping[str, Chain] = field(default_factory=dict)
    hooks: tuple[Hook, ...] = ()
    balancers: tuple[Balancer, ...] = ()
    proxies: tuple[Proxy, ...] = ()
    listeners: tuple[Bind, ...] = ()
    """Programs that listen and end flows, apart from proxies (``ss -lntu``)."""
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    coverage: Coverage = _NOTHING_READ
    doubts: tuple[Unmodelled, ...] = ()
    """What was not modelled and may change any packet here: every answer through the device is unknown."""
    reads_host: bool = False
