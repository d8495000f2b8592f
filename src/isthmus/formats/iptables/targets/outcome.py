"""What a target is to the reader, and what it does with packets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from isthmus.formats.iptables.asked import Asked
from isthmus.network import Action, HookPoint, SetMark, Unclear


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a target does; with a ``doubt``, one of several actions, or none."""

    actions: tuple[Action, ...]
    doubt: str = ""


def unclear(what: str) -> Outcome:
    """A target, or an option of one, that is not modelled: TPROXY and SNPT write addresses."""
    return Outcome((Unclear(writes=True),), what)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a target's meaning depends on besides its options."""

    asked: Asked
    points: frozenset[HookPoint]
    """Where packets come to the rule's chain from."""
    marks: Callable[[int, int], tuple[SetMark, ...] | None]
    """What ``--restore-mark`` may write, for the masks of the packet and of the connection; None: anything."""

    @property
    def version(self) -> int | None:
        """The IP version of the rule, where it is known."""
        return self.asked.version


Options = Mapping[str, str]
"""Options of a target, each with what stands behind it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target: what it does, and the options that it can have. Raises RefusedError for values that are none."""

    does: Callable[[Options, Setting], Outcome]
    options: frozenset[str] = field(default_factory=frozenset)
    table: str = ""
    """The only table where iptables accepts it."""


def always(outcome: Outcome, *options: str) -> Target:
    """A target that does the same whatever its options say."""
    return Target(lambda _, __: outcome, frozenset(options))
