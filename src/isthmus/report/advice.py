"""Advice on where a service should live, for a person and for programs."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from isthmus.decide import Advice, Change, Option
from isthmus.documents import to_yaml
from isthmus.estate import spell_size


def draft_yaml(option: Option) -> str:
    """The chosen placement as a file of the estate, ready to review and commit."""
    draft = option.draft
    asked = ", ".join(option.to_ask) or "nobody is named yet"
    head = [
        f"# Proposed: {option.placement.title} (case {option.case.id}).",
        f"# To ask before anything is built: {asked}.",
        "# The addresses are not assigned yet: replace `network` by `addresses` once they are.",
    ]
    body = {"services": {draft.service_id: _spelled(draft.service)}, "crossings": draft.crossings}
    return "\n".join(head) + "\n" + to_yaml({key: value for key, value in body.items() if value})


def _spelled(service: Mapping[str, Any]) -> dict[str, Any]:
    """The same declaration with sizes as people write them."""
    spelled = dict(service)
    for section in ("placement", "capacity"):
        if section in spelled:
            sizes = {key: spell_size(value) for key, value in spelled[section].items() if key in _SIZES}
            spelled[section] = {**spelled[section], **sizes}
    return spelled


_SIZES = ("data", "replication", "memory", "storage")


def text(advice: Advice, chosen: Option, changes: Iterable[Change], draft_file: str = "") -> str:
    """The advice for a person: the ranking, what to do, whom to ask, what to sign, the draft."""
    lines = [*_today(advice), "", "placements, best first", ""]
    for rank, option in enumerate(advice.options, 1):
        lines += _option(rank, option, chosen)
    lines += ["", f"to do for `{chosen.placement.id}` (case {chosen.case.id}, {chosen.case.title.lower()})", ""]
    lines += [f"  [ ] {each}" for each in _to_do(chosen)]
    lines += _rework(changes)
    lines += ["", f"to ask: {', '.join(chosen.to_ask) or 'nobody is named yet'}"]
    lines += _to_sign(advice, chosen)
    lines += ["", f"draft: {draft_file}" if draft_file else "draft, to be saved in the estate's folder:", ""]
    if not draft_file:
        lines += draft_yaml(chosen).splitlines()
    lines += ["", "Following the guidelines grants nothing: the owners decide."]
    return "\n".join(lines) + "\n"


def document(advice: Advice, chosen: Option, changes: Iterable[Change]) -> str:
    """The advice as JSON."""
    plain: dict[str, Any] = {
        "schema": 1,
        "service": advice.wish.service,
        "today": [{"crossing": each.crossing.id, "decision": each.decision.value} for each in advice.today],
        "placements": [_plain(option) for option in advice.options],
        "chosen": chosen.placement.id,
        "to_do": list(_to_do(chosen)),
        "to_ask": list(chosen.to_ask),
        "changes": [{"what": each.what, "now": each.now, "then": each.then} for each in changes],
        "draft": draft_yaml(chosen),
    }
    return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"


def _plain(option: Option) -> dict[str, Any]:
    return {
        "id": option.placement.id,
        "case": option.case.id,
        "title": option.placement.title,
        "speaks_for": option.placement.speaks_for,
        "speaks_against": [{"source": each.source, "because": each.because} for each in option.objections],
        "crossings": [
            {"id": each.crossing.id, "case": each.case.id if each.case else None, "decision": each.decision.value}
            for each in option.judged
        ],
        "to_declare_first": list(option.lacking),
        "owners_to_ask": list(option.to_ask),
    }


def _today(advice: Advice) -> Iterator[str]:
    if advice.wish.existing is None:
        yield f"where should `{advice.wish.service}` live?"
        return
    yield f"how should `{advice.wish.existing}`, which runs already, be reworked?"
    for each in advice.today:
        unmet = ", ".join(req.requirement.code for req in each.requirements if req.finding == "not met" and req.decides)
        case = f"case {each.case.id}" if each.case else "no case"
        yield f"  today: `{each.crossing.id}` ({case}) {each.so_far} on the evidence at hand" + (
            f"; not met: {unmet}" if unmet else ""
        )


def _option(rank: int, option: Option, chosen: Option) -> Iterator[str]:
    mark = " ← chosen" if option is chosen else ""
    yield f"  {rank}. {option.placement.id} (case {option.case.id}): {option.placement.title}{mark}"
    yield f"     for: {option.placement.speaks_for}"
    for each in option.objections:
        yield f"     against: {each.because} ({each.source})"
    for lack in option.lacking:
        yield f"     to declare first: {lack}"
    if option.is_open:
        told = "cannot be judged in full before that" if option.lacking else "nothing that was answered"
        yield f"     against: {told}"


def _to_do(chosen: Option) -> Iterator[str]:
    yield from chosen.placement.to_do
    told: dict[str, str] = {}
    for crossing, code, name, because in chosen.open_points():
        told.setdefault(f"{code} {name}", f"{code} {name} (`{crossing.crossing.id}`): {because}")
    yield from told.values()


def _rework(changes: Iterable[Change]) -> Iterator[str]:
    rows = list(changes)
    if rows:
        yield from ("", "what changes", "")
        yield from (f"  {each.what}: {each.now} → {each.then}" for each in rows)


def _to_sign(advice: Advice, chosen: Option) -> Iterator[str]:
    """The reasons against what the page prefers: the text that a person is asked to stand by."""
    better = advice.better_than(chosen)
    if better:
        yield from ("", "to state, by a named person (what rules out what the page prefers)", "")
    for option in better:
        reasons = "; ".join(dict.fromkeys(each.because for each in option.objections))
        yield f"  not {option.placement.id} (case {option.case.id}): {reasons}"
