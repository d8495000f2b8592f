"""The comments that people write beside the entries of a list."""

import re
from collections.abc import Sequence

_BEHIND = re.compile(r"\s#\s*(.*\S)")


def comment_at(lines: Sequence[str], number: int) -> str | None:
    """The comment that belongs to a line: behind its value, else on the lines right above; None without one.

    >>> comment_at(["list:", "  # VMs --> a.example", "  - 192.0.2.1"], 3)
    'VMs --> a.example'
    """
    if not 0 < number <= len(lines):
        return None
    behind = _BEHIND.search(lines[number - 1])
    if behind:
        return behind[1]
    above: list[str] = []
    line = number - 2
    while line >= 0 and lines[line].lstrip().startswith("#"):
        above.append(lines[line].strip().lstrip("# "))
        line -= 1
    return " ".join(reversed(above)).strip() or None


def comments_of(lines: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """The comment of each entry, by their lines; one without a comment shares that of the entry right above.

    >>> comments_of(["# both", "- 192.0.2.1", "- 192.0.2.2", "", "- 192.0.2.3"], [2, 3, 5])
    ['both', 'both', '']
    """
    found: list[str] = []
    before = 0
    for number in numbers:
        own = comment_at(lines, number)
        follows = bool(found) and number in (before, before + 1)
        found.append(own if own is not None else found[-1] if follows else "")
        before = number
    return found
