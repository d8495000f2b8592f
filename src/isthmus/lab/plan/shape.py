"""What a lab will be, before anything is built: nodes, wires between them, programs, and what was left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Interface, IPv6Interface

from isthmus.diagnostics import Span
from isthmus.packetset import Address

InterfaceAddress = IPv4Interface | IPv6Interface


class NodeKind(StrEnum):
    """What a node of the lab stands for."""

    DEVICE = "device"
    """A device of the snapshot, or one VRF of it."""
    HOST = "host"
    """A host or a service of the estate of which the snapshot has no configuration: it lets everything in."""
    CLIENT = "client"
    """Some host of a network in which the estate names none."""
    OUTSIDE = "outside"
    """Whatever lies beyond the snapshot in one direction: it answers for every address."""
    SWITCH = "switch"
    """The bridges of segments; where instances are on one, their security groups."""


class Tool(StrEnum):
    """The program that loads a ruleset as it is written."""

    NFT = "nft"
    NFT_JSON = "nft -j"
    IPTABLES = "iptables-restore"
    IP6TABLES = "ip6tables-restore"
    IPSET = "ipset restore"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of the configuration that the lab does not do as it is written."""

    node: str
    what: str
    """One sentence part, lower case, user input in backticks."""
    where: Span | None = None

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.node}: {self.what}"


@dataclass(frozen=True, slots=True)
class PortPlan:
    """An interface of a node.

    ``name`` is the configuration's, ``device`` the kernel's (the same wherever Linux allows it). ``segment`` names the
    wire that it is on; None for one that stands alone.
    """

    name: str
    device: str
    mac: str
    addresses: tuple[InterfaceAddress, ...] = ()
    segment: str | None = None
    is_up: bool = True


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A text that a tool loads into a node; ``source`` is the file that it is, or was rendered from."""

    tool: Tool
    text: str
    source: str
    is_verbatim: bool = True


@dataclass(frozen=True, slots=True)
class Listener:
    """An echo server: it answers with the address that it saw. ``address`` None means every address of the node."""

    protocol: str
    """``tcp`` or ``udp``."""
    port: int
    address: Address | None = None


class ResourceKind(StrEnum):
    """What a program needs beside its configuration."""

    CERTIFICATE = "certificate"
    ERROR_PAGE = "error page"
    FOLDER = "folder"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Resource:
    """A file or folder that a configuration names by its path: made where it is not there, for the program alone."""

    kind: ResourceKind
    path: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Daemon:
    """A program that runs in a node with its own configuration: ``haproxy`` or ``bird``."""

    program: str
    files: tuple[tuple[str, str], ...]
    """Name and text of each file, in the order in which the program reads them."""
    ports: tuple[int, ...] = ()
    """TCP ports that it listens on once it is ready."""
    resources: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A wire of the lab's own: a load balancer's way to a server on another segment, or from one VRF into another."""

    device: str
    peer: str
    """The other node."""
    peer_device: str


@dataclass(frozen=True, slots=True)
class NodePlan:
    """One network namespace."""

    name: str
    owner: str
    """The device or host that it is (a part of)."""
    kind: NodeKind
    vrf: str = "default"
    ports: tuple[PortPlan, ...] = ()
    loopback: tuple[InterfaceAddress, ...] = ()
    tunnels: tuple[Tunnel, ...] = ()
    routes: tuple[str, ...] = ()
    """Lines of ``ip -batch``, as are the rules."""
    rules: tuple[str, ...] = ()
    sysctls: tuple[tuple[str, str], ...] = ()
    """Settings below ``net.``, as ``sysctl`` names them; later ones win."""
    rulesets: tuple[Ruleset, ...] = ()
    daemons: tuple[Daemon, ...] = ()
    listeners: tuple[Listener, ...] = ()
    vrf_device: str | None = None
    """The interface that everything which arrives in a Linux VRF comes by."""
    answers_for_all: bool = False
    is_linux: bool = False
    """Whether the device itself runs Linux, so that its own state is what the kernel tells."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Every address that it has: its ports' first."""
        held = (*(each for port in self.ports for each in port.addresses), *self.loopback)
        return tuple(dict.fromkeys(each.ip for each in held))


@dataclass(frozen=True, slots=True)
class Wire:
    """A broadcast domain: a bridge, or a plain cable where two ports meet."""

    name: str
    ports: tuple[tuple[str, str], ...]
    """Node and kernel's name of each interface on it."""
    switch: str | None = None
    """The node that holds its bridge; None for a plain cable."""
    bridge: str | None = None
    bridge_ports: tuple[str, ...] = ()
    """The bridge's ends of the ports' wires, in their order."""


@dataclass(frozen=True, slots=True)
class Served:
    """An endpoint of a declared service, and the nodes that its packets are meant to end at."""

    service: str
    endpoint: str
    protocol: str
    port: int | None
    address: Address
    nodes: tuple[str, ...]
    """The nodes that answer: holders of the address, instances behind a floating one; servers behind a proxy answer
    through the proxy's node."""


@dataclass(frozen=True, slots=True)
class Client:
    """Where packets of a network can be sent from: a node, and an address of the network that it can use."""

    realm: str
    role: str
    network: str
    node: str
    address: Address


@dataclass(frozen=True)
class LabPlan:
    """A whole lab: pure data, the same for the same estate and snapshot."""

    name: str
    nodes: Mapping[str, NodePlan] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()
    services: tuple[Served, ...] = ()
    clients: tuple[Client, ...] = ()
    names: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)
    """What names stand for (``/etc/hosts`` of every node)."""
    left_out: tuple[LeftOut, ...] = ()
    unplaced: tuple[str, ...] = ()
    """Networks of the estate to which no place of the lab belongs."""
    remarks: tuple[str, ...] = ()
    """What the lab decided where a configuration leaves a choice."""

    @cached_property
    def holders(self) -> dict[Address, tuple[str, ...]]:
        """The nodes that hold each address."""
        found: dict[Address, tuple[str, ...]] = {}
        for node in self.nodes.values():
            for address in node.addresses:
                found[address] = (*found.get(address, ()), node.name)
        return found

    def nodes_of(self, owner: str) -> tuple[NodePlan, ...]:
        """The nodes of a device or host: more than one where it has VRFs."""
        return tuple(each for each in self.nodes.values() if each.owner == owner)

    def tools(self) -> Iterator[str]:
        """The programs that building it needs, apart from those that every lab needs."""
        used = {one.tool.value.split(maxsplit=1)[0] for node in self.nodes.values() for one in node.rulesets}
        used |= {one.program for node in self.nodes.values() for one in node.daemons}
        daemons = [one for node in self.nodes.values() for one in node.daemons]
        if any(each.kind is ResourceKind.CERTIFICATE for one in daemons for each in one.resources):
            used.add("openssl")
        if any(node.vrf_device for node in self.nodes.values()):
            used.add("tc")
        yield from sorted(used)
