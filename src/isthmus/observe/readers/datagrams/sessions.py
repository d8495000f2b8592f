"""What is kept between datagrams: templates, sampling rates, sequence numbers, and records that wait for a template.

A session is what one exporter sends of one observation domain (NetFlow: source id) to one collector's port. Its
templates hold for it alone. All of this is bounded; what is given up for that is counted.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from isthmus.observe.readers.datagrams.templates import Template
from isthmus.observe.readers.reader import Lost, Quarantined

MOST_SESSIONS = 16_384
MOST_TEMPLATES = 65_536
MOST_WAITING = 16 * 1024 * 1024
"""How many octets of records wait for their templates at most."""

_RESTARTED = 1 << 20
"""A jump of a sequence number further than this is a new beginning, not a loss."""

_UNKNOWN = "data records whose template never came"

Key = tuple[tuple[int, int, int], int, int, int]
"""Address, port of the collector, version of the protocol, domain."""


@dataclass(slots=True)
class Session:
    """One exporter's records of one observation domain."""

    number: int
    """Of the session, for sampling rates."""
    exporter: int
    name: str
    templates: dict[int, Template] = field(default_factory=dict)
    expected: int | None = None
    lost: int = 0
    what: str = "datagrams"

    def sequence(self, number: int, count: int) -> None:
        """Compare a sequence number with what was expected; ``count`` is by how much this datagram moves it on."""
        if self.expected is not None:
            gap = (number - self.expected) % (1 << 32)
            if gap < _RESTARTED:
                self.lost += gap
            elif (1 << 32) - gap < _RESTARTED:
                return  # an older one, late
        self.expected = (number + count) % (1 << 32)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A data set whose template is not known yet, with what is needed to read it later."""

    data: bytes
    at: int
    """Where in the file it stands."""
    boot_ms: int
    export_ms: int


class Sessions:
    """All sessions of an input."""

    def __init__(self) -> None:
        self._sessions: dict[Key, Session] = {}
        self._waiting: OrderedDict[tuple[int, int], list[Waiting]] = OrderedDict()
        self._octets = 0
        self._templates = 0
        self._begun = 0
        self.gone: list[Quarantined] = []
        """What had to be given up, to be handed on."""

    def find(self, key: Key) -> Session | None:
        """The session, if it is known."""
        return self._sessions.get(key)

    def begin(self, key: Key, exporter: int, name: str) -> Session:
        """A new session; the oldest is forgotten where there are too many."""
        if len(self._sessions) >= MOST_SESSIONS:
            oldest = self._sessions.pop(next(iter(self._sessions)))
            self._templates -= len(oldest.templates)
        self._begun += 1
        session = self._sessions[key] = Session(self._begun, exporter, name)
        return session

    def learn(self, session: Session, number: int, template: Template) -> list[Waiting]:
        """Keep a template; what waited for it."""
        if number not in session.templates:
            self._templates += 1
            if self._templates > MOST_TEMPLATES:
                session.templates.clear()
                self._templates = sum(len(each.templates) for each in self._sessions.values())
        if not template.same(session.templates.get(number)):
            session.templates[number] = template
        found = self._waiting.pop((session.number, number), [])
        self._octets -= sum(len(each.data) for each in found)
        return found

    def forget(self, session: Session, number: int) -> None:
        """A template is withdrawn: one, or (2 and 3) all that there are of its kind."""
        if number in (2, 3):
            kept = {key: each for key, each in session.templates.items() if each.options == (number == 2)}
        else:
            kept = {key: each for key, each in session.templates.items() if key != number}
        self._templates -= len(session.templates) - len(kept)
        session.templates = kept

    def begin_anew(self) -> None:
        """Keep templates, and forget what was counted and what waits."""
        self._waiting.clear()
        self._octets = 0
        self.gone = []
        for each in self._sessions.values():
            each.expected, each.lost = None, 0

    def wait(self, session: Session, number: int, waiting: Waiting) -> None:
        """Keep a data set until its template comes."""
        self._waiting.setdefault((session.number, number), []).append(waiting)
        self._octets += len(waiting.data)
        while self._octets > MOST_WAITING:
            _, oldest = self._waiting.popitem(last=False)
            self._give_up(oldest)

    def _give_up(self, sets: list[Waiting]) -> None:
        for each in sets:
            self._octets -= len(each.data)
            self.gone.append(Quarantined(each.at, _UNKNOWN, 1, each.data[:48]))

    def end(self) -> list[Quarantined | Lost]:
        """What never got a template, and what never came."""
        for sets in self._waiting.values():
            self._give_up(sets)
        self._waiting.clear()
        lost = [Lost(each.lost, each.what, each.name) for each in self._sessions.values() if each.lost]
        return [*self.gone, *lost]


def address_name(family: int, high: int, low: int) -> str:
    """An address as text."""
    if family == 4:
        return str(IPv4Address(low & 0xFFFFFFFF))
    return str(IPv6Address((high & (1 << 64) - 1) << 64 | low & (1 << 64) - 1))
