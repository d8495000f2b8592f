"""``classify``: Arrow in, Arrow out. It adds what is found of each record to its batch, and nothing else happens."""

from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.observe import kernel_numpy
from isthmus.observe.columns import BATCH_VERDICTS, Judged, addresses_of, records_of, rules_of
from isthmus.observe.compiled import CompiledPolicy

if TYPE_CHECKING:
    from isthmus.observe.arena import Arena


class Engine(StrEnum):
    """What runs the kernel."""

    NUMBA = "numba"
    NUMPY = "numpy"


def best_engine() -> Engine:
    """The faster one of those that are installed."""
    return Engine.NUMBA if find_spec("numba") else Engine.NUMPY


class Classifier:
    """A compiled policy made ready for one engine; it holds no state, so that threads may share it."""

    def __init__(self, compiled: CompiledPolicy, engine: Engine | None = None) -> None:
        self.compiled = compiled
        self.engine = engine or best_engine()
        self._rules = rules_of(compiled)
        self._made: Arena | None = None

    def _arena(self) -> "Arena":
        if self._made is None:
            from isthmus.observe.arena import arena_of

            self._made = arena_of(self.compiled, self._rules)
        return self._made

    def judge(self, batch: pa.RecordBatch) -> Judged:
        """What is found of each record of a batch, as arrays."""
        version = 4 if "src" in batch.schema.names else 6
        records = records_of(batch, self.compiled)
        plain = addresses_of(batch)
        nat = addresses_of(batch, nat=True) if len(records.nat) else plain
        rows = batch.num_rows
        judged = Judged(*(np.empty(rows, each.type.to_pandas_dtype()) for each in BATCH_VERDICTS))
        if self.engine is Engine.NUMPY:
            kernel_numpy.judge(self.compiled.tables, self._rules, version, records, plain, nat, judged)
            return judged
        from isthmus.observe import kernel

        run = kernel.judge_v4 if version == 4 else kernel.judge_v6
        run(*self._arena(), records, plain, nat, judged)
        return judged


def classify(batch: pa.RecordBatch, compiled: CompiledPolicy, engine: Engine | None = None) -> pa.RecordBatch:
    """The batch with the columns of :data:`BATCH_VERDICTS` behind its own."""
    judged = Classifier(compiled, engine).judge(batch)
    schema = pa.schema([*batch.schema, *BATCH_VERDICTS], metadata=batch.schema.metadata)
    return pa.RecordBatch.from_arrays([*batch.columns, *(pa.array(each) for each in judged)], schema=schema)
