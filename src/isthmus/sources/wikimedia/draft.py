"""The estate in the making: entries that importers add, and complete where several files speak of one thing."""

import re
from collections.abc import Iterator
from typing import TypeVar

from isthmus.diagnostics import shown
from isthmus.estate import (
    SECTIONS,
    AddressPlan,
    Host,
    HostKind,
    IPAddress,
    IPPrefix,
    LoadBalancer,
    NameRecord,
    Network,
    Owner,
    Realm,
    Service,
)
from isthmus.estate.entity import Entity
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.outcomes import CannotImport, Imported
from isthmus.sources.wikimedia.realms import OWNERS, REALMS

Kind = TypeVar("Kind", bound=Entity)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")


class Draft:
    """Entries by section and id. An id or a prefix that is taken is never given away a second time."""

    def __init__(self) -> None:
        self.sections: dict[str, dict[str, Entity]] = {name: {} for name in SECTIONS}
        self.sections["owners"] |= OWNERS
        self.sections["realms"] |= REALMS
        self._prefixes: dict[tuple[str, IPPrefix], str] = {}

    def every(self, section: str, kind: type[Kind]) -> Iterator[tuple[str, Kind]]:
        """Ids and entries of one section."""
        for id_, entity in self.sections[section].items():
            if isinstance(entity, kind):
                yield id_, entity

    def get(self, section: str, id_: str, kind: type[Kind]) -> Kind | None:
        """One entry, or None."""
        entity = self.sections[section].get(id_)
        return entity if isinstance(entity, kind) else None

    def add(self, section: str, id_: str, entity: Entity) -> Imported:
        """Add an entry under an id that nothing has yet."""
        if section != "names" and not _ID.fullmatch(id_):
            raise CannotImport(f"`{shown(id_)}` cannot be an id of an estate")
        earlier = self.sections[section].get(id_)
        if earlier is not None:
            raise CannotImport(f"`{id_}` is already defined by {earlier.origin or 'the program'}")
        self.sections[section][id_] = entity
        return Imported(f"{section}.{id_}")

    def complete(self, section: str, id_: str, **values: object) -> Imported:
        """Set fields of an entry that exists; values of None say nothing."""
        earlier = self.sections[section][id_]
        said = {key: value for key, value in values.items() if value is not None}
        self.sections[section][id_] = type(earlier).model_validate({**dict(earlier), **said})
        return Imported(f"{section}.{id_}")

    def realm(self, name: str, datum: Datum) -> str:
        """Make sure that a realm exists; one that only the data names gets an owner who says so."""
        if name not in self.sections["realms"]:
            owner = f"{name}-owner"
            title = f"The data names no owner of realm {name}"
            self.add("owners", owner, Owner(title=title, origin=datum.origin))
            self.add("realms", name, Realm(owners=(owner,), origin=datum.origin))
        return name

    def network_of(self, realm: str, prefix: IPPrefix) -> str | None:
        """The network of ``realm`` that has exactly this prefix."""
        return self._prefixes.get((realm, prefix))

    def claim(self, id_: str, network: Network) -> Imported:
        """Give a network its prefixes: a new entry, more prefixes of an entry, or one known by its prefix.

        An entry that exists keeps what it says and gains what it lacks (VLAN, rack, site).
        """
        known = {self._prefixes.get((network.realm, prefix)) for prefix in network.prefixes} - {None}
        id_ = next((each for each in sorted(filter(None, known))), id_)
        earlier = self.get("networks", id_, Network)
        if earlier is None:
            own = tuple(dict.fromkeys(network.prefixes))
            done = self.add("networks", id_, network.model_copy(update={"prefixes": own}))
        elif not known and (earlier.realm, earlier.site) != (network.realm, network.site):
            raise CannotImport(f"`{id_}` is already another network's id ({earlier.origin})")
        else:
            more = tuple(each for each in network.prefixes if (network.realm, each) not in self._prefixes)
            lacking = {key: getattr(network, key) for key in ("vlan", "rack", "site") if getattr(earlier, key) is None}
            prefixes = (*earlier.prefixes, *more) if more else None
            done = self.complete("networks", id_, prefixes=prefixes, **lacking)
        for prefix in network.prefixes:
            self._prefixes.setdefault((network.realm, prefix), id_)
        return done

    def plan(self) -> AddressPlan:
        """The address plan over the networks known so far."""
        return AddressPlan(network for _, network in self.every("networks", Network))

    def host(self, id_: str, datum: Datum, site: str | None) -> str:
        """Make sure that a piece of the cloud's hardware exists."""
        if id_ not in self.sections["hosts"]:
            host = Host(realm="cloud", kind=HostKind.HARDWARE, site=site, origin=datum.origin)
            self.add("hosts", id_, host)
        return id_

    def balancer(self, id_: str, balancer: LoadBalancer) -> str:
        """Make sure that a load balancer exists and holds these addresses."""
        earlier = self.get("load_balancers", id_, LoadBalancer)
        if earlier is None:
            self.add("load_balancers", id_, balancer)
        else:
            more = [each for each in balancer.addresses if each not in earlier.addresses]
            self.complete("load_balancers", id_, addresses=(*earlier.addresses, *more))
        return id_

    def services_at(self, address: IPAddress) -> list[tuple[str, tuple[str, ...]]]:
        """Every service that listens on ``address``, with the endpoints that do."""
        found = []
        for id_, service in self.every("services", Service):
            endpoints = tuple(name for name, endpoint in service.endpoints.items() if address in endpoint.addresses)
            if endpoints:
                found.append((id_, endpoints))
        return found

    def name_unknown(self, name: str, datum: Datum) -> None:
        """Keep a name that the data does not resolve: it is known, and stands for nothing yet."""
        if name not in self.sections["names"]:
            self.add("names", name, NameRecord(origin=datum.origin))
