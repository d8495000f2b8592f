"""What a chain decides of a packet, as the walk uses it: one decision for each branch that doubts leave open."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from isthmus.diagnostics import Span
from isthmus.network import Chain, Masquerade, Redirect, Rule, Translate, Unmodelled, Verdict
from isthmus.packetset import Packet
from isthmus.prove.replay.chains import Judge
from isthmus.prove.replay.course import Course
from isthmus.prove.replay.machine import Machine
from isthmus.prove.replay.ways import Stage

Translation = Translate | Masquerade | Redirect


@dataclass(frozen=True, slots=True)
class Decision:
    """One branch of what a chain decides.

    ``verdict`` is None where it leaves the packet to its caller; ``rule`` is the rule that decided, None where the
    chain's default did. ``course`` is the packet with the mark that the chain has given it.
    """

    course: Course
    stage: Stage
    chain: str
    verdict: Verdict | None
    rule: Rule | None
    where: Span
    translation: Translation | None = None
    doubts: tuple[Unmodelled, ...] = ()
    unknown: tuple[Unmodelled, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether no rule has decided, so that the next chain of a list is asked."""
        return self.rule is None

    @property
    def words(self) -> str:
        """The verdict with its rule, in words."""
        verdict = self.verdict.value if self.verdict else "nothing decided"
        if self.rule is None:
            return f"{verdict} by default" if self.verdict else verdict
        return f"{verdict} by {self.rule.name}" if self.rule.name else verdict

    def told(
        self,
        what: str = "",
        *,
        after: Packet | None = None,
        unknown: tuple[Unmodelled, ...] = (),
        refuses: bool = False,
    ) -> Course:
        """The packet behind the step that tells the decision."""
        return self.course.met(
            self.stage,
            what or self.words,
            self.where,
            after=after,
            chain=self.chain,
            rule=self.rule,
            doubts=self.doubts,
            unknown=(*self.unknown, *unknown),
            refuses=refuses,
        )

    @property
    def end(self) -> tuple[object, ...]:
        """What becomes of the packet: decisions of equal ends are as good as one."""
        lets_pass = self.verdict is None or self.verdict.lets_pass
        return lets_pass, self.translation and self.where, self.course.mark, self.course.packet, self.unknown


def alike(every: Iterable[Decision]) -> Iterator[Decision]:
    """Of decisions that end alike the first; where all of them do, nothing is in doubt."""
    ends: dict[tuple[object, ...], Decision] = {}
    for each in every:
        ends.setdefault(each.end, each)
    return (each if len(ends) > 1 else replace(each, doubts=()) for each in ends.values())


def listed(course: Course, machine: Machine, chains: Sequence[str], stage: Stage) -> Iterator[Decision]:
    """What several chains decide as one list; the default of the last one alone counts."""
    first, *others = chains
    for each in decisions(course, machine, first, stage):
        if each.is_open and others:
            for after in listed(each.course, machine, others, stage):
                yield replace(after, doubts=(*each.doubts, *after.doubts), unknown=(*each.unknown, *after.unknown))
        else:
            yield each


def decisions(course: Course, machine: Machine, chain: str, stage: Stage) -> Iterator[Decision]:
    """What a chain of the device decides of the packet where it is."""
    if chain in machine.device.chains:
        return decided(course, machine, machine.judge, machine.device.chains[chain], stage)
    return _undefined(course, machine, chain, stage)


def decided(course: Course, machine: Machine, judge: Judge, chain: Chain, stage: Stage) -> Iterator[Decision]:
    """What a chain that a judge knows decides of the packet."""
    arriving, leaving = machine.names(course.arriving), machine.names(course.leaving)
    for each in judge.judge(chain.name, course.packet, arriving, leaving, course.mark).branches:
        here = course
        if each.mark != course.mark or each.packet is not course.packet:
            is_untracked = course.is_untracked or each.is_untracked
            here = replace(course, packet=each.packet, mark=each.mark, is_untracked=is_untracked)
        yield Decision(
            here, stage, each.chain, each.verdict, each.rule, each.where, each.translation, each.doubts, each.unknown
        )


def _undefined(course: Course, machine: Machine, chain: str, stage: Stage) -> Iterator[Decision]:
    """A chain that no file defines may do anything."""
    where = machine.device.where
    unknown = (Unmodelled(where, f"chain `{chain}` is not defined"),)
    for verdict in (Verdict.ACCEPT, Verdict.DROP):
        yield Decision(course, stage, chain, verdict, None, where, unknown=unknown)
