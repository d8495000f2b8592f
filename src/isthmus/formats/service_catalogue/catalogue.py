"""A service catalogue in its own shape: services with their addresses, and how load balancers serve them."""

from dataclasses import dataclass
from enum import StrEnum

from isthmus.diagnostics import Span
from isthmus.network import Unmodelled
from isthmus.packetset import Address, IpProtocol


class State(StrEnum):
    """How far a service has been set up: it goes down this list, and when it is removed, up again."""

    SERVICE_SETUP = "service_setup"
    """Its servers are being set up; no load balancer has it."""
    LVS_SETUP = "lvs_setup"
    """Load balancers are being set up: some or all of them may serve it."""
    MONITORING_SETUP = "monitoring_setup"
    """Load balancers may serve it; nobody is called yet when it fails."""
    PRODUCTION = "production"
    """Load balancers serve it."""


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """One address of a service, or None; ``site`` and ``label`` are the keys that it stands under."""

    site: str
    label: str
    address: Address | None
    where: Span


@dataclass(frozen=True, slots=True)
class Balancing:
    """How load balancers serve a service (``lvs``)."""

    group: str
    """The class of load balancers that have it; nothing where it is not told."""
    is_enabled: bool
    protocol: IpProtocol
    tunnels: frozenset[str]
    """Sites where packets reach the servers inside others (``ipip_encapsulation``)."""
    pool: str
    """By what name the servers are known to the program that pools them."""
    pool_where: Span


@dataclass(frozen=True, slots=True)
class Service:
    """One entry. ``doubts`` say what of it was not understood, as where its port is None."""

    name: str
    where: Span
    state: State | None
    sites: tuple[str, ...]
    port: int | None
    addresses: tuple[ServiceAddress, ...]
    balancing: Balancing | None = None
    doubts: tuple[Unmodelled, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One file. ``count`` is how many fields were written."""

    file: str
    services: tuple[Service, ...]
    count: int
    unmodelled: tuple[Unmodelled, ...] = ()
