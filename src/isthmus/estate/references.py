"""Following references: what each entry names in other sections, and what leads nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from isthmus.diagnostics import Diagnostic, Span, closest, did_you_mean
from isthmus.estate import codes
from isthmus.estate.crossings import Agreement, Attestation, Crossing, ExceptionEntry, Expectation
from isthmus.estate.entity import Entity
from isthmus.estate.estate import Estate, Vocabulary
from isthmus.estate.hosts import Host
from isthmus.estate.networks import Network
from isthmus.estate.realms import Project, Realm
from isthmus.estate.services import INTERNET, Front, Service

Path = tuple[str | int, ...]

DECISIONS = ("conforms", "excepted", "does-not-conform", "cannot-tell")


@dataclass(frozen=True, slots=True)
class Reference:
    """One word of an entry that names something: where it stands, and in which section it is looked up."""

    path: Path
    word: str
    section: str


def references(entity: Entity) -> Iterator[Reference]:
    """Every reference that an entry makes to another section of the estate.

    >>> [each.section for each in references(Realm(owners=("sre",)))]
    ['owners']
    """
    match entity:
        case Realm():
            yield from _each(entity, "owners", "owners")
        case Project():
            yield Reference(("realm",), entity.realm, "realms")
            yield from _each(entity, "maintainers", "owners")
        case Network():
            yield Reference(("realm",), entity.realm, "realms")
            yield Reference(("role",), entity.role, "roles")
        case Host():
            yield from _host(entity)
        case Front():
            yield Reference(("realm",), entity.realm, "realms")
            yield from _each(entity, "maintainers", "owners")
            yield from _each(entity, "hosts", "hosts")
        case Service():
            yield from _service(entity)
        case Crossing():
            yield from _crossing(entity)
        case ExceptionEntry():
            yield Reference(("crossing",), entity.crossing, "crossings")
            yield Reference(("owner",), entity.owner, "owners")
            yield from _each(entity, "requirements", "requirements")
            yield from _agreed(entity)
        case Expectation():
            yield Reference(("crossing",), entity.crossing, "crossings")
            yield from _each(entity, "not_met", "requirements")
            if entity.decision is not None:
                yield Reference(("decision",), entity.decision, "decisions")


def dangling(estate: Estate, broken: dict[str, dict[str, Span]], vocabulary: Vocabulary | None) -> Iterator[Diagnostic]:
    """A diagnostic for every reference that leads nowhere.

    ``broken`` holds ids that exist and could not be understood; ``vocabulary`` the words of the edition.
    """
    known = _known(estate, broken, vocabulary)
    for _, entity in estate.entities():
        for each in references(entity):
            words = known.get(each.section)
            if words is not None and each.word not in words:
                yield _unknown(each, entity.span(*each.path), words, estate)
    yield from _loose(estate, known)


def _known(estate: Estate, broken: dict[str, dict[str, Span]], vocabulary: Vocabulary | None) -> dict[str, set[str]]:
    """The words of each section; a section of the edition is absent where the edition is."""
    known = {section: {*estate.section(section), *broken[section]} for section in broken}
    known["client networks"] = known["networks"] | {INTERNET}
    known["audiences"] = known["realms"] | {INTERNET}
    known["decisions"] = set(DECISIONS)
    if vocabulary is not None:
        known["roles"] = set(vocabulary.roles)
        known["facilities"] = set(vocabulary.facilities)
        known["requirements"] = set(vocabulary.requirements)
    return known


_SINGULAR = {
    "facilities": "facility",
    "load_balancers": "load balancer",
    "web_proxies": "web proxy",
    "client networks": "network",
    "audiences": "audience",
}

_LOOKED_UP_IN = {"client networks": "networks", "audiences": "realms"}


def _unknown(reference: Reference, where: Span, words: set[str], estate: Estate) -> Diagnostic:
    what = _SINGULAR.get(reference.section, reference.section.removesuffix("s"))
    vocabulary = reference.section in ("roles", "facilities", "requirements", "decisions")
    code = codes.UNKNOWN_WORD if vocabulary else codes.UNKNOWN_REFERENCE
    help_ = did_you_mean(reference.word, words, what=reference.section.replace("_", " "))
    best = closest(reference.word, words)
    section = _LOOKED_UP_IN.get(reference.section, reference.section)
    if best and not vocabulary and best in estate.section(section):
        help_ += f" ({estate.section(section)[best].where})"
    return Diagnostic(code, f"unknown {what} `{reference.word}`", where, help_)


def _loose(estate: Estate, known: dict[str, set[str]]) -> Iterator[Diagnostic]:
    """The estate-wide agreements and attestations, which stand in lists and not under ids."""
    statements: tuple[Agreement | Attestation, ...] = (*estate.agreed, *estate.attestations)
    for statement in statements:
        if statement.owner is not None and statement.owner not in known["owners"]:
            reference = Reference(("owner",), statement.owner, "owners")
            yield _unknown(reference, statement.span("owner"), known["owners"], estate)
    requirements = known.get("requirements")
    for attestation in estate.attestations:
        if requirements is not None and attestation.requirement not in requirements:
            reference = Reference(("requirement",), attestation.requirement, "requirements")
            yield _unknown(reference, attestation.span("requirement"), requirements, estate)


def _each(entity: Any, key: str, section: str) -> Iterator[Reference]:  # noqa: ANN401 - any entity
    for at, word in enumerate(getattr(entity, key) or ()):
        yield Reference((key, at), word, section)


def _agreed(entity: Any) -> Iterator[Reference]:  # noqa: ANN401
    for at, agreement in enumerate(entity.agreed):
        yield Reference(("agreed", at, "owner"), agreement.owner, "owners")


def _optional(entity: Any, key: str, section: str) -> Iterator[Reference]:  # noqa: ANN401
    word = getattr(entity, key)
    if word is not None:
        yield Reference((key,), word, section)


def _host(host: Host) -> Iterator[Reference]:
    yield Reference(("realm",), host.realm, "realms")
    yield from _optional(host, "project", "projects")
    for name, interface in host.interfaces.items():
        if interface.native is not None:
            yield Reference(("interfaces", name, "native"), interface.native, "networks")
        for at, network in enumerate(interface.tagged):
            yield Reference(("interfaces", name, "tagged", at), network, "networks")


def _service(service: Service) -> Iterator[Reference]:
    yield Reference(("realm",), service.realm, "realms")
    yield from _each(service, "maintainers", "owners")
    yield from _each(service, "hosts", "hosts")
    yield from _each(service, "audience", "audiences")
    yield from _optional(service, "project", "projects")
    yield from _optional(service, "load_balancer", "load_balancers")
    yield from _optional(service, "web_proxy", "web_proxies")
    for name, endpoint in service.endpoints.items():
        if endpoint.network is not None:
            yield Reference(("endpoints", name, "network"), endpoint.network, "networks")


def _crossing(crossing: Crossing) -> Iterator[Reference]:
    client = crossing.client
    for key, section in (("networks", "client networks"), ("hosts", "hosts"), ("services", "services")):
        for at, word in enumerate(getattr(client, key)):
            yield Reference(("client", key, at), word, section)
    for at, word in enumerate(client.maintainers):
        yield Reference(("client", "maintainers", at), word, "owners")
    yield Reference(("service",), crossing.service, "services")
    yield from _optional(crossing, "facility", "facilities")
    yield from _agreed(crossing)
    for at, attestation in enumerate(crossing.attestations):
        yield Reference(("attestations", at, "requirement"), attestation.requirement, "requirements")
        if attestation.owner is not None:
            yield Reference(("attestations", at, "owner"), attestation.owner, "owners")
