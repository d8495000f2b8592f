"""The messages in datagrams: NetFlow v5 (Cisco), v9 (RFC 3954), IPFIX (RFC 7011) and sFlow 5, up to their records.

Headers and sets are read here; what they hold of data records becomes jobs of the compiled loop.
"""

from collections.abc import Iterator
from struct import Struct

import numpy as np

from isthmus.observe.readers import rows
from isthmus.observe.readers.datagrams import decode
from isthmus.observe.readers.datagrams.packet import PACKET_CELLS
from isthmus.observe.readers.datagrams.sessions import Session, Sessions, Waiting, address_name
from isthmus.observe.readers.datagrams.templates import Field, Template, rate, templates
from isthmus.observe.readers.native import Ints, Octets, octets
from isthmus.observe.readers.reader import EXCERPT, FlowFile, Item, Quarantined, Skipped
from isthmus.observe.readers.rows import Rows

V5_HEADER = Struct(">HHIIIIBBH")
V9_HEADER = Struct(">HHIIII")
IPFIX_HEADER = Struct(">HHIII")
SET_HEADER = Struct(">HH")
SFLOW_V4, SFLOW_V6 = 28, 40

_V5 = Template(
    tuple(
        Field(number, 0, length)
        for number, length in (
            (8, 4), (12, 4), (15, 4), (10, 2), (14, 2), (2, 4), (1, 4), (22, 4), (21, 4), (7, 2), (11, 2), (210, 1),
            (6, 1), (4, 1), (5, 1), (16, 2), (17, 2), (9, 1), (13, 1), (210, 2),
        )
    )
)  # fmt: skip
"""NetFlow v5 has one kind of record, which is this template of v9."""

_MOST_JOBS = 4096
_MOST_FIELDS = 1 << 18
_MOST_SAMPLERS = 4096
_FAULTS = 1024

NETFLOW5, NETFLOW9, IPFIX, SFLOW = 5, 9, 10, 105


class Messages:
    """Reads datagrams, one after another, into rows."""

    def __init__(self, file: FlowFile) -> None:
        self.rows = Rows(file.exporter, room=decode.STATE)
        self.sessions = Sessions()
        self.options = 0
        """How many records of option data there were."""
        self._jobs: list[tuple[int, ...]] = []
        self._cells = np.zeros(PACKET_CELLS, np.int64)
        self._faults = np.zeros((_FAULTS, 3), np.int64)
        self._fields = np.zeros((1024, decode.FIELD), np.int64)
        self._filled = 0
        self._compiled: dict[Template, tuple[int, int]] = {}
        self._samplers = np.zeros((_MOST_SAMPLERS, 3), np.int64)
        self._others = 0
        self._problems: list[Item] = []
        self._data: Octets = octets(b"")
        self._text = memoryview(b"")
        self._base = 0

    def piece(self, data: Octets, base: int, table: Ints) -> Iterator[Item]:
        """Read all datagrams of a piece of a capture."""
        self._data, self._text, self._base = data, memoryview(data), base  # type: ignore[arg-type]
        for start, end, time, family, high, low, _, port in table.tolist():
            self._datagram(start, end, time, (family, high, low), port)
            if len(self._jobs) > _MOST_JOBS:
                yield from self.carry_out()
        yield from self.carry_out()

    def _datagram(self, start: int, end: int, time: int, sender: tuple[int, int, int], port: int) -> None:
        text = self._text
        version = text[start] << 8 | text[start + 1] if end - start >= 4 else 0
        if version == NETFLOW9 and end - start >= V9_HEADER.size:
            self._v9(start, end, sender, port)
        elif version == IPFIX and end - start >= IPFIX_HEADER.size:
            self._ipfix(start, end, sender, port)
        elif version == NETFLOW5 and end - start >= V5_HEADER.size:
            self._v5(start, end, sender, port)
        elif version == 0 and bytes(text[start + 2 : start + 4]) == b"\0\5" and end - start >= SFLOW_V4:
            self._sflow(start, end, time, sender, port)
        elif version in (NETFLOW5, NETFLOW9, IPFIX):
            self._bad(start, "a datagram ends inside its header")
        else:
            self._others += 1

    def _bad(self, at: int, reason: str, count: int = 1) -> None:
        excerpt = bytes(self._text[at : at + EXCERPT])
        self._problems.append(Quarantined(self._base + at, reason, count, excerpt))

    def _session(self, version: int, domain: int, sender: tuple[int, int, int], port: int, what: str) -> Session:
        key = (sender, port, version, domain)
        session = self.sessions.find(key)
        if session is None:
            name = address_name(*sender)
            session = self.sessions.begin(key, self.rows.number(name), name)
            session.what = what
        return session

    def _v5(self, start: int, end: int, sender: tuple[int, int, int], port: int) -> None:
        _, count, uptime, seconds, nanoseconds, sequence, kind, number, sampling = V5_HEADER.unpack_from(
            self._text, start
        )
        if end - start - V5_HEADER.size < 48 * count:
            self._bad(start, "a datagram of NetFlow v5 is shorter than its records", count)
            count = (end - start - V5_HEADER.size) // 48
        session = self._session(NETFLOW5, kind << 8 | number, sender, port, "flow records")
        session.sequence(sequence, count)
        exported = seconds * 1000 + nanoseconds // 1_000_000
        first = start + V5_HEADER.size
        self._job(_V5, first, first + 48 * count, session, exported - uptime, exported, sampling & 0x3FFF)

    def _v9(self, start: int, end: int, sender: tuple[int, int, int], port: int) -> None:
        _, _, uptime, seconds, sequence, domain = V9_HEADER.unpack_from(self._text, start)
        session = self._session(NETFLOW9, domain, sender, port, "datagrams")
        session.sequence(sequence, 1)
        exported = seconds * 1000
        self._sets(start + V9_HEADER.size, end, session, exported - uptime, exported, (0, 1))

    def _ipfix(self, start: int, end: int, sender: tuple[int, int, int], port: int) -> None:
        _, length, seconds, sequence, domain = IPFIX_HEADER.unpack_from(self._text, start)
        if length > end - start or length < IPFIX_HEADER.size:
            self._bad(start, "the length of an IPFIX message does not fit its datagram")
            length = end - start
        session = self._session(IPFIX, domain, sender, port, "flow records")
        session.sequence(sequence, 0)
        self._sets(start + IPFIX_HEADER.size, start + length, session, 0, seconds * 1000, (2, 3))

    def _sets(self, at: int, end: int, session: Session, boot: int, exported: int, kinds: tuple[int, int]) -> None:
        ipfix = kinds == (2, 3)
        while end - at >= 4:
            number, length = SET_HEADER.unpack_from(self._text, at)
            if length < 4 or length > end - at:
                self._bad(at, "the length of a set does not fit its datagram")
                session.expected = None
                return
            stop = at + length
            if number >= 256:
                self._data_set(number, at + 4, stop, session, boot, exported)
            elif number in kinds:
                self._learn(at + 4, stop, session, ipfix, options=number == kinds[1])
            else:
                self._bad(at, "the number of a set is reserved")
            at = stop

    def _learn(self, at: int, end: int, session: Session, ipfix: bool, *, options: bool) -> None:  # noqa: FBT001
        text = bytes(self._text[at:end])
        for number, template in templates(text, 0, len(text), ipfix=ipfix, options=options):
            if template is not None:
                for each in self.sessions.learn(session, number, template):
                    self._late(template, each, session)
            elif number == 0:
                self._bad(at, "a template is malformed")
            else:
                self.sessions.forget(session, number)

    def _late(self, template: Template, waiting: Waiting, session: Session) -> None:
        """Read a set whose template came after it."""
        self._flush()
        kept = self._data, self._text, self._base
        self._data, self._text = octets(waiting.data), memoryview(waiting.data)
        self._base = waiting.at
        self._records(template, 0, len(waiting.data), session, waiting.boot_ms, waiting.export_ms)
        self._flush()
        self._data, self._text, self._base = kept

    def _data_set(self, number: int, at: int, end: int, session: Session, boot: int, exported: int) -> None:
        template = session.templates.get(number)
        if template is None:
            session.expected = None  # of IPFIX, which counts records: how many these are is not known
            self.sessions.wait(session, number, Waiting(bytes(self._text[at:end]), self._base + at, boot, exported))
        else:
            self._records(template, at, end, session, boot, exported)

    def _records(self, template: Template, at: int, end: int, session: Session, boot: int, exported: int) -> None:
        if not template.options:
            self._job(template, at, end, session, boot, exported, 0)
            return
        while end - at >= template.least:
            found = template.values(bytes(self._text[at:end]), 0, end - at)
            if found is None:
                self._bad(at, "a record of option data is cut off")
                return
            values, size = found
            self._option(values, session)
            at += max(size, 1)
            self.options += 1
            if session.what == "flow records" and session.expected is not None:
                session.expected = (session.expected + 1) % (1 << 32)

    def _option(self, values: dict[int, int], session: Session) -> None:
        """Keep a sampling rate that option data tells."""
        every = rate(values)
        if not 0 < every < 1 << 31:
            return
        sampler = values.get(302, values.get(48, -1))
        count = int(self.rows.state[decode.SAMPLERS])
        known = self._samplers[:count]
        same = np.flatnonzero((known[:, 0] == session.number) & (known[:, 1] == min(sampler, (1 << 63) - 1)))
        self._flush()  # what came before was sampled as told before
        if same.size:
            self._samplers[same[0], 2] = every
        elif count < _MOST_SAMPLERS:
            self._samplers[count] = (session.number, min(sampler, (1 << 63) - 1), every)
            self.rows.state[decode.SAMPLERS] = count + 1

    def _sflow(self, start: int, end: int, time: int, sender: tuple[int, int, int], port: int) -> None:
        text = self._text
        six = text[start + 7] == 2
        header = SFLOW_V6 if six else SFLOW_V4
        if end - start < header or bytes(text[start + 4 : start + 8]) not in (b"\0\0\0\1", b"\0\0\0\2"):
            self._bad(start, "a datagram of sFlow ends inside its header")
            return
        agent = bytes(text[start + 8 : start + (24 if six else 12)])
        domain, sequence = (
            int.from_bytes(text[start + header - 16 + k : start + header - 12 + k], "big") for k in (0, 4)
        )
        if six:
            who = (6, int.from_bytes(agent[:8], "big"), int.from_bytes(agent[8:], "big"))
        else:
            who = (4, 0, int.from_bytes(agent, "big"))
        del sender  # an agent is known by its own address, through whichever interface it sends
        session = self._session(SFLOW, domain, who, port, "datagrams")
        session.sequence(sequence, 1)
        self._jobs.append(
            (start + header, end, 0, 0, 1, session.exporter, 0, time, 0, self._base, session.number, decode.SFLOW_JOB)
        )

    def _job(
        self, template: Template, at: int, end: int, session: Session, boot: int, exported: int, sampling: int
    ) -> None:
        where = self._compiled.get(template)
        if where is None:
            where = self._compile(template)
        who = session.exporter, boot, exported, sampling, self._base, session.number, decode.RECORD_JOB
        self._jobs.append((at, end, *where, template.least, *who))
        if session.what == "flow records" and template is not _V5:
            if session.expected is not None and not template.varies:
                session.expected = (session.expected + (end - at) // template.least) % (1 << 32)
            else:
                session.expected = None

    def _compile(self, template: Template) -> tuple[int, int]:
        fields = template.compiled()
        if self._filled + len(fields) > _MOST_FIELDS:
            self._flush()
            self._compiled.clear()
            self._filled = 0
        while self._filled + len(fields) > len(self._fields):
            self._fields = np.concatenate([self._fields, np.zeros_like(self._fields)])
        self._fields[self._filled : self._filled + len(fields)] = fields
        where = self._compiled[template] = (self._filled, len(fields))
        self._filled += len(fields)
        return where

    def _flush(self) -> None:
        """Decode what was gathered, in the middle of a datagram: what comes of it is handed on with its problems."""
        found = self.carry_out()
        self._problems += found

    def carry_out(self) -> list[Item]:
        """Decode what was gathered: batches that became full, and problems."""
        found: list[Item] = []
        state = self.rows.state
        state[decode.NEXT_JOB] = state[decode.NEXT_AT] = 0
        done = not self._jobs
        jobs = np.array(self._jobs, np.int64)
        count = len(self._jobs)
        self._jobs = []
        while not done:
            done = bool(
                decode.decode(
                    self._data,
                    jobs,
                    count,
                    self._fields,
                    self._samplers,
                    self.rows.tables,
                    state,
                    self._cells,
                    self._faults,
                )
            )
            for record, fault, at in self._faults[: state[decode.FAULTS]].tolist():
                if fault == decode.NO_PACKET:
                    found.append(Skipped("samples without an IP packet"))
                else:
                    excerpt = bytes(self._text[at : at + EXCERPT])
                    found.append(Quarantined(record, decode.REASONS[fault], 1, excerpt))
            state[decode.FAULTS] = 0
            if self.rows.full():
                found += self.rows.take()
        found += self._problems
        self._problems = []
        found += self.sessions.gone
        self.sessions.gone = []
        return found

    def forget_rows(self) -> None:
        """Drop what was counted and read so far, and keep what it defined."""
        for _ in self.rows.take():
            pass
        self.sessions.begin_anew()
        self._others = self.options = 0
        self._problems = []

    def end(self) -> Iterator[Item]:
        """What is left at the end of the file."""
        yield from self.carry_out()
        yield from self.rows.take()
        yield from self.sessions.end()
        if self._others:
            yield Skipped("datagrams that are not of flows", self._others)
        if self.options:
            yield Skipped("option data", self.options)


assert rows.CELLS <= PACKET_CELLS
