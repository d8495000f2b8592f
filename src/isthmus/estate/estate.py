"""The estate: everything that was declared, by id, with the address plan over it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from isthmus.diagnostics import Span
from isthmus.estate.addresses import AddressPlan
from isthmus.estate.crossings import Agreement, Attestation, Crossing, ExceptionEntry, Expectation
from isthmus.estate.entity import Entity
from isthmus.estate.hosts import Host
from isthmus.estate.networks import NameRecord, Network
from isthmus.estate.realms import Owner, Project, Realm
from isthmus.estate.services import LoadBalancer, Service, WebProxy
from isthmus.estate.types import IPAddress

SECTIONS: dict[str, type[Entity]] = {
    "owners": Owner,
    "realms": Realm,
    "projects": Project,
    "networks": Network,
    "names": NameRecord,
    "hosts": Host,
    "load_balancers": LoadBalancer,
    "web_proxies": WebProxy,
    "services": Service,
    "crossings": Crossing,
    "exceptions": ExceptionEntry,
    "expectations": Expectation,
}
"""The sections of an estate's files: the key in the file, and the shape of each entry below it."""


@dataclass(frozen=True)
class Vocabulary:
    """The words that an edition of the guidelines gives to estates."""

    realms: tuple[str, ...]
    roles: dict[str, str]
    """Each role of a network, and the kind of host that it is for (``instance``, ``hardware`` or ``any``)."""
    facilities: tuple[str, ...]
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class Estate:
    """What exists and what is wanted, complete and consistent; made by :func:`isthmus.estate.read_estate`."""

    name: str
    edition: str
    where: Span
    owners: dict[str, Owner] = field(default_factory=dict)
    realms: dict[str, Realm] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    names: dict[str, NameRecord] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)
    load_balancers: dict[str, LoadBalancer] = field(default_factory=dict)
    web_proxies: dict[str, WebProxy] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    crossings: dict[str, Crossing] = field(default_factory=dict)
    exceptions: dict[str, ExceptionEntry] = field(default_factory=dict)
    expectations: dict[str, Expectation] = field(default_factory=dict)
    agreed: tuple[Agreement, ...] = ()
    """Consent of owners to the edition in force."""
    attestations: tuple[Attestation, ...] = ()
    """Statements about requirements that speak of the estate as a whole."""

    @cached_property
    def plan(self) -> AddressPlan:
        """The address plan over all networks."""
        return AddressPlan(self.networks.values())

    def section(self, name: str) -> dict[str, Entity]:
        """One section by the key it has in the files."""
        entries: dict[str, Entity] = getattr(self, name)
        return entries

    def entities(self) -> Iterator[tuple[str, Entity]]:
        """Every entry of every section, with the section's name."""
        for section in SECTIONS:
            for entity in self.section(section).values():
                yield section, entity

    def resolve(self, address: IPAddress | str) -> tuple[IPAddress, ...]:
        """The addresses that an address or a name stands for; none where the name is unresolved."""
        seen: set[str] = set()
        while isinstance(address, str):
            record = self.names.get(address)
            if record is None or address in seen:
                return ()
            if record.addresses:
                return record.addresses
            seen.add(address)
            address = record.alias or ""
        return (address,)
