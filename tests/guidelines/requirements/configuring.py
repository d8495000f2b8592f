"""Small snapshots for examples: the devices of `_snapshot/` with some files changed, and what they say of a row."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from isthmus.diagnostics import Severity
from isthmus.evidence import Answer
from isthmus.formats import Lowered, Text, read
from isthmus.guidelines.testify import configured_evidence
from isthmus.network import Network, assemble
from isthmus.packetset import Space
from isthmus.prove import Prover
from tests.guidelines.requirements.judging import edition, facts_of

SNAPSHOT = Path(__file__).parent / "_snapshot"
NODES = 1 << 20


@cache
def shared() -> Mapping[str, str]:
    """The files of the snapshot that every example stands on, as ``DEVICE/FILE``."""
    files = sorted(path for path in SNAPSHOT.rglob("*") if path.is_file())
    return {str(path.relative_to(SNAPSHOT)): path.read_text(encoding="utf-8") for path in files}


def network_of(changes: Mapping[str, str]) -> Network:
    """The shared snapshot with other files; fails where it cannot be used, and where a change changes nothing."""
    files = dict(shared())
    for name, text in changes.items():
        assert files.get(name) != text, f"`{name}` is what it is in every example"
        if text.strip():
            files[name] = text
        else:
            lost = [each for each in files if each == name or (name.endswith("/") and each.startswith(name))]
            assert lost, f"the snapshot has no `{name}`"
            files = {each: text for each, text in files.items() if each not in lost}
    folders: dict[str, list[tuple[str, str]]] = {}
    for name, text in files.items():
        folders.setdefault(name.partition("/")[0], []).append((name, text))
    readings = [_read(device, tuple(texts)) for device, texts in sorted(folders.items())]
    assembled = assemble(part for reading in readings for part in reading.devices)
    problems = [*(each for reading in readings for each in reading.diagnostics), *assembled.diagnostics]
    told = [f"{each.where} {each.code} {each.message}" for each in problems if each.severity is Severity.ERROR]
    assert not told, told
    return assembled.network


@cache
def _read(device: str, texts: tuple[tuple[str, str], ...]) -> Lowered:
    return read(device, [Text(name, text) for name, text in texts])


def configured(code: str, crossing: str, estate: str, changes: Mapping[str, str]) -> Answer:
    """What the snapshot says of one row: of one crossing of an estate, or (without a name) of the whole estate."""
    facts = facts_of(estate)
    prover = Prover(facts, network_of(changes), Space(NODES))
    testimony = configured_evidence(facts, edition(), prover, [crossing] if crossing else [])
    assert (code, crossing) in testimony, f"no configuration speaks of {code}; asked were {sorted(testimony)}"
    [evidence] = testimony[code, crossing]
    return evidence.answer
