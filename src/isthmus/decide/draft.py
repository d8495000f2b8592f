"""A service and its crossings as they would be declared in one placement: plain values that an estate can load."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from isthmus.decide.edition import Edition, Placement
from isthmus.decide.wish import Wish
from isthmus.documents import Node
from isthmus.estate import INTERNET, Crossing, Estate, Network, Service, Sphere

FILE = "draft"


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be added to the estate's files, and what the estate lacks for it."""

    service_id: str
    service: dict[str, Any]
    crossings: dict[str, dict[str, Any]]
    lacking: tuple[str, ...] = ()

    def added_to(self, estate: Estate) -> Estate:
        """The estate as it would be with the draft, apart from what the service is today."""
        key = Node(self.service_id, 1, 1, 1)
        service = Service.model_validate(self.service).placed(self.service_id, FILE, key, key)
        crossings = {
            name: Crossing.model_validate(plain).placed(name, FILE, key, key) for name, plain in self.crossings.items()
        }
        return replace(
            estate,
            services={**estate.services, self.service_id: service},
            crossings={**estate.crossings, **crossings},
        )


def draft(wish: Wish, placement: Placement, estate: Estate, edition: Edition) -> Draft:
    """How ``wish`` would be declared in ``placement``."""
    drafter = _Drafter(wish, placement, estate, edition)
    service = drafter.service()
    crossings = dict(drafter.crossings())
    return Draft(drafter.id, service, crossings, tuple(dict.fromkeys(drafter.lacking)))


class _Drafter:
    """Looks up the networks and fronts of the estate that a placement needs."""

    def __init__(self, wish: Wish, placement: Placement, estate: Estate, edition: Edition) -> None:
        self.wish = wish
        self.placement = placement
        self.estate = estate
        self.edition = edition
        self.id = _fresh(wish.service, estate.services, wish.existing)
        self.lacking: list[str] = []

    def service(self) -> dict[str, Any]:
        wish, place = self.wish, self.placement.service
        name = wish.application or "main"
        network = self._network(place.realm, place.role, self._sphere)
        endpoint = {
            "network": network.id if network else None,
            "protocol": wish.protocol.value,
            "port": str(wish.port),
            "application": wish.application,
        }
        facts = wish.facts.model_dump(exclude_none=True)
        plain = {
            "title": wish.title,
            "realm": place.realm,
            "maintainers": list(wish.maintainers),
            "project": wish.project,
            "endpoints": {name: _without_gaps(endpoint)},
            "names": self._names(place.realm),
            "load_balancer": self._front("load_balancers", place.realm) if place.load_balancer else None,
            "web_proxy": self._front("web_proxies", place.realm) if place.web_proxy_if_web and self._is_web else None,
            "audience": list(wish.clients),
            "placement": facts,
            "capacity": wish.capacity.model_dump(exclude_none=True) if wish.capacity else None,
        }
        return _without_gaps(plain)

    def crossings(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """A crossing from each realm that uses the service, where that crosses or is worth declaring."""
        for realm in self.wish.clients:
            plain = self._internet() if realm == INTERNET else self._from(realm)
            if plain is not None:
                name = _fresh(f"{self.id}-from-{realm}", self.estate.crossings, None)
                yield name, plain

    def _names(self, realm: str) -> list[str]:
        """A name in the realm's first domain, where it has one that takes names."""
        domains = self.estate.realms[realm].domains if realm in self.estate.realms else ()
        return [f"{self.id}.{domain}".lower() for domain in domains[:1]]

    @property
    def _is_web(self) -> bool:
        return self.wish.application in ("http", "https")

    def _internet(self) -> dict[str, Any] | None:
        """What the internet uses crosses no realm border, unless a case speaks of clients from anywhere."""
        if all(fit.client.realm for case in self.edition.cases for fit in case.fits if case.id == self.placement.case):
            return None
        return {"client": {"networks": [INTERNET]}, "service": self.id}

    def _from(self, realm: str) -> dict[str, Any] | None:
        pair = self._pair(realm)
        if pair is None:
            return None
        client = self._network(realm, pair.client.role)
        arrives = self._network(realm, pair.client.arrives_as)
        named = {"networks": [client.id] if client else [INTERNET], "maintainers": list(self.wish.client_maintainers)}
        prefixes = [str(prefix) for prefix in arrives.prefixes if prefix.version == 4] if arrives else []
        return _without_gaps({"client": _without_gaps(named), "arrives_as": prefixes, "service": self.id})

    def _pair(self, realm: str) -> Placement | None:
        """The placement that tells how clients of ``realm`` reach a service of this one's realm."""
        candidates = (self.placement, *self.edition.placements)
        served = self.placement.service.realm
        return next((each for each in candidates if (each.service.realm, each.client.realm) == (served, realm)), None)

    @property
    def _sphere(self) -> Sphere:
        """Public where anybody outside the service's realm uses it."""
        outside = set(self.wish.clients) - {self.placement.service.realm}
        return Sphere.PUBLIC if outside else Sphere.PRIVATE

    def _network(self, realm: str, role: str, sphere: Sphere | None = None) -> Network | None:
        """A network of that realm and role, of the sphere that is wanted where there is a choice."""
        fitting = [each for each in self.estate.networks.values() if (each.realm, each.role) == (realm, role)]
        if fitting:
            return next((each for each in fitting if each.sphere is sphere), fitting[0])
        self.lacking.append(f"a network of role {role} in realm {realm}")
        return None

    def _front(self, section: str, realm: str) -> str | None:
        for front in self.estate.section(section).values():
            if getattr(front, "realm", None) == realm:
                return front.id
        self.lacking.append(f"a {section.replace('_', ' ').removesuffix('s')} of realm {realm}")
        return None


def _fresh(name: str, taken: dict[str, Any], own: str | None) -> str:
    """A name that nothing has yet; what is reworked gets a name of its own beside the old one."""
    candidate, number = name, 2
    while candidate in taken:
        candidate = f"{name}-{'new' if own == name and number == 2 else number}"
        number += 1
    return candidate


def _without_gaps(plain: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain.items() if value not in (None, [], {})}
