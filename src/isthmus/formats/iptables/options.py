"""What an option of iptables is to the reader: how many words follow it, and what it adds to what a rule asks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from isthmus.formats.iptables.asked import Asked


@dataclass(frozen=True, slots=True)
class Told:
    """The words behind an option, and whether ``!`` stands before it."""

    words: Sequence[str]
    negated: bool = False

    @property
    def word(self) -> str:
        """The first word."""
        return self.words[0]


Reader = Callable[[Asked, Told], str | None]
"""Adds a test to what a rule asks. What it returns was not modelled.

Raises RefusedError for what iptables would not load.
"""


@dataclass(frozen=True, slots=True)
class Option:
    """An option: the words behind it, and its reader."""

    read: Reader
    words: int = 1


@dataclass(frozen=True, slots=True)
class Extension:
    """A match: its options by name, and the protocols that iptables wants in a rule that has it."""

    options: Mapping[str, Option] = field(default_factory=dict)
    protocols: frozenset[int] | None = None
    perhaps: tuple[str, ...] = ()
    """Options that are known, and not modelled: the rule may match."""


def named(option: Option, *names: str) -> dict[str, Option]:
    """One option under several names."""
    return dict.fromkeys(names, option)
