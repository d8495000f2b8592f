"""What is counted over many batches: a state that is updated, merged in any order, and finished."""

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.observe import count
from isthmus.observe.classify import Classifier, Engine
from isthmus.observe.columns import Judged, addresses_of, column, frozen, records_of
from isthmus.observe.keys import WIDTHS, name_id
from isthmus.observe.tally import Tally

BOUNDS = {"cells": 1 << 20, "hits": 1 << 20, "violators": 1 << 15, "twins": 1 << 15}
"""How many keys each table keeps at most; beyond that, a sample (see ``tally``), and the report says so."""

ROOM = {"cells": 1 << 12, "hits": 1 << 12, "violators": 1 << 15, "twins": 1 << 12}
"""How many groups the tables of compiled loops hold before they are emptied: powers of two."""

_RANKED = {"violators": 4}


class State:
    """The counts of everything that was judged so far, for one compiled policy."""

    def __init__(self, classifier: Classifier, bounds: dict[str, int] | None = None) -> None:
        self.classifier = classifier
        self.exporters: dict[int, str] = {}
        """The names behind the numbers."""
        self.files: dict[int, str] = {}
        limits = BOUNDS if bounds is None else bounds
        is_compiled = classifier.engine is Engine.NUMBA
        self._tallies = {
            name: Tally(width, limits[name], _RANKED.get(name, -1), is_compiled) for name, width in WIDTHS.items()
        }
        self._tables: dict[str, count.Table] = {}
        self._groups = dict.fromkeys(WIDTHS, 0)
        self._cutoff: tuple[int, int] | None = None

    @property
    def tallies(self) -> dict[str, Tally]:
        """The counts of each table, complete."""
        for name in self._tables:
            self._empty(name)
        return self._tallies

    def update(self, batch: pa.RecordBatch, file: str = "") -> Judged:
        """Judge a batch and count it; ``file`` is what its records are found by."""
        judged = self.classifier.judge(batch)
        self.count(batch, judged, file)
        return judged

    def count(self, batch: pa.RecordBatch, judged: Judged, file: str = "") -> None:
        """Count a batch that was judged."""
        compiled = self.classifier.compiled
        names = batch.column("exporter").dictionary.to_pylist()
        ids = [name_id(name) for name in names]
        self.exporters.update(zip(ids, names, strict=True))
        self.files.setdefault(name_id(file), file)
        records = records_of(batch, compiled)
        plain = addresses_of(batch)
        nat = addresses_of(batch, nat=True) if len(records.nat) else plain
        own = {
            "exporter": records.exporter,
            "exporter_id": frozen(np.array(ids, np.int64)),
            "nat": records.nat,
            "realm": frozen(compiled.tables.place_realm),
            "file": np.int64(name_id(file)),
            "version": np.int64(4 if "src" in batch.schema.names else 6),
        }
        counted = count.Counted._make(
            own[name] if name in own else column(batch, name) for name in count.Counted._fields
        )
        if self.classifier.engine is Engine.NUMPY:
            for name, (keys, values) in count.with_numpy(counted, judged, plain, nat).items():
                self._tallies[name].add(keys, values)
            return
        self._fill("cells", batch.num_rows, counted, judged)
        self._fill("hits", batch.num_rows, counted, judged)
        self._fill("violators", batch.num_rows, counted, judged, plain, nat)
        if len(records.nat):
            self._fill("twins", batch.num_rows, counted, judged, plain, nat)

    def _fill(self, name: str, rows: int, *columns: object) -> None:
        run = getattr(count, f"count_{name}")
        if name not in self._tables:
            self._tables[name] = count.table(name, ROOM[name])
        row = 0
        while True:
            limit = self._limit() if name == "violators" else ()
            into = self._tables[name]
            self._groups[name], row = run(*columns, into, self._groups[name], row, *limit)
            if row >= rows:
                return
            self._empty(name)

    def _limit(self) -> tuple[int, np.uint64]:
        if self._cutoff is None:
            self._cutoff = self._tallies["violators"].cutoff
        return self._cutoff[0], np.uint64(self._cutoff[1])

    def _empty(self, name: str) -> None:
        """Hand what a table holds to its tally."""
        into, groups = self._tables[name], self._groups[name]
        tally = self._tallies[name]
        tally.add(into.keys[:groups].copy(), into.values[:groups].copy())
        tally.skip(into.skipped)
        into.skipped.fill(0)
        into.slots.fill(0)
        self._groups[name] = 0
        if name == "violators":
            self._cutoff = None

    def merge(self, other: "State") -> None:
        """Count everything that another state counted."""
        theirs = other.tallies
        for name, tally in self.tallies.items():
            tally.merge(theirs[name])
        self._cutoff = None
        self.exporters.update(other.exporters)
        self.files.update(other.files)
