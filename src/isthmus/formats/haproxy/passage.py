"""A frontend's rules and those of the backends behind it → the rules about who is let in, and who is answered.

HAProxy asks its rules in phases, and `accept` ends a phase only. Here they become one list in which the first rule that
matches decides: where an `accept` cannot end the list, the refusals behind it leave out whom it accepted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from isthmus.diagnostics import shown
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.conditions import Conditions, View
from isthmus.formats.haproxy.notes import Notes
from isthmus.formats.haproxy.regions import matches
from isthmus.formats.haproxy.setup import Phase, Setup
from isthmus.formats.haproxy.steps import Effect, Step, effect
from isthmus.formats.haproxy.truth import FALSE, TRUE, Truth
from isthmus.network import Action, Rule, Unclear, Unmodelled, Verdict
from isthmus.packetset import Match

FRONT = (Phase.CONNECTION, Phase.SESSION, Phase.CONTENT, Phase.REQUEST, Phase.REDIRECT)
BACK = (Phase.CONTENT, Phase.REQUEST, Phase.REDIRECT, Phase.RESPONSE)
MOST_LEFT_OUT = 64
"""Of how many rules that accept or answer it is worked out whom they leave to the rules behind them."""
_REFUSALS = (Effect.REJECT, Effect.DROP, Effect.CHALLENGE)
_DECIDES = (*_REFUSALS, Effect.ANSWER, Effect.UNKNOWN)


def decides(each: Step) -> bool:
    """Whether the rule may refuse or answer somebody."""
    return effect(each) in _DECIDES


@dataclass(frozen=True, slots=True)
class Answer:
    """Clients whom HAProxy answers itself."""

    truth: Truth
    step: Step


@dataclass(slots=True)
class Passage:
    """The way of clients through rules, phase by phase."""

    conditions: Conditions
    view: View
    notes: Notes
    rules: list[Rule] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    doubts: list[Unmodelled] = field(default_factory=list)
    """Rules that may do anything."""
    gone: Truth = FALSE
    """Who was answered already."""
    left: int = MOST_LEFT_OUT
    too_many: Truth = FALSE
    tells_client: bool = False
    moves_destination: bool = False

    def go(self, setup: Setup, phases: Sequence[Phase], within: Truth = TRUE, *, is_last: bool = False) -> None:
        """Ask the rules of some phases, of clients ``within``; ``is_last``: nothing comes behind them."""
        asked = [(phase, setup.phases.get(phase, ())) for phase in phases]
        for number, (phase, steps) in enumerate(asked):
            rest = [each for _, later in asked[number + 1 :] for each in later]
            ends = is_last and within is TRUE and not any(decides(each) for each in rest)
            self._phase(steps, within, ends_list=ends)
            if phase is Phase.CONNECTION and self.tells_client:
                self.view = replace(self.view, shows_source=False, shows_destination=False)

    def _phase(self, steps: Sequence[Step], within: Truth, *, ends_list: bool) -> None:
        """One phase. ``ends_list``: to accept here is to let in."""
        accepted, open_to, left = FALSE, TRUE, ~self.gone & within
        for number, each in enumerate(steps):
            does = effect(each)
            asked = self.conditions.of(each, self.view) & left
            here = asked & open_to
            if does is Effect.ACCEPT:
                accepted = self._with(accepted, here, each)
                open_to = ~accepted
                if ends_list and any(decides(later) for later in steps[number + 1 :]):
                    self._rule(each, asked, Verdict.ACCEPT)
            elif does is Effect.ANSWER:
                self.answers.append(Answer(here, each))
                self.gone = self._with(self.gone, here, each)
                left = ~self.gone & within
            elif does in _REFUSALS:
                self._refuse(each, asked if ends_list else here)
            elif does is Effect.UNKNOWN:
                self._unknown(each, here)
            else:
                self._rename(does, each)

    def _with(self, truth: Truth, more: Truth, each: Step) -> Truth:
        """Both; after many of them it is no longer worked out whom they leave."""
        self.left -= 1
        if self.left >= 0:
            return truth | more
        if self.left == -1:
            self.too_many = Truth.unknown((self.notes.doubt(each.statement.where, "more rules than are worked out"),))
        return self.too_many

    def _refuse(self, each: Step, truth: Truth) -> None:
        if effect(each) is Effect.CHALLENGE:
            truth = truth.weakened((self.notes.doubt(each.statement.where, f"`{each.statement.text}`: who passes it"),))
        self._rule(each, truth, Verdict.DROP if effect(each) is Effect.DROP else Verdict.REJECT)

    def _rename(self, does: Effect, each: Step) -> None:
        """From here on, rules see another address than the packet's."""
        if does is Effect.RENAME_SOURCE:
            self.view = replace(self.view, shows_source=False)
        if does is Effect.RENAME_DESTINATION or each.action.startswith("expect-"):
            self.view = replace(self.view, shows_destination=False)
        if does is Effect.RENAME_DESTINATION:
            self.moves_destination = True

    def _unknown(self, each: Step, truth: Truth) -> None:
        if not each.action.startswith(("lua.", "set-mark", "set-fc-mark", "set-bc-mark")):
            message = f"unknown action `{shown(each.action)}`"
            self.notes.report(codes.UNKNOWN_KEYWORD, message, each.statement.where)
        doubt = self.notes.doubt(each.statement.where, f"`{each.statement.text}`")
        self.doubts.append(doubt)
        self._rule(each, truth.weakened((doubt,)), Unclear())

    def _rule(self, each: Step, truth: Truth, action: Action) -> None:
        if truth.is_never:
            return
        sure, perhaps, doubts = parts(truth, each, self.view)
        if not sure and not perhaps:
            return
        statement = each.statement
        self.rules.append(Rule(sure, action, statement.where, statement.text, perhaps=perhaps, doubts=doubts))


def parts(truth: Truth, each: Step, view: View) -> tuple[tuple[Match, ...], tuple[Match, ...], tuple[Unmodelled, ...]]:
    """For whom a condition surely holds, for whom perhaps, and why."""
    sure = matches(truth.must, view.versions)
    if truth.is_sure:
        return sure, (), ()
    doubts = truth.doubts or (Unmodelled(each.statement.where, "a condition with too many cases"),)
    return sure, matches(truth.may, view.versions), doubts
