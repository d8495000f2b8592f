"""The chains of one device, as packets of one direction meet them."""

from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.network import Chain, Device, DeviceKind, Unclear, Unmodelled
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists import Compiler, Mark, Method, Outcome, Ruleset, Translated
from isthmus.prove.reach.direction import Direction, facing_back


@dataclass(frozen=True, slots=True)
class Filtered:
    """What chains let pass, with its mark, what they translate, and what they refuse (with the chain that does)."""

    accepted: tuple[tuple[Mark, Bounds], ...]
    translated: tuple[tuple[Mark, Translated], ...] = ()
    refused: tuple[tuple[str, Bounds], ...] = ()
    disturbed: bool = False
    """A rule of unknown effect was met: where it stands in a chain that translates, addresses may be any."""
    rewritten: tuple[Unmodelled, ...] = ()
    """Why addresses may be any wherever the chain stands."""


class Rulesets:
    """Chains ready for sets of packets; devices that share chains share what was made of them.

    Thousands of ports behind one security group hold the same chain, as one object.
    """

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self._back: dict[int, tuple[Chain, Chain]] = {}
        self._known: dict[tuple[object, ...], tuple[Ruleset, tuple[Chain, ...]]] = {}

    def of(self, device: Device, name: str, direction: Direction) -> Ruleset:
        """A chain of a device with those that it jumps to."""
        names = _closure(device, name)
        chains = {each: device.chains[each] for each in names}
        minds_marks = any(choice.mark is not None for choice in device.choices)
        key = (direction, minds_marks, *((each, id(chain)) for each, chain in chains.items()))
        if key not in self._known:
            facing = chains
            if direction is Direction.BACK:
                facing = {each: self._facing_back(chain) for each, chain in chains.items()}
            method = Method.WHOLE if device.kind is DeviceKind.INSTANCE else Method.AUTOMATIC
            ruleset = Ruleset(self.compiler, facing, method=method, minds_marks=minds_marks)
            self._known[key] = ruleset, tuple(chains.values())
        return self._known[key][0]

    def _facing_back(self, chain: Chain) -> Chain:
        if id(chain) not in self._back:
            self._back[id(chain)] = chain, facing_back(chain)
        return self._back[id(chain)][1]


def _closure(device: Device, name: str) -> tuple[str, ...]:
    """A chain and all that it leads to, in a stable order."""
    found = {name: None}
    waiting = [name]
    while waiting:
        jumps = [jump for jump in device.chains[waiting.pop()].jumps() if jump not in found]
        found.update(dict.fromkeys(jumps))
        waiting += jumps
    return tuple(found)


class Filters:
    """The chains of a device in one direction."""

    def __init__(self, device: Device, rulesets: Rulesets, direction: Direction) -> None:
        self.device = device
        self.rulesets = rulesets
        self.direction = direction
        self._known: dict[str, Ruleset] = {}

    def ruleset(self, name: str) -> Ruleset:
        """What holds a chain."""
        if name not in self._known:
            self._known[name] = self.rulesets.of(self.device, name, self.direction)
        return self._known[name]

    def listed(self, names: Sequence[str], packets: Bounds) -> Filtered:
        """Chains of an interface as one list: a default counts in the last one only."""
        accepted, refused = [], []
        for name in names:
            outcome = self.ruleset(name).evaluate(name, packets, closes=name == names[-1])
            accepted.append((0, outcome.accepted))
            refused.append((name, outcome.refused))
            packets = outcome.undecided
        return Filtered((*accepted, (0, packets)), (), tuple(refused))

    def hooked(
        self, name: str, packets: Bounds, mark: Mark, arriving: tuple[str, ...], leaving: tuple[str, ...]
    ) -> Filtered:
        """A chain of a hook; what it leaves undecided passes."""
        outcome = self.ruleset(name).evaluate(name, packets, arriving=arriving, leaving=leaving, mark=mark)
        passing = tuple((each, fate.accepted | fate.undecided) for each, fate in outcome.by_mark.items())
        disturbed = bool(outcome.unclear)
        rewritten = self._writing(name) if disturbed else ()
        return Filtered(passing, tuple(_translated(outcome)), ((name, outcome.refused),), disturbed, rewritten)

    def _writing(self, name: str) -> tuple[Unmodelled, ...]:
        """What of this chain, or of one that it jumps to, was not modelled and may write addresses."""
        rules = (rule for each in _closure(self.device, name) for rule in self.device.chains[each].rules)
        return tuple(
            doubt for rule in rules if isinstance(rule.action, Unclear) and rule.action.writes for doubt in rule.doubts
        )


def _translated(outcome: Outcome) -> list[tuple[Mark, Translated]]:
    return [(mark, each) for mark, fate in outcome.by_mark.items() for each in fate.translated]
