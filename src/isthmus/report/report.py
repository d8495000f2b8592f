"""What a writer writes: a judgement, or the reasons why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isthmus.decide import Decision, Judgement
from isthmus.diagnostics import Diagnostic

if TYPE_CHECKING:
    from isthmus.network import Coverage

EXIT_CODES = {
    Decision.CONFORMS: 0,
    Decision.EXCEPTED: 0,
    Decision.DOES_NOT_CONFORM: 1,
    Decision.CANNOT_TELL: 3,
}
WRONG_INPUT = 2
"""The exit code where the input cannot be used and nothing was judged."""


@dataclass(frozen=True, slots=True)
class DeviceRead:
    """A device of the snapshot, and how much of its configuration is modelled."""

    name: str
    coverage: "Coverage"


@dataclass(frozen=True)
class Report:
    """The outcome of one `check`: ``judgement`` is None where ``problems`` kept the input from being judged."""

    judgement: Judgement | None
    problems: tuple[Diagnostic, ...]
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The lines of every file that was read, for quoting."""
    version: str = ""
    """The version of the program that judged."""
    devices: tuple[DeviceRead, ...] = ()
    """The devices whose configurations were proved."""

    @property
    def exit_code(self) -> int:
        """The exit code of the program, as its users rely on it."""
        return WRONG_INPUT if self.judgement is None else EXIT_CODES[self.judgement.decision]
