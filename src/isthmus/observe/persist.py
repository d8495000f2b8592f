"""States as Arrow tables, and back: what is written beside an estate, and what distributed workers hand in."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.observe.aggregate import State
from isthmus.observe.keys import VALUES, WIDTHS
from isthmus.observe.readers import Reading
from isthmus.observe.results import InputRead


def tables_of(state: State) -> dict[str, pa.Table]:
    """The counts of a state, a table each; totals and names are in the tables' metadata."""
    made = {}
    for name, tally in state.tallies.items():
        keys, values = tally.finish()
        columns = {f"key{at}": keys[:, at] for at in range(tally.width)}
        columns |= {word: values[:, at] for at, word in enumerate(VALUES)}
        told = {"totals": tally.totals.tolist(), "dropped": tally.dropped}
        if name == "cells":
            told |= {"exporters": _by_text(state.exporters), "files": _by_text(state.files)}
        made[name] = pa.table(columns).replace_schema_metadata({"isthmus": json.dumps(told, sort_keys=True)})
    return made


def add_tables(state: State, tables: Mapping[str, pa.Table]) -> None:
    """Count what another state counted, as :func:`tables_of` tells it.

    Raises ``ValueError`` or ``KeyError`` where the tables are not such.
    """
    for name, width in WIDTHS.items():
        table = tables[name]
        told = json.loads(table.schema.metadata[b"isthmus"])
        tally = state.tallies[name]
        keys = _matrix(table, [f"key{at}" for at in range(width)])
        values = _matrix(table, list(VALUES))
        tally.add(keys, values)
        tally.totals += np.array(told["totals"], np.int64) - values[:, : len(tally.totals)].sum(axis=0)
        tally.dropped |= told["dropped"]
        state.exporters.update({int(number): text for number, text in told.get("exporters", {}).items()})
        state.files.update({int(number): text for number, text in told.get("files", {}).items()})


def _matrix(table: pa.Table, names: list[str]) -> "np.ndarray[Any, np.dtype[np.int64]]":
    if not table.num_rows:
        return np.empty((0, len(names)), np.int64)
    return np.stack([table.column(name).to_numpy() for name in names], axis=1).astype(np.int64, copy=False)


def _by_text(names: Mapping[int, str]) -> dict[str, str]:
    return {str(number): text for number, text in sorted(names.items())}


def input_read(name: str, reader: str, reading: Reading, *, size: int, failed: str = "") -> InputRead:
    """What became of an input, from a reader's counts."""
    examples = tuple((each.record, each.reason, each.excerpt.hex()) for each in reading.examples)
    return InputRead(
        name,
        reader,
        reading.records,
        reading.quarantined,
        dict(reading.reasons),
        examples,
        dict(reading.skipped),
        dict(reading.lost),
        reading.first_ms,
        reading.last_ms,
        failed,
        size,
    )


def to_plain(read: InputRead) -> dict[str, object]:
    """As JSON can hold it."""
    return asdict(read)


def from_plain(plain: Mapping[str, Any]) -> InputRead:
    """The inverse of :func:`to_plain`. Raises ``TypeError`` or ``KeyError`` for anything else."""
    return InputRead(**{**plain, "examples": tuple(tuple(each) for each in plain["examples"])})
