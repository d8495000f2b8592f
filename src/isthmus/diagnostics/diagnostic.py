"""One remark about somebody's input, in the shape that every reader of Isthmus uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from isthmus.diagnostics.quote import marked, printable
from isthmus.diagnostics.span import Span


class Severity(StrEnum):
    """What a diagnostic does to the run that meets it."""

    ERROR = "error"
    """The input cannot be used: nothing is judged (exit code 2)."""
    FINDING = "finding"
    """The input is understood and what it describes is wrong: the estate does not conform."""
    WARNING = "warning"
    """Worth knowing; decides nothing."""


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of diagnostic: its stable code, and its page for ``isthmus explain``."""

    code: str
    severity: Severity
    title: str
    explanation: str

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake or remark: one sentence, lower case, no final period, user input in backticks."""

    kind: Code
    message: str
    where: Span
    help: str = ""
    packet: str = ""
    """A packet that shows it, where there is one."""

    def __post_init__(self) -> None:
        """Whatever a message quotes, it stays one line that can be printed."""
        object.__setattr__(self, "message", printable(self.message))
        object.__setattr__(self, "help", printable(self.help))

    @property
    def code(self) -> str:
        """The stable code, such as ``EST104``."""
        return self.kind.code

    @property
    def severity(self) -> Severity:
        """What this does to the run."""
        return self.kind.severity

    def sort_key(self) -> tuple[Span, str, str]:
        """Reading order: by place, then by code."""
        return (self.where, self.code, self.message)

    def headline(self) -> str:
        """``file:line:col: CODE message``, the line that editors and terminals recognise."""
        return f"{self.where}: {self.code} {self.message}"

    def render(self, texts: Mapping[str, Sequence[str]]) -> str:
        """The headline, the source line with the place marked, and the help.

        ``texts`` holds the lines of each file that was read; a file that is not in it is not quoted.
        """
        parts = [self.headline()]
        lines = texts.get(self.where.file, ())
        if self.where.line <= len(lines):
            parts += self._quoted(lines[self.where.line - 1])
        if self.help:
            parts.append(f"  help: {self.help}")
        return "\n".join(parts)

    def _quoted(self, line: str) -> list[str]:
        number = str(self.where.line)
        text, carets = marked(line, self.where.column, self.where.width)
        return [f" {number} | {text}".rstrip(), f" {' ' * len(number)} | {carets}"]
