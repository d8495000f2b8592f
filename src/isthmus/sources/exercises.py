"""The record of an exercise on disk: `exercises/lab.json` beside the estate, the same bytes for the same facts."""

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from isthmus.diagnostics import Code, Diagnostic, Severity, Span, shown
from isthmus.guidelines.exercise import SCHEMA, Exercise, Probed
from isthmus.sources.files import TextFile, read_text
from isthmus.sources.snapshot import read_snapshot

FOLDER = "exercises"
FILE = "lab.json"

UNUSABLE = Code(
    "EXE001",
    Severity.WARNING,
    "the record of an exercise cannot be used",
    "What `isthmus lab test` wrote cannot be read back, so nothing is known of real packets. Run it again.",
)
STALE = Code(
    "EXE002",
    Severity.WARNING,
    "the exercise is of another state of the estate",
    "The estate or its snapshot has changed since real packets were sent, so what they did proves nothing about it "
    "now: every answer from the exercise is unknown. Run `isthmus lab test` again.",
)
CODES = (UNUSABLE, STALE)

_SHAPE = TypeAdapter(Exercise)
_PROBE = TypeAdapter(Probed)


@dataclass(frozen=True, slots=True)
class ReadExercise:
    """An exercise as it was recorded; None with a diagnostic where it cannot be used, or where there is none."""

    exercise: Exercise | None
    diagnostics: tuple[Diagnostic, ...] = ()
    doubt: str = ""
    """Why it says nothing about the estate as it is now."""


def read_exercise(root: Path, digest: str) -> ReadExercise:
    """The exercise of the estate in the folder ``root``, whose state now has this ``digest``."""
    path = root / FOLDER / FILE
    if not path.is_file():
        return ReadExercise(None)
    read = read_text(path, str(path))
    if not isinstance(read, TextFile):
        return ReadExercise(None, (read,))
    exercise = _parsed(read.text)
    where = Span(str(path))
    if isinstance(exercise, str):
        doubt = f"`{path}` is no record of an exercise: {exercise}"
        return ReadExercise(None, (Diagnostic(UNUSABLE, doubt, where, "run `isthmus lab test` again"),), doubt)
    if exercise.digest != digest:
        told = f"real packets were sent on {exercise.on}, and the estate or its snapshot has changed since"
        return ReadExercise(exercise, (Diagnostic(STALE, told, where, "run `isthmus lab test` again"),), told)
    return ReadExercise(exercise)


def _parsed(text: str) -> Exercise | str:
    try:
        exercise = _SHAPE.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(each) for each in first["loc"])
        return shown(f"{place or 'the file'}: {first['msg']}")
    if exercise.schema != SCHEMA:
        return f"its schema is {exercise.schema}, and this program knows {SCHEMA}"
    return exercise


def write_exercise(exercise: Exercise, root: Path) -> Path:
    """Record an exercise beside its estate, in place of the one before."""
    path = root / FOLDER / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(exercise_text(exercise))
    return path


def exercise_text(exercise: Exercise) -> bytes:
    """The bytes that stand for an exercise: JSON, a line for each probe, in an order of their own."""
    head = _SHAPE.dump_json(replace(exercise, probes=()), exclude_defaults=True)
    lines = (_PROBE.dump_json(each, exclude_defaults=True) for each in sorted(exercise.probes, key=_order))
    return head[:-1] + b',"probes":[\n' + b",\n".join(lines) + b"\n]}\n"


def _order(probe: Probed) -> tuple[str, str, int, int, str]:
    return probe.crossing, probe.client, int(probe.source), int(probe.destination), probe.at


def state_digest(texts: dict[str, list[str]], root: Path) -> str:
    """A digest of an estate's lines, and of the snapshot's beside it."""
    told = sha256()
    lines = {_relative(name, root): "\n".join(each) for name, each in texts.items()}
    files = read_snapshot(root / "snapshot")
    for device in files.devices.values() if files else ():
        lines |= {_relative(each.name, root): each.text for each in device}
    for name in sorted(lines):
        content = lines[name].encode()
        told.update(f"{name}\0{len(content)}\0".encode())
        told.update(content)
    return f"sha256:{told.hexdigest()}"


def _relative(name: str, root: Path) -> str:
    path = Path(name)
    return str(path.relative_to(root)) if path.is_relative_to(root) else path.name
