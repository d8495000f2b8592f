"""One packet on its way through chains of rules, with plain numbers: what decides it, rule by rule.

Shares no code with the sets of packets, so that each can catch the other's mistakes. Where a rule matches perhaps, both
ways are followed; what a rule of unknown effect did is not followed, but it is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from isthmus.network import (
    Chain,
    Continue,
    Jump,
    Masquerade,
    Redirect,
    Return,
    Rule,
    SetMark,
    Translate,
    Unclear,
    Unmodelled,
    Untrack,
    Verdict,
)
from isthmus.packetset import Packet, State
from isthmus.prove.replay.judged import Branch, Hit, Judged
from isthmus.prove.replay.matching import passes
from isthmus.prove.replay.shortlist import Shortlist

MOST_STEPS = 20_000
"""The rules that one packet may match before the answer is that it is not known."""
MOST_PATHS = 64
DEEPEST = 64

_LONG = 48
_EVERY_BIT = 0xFFFFFFFF


def judge(
    chains: Mapping[str, Chain],
    name: str,
    packet: Packet,
    arriving: tuple[str, ...] = (),
    leaving: tuple[str, ...] = (),
    mark: int = 0,
) -> Judged:
    """What a chain does to one packet; for many packets, keep a Judge."""
    return Judge(chains).judge(name, packet, arriving, leaving, mark)


class Judge:
    """The chains of a device, for one packet after the other; long chains are made ready once."""

    def __init__(self, chains: Mapping[str, Chain]) -> None:
        self.chains = chains
        self._shortlists: dict[str, Shortlist] = {}

    def judge(
        self,
        name: str,
        packet: Packet,
        arriving: tuple[str, ...] = (),
        leaving: tuple[str, ...] = (),
        mark: int = 0,
    ) -> Judged:
        """What a chain does to a packet, whose interfaces have these names. KeyError where there is no such chain."""
        run = _Run(self, arriving, leaving)
        chain = self.chains[name]
        run.found += run.chain(name, [Branch(packet, name, chain.where, mark)], ())
        ends: dict[tuple[object, ...], Branch] = {}
        for branch in run.found:
            ends.setdefault((*branch.end, branch.unknown), branch)
        return Judged(tuple(ends.values()))

    def concerned(self, chain: Chain, packet: Packet) -> Sequence[int]:
        """The indices of rules among which are all that can match the packet."""
        if len(chain.rules) < _LONG:
            return range(len(chain.rules))
        shortlist = self._shortlists.get(chain.name)
        if shortlist is None:
            shortlist = self._shortlists[chain.name] = Shortlist(chain)
        return shortlist.concerned(packet)


@dataclass(slots=True)
class _Run:
    judge: Judge
    arriving: tuple[str, ...]
    leaving: tuple[str, ...]
    steps: int = 0
    found: list[Branch] = field(default_factory=list)

    def chain(self, name: str, ways: list[Branch], above: tuple[str, ...]) -> list[Branch]:
        """The ways that the chain leaves undecided; decided ones are added to ``found``."""
        chain = self.judge.chains[name]
        undecided: list[Branch] = []
        for index in self.judge.concerned(chain, ways[0].packet):
            if not ways:
                break
            hit = Hit(name, index, chain.rules[index])
            after: list[Branch] = []
            for way in ways:
                after += self._rule(hit, way, undecided, above)
            ways = after if len(after) < 2 else self._distinct(after, hit)
        undecided = self._distinct(undecided + ways, None)
        if chain.default is None:
            return undecided
        self.found += [replace(way, verdict=chain.default, chain=name, where=chain.where) for way in undecided]
        return []

    def _rule(self, hit: Hit, way: Branch, undecided: list[Branch], above: tuple[str, ...]) -> Iterable[Branch]:
        """How the way goes on behind a rule."""
        if isinstance(hit.rule.action, Continue):
            return [way]
        matches = self._matches(hit.rule, way)
        if matches is False:
            return [way]
        self.steps += 1
        if self.steps > MOST_STEPS:
            limit = Unmodelled(hit.rule.where, f"the packet matched {MOST_STEPS:,} rules without an end")
            undecided.append(replace(way, unknown=(*way.unknown, limit)))
            return []
        hitting = replace(way, hits=(*way.hits, hit))
        if matches:
            return self._act(hit, hitting, undecided, above)
        doubts = tuple(dict.fromkeys((*way.doubts, *hit.rule.doubts)))
        passing = replace(way, doubts=doubts)
        return [*self._act(hit, replace(hitting, doubts=doubts), undecided, above), passing]

    def _matches(self, rule: Rule, way: Branch) -> bool | None:
        """Whether the packet matches the rule; None: perhaps."""
        if rule.arriving is not None and not rule.arriving.holds(*self.arriving):
            return False
        if rule.leaving is not None and not rule.leaving.holds(*self.leaving):
            return False
        if rule.mark is not None and not rule.mark.holds(way.mark):
            return False
        if any(passes(match, way.packet) for match in rule.matches):
            return True
        return None if any(passes(match, way.packet) for match in rule.perhaps) else False

    def _act(self, hit: Hit, way: Branch, undecided: list[Branch], above: tuple[str, ...]) -> list[Branch]:
        action = hit.rule.action
        if isinstance(action, Verdict):
            self.found.append(_decided(way, hit, verdict=action))
        elif isinstance(action, Return):
            undecided.append(way)
        elif isinstance(action, Jump):
            back = self._jump(hit, action, way, above)
            if action.comes_back:
                return back
            undecided += back
        elif isinstance(action, SetMark):
            return [replace(way, mark=way.mark & ~action.mask | action.value & action.mask)]
        elif isinstance(action, Untrack):
            return [replace(way, packet=replace(way.packet, state=State.UNTRACKED))]
        elif isinstance(action, Unclear):
            return self._anything(hit, way, *hit.rule.doubts)
        elif isinstance(action, Translate | Masquerade | Redirect):
            self.found.append(_decided(way, hit, translation=action))
        return []

    def _jump(self, hit: Hit, action: Jump, way: Branch, above: tuple[str, ...]) -> list[Branch]:
        path = (*above, hit.chain)
        if action.chain in path:
            return self._anything(hit, way, Unmodelled(hit.rule.where, f"`{action.chain}` leads back here"))
        if action.chain not in self.judge.chains:
            return self._anything(hit, way, Unmodelled(hit.rule.where, f"`{action.chain}` is not defined"))
        if len(path) >= DEEPEST:
            return self._anything(hit, way, Unmodelled(hit.rule.where, f"jumps nest deeper than {DEEPEST}"))
        return self.chain(action.chain, [way], path)

    def _anything(self, hit: Hit, way: Branch, *doubts: Unmodelled) -> list[Branch]:
        """A rule may do anything: it accepts, it refuses, or the packet goes on, perhaps with other addresses."""
        way = _unsure(way, *doubts)
        self.found += [_decided(way, hit, verdict=each) for each in (Verdict.ACCEPT, Verdict.DROP)]
        return [way]

    def _distinct(self, ways: list[Branch], hit: Hit | None) -> list[Branch]:
        """One way of those that differ only in how they came here."""
        found: dict[tuple[object, ...], Branch] = {}
        for way in ways:
            found.setdefault((way.mark, way.packet.state, way.unknown), way)
        kept = list(found.values())
        if len(kept) > MOST_PATHS and hit is not None:
            limit = Unmodelled(hit.rule.where, f"a packet may have come here in more than {MOST_PATHS} ways")
            return [_unsure(kept[0], limit)]
        return kept


def _decided(
    way: Branch,
    hit: Hit,
    verdict: Verdict | None = None,
    translation: Translate | Masquerade | Redirect | None = None,
) -> Branch:
    return replace(way, chain=hit.chain, where=hit.rule.where, rule=hit.rule, verdict=verdict, translation=translation)


def _unsure(way: Branch, *unknown: Unmodelled) -> Branch:
    doubts = tuple(dict.fromkeys((*way.doubts, *unknown)))
    return replace(way, doubts=doubts, unknown=tuple(dict.fromkeys((*way.unknown, *unknown))))
