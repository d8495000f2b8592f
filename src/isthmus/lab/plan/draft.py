"""A plan in the making: nodes whose ports and routes are still being found."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from isthmus.diagnostics import Span
from isthmus.estate import Estate
from isthmus.lab.plan.configuration import Configuration, Texts, device_texts
from isthmus.lab.plan.naming import hardware_address, kernel_name, node_name
from isthmus.lab.plan.shape import (
    Daemon,
    InterfaceAddress,
    LeftOut,
    Listener,
    NodeKind,
    NodePlan,
    PortPlan,
    Ruleset,
    Tunnel,
)
from isthmus.network import DEFAULT_VRF, Device, DeviceKind, Network, Port, Segment, Topology
from isthmus.packetset import Address

MOST_LISTENERS = 64


@dataclass(slots=True)
class DraftPort:
    """An interface that will be."""

    name: str
    device: str
    addresses: list[InterfaceAddress]
    segment: str | None
    is_up: bool = True


@dataclass(slots=True)
class Draft:
    """A node that will be."""

    name: str
    owner: str
    kind: NodeKind
    vrf: str = DEFAULT_VRF
    model: Device | None = None
    forwards: bool = False
    ports: dict[str, DraftPort] = field(default_factory=dict)
    """By the names that the configuration gives them."""
    loopback: list[InterfaceAddress] = field(default_factory=list)
    tunnels: list[Tunnel] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    sysctls: list[tuple[str, str]] = field(default_factory=list)
    rulesets: list[Ruleset] = field(default_factory=list)
    daemons: list[Daemon] = field(default_factory=list)
    listeners: dict[Listener, None] = field(default_factory=dict)
    vrf_device: str | None = None
    answers_for_all: bool = False

    def add_port(self, name: str, addresses: list[InterfaceAddress], segment: str | None) -> DraftPort:
        """Give it an interface."""
        taken = {"lo", *(each.device for each in self.ports.values()), *(each.device for each in self.tunnels)}
        port = DraftPort(name, kernel_name(name, taken), addresses, segment)
        self.ports[name] = port
        return port

    def held(self) -> Iterator[InterfaceAddress]:
        """Every address, with its prefix."""
        for port in self.ports.values():
            yield from port.addresses
        yield from self.loopback

    def device_of(self, interface: str) -> str | None:
        """What the kernel calls an interface."""
        if interface == "lo":
            return "lo"
        return self.ports[interface].device if interface in self.ports else None

    def finished(self) -> NodePlan:
        """The node, as it will be built."""
        ports = tuple(
            PortPlan(
                each.name,
                each.device,
                hardware_address(self.name, each.name),
                tuple(each.addresses),
                each.segment,
                each.is_up,
            )
            for each in self.ports.values()
        )
        return NodePlan(
            self.name,
            self.owner,
            self.kind,
            self.vrf,
            ports,
            tuple(self.loopback),
            tuple(self.tunnels),
            tuple(self.routes),
            tuple(self.rules),
            tuple(self.sysctls),
            tuple(self.rulesets),
            tuple(self.daemons),
            tuple(self.listeners)[:MOST_LISTENERS],
            self.vrf_device,
            self.answers_for_all,
            self.model is not None and self.model.kind is DeviceKind.LINUX,
        )


class Ground:
    """Everything that planning reads, and the drafts that it writes."""

    def __init__(self, estate: Estate, configured: Configuration) -> None:
        self.estate = estate
        self.network: Network = configured.network
        self.topology = Topology(configured.network)
        self.texts: dict[str, Texts] = device_texts(configured)
        self.drafts: dict[str, Draft] = {}
        self.left_out: list[LeftOut] = []
        self.remarks: list[str] = []
        self._index: dict[Address, list[Draft]] = {}
        self._indexed = -1
        """How many addresses the index knows."""

    def texts_of(self, device: str) -> Texts:
        """The verbatim texts of a device; none for one without a folder."""
        return self.texts.get(device, Texts())

    def add(self, owner: str, kind: NodeKind, vrf: str = DEFAULT_VRF, model: Device | None = None) -> Draft:
        """A new node. Owners whose names look alike to the kernel get different ones."""
        name = node_name(owner, vrf, DEFAULT_VRF)
        while name in self.drafts:
            name += "+"
        draft = Draft(name, owner, kind, vrf, model, model is not None and model.forwards)
        self.drafts[name] = draft
        return draft

    def leave_out(self, draft: Draft, what: str, where: Span | None = None) -> None:
        """Say what the lab does not do."""
        self.left_out.append(LeftOut(draft.name, what, where))

    def of(self, owner: str, vrf: str = DEFAULT_VRF) -> Draft | None:
        """The node of a device's VRF."""
        return next((each for each in self.drafts.values() if (each.owner, each.vrf) == (owner, vrf)), None)

    def holders(self, address: Address) -> list[Draft]:
        """The nodes that hold an address."""
        count = sum(len(port.addresses) for each in self.drafts.values() for port in each.ports.values())
        count += sum(len(each.loopback) for each in self.drafts.values())
        if count != self._indexed:
            self._indexed, self._index = count, {}
            for each in self.drafts.values():
                for held in dict.fromkeys(one.ip for one in each.held()):
                    self._index.setdefault(held, []).append(each)
        return self._index.get(address, [])

    def segment_of(self, port: Port) -> Segment | None:
        """The segment of a device's interface."""
        return self.topology.segment_of.get(port)

    def segment_for(self, address: Address) -> Segment | None:
        """The segment that an address lies in, by its longest prefix."""
        holding = [
            (prefix.prefixlen, segment)
            for segment in self.topology.segments
            for prefix in segment.prefixes
            if prefix.version == address.version and address in prefix
        ]
        return max(holding, key=lambda each: each[0])[1] if holding else None

    def on_segment(self, segment: str) -> Iterator[tuple[Draft, DraftPort]]:
        """Every port on a segment."""
        for draft in self.drafts.values():
            for port in draft.ports.values():
                if port.segment == segment:
                    yield draft, port
