"""The placement advisor: tries every placement, judges each as if it stood, and ranks them as the page prefers."""

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.decide.draft import Draft, draft
from isthmus.decide.edition import Case, Edition, Placement, Reason
from isthmus.decide.judge import judge_crossing
from isthmus.decide.judgement import JudgedCrossing
from isthmus.decide.owners import maintainers
from isthmus.decide.reasons import reasons_that_hold
from isthmus.decide.wish import Wish
from isthmus.estate import Service
from isthmus.evidence import Facts, Finding


@dataclass(frozen=True, slots=True)
class Objection:
    """Something that speaks against a placement, with the code of the requirement or the reason behind it."""

    source: str
    because: str


@dataclass(frozen=True, slots=True)
class Option:
    """One placement, judged as if it stood."""

    placement: Placement
    case: Case
    draft: Draft
    judged: tuple[JudgedCrossing, ...]
    objections: tuple[Objection, ...]
    to_ask: tuple[str, ...]
    lacking: tuple[str, ...] = ()
    """What the estate does not declare, without which the placement cannot be judged in full."""

    @property
    def is_open(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.objections

    def open_points(self) -> Iterator[tuple[JudgedCrossing, str, str, str]]:
        """What is still unknown of its requirements: crossing, code, name, and who or what would tell."""
        for crossing in self.judged:
            for each in crossing.requirements:
                if each.finding is Finding.UNKNOWN and not each.waits_for:
                    told = "; ".join(evidence.answer.because for evidence in each.evidence if not evidence.absent)
                    yield crossing, each.requirement.code, each.requirement.name, told


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that reworking a running service alters."""

    what: str
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class Advice:
    """Placements, best first; for a service that runs already, how it is judged today."""

    wish: Wish
    options: tuple[Option, ...]
    today: tuple[JudgedCrossing, ...] = ()

    def better_than(self, chosen: Option) -> tuple[Option, ...]:
        """Placements that the page prefers to ``chosen``, and that something speaks against."""
        order = [option.placement.id for option in sorted(self.options, key=lambda each: each.case.id)]
        before = order[: order.index(chosen.placement.id)]
        return tuple(option for option in self.options if option.placement.id in before and option.objections)


def advise(wish: Wish, facts: Facts, edition: Edition) -> Advice:
    """Judge every placement of the edition for ``wish`` and rank them: fewest objections, then the page's order.

    A placement for which the estate lacks something comes after one that can be judged in full.
    """
    options = [_option(wish, placement, facts, edition) for placement in edition.placements]
    options.sort(key=lambda option: (len(option.objections), bool(option.lacking)))
    today = [
        judge_crossing(each, facts, edition)
        for each in facts.estate.crossings.values()
        if wish.existing is not None and each.service == wish.existing
    ]
    return Advice(wish, tuple(options), tuple(today))


def _option(wish: Wish, placement: Placement, facts: Facts, edition: Edition) -> Option:
    case = edition.case(placement.case)
    assert case is not None, "an edition is read only if its placements name cases that it has"
    drafted = draft(wish, placement, facts.estate, edition)
    trial = Facts(drafted.added_to(facts.estate), facts.vocabulary, facts.today)
    crossings = [trial.estate.crossings[name] for name in drafted.crossings]
    judged = tuple(judge_crossing(each, trial, edition) for each in crossings)
    objections = tuple(dict.fromkeys(_objections(wish, case, drafted, judged, edition)))
    owners = tuple(dict.fromkeys(owner for each in judged for owner in each.owners_to_ask))
    return Option(placement, case, drafted, judged, objections, owners or _own(trial, drafted), drafted.lacking)


def _own(facts: Facts, drafted: Draft) -> tuple[str, ...]:
    return maintainers(facts.estate.services[drafted.service_id], facts)


def _objections(
    wish: Wish, case: Case, drafted: Draft, judged: tuple[JudgedCrossing, ...], edition: Edition
) -> Iterator[Objection]:
    covered = {each.case.id for each in judged if each.case is not None}
    users = ", ".join(wish.clients)
    if all(fit.client.realm not in (None, *wish.clients) for fit in case.fits):
        realms = " or ".join(dict.fromkeys(fit.client.realm or "" for fit in case.fits))
        yield Objection(f"case {case.id}", f"it is for services that {realms} uses; this one is used by {users}")
    elif not drafted.lacking and case.id not in covered:
        yield Objection(f"case {case.id}", f"{case.title.lower()}: does not cover a service used by {users} here")
    for reason in _reasons(edition):
        if case.id in reason.speaks_against and reasons_that_hold(wish.facts, (reason,)):
            yield Objection(reason.id, reason.says)
    for crossing in judged:
        for each in crossing.requirements:
            if each.decides and each.finding is Finding.NOT_MET and not each.requirement.check.reads_findings:
                told = next(e.answer.because for e in each.evidence if e.answer.finding is Finding.NOT_MET)
                yield Objection(each.requirement.code, f"{each.requirement.name}: {told}")


def _reasons(edition: Edition) -> Iterator[Reason]:
    for case in edition.cases:
        yield from case.reasons


def changes(before: Service, chosen: Option, facts: Facts) -> tuple[Change, ...]:
    """What reworking a running service into ``chosen`` alters, field by field."""
    trial = Facts(chosen.draft.added_to(facts.estate), facts.vocabulary, facts.today)
    after = trial.estate.services[chosen.draft.service_id]
    place_before, place_after = facts.service_place(before), trial.service_place(after)
    pairs = (
        ("realm", before.realm, after.realm),
        ("runs on", place_before.kind or "not declared", chosen.placement.service.kind),
        ("reached in", _roles(place_before.roles), _roles(place_after.roles)),
        ("load balancer", before.load_balancer or "none", after.load_balancer or "none"),
        ("web proxy", before.web_proxy or "none", after.web_proxy or "none"),
    )
    return tuple(Change(what, now, then) for what, now, then in pairs if now != then)


def _roles(roles: frozenset[str]) -> str:
    return ", ".join(sorted(roles)) or "no declared network"
