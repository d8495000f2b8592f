"""An edition of the guidelines, as the engine sees it: cases that ends fit into, requirements that are checked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from isthmus.diagnostics import Span
from isthmus.estate import Vocabulary
from isthmus.evidence import Answer, Kind

if TYPE_CHECKING:
    from isthmus.decide.question import Question


class Level(StrEnum):
    """How much a requirement weighs."""

    MUST = "must"
    """Decides conformity."""
    SHOULD = "should"
    """Reported; decides nothing."""
    NOTE = "note"
    """Told for the record; decides nothing."""


class Scope(StrEnum):
    """What a requirement speaks of."""

    CROSSING = "crossing"
    ESTATE = "estate"


@dataclass(frozen=True, slots=True)
class Selector:
    """A description of where an end of a crossing lives; an empty field asks for nothing."""

    realm: str | None = None
    kind: str | None = None
    role: str | None = None
    sphere: str | None = None
    audience: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fit:
    """One way to belong to a case: where the client lives and where the service lives."""

    client: Selector
    service: Selector


Ask = Callable[["Question"], Answer]


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of check: what the estate's declarations and people's statements say about a requirement.

    A witness is None where the check leaves it to the engine: no declared opinion, or the plain rule that
    a named person's dated statement settles the matter.
    """

    name: str
    page: str
    """What it demands and how it judges, for ``isthmus explain``."""
    declared: Ask | None = None
    attested: Ask | None = None
    reads_findings: bool = False
    """It judges the other findings of the same crossing, so it is asked last."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand of the page."""

    code: str
    name: str
    says: str
    quote: str
    level: Level
    judged_by: tuple[Kind, ...]
    check: Check
    params: Any
    scope: Scope = Scope.CROSSING
    excusable: bool = True
    applies: str = ""
    """When the demand applies, in words; empty: always."""
    where: Span | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """An example that the page gives for a case."""

    name: str
    says: str
    quote: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for dedicated hardware, and the placement fact that shows it."""

    id: str
    says: str
    quote: str
    fact: str
    at_least: int | None = None
    speaks_against: tuple[str, ...] = ()
    """Ids of the cases that it rules out or makes hard."""


class ServicePlacement(Protocol):
    """How a service of a placement is declared."""

    @property
    def realm(self) -> str:
        """The realm that it belongs to."""

    @property
    def kind(self) -> str:
        """What it runs on: ``instance`` or ``hardware``."""

    @property
    def role(self) -> str:
        """The role of the network in which clients reach it."""

    @property
    def load_balancer(self) -> bool:
        """Whether a load balancer of its realm stands in front."""

    @property
    def web_proxy_if_web(self) -> bool:
        """Whether a web proxy stands in front if it speaks HTTP."""

    @property
    def native(self) -> str | None:
        """The role of its hosts' untagged network."""

    @property
    def tagged(self) -> str | None:
        """The role of its hosts' tagged network."""


class ClientPlacement(Protocol):
    """From where a placed service is used."""

    @property
    def realm(self) -> str:
        """The clients' realm."""

    @property
    def role(self) -> str:
        """The role of the clients' network."""

    @property
    def arrives_as(self) -> str:
        """The role of the network whose addresses the service sees."""


@dataclass(frozen=True, slots=True)
class Placement:
    """One way to place a service, in the page's order of preference."""

    id: str
    case: str
    title: str
    speaks_for: str
    service: ServicePlacement
    client: ClientPlacement
    to_do: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One of the page's cases."""

    id: str
    name: str
    title: str
    says: str
    quote: str
    fits: tuple[Fit, ...]
    ask: tuple[str, ...]
    requirements: tuple[Requirement, ...] = ()
    examples: tuple[Example, ...] = ()
    also_known_as: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Edition:
    """A dated version of the guidelines."""

    id: str
    title: str
    dated: str
    source: str
    vocabulary: Vocabulary
    general: tuple[Requirement, ...]
    cases: tuple[Case, ...]
    placements: tuple[Placement, ...] = ()

    def requirements(self) -> Iterator[tuple[Requirement, Case | None]]:
        """Every requirement in page order, with its case (None: general)."""
        for requirement in self.general:
            yield requirement, None
        for case in self.cases:
            for requirement in case.requirements:
                yield requirement, case

    def find(self, code: str) -> tuple[Requirement, Case | None] | None:
        """One requirement by its code."""
        return next((pair for pair in self.requirements() if pair[0].code == code), None)

    def case(self, id_: str) -> Case | None:
        """One case by its id."""
        return next((case for case in self.cases if case.id == id_), None)

    def demands(self, case: Case | None) -> tuple[Requirement, ...]:
        """The requirements of a crossing of ``case``: the general ones, then the case's own."""
        general = tuple(each for each in self.general if each.scope is Scope.CROSSING)
        return general + (case.requirements if case else ())
