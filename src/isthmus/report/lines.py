"""Lines made of parts with styles, for terminals with and without colour; every mark is a word too."""

from collections.abc import Iterable, Sequence
from io import StringIO

Part = tuple[str, str]
"""Some text and its style, as Rich names them; an empty style is plain."""


def plain(lines: Iterable[Sequence[Part]]) -> str:
    r"""The lines without their styles.

    >>> plain([[("not met", "red"), (" ", "")], []])
    'not met\n\n'
    """
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)


def coloured(lines: Iterable[Sequence[Part]]) -> str:
    """The lines as a terminal shows them in colour; nothing in them is markup."""
    from rich.console import Console
    from rich.text import Text

    out = StringIO()
    console = Console(file=out, force_terminal=True, highlight=False, markup=False, emoji=False)
    for line in lines:
        console.print(Text.assemble(*line), soft_wrap=True)
    return out.getvalue()
