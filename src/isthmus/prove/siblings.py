"""Names that differ in one label: one service in several places."""

from collections.abc import Iterable

FEWEST = 3
"""How many siblings make a family."""


def families(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Names that differ in one label, by what they have in common.

    The first label says what a name stands for and the others where, so siblings differ in one of the others.

    >>> families(["web.a", "web.b", "web.c", "mail.a", "mail.b"])
    {'web.*': ('web.a', 'web.b', 'web.c')}
    """
    found: dict[str, list[str]] = {}
    for name in sorted(set(names)):
        labels = name.split(".")
        for at in range(1, len(labels)):
            found.setdefault(".".join([*labels[:at], "*", *labels[at + 1 :]]), []).append(name)
    return {family: tuple(members) for family, members in found.items() if len(members) >= FEWEST}
