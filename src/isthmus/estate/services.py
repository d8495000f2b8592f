"""Services: what listens, for whom, in front of and behind what, and the facts that decide where it should live."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool, ValidationInfo, field_validator

from isthmus.documents import contradiction
from isthmus.estate.entity import Entity, Shape
from isthmus.estate.realms import Capacity
from isthmus.estate.types import Address, AddressOrName, Identifier, Name, PortRange, Ports, Prefix, Size, Text
from isthmus.estate.words import Audience, HostId, LoadBalancerId, NetworkId, OwnerId, ProjectId, RealmId, WebProxyId

INTERNET = "internet"
"""The realm, network and audience of everything that no declared network covers."""


class Protocol(StrEnum):
    """What is carried in IP."""

    TCP = "tcp"
    UDP = "udp"
    SCTP = "sctp"
    ICMP = "icmp"
    ICMPV6 = "icmpv6"
    GRE = "gre"
    ESP = "esp"
    VRRP = "vrrp"


_WITH_PORTS = {Protocol.TCP, Protocol.UDP, Protocol.SCTP}


class Bind(StrEnum):
    """Which of the host's addresses a listener takes connections on."""

    ADDRESSES = "addresses"
    """Only the endpoint's own addresses."""
    ANY = "any"
    """Every address that the host has, on every leg."""


class Endpoint(Shape):
    """Where a service listens: addresses (or a network, while none is assigned), protocol and port."""

    addresses: tuple[AddressOrName, ...] = ()
    network: NetworkId | None = None
    """The network in which the address will be, while it is not assigned yet."""
    protocol: Protocol = Protocol.TCP
    port: Annotated[Ports | None, Field(validate_default=True)] = None
    application: Identifier | None = None
    """What is spoken, such as ``https``, ``ssh`` or ``nfs``."""
    bind: Bind = Bind.ADDRESSES

    @field_validator("port")
    @classmethod
    def _port_fits(cls, port: PortRange | None, info: ValidationInfo) -> PortRange | None:
        """A port exactly where the protocol has ports."""
        protocol = info.data.get("protocol")
        if protocol in _WITH_PORTS and port is None:
            raise contradiction(f"`{protocol}` needs a `port`", "add `port`: a number, or a range such as `8000-8080`")
        if protocol is not None and protocol not in _WITH_PORTS and port is not None:
            raise contradiction(f"`{protocol}` has no ports", "remove `port`, or correct `protocol`")
        return port

    @property
    def is_web(self) -> bool:
        """Whether HTTP is spoken, as far as the declaration tells."""
        return self.application in ("http", "https")


class Front(Entity):
    """Something that stands in front of services and holds the addresses that clients use."""

    title: Text | None = None
    realm: RealmId
    """The realm that it is dedicated to."""
    maintainers: tuple[OwnerId, ...] = ()
    hosts: tuple[HostId, ...] = ()
    addresses: tuple[AddressOrName, ...] = ()


class LoadBalancer(Front):
    """A load-balancing layer, such as LVS or HAProxy."""


class WebProxy(Front):
    """A web proxy that ends HTTP connections and opens new ones to instances."""


class PlacementFacts(Shape):
    """What speaks for or against a place: the questions that ``isthmus plan`` asks."""

    data: Size | None = None
    """Bytes of data that the service holds."""
    replication: Size | None = None
    """Bytes of data that replication keeps in step."""
    per_client_access: StrictBool | None = None
    """Access control down to the single client, such as file locks per instance."""
    per_client_policing: StrictBool | None = None
    """Firewalling or rate limits down to the single client."""
    runs_the_cloud: StrictBool | None = None
    """The cloud itself cannot run without it."""
    other: Text | None = None
    """Another reason for dedicated hardware, in words."""


class Service(Entity):
    """Something that listens, what it is for, and who answers for it."""

    title: Text | None = None
    realm: RealmId
    """The realm that it belongs to; one of `realms`."""
    maintainers: tuple[OwnerId, ...] = ()
    project: ProjectId | None = None
    hosts: tuple[HostId, ...] = ()
    endpoints: Annotated[dict[Identifier, Endpoint], Field(min_length=1)]
    """Where it listens: for each endpoint an id, with its addresses, protocol and port."""
    names: tuple[Name, ...] = ()
    load_balancer: LoadBalancerId | None = None
    web_proxy: WebProxyId | None = None
    audience: tuple[Audience, ...] = ()
    """For whom it is meant: realms, or ``internet``."""
    admits: tuple[Prefix, ...] | None = None
    """What its firewall lets in; absent means not declared."""
    tags: tuple[Identifier, ...] = ()
    """Labels that an edition may speak of, such as ``public-wiki``."""
    placement: PlacementFacts | None = None
    capacity: Capacity | None = None
    """What it asks of the cloud."""

    def concrete_addresses(self) -> tuple[Address, ...]:
        """The endpoint addresses that are written as addresses (names are left out)."""
        return tuple(
            each for endpoint in self.endpoints.values() for each in endpoint.addresses if not isinstance(each, str)
        )
