"""Servers, instances and devices, with their interfaces."""

from enum import StrEnum

from isthmus.estate.entity import Entity, Shape
from isthmus.estate.types import Address, Identifier, Text
from isthmus.estate.words import NetworkId, ProjectId, RealmId


class HostKind(StrEnum):
    """What a host is made of."""

    INSTANCE = "instance"
    """A virtual machine inside a cloud's software-defined network."""
    HARDWARE = "hardware"
    """A physical server or network device."""


class Interface(Shape):
    """A network interface: the VLAN that it carries untagged, those that it carries tagged, its addresses."""

    native: NetworkId | None = None
    """The network of the untagged VLAN."""
    tagged: tuple[NetworkId, ...] = ()
    """The networks of the 802.1Q-tagged VLANs."""
    addresses: tuple[Address, ...] = ()


class Host(Entity):
    """A server, an instance or a network device."""

    title: Text | None = None
    realm: RealmId
    """The realm whose services it runs; cloud-dedicated hardware belongs to the cloud."""
    kind: HostKind
    """`instance` or `hardware`."""
    site: Identifier | None = None
    rack: Identifier | None = None
    project: ProjectId | None = None
    interfaces: dict[Identifier, Interface] = {}

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Every address of every interface, in the order written."""
        return tuple(each for interface in self.interfaces.values() for each in interface.addresses)
