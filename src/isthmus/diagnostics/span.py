"""A place in a text that somebody wrote."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Where something stands: line and column count from 1, ``width`` in characters.

    >>> str(Span("networks.yaml", 17, 3, 12))
    'networks.yaml:17:3'
    """

    file: str
    line: int = 1
    column: int = 1
    width: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
