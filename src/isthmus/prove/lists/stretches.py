"""Stretches of rules that only decide, as pieces: compiled whole, or the slice that concerns some packets.

A whole stretch takes time once, and then answers anything. A slice looks only at the rules that touch the packets, as
far as one that takes them all; for the packets it is the same piece.
"""

from collections.abc import Hashable, Mapping, Sequence
from enum import StrEnum

from isthmus.network import Chain, Continue, Jump, Return, Unclear, Verdict
from isthmus.packetset import PacketSet
from isthmus.prove.lists.compiler import Compiler
from isthmus.prove.lists.listing import Candidate, Force
from isthmus.prove.lists.outline import Outline
from isthmus.prove.lists.pieces import Otherwise, Piece, Place, joined_up, nothing_done, one_end, unclear
from isthmus.prove.lists.plans import Plan, tells_marks
from isthmus.prove.lists.prepared import Prepared, Setting

_FEW = 12
"""Chains of so many rules are compiled whole at once."""
_LONG = 256
"""Chains from so many rules on are looked for among those of other devices that say the same."""
_LARGE = 4096
_PATIENCE = 12
"""A chain of at most so many rules is compiled whole when slices have looked at so many times its rules."""


class Method(StrEnum):
    """How stretches become pieces; each gives the same answers."""

    AUTOMATIC = "automatic"
    WHOLE = "whole"
    SLICED = "sliced"


class Stretches:
    """The chains of one device as pieces."""

    def __init__(self, compiler: Compiler, chains: Mapping[str, Chain], method: Method, *, minds_marks: bool) -> None:
        self.compiler = compiler
        self.space = compiler.space
        self.method = method
        self.minds_marks = minds_marks or any(tells_marks(rule) for each in chains.values() for rule in each.rules)
        self.plans = compiler.plans(chains, minds_marks=self.minds_marks)
        self.prepared = {name: self._prepared(plan) for name, plan in self.plans.items()}
        self.contents = compiler.contents(self.plans)
        self._looked_at: dict[Hashable, int] = {}

    def _prepared(self, plan: Plan) -> Prepared:
        """A chain that jumps nowhere is the same wherever it stands: devices share it, and what is made of it."""
        if any(True for _ in plan.chain.jumps()):
            return Prepared(plan)
        return self.compiler.prepared(plan, minds_marks=self.minds_marks)

    def _owner(self, prepared: Prepared) -> Hashable:
        """What the pieces of a chain depend on, besides the setting."""
        return prepared if prepared.is_shared else (self, prepared.chain.name)

    def chain(self, name: str, setting: Setting, within: PacketSet | None) -> Piece:
        """A chain that changes no packet, for packets ``within``; None: for all."""
        prepared = self.prepared[name]
        assert not prepared.plan.is_stateful, "a chain that changes packets is walked through"
        key = (self._owner(prepared), prepared.truths(setting), within)
        piece = self.compiler.known_piece(key)
        if piece is None:
            parts = [self.stretch(prepared, each, setting, within) for each in prepared.plan.stretches]
            piece = (parts[0] if parts else nothing_done(self.space)).closed(prepared.chain.default)
            self.compiler.remember(key, piece)
        return piece

    def stretch(self, prepared: Prepared, stretch: range, setting: Setting, within: PacketSet | None) -> Piece:
        """A stretch of a chain, or a part of one, for packets ``within``; None: for all."""
        key = (self._owner(prepared), stretch.start, stretch.stop, prepared.truths(setting))
        whole = self.compiler.known_piece(key)
        if whole is not None:
            return whole
        if within is not None and not self._is_worth_all_anyway(prepared):
            candidates = self._candidates(prepared, stretch, setting, self.compiler.outlines(within))
            if not self._is_worth_all(key, prepared, stretch, len(candidates)):
                return self._joined(prepared, candidates, setting, within)
        return self.compiler.remember(key, self._whole(prepared, stretch, setting))

    def _whole(self, prepared: Prepared, stretch: range, setting: Setting) -> Piece:
        """A stretch for all packets; long lists that say the same are worked out once."""
        plan = prepared.plan
        candidates = self._candidates(prepared, stretch, setting, None)
        if plan.height or plan.weight < _LONG:
            return self._joined(prepared, candidates, setting, None)
        name = plan.chain.name
        key = (name, self.contents.chain(name), stretch.start, stretch.stop, prepared.truths(setting))
        return self.compiler.known_piece(key) or self.compiler.remember(
            key, self._joined(prepared, candidates, setting, None)
        )

    def _is_worth_all_anyway(self, prepared: Prepared) -> bool:
        """Whether slices are out of the question."""
        return self.method is Method.WHOLE or (self.method is Method.AUTOMATIC and prepared.plan.weight <= _FEW)

    def _is_worth_all(self, key: Hashable, prepared: Prepared, stretch: range, concerned: int) -> bool:
        """Whether the whole is hardly dearer than a slice, or slices have cost as much by now."""
        if self.method is not Method.AUTOMATIC or stretch not in prepared.plan.stretches:
            return False
        weight = prepared.plan.weight
        if concerned * 2 > weight:
            return True
        looked_at = self._looked_at[key] = self._looked_at.get(key, 0) + concerned
        return weight <= _LARGE and looked_at > _PATIENCE * weight

    def _candidates(
        self, prepared: Prepared, stretch: range, setting: Setting, found_in: Sequence[Outline] | None
    ) -> Sequence[Candidate]:
        return prepared.listing.candidates(stretch, prepared.force(setting), found_in)

    def _joined(
        self, prepared: Prepared, candidates: Sequence[Candidate], setting: Setting, within: PacketSet | None
    ) -> Piece:
        self.compiler.meter.expand(len(candidates))
        pieces = [self.rule(prepared, each, setting, within) for each in candidates]
        return joined_up([each for each in pieces if each.ends], self.space, self.compiler.meter)

    def rule(self, prepared: Prepared, candidate: Candidate, setting: Setting, within: PacketSet | None) -> Piece:
        """One rule that changes no packet, for packets ``within``; None: for all."""
        surely, possibly = self.sets(candidate, prepared.force(setting))
        if within is not None:
            clipped = possibly & within
            surely, possibly = clipped if surely is possibly else surely & within, clipped
        index = candidate.index
        action = prepared.rules[index].action
        if not possibly or isinstance(action, Continue):
            return nothing_done(self.space)
        if isinstance(action, Verdict):
            return one_end(action, surely, possibly)
        if isinstance(action, Return):
            return one_end(Otherwise.LEAVES, surely, possibly)
        if isinstance(action, Unclear) or index in prepared.plan.opaque:
            return unclear(possibly)
        if isinstance(action, Jump):
            target = self.chain(action.chain, setting, None if within is None else possibly)
            return target.called(surely, possibly, comes_back=action.comes_back)
        return one_end(Place(prepared.chain.name, index), surely, possibly)

    def sets(self, candidate: Candidate, force: Force) -> tuple[PacketSet, PacketSet]:
        """The packets that surely and possibly match a rule, as far as the candidate tells; one object if equal."""
        surely = self.compiler.union(candidate.surely)
        possibly = surely | self.compiler.union(candidate.perhaps) if candidate.perhaps else surely
        if not force.is_sure(candidate.index):
            surely = self.space.nothing
        return surely, possibly
