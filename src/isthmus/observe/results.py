"""What an audit found, as plain values for reports, checks and pages."""

from dataclasses import dataclass, field

from isthmus.observe.words import Attempt, Side, Verdict


@dataclass(frozen=True, slots=True)
class Amount:
    """How much was seen; ``packets`` and ``bytes`` are scaled by the sampling rate."""

    records: int = 0
    """From client to service, or of both directions in one."""
    replies: int = 0
    """Records from service to client."""
    packets: int = 0
    bytes: int = 0
    uncounted: int = 0
    """Records that told no packets."""

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            self.records + other.records,
            self.replies + other.replies,
            self.packets + other.packets,
            self.bytes + other.bytes,
            self.uncounted + other.uncounted,
        )

    @property
    def flows(self) -> int:
        """So many flows at least: a flow may be told by a record, a reply, or both."""
        return max(self.records, self.replies)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one exporter saw of a finding, on one side of it."""

    exporter: str
    side: Side
    client: str
    """The network in which the client was seen."""
    service: str
    """The address as which the service was seen."""
    amount: Amount
    first_ms: int
    last_ms: int
    file: str
    """Where the earliest record is: the input …"""
    record: int
    """… and the position in it."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Flows of one kind from a realm to one port of one service, with everything that was seen of them."""

    verdict: Verdict
    attempt: Attempt
    codes: tuple[str, ...]
    """The requirements that it breaks."""
    case: str
    client_realm: str
    service_realm: str
    clients: tuple[str, ...]
    """The addresses seen most, the most frequent first; before and after translation."""
    number_of_clients: int
    service: str
    """The declared service, else the address."""
    addresses: tuple[str, ...]
    """Every address as which the service was seen."""
    protocol: int
    port: int
    crossing: str
    """The declared crossing, of a deviating flow; or one that matches and does not run yet."""
    is_inferred: bool
    """Whether ports alone told who is the client."""
    flows: int
    """At least: the most that one exporter saw."""
    amount: Amount
    """Of that exporter."""
    first_ms: int
    last_ms: int
    sightings: tuple[Sighting, ...]
    draft: str = ""
    """How it would be declared, in YAML, for people to review."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What was seen of a declared crossing."""

    crossing: str
    flows: int
    """At least: the most that one exporter saw."""
    amount: Amount
    """Over all exporters."""
    first_ms: int
    last_ms: int
    attempts: int
    """Records of attempts that were refused."""
    broken: dict[str, int]
    """Records that show a demand broken, by code; and nothing excused it on that day."""
    excused: dict[str, int]
    """Records that show a demand broken and were excused on that day, by exception …"""
    broken_excused: dict[str, int]
    """… and by code."""
    kept: dict[str, int]
    """Records that show a demand kept, by code."""
    exporters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unseen:
    """A running crossing of which no record was seen."""

    crossing: str
    chance: float | None
    """The chance that a single flow of :data:`~isthmus.observe.confidence.SMALL` packets at a time of the window that
    is drawn by lot would have been missed; None: nothing tells."""
    because: str


@dataclass(frozen=True, slots=True)
class Cell:
    """Flows of one hour between two realms, at one exporter."""

    hour_ms: int
    exporter: str
    client_realm: str
    service_realm: str
    case: str
    verdict: Verdict
    attempt: Attempt
    version: int
    amount: Amount


@dataclass(frozen=True, slots=True)
class Exporter:
    """What is known of one exporter: when it saw something, and how it samples."""

    name: str
    realm: str
    """On whose side it stands; empty: not declared."""
    records: int
    first_ms: int
    last_ms: int
    hours: int
    """Hours of the window in which it saw anything."""
    sampling: int
    """The coarsest 1 in N that it told; 0: it told none."""


@dataclass(frozen=True, slots=True)
class InputRead:
    """What became of one input."""

    name: str
    reader: str
    records: int
    quarantined: int
    reasons: dict[str, int] = field(default_factory=dict)
    examples: tuple[tuple[int, str, str], ...] = ()
    """Position, reason and first bytes (as hexadecimal) of some that were quarantined."""
    skipped: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    first_ms: int | None = None
    last_ms: int | None = None
    failed: str = ""
    """Why nothing of it was read."""
    size: int = 0


@dataclass(frozen=True)
class Audit:
    """Everything that an audit found."""

    estate: str
    edition: str
    policy: str
    """The content hash of what the flows were held against."""
    first_ms: int | None
    last_ms: int | None
    hours: int
    """Length of the window."""
    inputs: tuple[InputRead, ...]
    exporters: tuple[Exporter, ...]
    cells: tuple[Cell, ...]
    hits: tuple[Hit, ...]
    violations: tuple[Violation, ...]
    unseen: tuple[Unseen, ...]
    verdicts: dict[Verdict, int]
    """Records by verdict."""
    sampled: dict[str, int]
    """Tables that kept a sample alone, with the number of keys that there were, estimated."""
    names: dict[str, str] = field(default_factory=dict)
    """What the codes of requirements are called."""

    @property
    def records(self) -> int:
        """How many records were judged."""
        return sum(self.verdicts.values())

    @property
    def wrong(self) -> tuple[Violation, ...]:
        """Flows that passed, are undeclared or deviate."""
        grave = (Verdict.UNDECLARED, Verdict.DEVIATES)
        return tuple(each for each in self.violations if each.verdict in grave and each.attempt is Attempt.PASSED)

    @property
    def attempts(self) -> tuple[Violation, ...]:
        """The same, of flows that did not come about."""
        grave = (Verdict.UNDECLARED, Verdict.DEVIATES)
        return tuple(each for each in self.violations if each.verdict in grave and each.attempt is not Attempt.PASSED)

    @property
    def open_questions(self) -> tuple[Violation, ...]:
        """Flows of which nobody can say whether they may be."""
        unclear = (Verdict.NOT_COVERED, Verdict.UNPLANNED)
        return tuple(each for each in self.violations if each.verdict in unclear)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why something may be wrong that was not found, in words."""
        return tuple(self._doubts())

    def _doubts(self) -> "list[str]":
        told = []
        quarantined = sum(each.quarantined for each in self.inputs)
        lost = sum(count for each in self.inputs for count in each.lost.values())
        failed = [each for each in self.inputs if each.failed]
        if not self.records:
            told.append("no flow record was read")
        if quarantined:
            told.append(f"{quarantined:,} records were set aside as malformed")
        if lost:
            told.append(f"{lost:,} records or datagrams were sent and never arrived")
        if failed:
            told.append(f"{len(failed):,} inputs could not be read")
        if self.sampled:
            told.append("there were more different flows than are listed one by one; the list is a sample of them")
        return told

    @property
    def exit_code(self) -> int:
        """0 nothing is wrong, 1 something is, 3 it cannot be told."""
        if self.wrong:
            return 1
        return 3 if self.open_questions or self.doubts else 0
