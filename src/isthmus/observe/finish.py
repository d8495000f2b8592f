"""From counts to findings: numbers become names, and what belongs together one finding with all its sightings."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import repeat

import numpy as np

from isthmus.observe.aggregate import State
from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.confidence import SMALL, chance_missed, packets_needed
from isthmus.observe.draft import draft
from isthmus.observe.kernel_numpy import places
from isthmus.observe.keys import Meta
from isthmus.observe.results import Amount, Audit, Cell, Exporter, Hit, InputRead, Sighting, Unseen, Violation
from isthmus.observe.violators import Address, Row, amount_of, answered, gravest_first, meta_of, text_of
from isthmus.observe.words import Attempt, Side, Verdict

_HOUR = 3_600_000
_MOST_DRAFTS = 100
"""So many violations, the gravest first, get a draft of their declaration."""
_MOST_CLIENTS = 10
"""So many client addresses are named in a violation."""


def finish(state: State, inputs: Sequence[InputRead] = ()) -> Audit:
    """What was found in everything that a state has counted."""
    return _Finisher(state, inputs).audit()


class _Finisher:
    def __init__(self, state: State, inputs: Sequence[InputRead]) -> None:
        self.state = state
        self.inputs = tuple(inputs)
        self.compiled: CompiledPolicy = state.classifier.compiled
        self.names = self.compiled.names
        self.tables = self.compiled.tables
        self._known_codes: dict[int, tuple[str, ...]] = {}
        self.rows = {name: tally.finish() for name, tally in state.tallies.items()}
        self.cells = tuple(self._cells())
        told = [each.first_ms for each in self.inputs if each.first_ms is not None]
        until = [each.last_ms for each in self.inputs if each.last_ms is not None]
        values = self.rows["cells"][1]
        self.first = min([*told, *values[:, 4].tolist()], default=None)
        self.last = max([*until, *values[:, 7].tolist()], default=None)
        self.exporters = tuple(self._exporters())

    def audit(self) -> Audit:
        hits = tuple(self._hits())
        return Audit(
            self.names.estate,
            self.names.edition,
            self.compiled.content,
            self.first,
            self.last,
            self._hours(),
            self.inputs,
            self.exporters,
            self.cells,
            hits,
            tuple(self._violations()),
            tuple(self._unseen({each.crossing for each in hits})),
            self._verdicts(),
            {name: tally.estimate for name, tally in self.state.tallies.items() if tally.dropped},
            dict(self.names.demands),
        )

    def _hours(self) -> int:
        if self.first is None or self.last is None:
            return 0
        return int(self.last // _HOUR - self.first // _HOUR + 1)

    def _verdicts(self) -> dict[Verdict, int]:
        keys, values = self.rows["cells"]
        found = (keys[:, 1] >> 24) & 0xF
        return {each: int(values[found == each, 0].sum()) for each in Verdict if (found == each).any()}

    def _cells(self) -> Iterator[Cell]:
        """The cells, without what tells direction and sampling apart."""
        keys, values = self.rows["cells"]
        merged: dict[tuple[int, str, int], Amount] = defaultdict(Amount)
        for key, value in zip(keys.tolist(), values.tolist(), strict=True):
            meta = Meta.of(key[1])
            plain = replace(meta, is_reply=False, is_inferred=False).packed
            merged[key[0], self._exporter(key[2]), plain] += amount_of(meta, value)
        for (hour, exporter, packed), amount in sorted(merged.items()):
            meta = Meta.of(packed)
            yield Cell(
                hour * _HOUR,
                exporter,
                self.names.realms[meta.client_realm],
                self.names.realms[meta.service_realm],
                self._case(meta.case),
                Verdict(meta.verdict),
                Attempt(meta.attempt),
                meta.version,
                amount,
            )

    def _exporters(self) -> Iterator[Exporter]:
        keys, values = self.rows["cells"]
        realms = dict(self.names.exporters)
        for number in sorted(set(keys[:, 2].tolist()), key=self._exporter):
            mine = keys[:, 2] == number
            name = self._exporter(number)
            yield Exporter(
                name,
                realms.get(name, ""),
                int(values[mine, 0].sum()),
                int(values[mine, 4].min()),
                int(values[mine, 7].max()),
                len(set(keys[mine, 0].tolist())),
                int(keys[mine, 3].max()),
            )

    def _exporter(self, number: int) -> str:
        return self.state.exporters.get(number, f"exporter {number:x}")

    def _case(self, row: int) -> str:
        return self.names.cases[row] if row < len(self.names.cases) else ""

    def _codes(self, mask: int) -> tuple[str, ...]:
        if mask not in self._known_codes:
            found = (code for at, (code, _) in enumerate(self.names.demands) if mask >> at & 1)
            self._known_codes[mask] = tuple(found)
        return self._known_codes[mask]

    def _flows_of(self, match: int) -> list[tuple[str, str, bool]]:
        begin, end = self.tables.match_from[match], self.tables.match_from[match + 1]
        return [self.names.flows[row] for row in self.tables.match_flow[begin:end].tolist()]

    def _hits(self) -> Iterator[Hit]:
        """What was seen of each running crossing, in the order of the estate."""
        found: dict[str, list[tuple[Meta, list[int], list[int]]]] = defaultdict(list)
        keys, values = self.rows["hits"]
        for key, value in zip(keys.tolist(), values.tolist(), strict=True):
            for name, _, is_running in self._flows_of(key[0] & 0xFFFFFFFF):
                if is_running:
                    found[name].append((Meta.of(key[1]), key, value))
        for name, _, _ in self.names.flows:
            if name in found:
                yield self._hit(name, found[name])

    def _hit(self, name: str, rows: list[tuple[Meta, list[int], list[int]]]) -> Hit:
        by_exporter: dict[str, Amount] = defaultdict(Amount)
        broken: dict[str, int] = defaultdict(int)
        kept: dict[str, int] = defaultdict(int)
        excused: dict[str, int] = defaultdict(int)
        forgiven: dict[str, int] = defaultdict(int)
        attempts = 0
        for meta, key, value in rows:
            by_exporter[self._exporter(key[3])] += amount_of(meta, value)
            attempts += value[0] if meta.attempt == Attempt.REFUSED else 0
            excuse = (key[0] >> 32) - 1
            if excuse >= 0:
                excused[self.names.excuses[excuse][0]] += value[0]
            for code in self._codes(key[2] >> 32):
                (broken if excuse < 0 else forgiven)[code] += value[0]
            for code in self._codes(key[2] & 0x7FFFFFFF):
                kept[code] += value[0]
        return Hit(
            name,
            max(each.flows for each in by_exporter.values()),
            sum(by_exporter.values(), Amount()),
            min(value[4] for _, _, value in rows),
            max(value[7] for _, _, value in rows),
            attempts,
            dict(sorted(broken.items())),
            dict(sorted(excused.items())),
            dict(sorted(forgiven.items())),
            dict(sorted(kept.items())),
            tuple(sorted(by_exporter)),
        )

    def _unseen(self, seen: set[str]) -> Iterator[Unseen]:
        """Running crossings without a record, each with the chance of having missed it, or why that is not known."""
        unresolved: dict[str, list[str]] = defaultdict(list)
        for name, text in self.names.unresolved:
            unresolved[name].append(text)
        chance, because = self._chance()
        for name, _, is_running in self.names.flows:
            if is_running and name not in seen:
                if name in unresolved:
                    yield Unseen(name, None, f"it cannot be seen: {', '.join(unresolved[name])}")
                else:
                    yield Unseen(name, chance, because)

    def _chance(self) -> tuple[float | None, str]:
        if not self.exporters or not self._hours():
            return None, "nothing was recorded"
        hours = self._hours()
        told = [each for each in self.exporters if each.sampling]
        best = max(self.exporters, key=lambda each: (each.hours, -each.sampling))
        covered = min(1.0, best.hours / hours)
        where = f"`{best.name}` saw something in {best.hours:,} of {hours:,} hours"
        if not told:
            return None, f"{where}, and no exporter tells its sampling"
        rate = max(each.sampling for each in told)
        if rate == 1:
            return chance_missed(1, covered=covered), f"{where}, every packet counted"
        needed = packets_needed(rate)
        text = f"{where}, 1 in {rate:,} packets counted: to be seen with 95 % a flow needs {needed:,} packets"
        return chance_missed(rate, SMALL, covered), text

    def _violations(self) -> Iterator[Violation]:
        rows = list(self._rows())
        same = self._same_services(rows)
        rows = answered(rows)
        groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
        for row in rows:
            groups[self._group(row, same)].append(row)
        made = sorted((self._violation(each, same) for each in groups.values()), key=gravest_first)
        for number, violation in enumerate(made):
            yield replace(violation, draft=self._draft(violation)) if number < _MOST_DRAFTS else violation

    def _draft(self, violation: Violation) -> str:
        """How it would be declared, where it should be declared or end."""
        is_wrong = violation.verdict is Verdict.UNDECLARED or violation.verdict is Verdict.NOT_COVERED
        zones = dict.fromkeys(each.client for each in violation.sightings)
        return draft(violation, tuple(zones)) if is_wrong and violation.attempt is Attempt.PASSED else ""

    def _group(self, row: Row, same: dict[Address, str]) -> tuple[object, ...]:
        realm = self._realm(row.client)
        crossing = row.match if row.meta.verdict == Verdict.DEVIATES else -1
        is_attempt = row.meta.attempt > 0
        return row.meta.verdict, is_attempt, realm, same[row.service], row.protocol, row.port, crossing

    def _rows(self) -> Iterator[Row]:
        keys, values = self.rows["violators"]
        for key, value in zip(keys.tolist(), values.tolist(), strict=True):
            meta = meta_of(key[4] >> 24)
            yield Row(
                meta,
                (meta.version, key[0], key[1]),
                (meta.version, key[2], key[3]),
                key[4] & 0xFF,
                key[4] >> 8 & 0xFFFF,
                self._codes(key[5] >> 32),
                (key[5] & 0xFFFFFFFF) - 1,
                self._exporter(key[6]),
                amount_of(meta, value),
                value[4],
                value[7],
                self.state.files.get(value[5], ""),
                value[6],
            )

    def _same_services(self, rows: Iterable[Row]) -> dict[Address, str]:
        """What each service's address is called: by its declared service, and by other addresses of the same."""
        leader: dict[Address, Address] = {}

        def lead(address: Address) -> Address:
            while leader.setdefault(address, address) != address:
                address = leader[address]
            return address

        for key in self.rows["twins"][0].tolist():
            one, other = sorted((lead((key[0], key[1], key[2])), lead((key[0], key[3], key[4]))))
            leader[other] = one
        addresses = {row.service for row in rows} | set(leader)
        names: dict[Address, str] = {}
        for address in sorted(addresses):
            service = self.tables.place_service[self._place(address)]
            if service >= 0:
                names.setdefault(lead(address), self.names.services[service])
        return {address: names.get(lead(address), text_of(lead(address))) for address in addresses}

    def _place(self, address: Address) -> int:
        return self._place_of[address]

    @cached_property
    def _place_of(self) -> dict[Address, int]:
        """The place of every address that is told of."""
        found: dict[Address, int] = {}
        wrong, twins = self.rows["violators"][0], self.rows["twins"][0]
        version = np.where(wrong[:, 4] >> 32 & 1, 6, 4)
        for versions, high, low in (
            (version, wrong[:, 0], wrong[:, 1]),
            (version, wrong[:, 2], wrong[:, 3]),
            (twins[:, 0], twins[:, 1], twins[:, 2]),
            (twins[:, 0], twins[:, 3], twins[:, 4]),
        ):
            for number in (4, 6):
                mine = versions == number
                upper, lower = high[mine], low[mine]
                made = places(self.tables, upper if number == 6 else upper[:0], lower).tolist()
                known = zip(repeat(number), upper.tolist(), lower.tolist())
                found |= dict(zip(known, made, strict=True))
        return found

    def _realm(self, address: Address) -> str:
        return self.names.realms[int(self.tables.place_realm[self._place(address)])]

    def _zone(self, address: Address) -> str:
        return self.names.zones[int(self.tables.place_zone[self._place(address)])]

    def _violation(self, rows: list[Row], same: dict[Address, str]) -> Violation:
        first = min(rows, key=lambda row: (row.first_ms, row.file, row.record))
        meta = first.meta
        sightings = tuple(self._sightings(rows))
        by_exporter: dict[str, Amount] = defaultdict(Amount)
        for each in sightings:
            by_exporter[each.exporter] += each.amount
        most = max(by_exporter.values(), key=lambda each: (each.flows, each.packets))
        clients: dict[Address, int] = defaultdict(int)
        for row in rows:
            clients[row.client] += row.amount.flows
        frequent = sorted(clients, key=lambda each: (-clients[each], each))
        matches = [flow for row in rows if row.match >= 0 for flow in self._flows_of(row.match)]
        return Violation(
            Verdict(meta.verdict),
            Attempt(min(row.meta.attempt for row in rows)),
            tuple(sorted({code for row in rows for code in row.codes})),
            self._case(meta.case),
            self._realm(first.client),
            self._realm(first.service),
            tuple(text_of(each) for each in frequent[:_MOST_CLIENTS]),
            len(clients),
            same[first.service],
            tuple(dict.fromkeys(text_of(row.service) for row in sorted(rows, key=lambda row: row.service))),
            first.protocol,
            first.port,
            matches[0][0] if matches else "",
            all(row.meta.is_inferred for row in rows),
            most.flows,
            most,
            first.first_ms,
            max(row.last_ms for row in rows),
            sightings,
        )

    def _sightings(self, rows: list[Row]) -> Iterator[Sighting]:
        """What each exporter saw, by the networks of the client and the address of the service."""
        groups: dict[tuple[str, int, str, str], list[Row]] = defaultdict(list)
        for row in rows:
            groups[row.exporter, row.meta.side, self._zone(row.client), text_of(row.service)].append(row)
        for (exporter, side, zone, service), found in sorted(groups.items()):
            first = min(found, key=lambda row: (row.first_ms, row.file, row.record))
            amount = sum((row.amount for row in found), Amount())
            last = max(row.last_ms for row in found)
            yield Sighting(exporter, Side(side), zone, service, amount, first.first_ms, last, first.file, first.record)
