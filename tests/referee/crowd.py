"""Thousands of packets through a device's chains at once, with columns of numbers: which of them fare alike.

A third evaluator beside the two of `isthmus.prove`, for rulesets without translation. Packets that meet the same rules
at every hook are of one kind; the single-packet engine is then asked about one of each kind, and its answer must be
right for all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network

import numpy as np
import numpy.typing as npt

from isthmus.network import (
    Chain,
    Continue,
    Device,
    HookPoint,
    InterfaceTest,
    Jump,
    Return,
    Rule,
    SetMark,
    Untrack,
    Verdict,
)
from isthmus.packetset import AddressRange, Block, Bounds, Match, State
from tests.referee.constants import own
from tests.referee.probes import ICMP, ICMPV6, TCP, WITH_PORTS, Rows
from tests.referee.stage import EAST, LEGS, SELF, WEST, WESTERN

Flags = npt.NDArray[np.bool_]
_LOW = (1 << 64) - 1
_STATES = tuple(State)
_BEFORE_TRACKING = -200


@dataclass(slots=True)
class Fates:
    """What became of each packet: where it came out (-1: nowhere), its kind, and whether that is in doubt."""

    sides: npt.NDArray[np.int8]
    kinds: npt.NDArray[np.uint64]
    is_doubtful: Flags


@dataclass(slots=True)
class Crowd:
    """Packets on their way through one device."""

    device: Device
    probes: Rows
    states: npt.NDArray[np.int8] = field(init=False)
    marks: npt.NDArray[np.uint32] = field(init=False)
    kinds: npt.NDArray[np.uint64] = field(init=False)
    is_doubtful: Flags = field(init=False)
    is_untracked: Flags = field(init=False)
    leaving: npt.NDArray[np.int8] = field(init=False)
    _passing: dict[int, Flags] = field(default_factory=dict)
    _numbers: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.probes)
        self.states = np.full(count, _STATES.index(State.INVALID), dtype=np.int8)
        self.marks = np.zeros(count, dtype=np.uint32)
        self.kinds = self.probes["side"].astype(np.uint64) + np.uint64(1_000)
        self.is_doubtful = np.zeros(count, dtype=np.bool_)
        self.is_untracked = np.zeros(count, dtype=np.bool_)
        self.leaving = np.full(count, SELF, dtype=np.int8)

    def fates(self) -> Fates:
        """What becomes of every packet."""
        alive = np.ones(len(self.probes), dtype=np.bool_)
        for priority in (True, False):
            alive = self._hooks(HookPoint.PREROUTING, alive, is_early=priority)
            if priority:
                self.states[~self.is_untracked] = _STATES.index(State.NEW)
        leaving = self._routed()
        here = leaving == SELF
        taken = self._hooks(HookPoint.INPUT, alive & here)
        self.leaving = leaving
        passing = self._hooks(HookPoint.POSTROUTING, self._hooks(HookPoint.FORWARD, alive & ~here))
        sides = np.where(taken | passing, leaving, np.int8(-1)).astype(np.int8)
        return Fates(sides, self.kinds * np.uint64(31) + sides.astype(np.uint64), self.is_doubtful)

    def _routed(self) -> npt.NDArray[np.int8]:
        western = self._in_any("destination", [ip_network(each) for each in WESTERN])
        held = self._in_any("destination", [ip_network(str(each)) for version in (4, 6) for each in own(version)])
        return np.where(held, SELF, np.where(western, WEST, EAST)).astype(np.int8)

    # Chains

    def _hooks(self, point: HookPoint, alive: Flags, *, is_early: bool | None = None) -> Flags:
        for hook in sorted(self.device.hooks, key=lambda each: each.priority):
            if hook.at is not point or (is_early is not None and (hook.priority < _BEFORE_TRACKING) != is_early):
                continue
            here = alive & np.isin(self.probes["version"], list(hook.versions))
            refused = np.zeros(len(alive), dtype=np.bool_)
            self._chain(self.device.chains[hook.chain], here, refused, 0)
            alive = alive & ~refused
        return alive

    def _chain(self, chain: Chain, here: Flags, refused: Flags, depth: int) -> Flags:
        """Those that the chain leaves undecided; those that it refuses are added to ``refused``."""
        returned = np.zeros(len(here), dtype=np.bool_)
        for index, rule in enumerate(chain.rules):
            if isinstance(rule.action, Continue) or not here.any():
                continue
            matching = here & self._matching(rule, here)
            if matching.any():
                self._note(chain.name, index, matching)
                here = self._act(rule, here, matching, returned, refused, depth)
        undecided = here | returned
        if chain.default is None:
            return undecided
        if not chain.default.lets_pass:
            refused |= undecided
        return np.zeros(len(here), dtype=np.bool_)

    def _act(self, rule: Rule, here: Flags, matching: Flags, returned: Flags, refused: Flags, depth: int) -> Flags:
        """What a rule does to those that match; who goes on to the next one."""
        action = rule.action
        if isinstance(action, Verdict):
            if not action.lets_pass:
                refused |= matching
            return here & ~matching
        if isinstance(action, Return):
            returned |= matching
            return here & ~matching
        if isinstance(action, Jump):
            back = self._chain(self.device.chains[action.chain], matching, refused, depth + 1)
            if action.comes_back:
                return here & ~matching | back
            returned |= back
            return here & ~matching
        if isinstance(action, SetMark):
            changed = self.marks & np.uint32(~action.mask & 0xFFFFFFFF) | np.uint32(action.value & action.mask)
            self.marks = np.where(matching, changed, self.marks).astype(np.uint32)
            return here
        if isinstance(action, Untrack):
            self.is_untracked |= matching
            self.states[matching] = _STATES.index(State.UNTRACKED)
            return here
        self.is_doubtful |= matching
        return here & ~matching

    def _note(self, chain: str, index: int, matching: Flags) -> None:
        number = self._numbers.setdefault((chain, index), len(self._numbers) + 1)
        self.kinds[matching] = self.kinds[matching] * np.uint64(1_000_003) + np.uint64(number)

    def _matching(self, rule: Rule, here: Flags) -> Flags:
        fits = self._at(rule.arriving, self.probes["side"]) & self._at(rule.leaving, self.leaving)
        if rule.mark is not None:
            fits = fits & (((self.marks & np.uint32(rule.mark.mask)) == rule.mark.value) != rule.mark.negated)
        surely = fits & self._any(rule.matches)
        if rule.perhaps:
            self.is_doubtful |= here & fits & self._any(rule.perhaps) & ~surely
        return surely

    def _at(self, test: InterfaceTest | None, sides: npt.NDArray[np.integer]) -> Flags:
        if test is None:
            return np.ones(len(self.probes), dtype=np.bool_)
        held = [test.holds(*names) for names in (*((leg,) for leg in LEGS), ())]
        found: Flags = np.asarray(held, dtype=np.bool_)[sides]
        return found

    # Matches

    def _any(self, matches: Iterable[Match]) -> Flags:
        found = np.zeros(len(self.probes), dtype=np.bool_)
        for match in matches:
            found |= self._passes(match)
        return found

    def _passes(self, match: Match) -> Flags:
        if id(match) not in self._passing:
            self._passing[id(match)] = self._fields(match)
        found = self._passing[id(match)]
        if match.states is None:
            return found
        return found & np.isin(self.states, [_STATES.index(each) for each in match.states])

    def _fields(self, match: Match) -> Flags:
        probes = self.probes
        protocol = probes["protocol"]
        found = np.ones(len(probes), dtype=np.bool_)
        if match.version is not None:
            found &= probes["version"] == match.version
        if match.protocols is not None:
            found &= _among(protocol, match.protocols)
        for name, ports in (("one", match.source_ports), ("other", match.destination_ports)):
            if ports is not None:
                found &= np.isin(protocol, WITH_PORTS) & _among(probes[name], ports)
        for end, blocks in (("source", match.source), ("destination", match.destination)):
            if blocks is not None:
                found &= self._in_any(end, blocks)
        if match.flags is not None:
            passing = [(probes["flags"] & each.mask) == each.value for each in match.flags]
            found &= (protocol == TCP) & np.logical_or.reduce(passing or [np.zeros(len(probes), dtype=np.bool_)])
        if match.icmp is not None:
            types = np.zeros(len(probes), dtype=np.bool_)
            for each in match.icmp:
                types |= (probes["one"] == each.type) & (each.code is None or probes["other"] == each.code)
            found &= np.isin(protocol, (ICMP, ICMPV6)) & types
        return found

    def _in_any(self, end: str, blocks: Iterable[Block]) -> Flags:
        high, low, version = self.probes[f"{end}_high"], self.probes[f"{end}_low"], self.probes["version"]
        found = np.zeros(len(self.probes), dtype=np.bool_)
        for block in blocks:
            found |= (version == block.version) & _holds(block, high, low)
        return found


def _among(numbers: npt.NDArray[np.integer], intervals: Iterable[Bounds]) -> Flags:
    found = np.zeros(len(numbers), dtype=np.bool_)
    for each in intervals:
        found |= (numbers >= each.first) & (numbers <= each.last)
    return found


def _holds(block: Block, high: npt.NDArray[np.uint64], low: npt.NDArray[np.uint64]) -> Flags:
    found: Flags
    if isinstance(block, IPv4Network | IPv6Network):
        first, last = int(block.network_address), int(block.broadcast_address)
    elif isinstance(block, AddressRange):
        first, last = int(block.first), int(block.last)
    else:
        mask = np.uint64(block.mask >> 64), np.uint64(block.mask & _LOW)
        found = ((high & mask[0]) == block.value >> 64) & ((low & mask[1]) == block.value & _LOW)
        return found
    if first >> 64 == last >> 64:
        found = (high == first >> 64) & (low >= first & _LOW) & (low <= last & _LOW)
        return found
    above = (high > first >> 64) | ((high == first >> 64) & (low >= first & _LOW))
    below = (high < last >> 64) | ((high == last >> 64) & (low <= last & _LOW))
    found = above & below
    return found
