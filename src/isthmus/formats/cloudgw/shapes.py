"""The shape of hiera: files with their keys, and texts with places and comments."""

from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.diagnostics import Span
from isthmus.documents import Node


@dataclass(frozen=True, slots=True)
class HieraFile:
    """One file: its tree, and its lines for the comments in them."""

    name: str
    root: Node
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Said:
    """A text that somebody wrote as a value, with its marks followed.

    ``doubt`` says why it is not known what it stands for; ``text`` is then as it was written.
    """

    text: str
    where: Span
    comment: str = ""
    doubt: str = ""
