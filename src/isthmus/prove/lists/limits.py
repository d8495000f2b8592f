"""Bounds on what one question may cost: no list of rules can make an answer wait for ever."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from isthmus.packetset import PacketSet, TooLargeError

T = TypeVar("T")

_FEW = 64
"""So many sets of a question are not measured: that would take as long as making them, and they are small."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one question may use.

    ``nodes`` bounds the sizes of all sets that are worked out on the way: a million takes a quarter of a second to a
    second. ``rules`` counts the rules that are looked at (again and again, where many jumps lead to one chain),
    ``marks`` the different marks that packets carry at one time, and ``depth`` how deep jumps nest.
    """

    nodes: int = 1 << 24
    rules: int = 1 << 20
    marks: int = 64
    depth: int = 64


@dataclass(frozen=True, slots=True)
class TooLarge:
    """There is no answer: working it out would pass a bound, which ``reason`` tells in a sentence part."""

    reason: str

    def __str__(self) -> str:
        return self.reason


class LimitError(Exception):
    """A question has passed one of its limits."""


class Meter:
    """What the question that is being answered has used so far."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._rules = self._nodes = self._steps = 0

    def restart(self) -> None:
        """A new question begins."""
        self._rules = self._nodes = self._steps = 0

    def expand(self, rules: int) -> None:
        """So many rules are looked at. Raises LimitError."""
        self._rules += rules
        if self._rules > self.limits.rules:
            raise LimitError(f"more than {self.limits.rules:,} rules would have to be looked at")

    def made(self, *sets: PacketSet) -> None:
        """Sets were worked out. Raises LimitError where all of them together are too large; the first few never are."""
        self._steps += 1
        if self._steps < _FEW:
            return
        self._nodes += sum(each.size() for each in sets)
        if self._nodes > self.limits.nodes:
            raise LimitError(f"sets of more than {self.limits.nodes:,} nodes together would have to be worked out")


def answer(meter: Meter, question: Callable[[], T], forget: Callable[[], None]) -> T | TooLarge:
    """What the question gives; where room ends, what is remembered is given up and it is asked once more."""
    for last in (False, True):
        meter.restart()
        try:
            return question()
        except LimitError as error:
            reason = str(error)
            break
        except TooLargeError as error:
            reason = f"its sets take more than {error.bound:,} nodes at a time"
        if not last:
            forget()
    return TooLarge(reason)
