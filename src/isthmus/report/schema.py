"""What the json format says, key by key: one definition, from which the writer builds and the schema is made.

Keys are only ever added within one ``schema`` number; a change of meaning raises it.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from isthmus.decide import Decision, Level
from isthmus.diagnostics import Severity
from isthmus.estate import State
from isthmus.evidence import Finding, Kind

SCHEMA: Literal[1] = 1


def _encodable(value: object) -> object:
    """The same text without what UTF-8 cannot hold, such as the bytes of a file name that is not text."""
    if isinstance(value, str) and not value.isascii():
        return value.encode(errors="surrogatepass").decode(errors="replace")
    return value


Words = Annotated[str, BeforeValidator(_encodable)]
Line = Annotated[int, Field(ge=1)]


class Part(BaseModel):
    """An object of the document: it has the keys named here and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Place(Part):
    """A place in a file that somebody wrote."""

    file: Words
    """The file, by the name under which the program read it."""
    line: Line
    """Counted from 1."""
    column: Line
    """Counted from 1, in characters."""


class Waypoint(Part):
    """One thing that a packet meets on its way."""

    text: Words
    """The device, the place on it, the rule or route and what it does."""
    where: Place | None
    """The line of the rule or route."""


class Evidence(Part):
    """What one witness says about one requirement."""

    kind: Kind
    """How the witness knows."""
    finding: Finding
    """What this witness alone says."""
    absent: bool
    """Nobody was heard: evidence of this kind was never gathered, so it counts for nothing."""
    because: Words
    """The answer in a sentence."""
    remark: Words | None
    """Something worth saying that decides nothing."""
    where: Place | None
    """Where the answer can be looked up."""
    packet: Words | None
    """A packet that shows it, where configurations were proved or real packets sent."""
    path: tuple[Waypoint, ...]
    """What that packet meets on its way, with its addresses as they change; empty without a packet."""


class Requirement(Part):
    """One requirement of the guidelines, and what was found."""

    code: str
    """Its stable code, such as `XR201`; never reused."""
    name: str
    """Its short name, such as `public-ipv4`."""
    level: Level
    """Only a `must` decides."""
    finding: Finding
    """What all witnesses together say. Unknown never rounds up to met."""
    asked: bool
    """False where only other kinds of evidence were asked for; then it decides nothing."""
    excused_by: Words | None
    """The exception that excuses the deviation, where the finding is `not met` and one does."""
    waits_for: tuple[Kind, ...]
    """The kinds of evidence without which nothing can be said; empty where somebody was heard."""
    evidence: tuple[Evidence, ...]
    """What each witness says, those that were never heard included."""


class Crossing(Part):
    """One declared crossing, judged."""

    id: str
    """The name that the estate gives it."""
    title: Words | None
    """What it is for, where the estate says so."""
    client: tuple[Words, ...]
    """The networks, hosts and services that open the flow."""
    service: Words
    """The service that it leads to."""
    state: State
    """A retired crossing is judged for its story; the estate's decision does not depend on it."""
    case: Words | None
    """The case that it is, by the edition's id; null where none fits or where it cannot be told."""
    case_because: Words
    """Where both ends live, which is what the case follows from."""
    decision: Decision
    """By all the evidence that the guidelines demand."""
    on_evidence_at_hand: Decision
    """The same, leaving out requirements whose only witnesses were never heard."""
    owners_to_ask: tuple[Words, ...]
    """Whose consent is still missing."""
    requirements: tuple[Requirement, ...]
    """Those of every crossing, then those of its case, in page order."""
    where: Place
    """Where the crossing is declared."""


class Diagnostic(Part):
    """A remark about the input."""

    code: str
    """Its stable code, such as `EST104`; `isthmus explain CODE` prints its page."""
    severity: Severity
    """`error`: the input cannot be used; `finding`: the estate does not conform; `warning`: decides nothing."""
    message: Words
    """One sentence, with the user's words in backticks."""
    help: Words | None
    """What to do about it."""
    where: Place
    """Where it stands."""


class EstateFinding(Diagnostic):
    """Something found beside the requirements."""

    packet: Words | None
    """A packet that shows it, where configurations were proved."""


class Unmodelled(Part):
    """Something in a configuration whose effect on packets is not known; answers that need it are unknown."""

    what: Words
    """What was written."""
    where: Place
    """Where it stands."""


class Device(Part):
    """A device of the snapshot, as far as it was understood."""

    name: Words
    """The name of its folder, or the one that a controller gives it."""
    statements: Annotated[int, Field(ge=0)]
    """Rules, terms and other things that its configuration says."""
    share: Annotated[float, Field(ge=0, le=1)]
    """The modelled share of them."""
    unmodelled: tuple[Unmodelled, ...]
    """What is not modelled, and treated both ways."""


class Edition(Part):
    """The dated version of the guidelines by which the estate was judged."""

    id: str
    """The name by which an estate refers to it."""
    title: Words
    """The title of the page."""
    dated: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    """The day of this version, as YYYY-MM-DD."""
    source: Words
    """Where the page can be read."""


class Head(Part):
    """What every document begins with."""

    schema_number: Literal[1] = Field(alias="schema")
    """The version of this format. Keys are added without raising it, never removed or given another meaning."""
    program: str
    """The program that judged, with its version."""


class Judged(Head):
    """An estate, judged on one day by one edition."""

    exit_code: Annotated[int, Field(json_schema_extra={"enum": [0, 1, 3]})]
    """0: conforms, or deviates under current exceptions; 1: does not conform; 3: cannot tell."""
    estate: Words
    """The name of the estate."""
    edition: Edition
    """By what it was judged."""
    asked_on: date
    """The day on which the judgement holds: dates of agreements and exceptions are compared with it."""
    evidence_asked: tuple[Kind, ...]
    """The kinds of evidence that were asked for."""
    partial: bool
    """Only some crossings were asked for, so nothing is said of the estate as a whole."""
    decision: Decision
    """The gravest decision of everything that counts. The program grants nothing: the owners decide."""
    on_evidence_at_hand: Decision
    """The same, leaving out requirements whose only witnesses were never heard."""
    crossings: tuple[Crossing, ...]
    """Every crossing that was judged, in the order of the estate's files."""
    requirements: tuple[Requirement, ...]
    """Requirements that speak of the estate as a whole."""
    findings: tuple[EstateFinding, ...]
    """What was found beside the requirements."""
    devices: tuple[Device, ...]
    """The devices whose configurations were proved; empty where there is no snapshot."""


class Refused(Head):
    """The input could not be used, so nothing was judged."""

    exit_code: Literal[2]
    """2: wrong input."""
    decision: None
    """There is none."""
    diagnostics: tuple[Diagnostic, ...]
    """What is wrong with the input, all of it."""


class _Schema(GenerateJsonSchema):
    """Leaves out the titles that would only repeat the keys."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 - as pydantic declares it
        return False


def report_schema() -> dict[str, Any]:
    """The schema (JSON Schema draft 2020-12) that every document of ``isthmus check --format json`` follows."""
    either: TypeAdapter[Judged | Refused] = TypeAdapter(Judged | Refused)
    schema = either.json_schema(mode="serialization", schema_generator=_Schema)
    return {
        "$schema": _Schema.schema_dialect,
        **schema,
        "title": "A report of `isthmus check --format json`",
        "description": "A judgement, or what kept the input from being judged.",
    }
