"""The shape of an edition's file: what an author may write, key by key."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
)

from isthmus.decide import Level, Scope
from isthmus.documents import bad_value
from isthmus.estate.types import read_date
from isthmus.evidence import Kind

Word = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
Sentence = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=2000)]


_CODE = r"^[A-Z]{2,4}[0-9]{3}$"


def _read_day(value: object) -> str:
    return read_date(value).isoformat()


def _read_code(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(_CODE, value):
        return value
    help_ = "a code is two to four capital letters and three digits, such as `XR101`"
    raise bad_value("`{given}` cannot be a code", value, "a code", help_)


Day = Annotated[str, BeforeValidator(_read_day), WithJsonSchema({"type": "string", "format": "date"})]
RequirementCode = Annotated[str, BeforeValidator(_read_code), WithJsonSchema({"type": "string", "pattern": _CODE})]


class Row(BaseModel):
    """A table of an edition: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class HeaderRow(Row):
    """Which edition this is."""

    id: Word
    title: Sentence
    dated: Day
    source: Sentence
    """Where the page can be read."""


class RoleRow(Row):
    """What a network can be for."""

    kind: Literal["instance", "hardware", "any"]
    """What kind of host lives in such a network, where that follows."""
    says: Sentence


class SelectorRow(Row):
    """Where an end of a crossing lives; a key that is left out asks for nothing."""

    realm: Word | None = None
    kind: Literal["instance", "hardware"] | None = None
    role: Word | None = None
    sphere: Literal["public", "private"] | None = None
    audience: tuple[Word, ...] = ()


class FitRow(Row):
    """One way to belong to a case."""

    client: SelectorRow
    service: SelectorRow


class RequirementRow(Row):
    """One demand of the page."""

    code: RequirementCode
    name: Word
    says: Sentence
    """The demand in the edition's own words."""
    quote: Sentence
    """The page's own sentence."""
    level: Level
    judged_by: Annotated[tuple[Kind, ...], Field(min_length=1)]
    check: Word
    """A file of guidelines/checks."""
    params: dict[str, Any] = {}
    """What the check is told; each check documents its own keys."""
    scope: Scope = Scope.CROSSING
    excusable: StrictBool = True
    """Whether an exception can excuse a deviation."""
    applies: str = ""
    """When the demand applies, in words."""


class ExampleRow(Row):
    """An example that the page gives."""

    name: Word
    says: Sentence
    quote: Sentence


class ReasonRow(Row):
    """A reason for dedicated hardware, and the placement fact of a service that shows it."""

    id: Word
    says: Sentence
    quote: Sentence
    fact: Literal["data", "replication", "per_client_access", "per_client_policing", "runs_the_cloud", "other"]
    at_least: StrictInt | None = None
    """Bytes from which a size is a reason."""
    speaks_against: tuple[Word, ...] = ()
    """Cases that it rules out or makes hard."""


class CaseRow(Row):
    """One of the page's cases."""

    id: Word
    name: Word
    title: Sentence
    says: Sentence
    quote: Sentence
    also_known_as: tuple[Sentence, ...] = ()
    ask: tuple[Literal["realm-owners", "client-maintainers", "service-maintainers"], ...]
    """Whose consent a crossing of this case needs."""
    fits: Annotated[tuple[FitRow, ...], Field(min_length=1)]
    requirement: tuple[RequirementRow, ...] = ()
    example: tuple[ExampleRow, ...] = ()
    reason: tuple[ReasonRow, ...] = ()


class ServicePlacementRow(Row):
    """How a service of this placement is declared."""

    realm: Word
    kind: Literal["instance", "hardware"]
    role: Word
    """The role of the network in which clients reach it."""
    load_balancer: StrictBool = False
    web_proxy_if_web: StrictBool = False
    native: Word | None = None
    tagged: Word | None = None


class ClientPlacementRow(Row):
    """From where a placed service is used, and as what its clients arrive."""

    realm: Word
    role: Word
    arrives_as: Word


class PlacementRow(Row):
    """One way to place a service, for ``isthmus plan``; the file's order is the page's preference."""

    id: Word
    case: Word
    title: Sentence
    speaks_for: Sentence
    service: ServicePlacementRow
    client: ClientPlacementRow
    to_do: tuple[Sentence, ...]


class GeneralRow(Row):
    """What holds for every crossing."""

    requirement: tuple[RequirementRow, ...] = ()


class EditionFile(Row):
    """A dated version of the guidelines, as data."""

    edition: HeaderRow
    realms: Annotated[dict[Word, Sentence], Field(min_length=2)]
    roles: dict[Word, RoleRow]
    facilities: dict[Word, Sentence] = {}
    general: GeneralRow = GeneralRow()
    case: Annotated[tuple[CaseRow, ...], Field(min_length=1)]
    placement: tuple[PlacementRow, ...] = ()
