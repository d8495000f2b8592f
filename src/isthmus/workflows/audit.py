"""`isthmus audit`: judge observed traffic."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Event, Lock

import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.guidelines.policy import policy_of
from isthmus.observe.aggregate import State
from isthmus.observe.classify import Classifier
from isthmus.observe.compile import ContestedError, compile_policy
from isthmus.observe.finish import finish
from isthmus.observe.persist import add_tables, input_read, tables_of
from isthmus.observe.readers import Reader, Reading, UnreadableError
from isthmus.observe.results import Audit, InputRead
from isthmus.observe.words import BORDER
from isthmus.sources.flows import Asked, content_of, find, items, pieces_of, reader_of
from isthmus.sources.observations import BusyError, Observations
from isthmus.workflows.agreements import facts_of
from isthmus.workflows.load import Loaded, load
from isthmus.workflows.refusal import Refused


@dataclass(slots=True)
class Progress:
    """How far a run has come; threads add to it."""

    octets: int = 0
    records: int = 0
    files: int = 0
    of_octets: int = 0
    of_files: int = 0
    lock: Lock = field(default_factory=Lock)

    def read(self, octets: int) -> None:
        """So much more was read."""
        with self.lock:
            self.octets += octets

    def judged(self, records: int) -> None:
        """So many more records were judged."""
        with self.lock:
            self.records += records


@dataclass(frozen=True)
class Wanted:
    """What to audit, and how."""

    paths: tuple[Path, ...]
    asked: Asked = field(default_factory=Asked)
    sides: Mapping[str, str] = field(default_factory=dict)
    """The realm on whose side exporters stand, by name, where the estate does not say."""
    threads: int = 0
    """How many files or pieces are read at once; 0: as many as there are processors."""
    keep: bool = True
    """Whether results are kept beside the estate (never those of a cluster)."""
    master: str = ""
    """Where Spark runs; empty: here, without Spark."""


def audit(
    estate: Path, wanted: Wanted, *, today: date, progress: Progress | None = None, stop: Event | None = None
) -> Audit:
    """Judge every record of some files, and sum up.

    Raises Refused where the estate cannot be used, a path does not exist or another audit keeps results there.
    """
    loaded = load(estate)
    for path in wanted.paths:
        if not path.exists():
            raise Refused(f"there is no `{path}`", "name files of flow records, or folders of such files")
    progress, stop = progress or Progress(), stop or Event()
    if wanted.master:
        return _on_spark(classifier_of(loaded, wanted.sides, today), wanted)
    if not wanted.keep:
        return _Run(classifier_of(loaded, wanted.sides, today), wanted, progress, stop).audit(None)
    store = Observations.beside(loaded.root)
    try:
        with store.writing():
            store.sides |= wanted.sides
            return _Run(classifier_of(loaded, store.sides, today), wanted, progress, stop).audit(store)
    except BusyError:
        raise Refused(f"another audit writes to `{store.root}`", "wait for it, or add `--no-keep`") from None
    except OSError as error:
        told = f"cannot write to `{store.root}`: {error.strerror or error}".lower()
        raise Refused(told, "add `--no-keep` to keep nothing") from None


def _on_spark(classifier: Classifier, wanted: Wanted) -> Audit:
    from isthmus.workflows.audit_spark import count_on_spark

    counts = count_on_spark(find(wanted.paths), wanted.asked, classifier.compiled, wanted.master)
    return finish(counts.state, sorted(counts.inputs, key=lambda each: each.name))


def follow(
    estate: Path,
    wanted: Wanted,
    *,
    clock: Callable[[], date],
    every: float,
    progress: Progress | None = None,
    stop: Event,
) -> Iterator[Audit]:
    """Audit again whenever something was added, until told to stop; each result sums up everything so far."""
    before: dict[Path, tuple[int, int]] | None = None
    while not stop.is_set():
        now = {path: _look(path) for path in find(wanted.paths)}
        if now != before:
            yield audit(estate, wanted, today=clock(), progress=progress, stop=stop)
            before = now
        stop.wait(every)


def _look(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (-1, -1)
    return (status.st_size, status.st_mtime_ns)


def classifier_of(loaded: Loaded, sides: Mapping[str, str], today: date) -> Classifier:
    """What records are held against. Raises Refused where the estate cannot be used."""
    estate, edition = loaded.usable()
    policy = policy_of(facts_of(loaded, today), edition)
    for name, realm in sides.items():
        if realm not in (*estate.realms, BORDER):
            known = ", ".join(estate.realms)
            told = f"realms of the estate: {known}; `{BORDER}`: it is the gateway between them"
            raise Refused(f"exporter `{name}` cannot stand in realm `{realm}`", told)
    try:
        return Classifier(compile_policy(replace(policy, exporters={**policy.exporters, **sides})))
    except ContestedError as error:
        told = "\n".join(each.render(loaded.texts) for each in error.diagnostics)
        raise Refused(f"the estate cannot be used to audit\n{told}") from None


@dataclass
class _Run:
    """One pass over some files: threads read, judge and count; results are kept as each file is complete."""

    classifier: Classifier
    wanted: Wanted
    progress: Progress
    stop: Event

    def audit(self, store: Observations | None) -> Audit:
        paths = find(self.wanted.paths)
        total = State(self.classifier)
        inputs: list[InputRead] = []
        self.progress.of_files = len(paths)
        self.progress.of_octets = sum(max(0, _look(path)[0]) for path in paths)
        counted: set[str] = set()
        for job in self._jobs(paths, store):
            if job.content in counted:
                inputs.append(replace(job.read, records=0, failed="the same content as another input: counted once"))
                continue
            counted |= {job.content} if job.content else set()
            if job.state is not None:
                total.merge(job.state)
            inputs.append(job.read)
        if store is not None:
            store.save()
        inputs.sort(key=lambda each: each.name)
        return finish(total, inputs)

    def _jobs(self, paths: Sequence[Path], store: Observations | None) -> Iterator["_Done"]:
        """Every file's result, in no order that matters; a few files are in work at a time."""
        threads = self.wanted.threads or len(os.sched_getaffinity(0))
        waiting = list(reversed(paths))
        saved = time.monotonic()
        with ThreadPoolExecutor(threads) as pool:
            spare = ThreadPoolExecutor(threads) if threads > 1 else None
            running: set[Future[_Done]] = set()
            while (waiting or running) and not self.stop.is_set():
                while waiting and len(running) < threads:
                    running.add(pool.submit(self._file, waiting.pop(), store, spare))
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for each in done:
                    job = each.result()
                    self._note(job, store)
                    yield job
                if store is not None and time.monotonic() - saved > 1:
                    store.save()
                    saved = time.monotonic()
            if spare is not None:
                spare.shutdown()

    def _note(self, job: "_Done", store: Observations | None) -> None:
        self.progress.files += 1
        if store is not None and job.status is not None and job.content:
            store.note(str(job.path.resolve()), job.status, job.content)

    def _file(self, path: Path, store: Observations | None, spare: ThreadPoolExecutor | None) -> "_Done":
        """The result of one file: the one that is kept, or a new one."""
        try:
            status = path.stat()
            content, policy = "", self.classifier.compiled.content
            if store is not None:
                noted = store.inputs.get(str(path.resolve()))
                how = self.wanted.asked.content
                is_same = noted is not None and noted.is_of(status) and noted.content.endswith(how)
                content = noted.content if is_same and noted else f"{content_of(path, status.st_size)[:48]}-{how}"
                loaded = store.load(policy, content) if store.has(policy, content) else None
                if loaded is not None:
                    self.progress.read(status.st_size)
                    self.progress.judged(loaded[1].records)
                    state = State(self.classifier)
                    add_tables(state, loaded[0])
                    return _Done(path, replace(loaded[1], name=str(path)), state, content, status)
            reader = reader_of(path, self.wanted.asked)
            state, reading = self._read(path, reader, status.st_size, spare)
        except (UnreadableError, OSError) as error:
            return _Done(path, _failed(path, error), None)
        read = input_read(str(path), reader.name, reading, size=status.st_size)
        if store is not None and not self.stop.is_set():
            store.keep(policy, content, tables_of(state), read)
        return _Done(path, read, state, content, status)

    def _read(self, path: Path, reader: Reader, size: int, spare: ThreadPoolExecutor | None) -> tuple[State, Reading]:
        """Judge and count a file; several pieces of it at once, where it has some."""
        number = pieces_of(path, reader, self.wanted.asked)
        threads = self.wanted.threads or len(os.sched_getaffinity(0))
        if number == 1 or spare is None:
            return self._piece(path, reader, size, None)
        step = -(-number // threads)
        ranges = [range(first, min(number, first + step)) for first in range(0, number, step)]
        parts = [spare.submit(self._piece, path, reader, size, each) for each in ranges]
        state, reading = parts[0].result()
        for part in parts[1:]:
            other, told = part.result()
            state.merge(other)
            _add(reading, told)
        return state, reading

    def _piece(self, path: Path, reader: Reader, size: int, pieces: range | None) -> tuple[State, Reading]:
        state, reading, name = State(self.classifier), Reading(), str(path)
        asked = self.wanted.asked
        for item in items(path, reader, asked, size=size, pieces=pieces, counter=self.progress.read):
            if self.stop.is_set():
                break
            if reading.take(item) and isinstance(item, pa.RecordBatch):
                state.update(item, name)
                self.progress.judged(item.num_rows)
        return state, reading


@dataclass(frozen=True)
class _Done:
    """One file's result."""

    path: Path
    read: InputRead
    state: State | None
    content: str = ""
    status: os.stat_result | None = None


def _failed(path: Path, error: Exception) -> InputRead:
    reason = (
        error.reason if isinstance(error, UnreadableError) else str(getattr(error, "strerror", "") or error).lower()
    )
    help_ = f" ({error.help})" if isinstance(error, UnreadableError) and error.help else ""
    return InputRead(str(path), "", 0, 0, failed=f"{reason}{help_}")


def _add(reading: Reading, other: Reading) -> None:
    reading.records += other.records
    reading.v6_records += other.v6_records
    reading.quarantined += other.quarantined
    for mine, told in ((reading.reasons, other.reasons), (reading.skipped, other.skipped), (reading.lost, other.lost)):
        for key, count in told.items():
            mine[key] = mine.get(key, 0) + count
    reading.examples += other.examples
    for name, choose in (("first_ms", min), ("last_ms", max)):
        told_ms = [each for each in (getattr(reading, name), getattr(other, name)) if each is not None]
        setattr(reading, name, choose(told_ms, default=None))
