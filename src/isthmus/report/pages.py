"""Pages of `isthmus explain`: a requirement, a case, a diagnostic, a judged crossing; as text and as plain values."""

from collections.abc import Iterator
from typing import Any

from isthmus.decide import Case, Edition, JudgedCrossing, Requirement
from isthmus.diagnostics import Code


def requirement_text(requirement: Requirement, case: Case | None, edition: Edition) -> str:
    """The page of one requirement."""
    kinds = ", ".join(f"{kind.value} ({kind.letter})" for kind in requirement.judged_by)
    about = f"case {case.id}, {case.title.lower()}" if case else "every crossing"
    about = "the estate as a whole" if requirement.scope == "estate" else about
    lines = [
        f"{requirement.code} {requirement.name} ({requirement.level}; {about})",
        "",
        requirement.says,
        *([f"It applies if {requirement.applies}."] if requirement.applies else []),
        "",
        f"The page says: “{requirement.quote}”",
        f"({edition.title}, edition `{edition.id}` of {edition.dated}, {edition.source})",
        "",
        f"Judged by: {kinds}.",
        "An exception can excuse a deviation." if requirement.excusable else "No exception can excuse a deviation.",
        "",
        f"How it is judged (check `{requirement.check.name}`):",
        requirement.check.page,
    ]
    return "\n".join(lines) + "\n"


def case_text(case: Case, edition: Edition) -> str:
    """The page of one case."""
    lines = [
        f"Case {case.id}, {case.name}: {case.title}",
        "",
        case.says,
        "",
        f"The page says: “{case.quote}”",
        f"({edition.title}, edition `{edition.id}` of {edition.dated})",
        "",
        f"To ask: {', '.join(case.ask)}.",
        *_listed(
            "Requirements", [f"{each.code} {each.name} ({each.level}): {each.says}" for each in case.requirements]
        ),
        *_listed("Reasons", [each.says for each in case.reasons]),
        *_listed("Examples", [f"{each.name}: {each.says}" for each in case.examples]),
    ]
    return "\n".join(lines) + "\n"


def code_text(code: Code) -> str:
    """The page of one kind of diagnostic."""
    return f"{code.code} {code.title} ({code.severity})\n\n{code.explanation}\n"


def crossing_text(judged: JudgedCrossing) -> str:
    """Why a crossing was judged as it was: every requirement with every witness, the silent ones too."""
    crossing, case = judged.crossing, judged.case
    lines = [
        f"{crossing.id}{': ' + crossing.title if crossing.title else ''} ({crossing.where})",
        f"{f'case {case.id}, {case.title.lower()}' if case else 'no case'}: {judged.classified.because}",
        f"decision: {judged.decision} (on the evidence at hand: {judged.so_far})",
        f"to ask: {', '.join(judged.owners_to_ask) or 'nobody'}",
    ]
    for each in judged.requirements:
        excused = f", excused by `{each.excused_by}`" if each.excused_by else ""
        lines += [
            "",
            f"{each.requirement.code} {each.requirement.name}: {each.finding}{excused}",
            f"  {each.requirement.says}",
        ]
        for evidence in each.evidence:
            where = f" ({evidence.answer.where})" if evidence.answer.where else ""
            lines.append(f"  - {evidence.kind}: {evidence.answer.finding}: {evidence.answer.because}{where}")
            if evidence.answer.remark:
                lines.append(f"    remark: {evidence.answer.remark}")
    return "\n".join(lines) + "\n"


def requirement_values(requirement: Requirement, case: Case | None, edition: Edition) -> dict[str, Any]:
    """One requirement as plain values."""
    return {
        "code": requirement.code,
        "name": requirement.name,
        "level": requirement.level.value,
        "scope": requirement.scope.value,
        "case": case.id if case else None,
        "says": requirement.says,
        "quote": requirement.quote,
        "applies": requirement.applies or None,
        "judged_by": [kind.value for kind in requirement.judged_by],
        "excusable": requirement.excusable,
        "check": {"name": requirement.check.name, "page": requirement.check.page},
        "edition": {"id": edition.id, "dated": edition.dated, "source": edition.source},
    }


def case_values(case: Case, edition: Edition) -> dict[str, Any]:
    """One case as plain values."""
    return {
        "id": case.id,
        "name": case.name,
        "title": case.title,
        "says": case.says,
        "quote": case.quote,
        "ask": list(case.ask),
        "requirements": [each.code for each in case.requirements],
        "examples": [each.name for each in case.examples],
        "edition": edition.id,
    }


def code_values(code: Code) -> dict[str, Any]:
    """One kind of diagnostic as plain values."""
    return {"code": code.code, "severity": code.severity.value, "title": code.title, "explanation": code.explanation}


def _listed(heading: str, rows: list[str]) -> Iterator[str]:
    if rows:
        yield from ("", f"{heading}:")
        yield from (f"- {row}" for row in rows)
