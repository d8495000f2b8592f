"""How far a long audit has come: records per second, share done, time left; on standard error, if it is a terminal."""

from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from isthmus.workflows.audit import Progress as Done

_EVERY = 0.2


class Bar:
    """A line that is drawn until it is told that the work is done, and goes then."""

    def __init__(self, done: "Done") -> None:
        self.done = done

    def run(self, until: Event) -> None:
        """Draw."""
        columns = (
            TextColumn("{task.fields[files]}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
        )
        started = monotonic()
        with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
            task = shown.add_task("", total=None, files="", speed="")
            while not until.wait(_EVERY):
                speed = self.done.records / max(0.001, monotonic() - started)
                shown.update(
                    task,
                    total=self.done.of_octets or None,
                    completed=min(self.done.octets, self.done.of_octets),
                    files=f"{self.done.files:,} of {self.done.of_files:,} files",
                    speed=f"{self.done.records:,} records, {speed:,.0f} a second",
                )
