"""What flow records are held against, before it is compiled: labels, declared flows, exceptions, cases and demands.

Whoever knows estates and editions makes one (``guidelines/policy.py``); this room knows no requirement by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from isthmus.diagnostics import Span
from isthmus.evidence import Finding
from isthmus.observe.words import Side

Prefix = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, order=True)
class End:
    """What is known of an address by its network: the realm, what it is for, whether the internet can address it."""

    realm: str
    role: str = ""
    sphere: str = ""
    kind: str = ""
    """``instance``, ``hardware``, or empty where the role is for both."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A network: its label and its prefixes."""

    id: str
    end: End
    prefixes: tuple[Prefix, ...]
    where: Span | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a declared flow may lead: addresses, and a protocol's ports (both ends included; 0 without ports)."""

    prefix: Prefix
    protocol: int
    first: int = 0
    last: int = 0
    service: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredFlow:
    """A crossing as flow records can show it: from any of its clients' forms to any of its targets."""

    id: str
    case: str | None
    is_running: bool
    zones: tuple[str, ...] = ()
    """Networks whose addresses its clients have, by longest prefix; ``internet`` for what none covers."""
    clients: tuple[Prefix, ...] = ()
    """Addresses of its clients, and those that they arrive as."""
    targets: tuple[Target, ...] = ()
    unresolved: tuple[str, ...] = ()
    """What of it cannot be seen, since no address is known."""


@dataclass(frozen=True, slots=True)
class Excuse:
    """An exception as it stands: from when until when it excuses which demands of a crossing."""

    id: str
    crossing: str
    codes: tuple[str, ...]
    first_ms: int
    """The first millisecond (Unix, UTC) of the first day."""
    last_ms: int
    """The last millisecond of the last day."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one record shows of a flow: who talks to whom, looked at from where."""

    client: End
    service: End
    side: Side
    version: int
    """4 or 6."""
    case: str | None
    """The case of the declared crossing; of an undeclared flow, the one that its ends fit."""
    is_declared: bool
    """Whether a running crossing declares it."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A requirement that records can show broken or kept."""

    code: str
    name: str
    judge: Callable[[Seen], Finding]


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that records are held against."""

    estate: str
    edition: str
    zones: tuple[Zone, ...]
    flows: tuple[DeclaredFlow, ...]
    excuses: tuple[Excuse, ...] = ()
    cases: tuple[str, ...] = ()
    case_of: Callable[[End, End], str | None] = field(default=lambda client, service: None)
    """The case that the ends of an undeclared flow fit: client, service."""
    demands: tuple[Demand, ...] = ()
    """At most 31."""
    exporters: Mapping[str, str] = field(default_factory=dict)
    """The realm on whose side each known exporter stands, by its name or address."""
