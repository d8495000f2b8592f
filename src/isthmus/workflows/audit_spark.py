"""Counting flow records on a cluster: the files are dealt to workers, which open them by the same names."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.engines.parcels import Counts
from isthmus.observe.engines.spark import Task, audit_files
from isthmus.observe.readers import Item, UnreadableError, every_reader
from isthmus.sources import flows
from isthmus.sources.flows import Asked
from isthmus.workflows.refusal import Refused

if TYPE_CHECKING:
    from pyspark.sql import SparkSession  # type: ignore[import-not-found]

SAIL = "sail"
"""The master's name for Sail inside this process: a Spark without a JVM, for tests and for one large machine."""

SHARES = 64
"""How many shares are made where the number of cores is not known."""


def count_on_spark(paths: Sequence[Path], asked: Asked, compiled: CompiledPolicy, master: str) -> Counts:
    """Audit files on the cluster ``master``: ``sail``, ``sc://host:15002``, ``yarn``, ``spark://…``, ``local[4]``."""
    tasks = [task for path in paths for task in tasks_of(path, asked)]
    with session(master) as spark:
        return audit_files(spark, tasks, compiled, partial(read, asked=asked), shares=_shares(spark, master))


def tasks_of(path: Path, asked: Asked) -> Iterator[Task]:
    """The parts of a file that can be read one without the other; one that nobody can read is a task that says so."""
    try:
        size = path.stat().st_size
        reader = flows.reader_of(path, asked)
        pieces = flows.pieces_of(path, reader, asked)
    except (OSError, UnreadableError):
        yield Task(str(path), asked.reader)
        return
    if pieces == 1:
        yield Task(str(path), reader.name, None, size)
        return
    for piece in range(pieces):
        yield Task(str(path), reader.name, (piece, piece + 1), size)


def read(task: Task, asked: Asked) -> Iterator[Item]:
    """What a worker does with a task."""
    path = Path(task.path)
    known = {each.name: each for each in every_reader()}
    reader = known.get(task.reader) or flows.reader_of(path, asked)
    yield from flows.items(path, reader, asked, pieces=range(*task.pieces) if task.pieces else None)


@contextmanager
def session(master: str) -> "Iterator[SparkSession]":
    """A Spark session, ended behind its use. Raises Refused where PySpark is not installed."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise Refused("Spark needs `pyspark`, which is not installed", "pip install 'pyspark[connect] >= 4'") from None
    builder = SparkSession.builder.appName("isthmus audit")
    if master == SAIL:
        with _sail() as address, _ended(builder.remote(address).getOrCreate()) as spark:
            yield spark
        return
    if master.startswith("sc://"):
        builder = builder.remote(master)
    else:
        builder = builder.master(master)
        if master.startswith("local"):  # workers are on this machine, and take this program's Python
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            builder = builder.config("spark.ui.enabled", "false").config("spark.log.level", "ERROR")
    with _ended(builder.getOrCreate()) as spark:
        yield spark


@contextmanager
def _ended(spark: "SparkSession") -> "Iterator[SparkSession]":
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def _sail() -> Iterator[str]:
    try:
        from pysail.spark import SparkConnectServer  # type: ignore[import-not-found]
    except ImportError:
        raise Refused("Sail is not installed", "pip install pysail 'pyspark[connect] >= 4'") from None
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    try:
        yield "sc://{}:{}".format(*server.listening_address)
    finally:
        server.stop()


def _shares(spark: "SparkSession", master: str) -> int:
    """Two for each core, so that none waits long for another."""
    if master == SAIL or master.startswith("sc://"):
        return SHARES
    return 2 * int(spark.sparkContext.defaultParallelism)
