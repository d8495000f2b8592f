"""A comparison of two judgements: for a person, for a merge request, for programs."""

import json
from collections.abc import Iterator
from typing import Any

from isthmus.decide import Comparison, CrossingChange, JudgedCrossing, RequirementChange
from isthmus.diagnostics import Diagnostic
from isthmus.estate import Difference
from isthmus.evidence import TrafficChange
from isthmus.report.digest import one_line


def text(comparison: Comparison) -> str:
    """The comparison for a person."""
    lines = list(_edition(comparison))
    for change in comparison.crossings:
        lines += ["", f"{change.id}: {_headline(change)}"]
        lines += [f"  {one_line(str(each))}" for each in change.fields]
        lines += [f"  {_requirement(each)}" for each in change.requirements]
    if comparison.whole:
        lines += ["", "the estate as a whole:", *(f"  {_requirement(each)}" for each in comparison.whole)]
    if comparison.signers:
        lines += ["", "who may sign:", *(f"  {one_line(each)}" for each in comparison.signers)]
    lines += [line for each in comparison.traffic for line in _traffic(each)]
    lines += _findings("appeared", comparison.appeared) + _findings("gone", comparison.vanished)
    lines += ["", _conclusion(comparison)]
    return "\n".join(lines).lstrip("\n") + "\n"


def markdown(comparison: Comparison) -> str:
    """The comparison as a comment on a merge request."""
    lines = [f"### Isthmus: {_conclusion(comparison)}", ""]
    if comparison.crossings:
        lines += ["| crossing | before | after | why |", "|---|---|---|---|"]
        lines += [_row(change) for change in comparison.crossings]
    for each in comparison.edition:
        lines.append(f"- edition: {_cell(str(each))}")
    lines += [f"- the estate as a whole: {_cell(_requirement(each))}" for each in comparison.whole]
    lines += [f"- **who may sign** has changed: {_cell(each)}" for each in comparison.signers]
    lines += [line for each in comparison.traffic for line in _traffic_items(each)]
    for word, these in (("appeared", comparison.appeared), ("gone", comparison.vanished)):
        lines += [f"- {word}: {each.code} {_cell(each.message)}" for each in these]
    return "\n".join(lines) + "\n"


def document(comparison: Comparison) -> str:
    """The comparison as JSON."""
    plain: dict[str, Any] = {
        "schema": 1,
        "differs": comparison.differs,
        "graver": comparison.is_graver,
        "before": {"estate": comparison.before.estate, "decision": comparison.before.decision.value},
        "after": {"estate": comparison.after.estate, "decision": comparison.after.decision.value},
        "edition": [_difference(each) for each in comparison.edition],
        "crossings": [_change(each) for each in comparison.crossings],
        "requirements": [_requirement_change(each) for each in comparison.whole],
        "signers": list(comparison.signers),
        "traffic": [_traffic_change(each) for each in comparison.traffic],
        "findings_appeared": [_finding(each) for each in comparison.appeared],
        "findings_gone": [_finding(each) for each in comparison.vanished],
    }
    return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"


def _edition(comparison: Comparison) -> Iterator[str]:
    if comparison.edition:
        yield "the edition:"
        yield from (f"  {one_line(str(each))}" for each in comparison.edition)


def _headline(change: CrossingChange) -> str:
    if change.before is None:
        return f"added, {_decision(change.after)}"
    if change.after is None:
        return f"removed (it was: {_decision(change.before)})"
    before, after = _decision(change.before), _decision(change.after)
    return f"still {after}" if before == after else f"{before} → {after}"


def _decision(judged: JudgedCrossing | None) -> str:
    """A decision in words, with the one on the evidence at hand where they differ."""
    if judged is None:
        return "not declared"
    case = f"case {judged.case.id}" if judged.case else "no case"
    at_hand = "" if judged.decision is judged.so_far else f", {judged.so_far} on the evidence at hand"
    return f"{judged.decision} ({case}{at_hand})"


def _requirement(change: RequirementChange) -> str:
    before, after = change.before or "not asked", change.after or "not asked"
    because = f": {one_line(change.because)}" if change.because else ""
    return f"{change.code} {change.name}: {before} → {after}{because}"


def _traffic(change: TrafficChange) -> Iterator[str]:
    """What opens or closes, as rows, with one packet and its way."""
    yield from ("", f"traffic {change}:")
    yield from (f"  {one_line(row)}" for row in change.rows)
    if change.left_out:
        yield f"  and {change.left_out:,} more rows"
    yield f"  for example {one_line(change.exhibit.packet)}, from {one_line(change.exhibit.start)}:"
    yield from (f"  → {one_line(str(each))}" for each in change.exhibit.path)


def _traffic_items(change: TrafficChange) -> Iterator[str]:
    rows = "<br>".join(_cell(row) for row in change.rows)
    more = f"<br>and {change.left_out:,} more rows" if change.left_out else ""
    yield f"- **traffic {_cell(str(change))}**: {rows}{more}"
    path = " → ".join(_cell(str(each)) for each in change.exhibit.path)
    yield f"  - for example {_cell(change.exhibit.packet)}: {path}"


def _traffic_change(change: TrafficChange) -> dict[str, Any]:
    return {
        "from": change.source,
        "to": change.destination,
        "opens": change.opens,
        "rows": list(change.rows),
        "rows_left_out": change.left_out,
        "packet": change.exhibit.packet,
        "path": [str(each) for each in change.exhibit.path],
    }


def _findings(word: str, findings: tuple[Diagnostic, ...]) -> list[str]:
    if not findings:
        return []
    return [
        "",
        f"findings that {'are ' if word == 'gone' else ''}{word}:",
        *(f"  {each.headline()}" for each in findings),
    ]


def _conclusion(comparison: Comparison) -> str:
    if not comparison.differs:
        return "no crossing changes, and no finding"
    before, after = comparison.before.decision, comparison.after.decision
    whole = f"the estate: still {after}" if before is after else f"the estate: {before} → {after}"
    opening = [each for each in comparison.traffic if each.opens]
    graver = sum(1 for each in comparison.crossings if each.is_graver)
    told = f"{len(comparison.crossings)} crossings differ" if len(comparison.crossings) != 1 else "1 crossing differs"
    pairs = "1 pair" if len(opening) == 1 else f"{len(opening)} pairs"
    traffic = f"; traffic opens between {pairs} of realms" if opening else ""
    return f"{told}, {graver} for the worse; {whole}{traffic}"


def _row(change: CrossingChange) -> str:
    why = [*(str(each) for each in change.fields), *(_requirement(each) for each in change.requirements)]
    shown = "<br>".join(_cell(each) for each in why[:8]) + (f"<br>and {len(why) - 8} more" if len(why) > 8 else "")
    return f"| {_cell(change.id)} | {_decision(change.before)} | {_decision(change.after)} | {shown} |"


def _cell(words: str) -> str:
    """Other people's text inside a table: nothing in it is markup."""
    safe = one_line(words).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return safe.replace("`", "'").replace("@", "@\u200b").replace("[", "\\[")


def _difference(difference: Difference) -> dict[str, str]:
    return {"path": difference.path, "before": difference.before, "after": difference.after}


def _change(change: CrossingChange) -> dict[str, Any]:
    return {
        "id": change.id,
        "fate": change.fate.value,
        "graver": change.is_graver,
        "before": _judged(change.before),
        "after": _judged(change.after),
        "fields": [_difference(each) for each in change.fields],
        "requirements": [_requirement_change(each) for each in change.requirements],
    }


def _requirement_change(change: RequirementChange) -> dict[str, Any]:
    return {
        "code": change.code,
        "name": change.name,
        "before": change.before,
        "after": change.after,
        "because": change.because,
    }


def _judged(judged: JudgedCrossing | None) -> dict[str, Any] | None:
    if judged is None:
        return None
    case = judged.case.id if judged.case else None
    return {"case": case, "decision": judged.decision.value, "on_evidence_at_hand": judged.so_far.value}


def _finding(finding: Diagnostic) -> dict[str, Any]:
    return {"code": finding.code, "message": finding.message, "where": str(finding.where)}
