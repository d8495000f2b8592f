"""The distributed engine: the same readers, kernel and counts on a cluster, by way of the PySpark DataFrame API.

Nothing but ``mapInArrow`` is used, so that any Spark 4 does: a local one, a cluster, Spark Connect, or Sail, which
speaks Spark Connect without a JVM. Records never reach the driver, nor the JVM where workers read files themselves
(:func:`audit_files`): workers hand in their counts, one row for each share, which are merged as the embedded engine
merges those of its threads, in stages where there are many. Results are the same to the last byte.

Workers need this package with its ``flows`` extra, and the files under the names that tasks give them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.observe.aggregate import State
from isthmus.observe.classify import Classifier
from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.engines.parcels import PARCEL_SQL, Counts, joined, pack, unpack
from isthmus.observe.engines.tables import records_in, schema_of
from isthmus.observe.persist import input_read
from isthmus.observe.readers import Item, Reading, UnreadableError
from isthmus.observe.results import InputRead

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession  # type: ignore[import-not-found]

FAN_IN = 32
"""So many workers' counts are merged by one worker, until no more are left than that for the driver."""

Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True, slots=True)
class Task:
    """A part of an input that one worker reads for itself."""

    path: str
    """Where workers find it."""
    reader: str
    """The format's name."""
    pieces: tuple[int, int] | None = None
    """First piece, and the one behind the last, such as row groups of Parquet; None: all of it."""
    size: int = 0
    """In octets of the whole input: what reports say, and what tells long tasks from short ones."""


Read = Callable[[Task], Iterator[Item]]
"""Opens and reads what a task names. It is sent to workers by its name, so it is a function of a module, or a partial
of one. It may raise UnreadableError and OSError, which become a part of the answer."""


def audit_files(
    session: "SparkSession", tasks: Sequence[Task], compiled: CompiledPolicy, read: Read, *, shares: int
) -> Counts:
    """Audit files, which workers read for themselves. ``shares``: how many parts to make, twice the cores or so."""
    dealt = deal(tasks, shares)
    policy = _bytes_of(compiled)

    def work(numbers: Batches) -> Batches:
        state = State(_classifier(policy))
        inputs: list[InputRead] = []
        for batch in numbers:
            for number in batch.column(0).to_pylist():
                inputs += [run(task, read, state) for task in dealt[number]]
        yield pack(state, inputs)

    numbered = session.range(0, len(dealt), 1, len(dealt))
    return _gathered(numbered.mapInArrow(work, PARCEL_SQL), len(dealt), compiled)


def audit_dataframe(frame: "DataFrame", compiled: CompiledPolicy, name: str) -> Counts:
    """Audit the rows of a table, whatever holds it (Hive, Iceberg, a stream's batch).

    Its columns are named as in ``schema``; those that it lacks count as not told, and others are left alone. ``name``
    is what the report calls it. Raises UnreadableError for a table without addresses.
    """
    schema_of(frame.columns)
    policy = _bytes_of(compiled)

    def work(batches: Batches) -> Batches:
        state, reading = State(_classifier(policy)), Reading()
        for batch in batches:
            take(records_in(batch), state, reading, name)
        yield pack(state, [input_read(name, "table", reading, size=0)])

    return _gathered(frame.mapInArrow(work, PARCEL_SQL), 0, compiled)


def run(task: Task, read: Read, state: State) -> InputRead:
    """Count in ``state`` what a task names, unless it fails; what became of it."""
    reading, counts = Reading(), State(state.classifier)
    try:
        take(read(task), counts, reading, task.path)
    except UnreadableError as error:
        help_ = f" ({error.help})" if error.help else ""
        return InputRead(task.path, "", 0, 0, failed=f"{error.reason}{help_}")
    except OSError as error:
        return InputRead(task.path, "", 0, 0, failed=str(error.strerror or error).lower())
    state.merge(counts)
    return input_read(task.path, task.reader, reading, size=task.size)


def take(items: Iterable[Item], state: State, reading: Reading, name: str) -> None:
    """Count items."""
    for item in items:
        if reading.take(item):
            assert isinstance(item, pa.RecordBatch), "what is counted as a batch is one"
            state.update(item, name)


def deal(tasks: Sequence[Task], shares: int) -> list[tuple[Task, ...]]:
    """The tasks in at most ``shares`` parts of about one size, the longest dealt first.

    >>> deal([Task("a", "nfcapd", size=1), Task("b", "nfcapd", size=3), Task("c", "nfcapd", size=2)], 2)
    ... # doctest: +ELLIPSIS
    [(Task(path='b', ...),), (Task(path='c', ...), Task(path='a', ...))]
    """
    parts: list[list[Task]] = [[] for _ in range(max(1, min(shares, len(tasks))))]
    loads = [0] * len(parts)
    for task in sorted(tasks, key=lambda each: -each.size):
        least = loads.index(min(loads))
        parts[least].append(task)
        loads[least] += max(1, task.size)
    return [tuple(each) for each in parts]


def _gathered(parcels: "DataFrame", count: int, compiled: CompiledPolicy) -> Counts:
    """What all workers counted; ``count`` is how many there are, 0 if that is not known."""
    policy = _bytes_of(compiled)

    def merge(batches: Batches) -> Batches:
        state = State(_classifier(policy))
        yield pack(state, joined(unpack(state, batches)))

    left = count or FAN_IN + 1
    while left > FAN_IN:
        left = -(-count // FAN_IN) if count else FAN_IN
        count = left
        parcels = parcels.repartition(left).mapInArrow(merge, PARCEL_SQL)
    state = State(Classifier(compiled))
    inputs = unpack(state, parcels.toArrow().to_batches())
    return Counts(state, tuple(joined(inputs)))


def _bytes_of(compiled: CompiledPolicy) -> bytes:
    sink = BytesIO()
    compiled.save(sink)
    return sink.getvalue()


@lru_cache(maxsize=2)
def _classifier(policy: bytes) -> Classifier:
    """A worker keeps its policy from task to task."""
    return Classifier(CompiledPolicy.load(BytesIO(policy)))
