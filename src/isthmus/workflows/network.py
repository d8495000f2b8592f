"""Reading a snapshot: files → formats → one network, with everything that reading had to say."""

from dataclasses import dataclass, field
from pathlib import Path

from isthmus.diagnostics import Diagnostic, Severity
from isthmus.formats import Text, read
from isthmus.network import Device, Network, assemble
from isthmus.sources.snapshot import FOLDER, configured_lines, read_snapshot
from isthmus.workflows.refusal import Refused


@dataclass(frozen=True)
class Configured:
    """The configured network, what reading it had to say, and the lines of every file for messages that quote them."""

    network: Network
    diagnostics: tuple[Diagnostic, ...] = ()
    texts: dict[str, list[str]] = field(default_factory=dict)
    root: Path = Path()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What makes the snapshot unusable."""
        return tuple(each for each in self.diagnostics if each.severity is Severity.ERROR)

    def usable(self) -> Network:
        """The network. Raises Refused, with every error at its place, where one stands in the way."""
        if self.errors:
            told = "\n".join(each.render(self.texts) for each in self.errors)
            raise Refused(f"the snapshot at `{self.root}` cannot be used\n{told}")
        return self.network


def load_network(root: Path) -> Configured | None:
    """Read the snapshot at ``root`` (a folder with a folder for each device); None where there is none."""
    files = read_snapshot(root)
    if files is None:
        return None
    parts: list[Device] = []
    problems = list(files.diagnostics)
    for name, texts in files.devices.items():
        reading = read(name, [Text(each.name, each.text) for each in texts])
        parts += reading.devices
        problems += reading.diagnostics
    assembled = assemble(parts)
    problems += assembled.diagnostics
    problems.sort(key=Diagnostic.sort_key)
    return Configured(assembled.network, tuple(problems), dict(configured_lines(files)), root)


def snapshot_of(estate: Path) -> Path:
    """Where the snapshot of the estate at ``estate`` (a folder, or its one file) lies."""
    return (estate if estate.is_dir() else estate.parent) / FOLDER
