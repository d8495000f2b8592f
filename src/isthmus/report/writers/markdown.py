"""The judgement as a comment on a merge request: the decision first, the details folded away.

It reads the same on GitHub and GitLab. The estate's own words are text there: they make no link, table, heading or
HTML, and mention nobody. What does not fit into one comment is counted, and the gravest comes first.
"""

import re
from collections.abc import Iterable, Iterator

from isthmus.decide import JudgedCrossing, JudgedRequirement, Judgement, Level
from isthmus.diagnostics import Diagnostic, Span
from isthmus.evidence import Finding
from isthmus.report.digest import (
    EXIT_MEANINGS,
    counted,
    gravest_first,
    missing,
    one_line,
    outcome,
    places,
    reasons,
    remarks,
    unmet_codes,
)
from isthmus.report.report import Report

MARK = "<!-- isthmus check -->"
"""The first line, by which a script finds the comment that it wrote before."""

ROOM = {"table": 20_000, "findings": 12_000, "details": 24_000}
"""Characters for each part; together they stay below the 65,536 that a comment on GitHub may have."""

_SPECIAL = re.compile(r"[\\`*_{}\[\]#|~!$]")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_APART = re.compile(r"(`[^`]+`|(?<![^\W_])@\w[\w./-]*)")
"""What is shown as code: words that a message puts in backticks, and what would mention somebody."""


def write(report: Report) -> str:
    """The report as one Markdown document."""
    code = report.exit_code
    meaning = f"Exit code {code}: {EXIT_MEANINGS[code]}."
    if report.judgement is None:
        parts = [MARK, "### Isthmus: nothing was judged", meaning, *_listed("Wrong input", report.problems)]
    else:
        parts = [MARK, *_judged(report.judgement, meaning)]
    return "\n\n".join(parts) + "\n"


def _judged(judgement: Judgement, meaning: str) -> Iterator[str]:
    what = "the chosen crossings" if judgement.is_partial else f"estate {_code(judgement.estate)}"
    yield f"### Isthmus: {what}: {judgement.decision}"
    edition = judgement.edition
    by = f"Judged on {judgement.asked_on} by edition {_code(edition.id)} of {edition.dated} ({escaped(edition.title)})."
    so_far = f" On the evidence at hand: **{judgement.so_far}**." if judgement.so_far is not judgement.decision else ""
    yield f"{meaning}{so_far} {by}"
    if judgement.crossings:
        yield _table(judgement)
    yield from _listed("Findings", judgement.findings)
    yield from _details(judgement)
    yield from _missing(judgement)
    yield "Following the guidelines grants nothing: the owners decide."


def _table(judgement: Judgement) -> str:
    head = [
        "| crossing | case | decision | on the evidence at hand | not met | owners to ask |",
        "|---|---|---|---|---|---|",
    ]
    rows, left = _that_fit((_row(each) for each in gravest_first(judgement)), ROOM["table"])
    more = [f"\n… and {counted(left, 'more crossing')}"] if left else []
    return "\n".join([*head, *rows, *more])


def _row(judged: JudgedCrossing) -> str:
    title = f"<br>{escaped(judged.crossing.title)}" if judged.crossing.title else ""
    retired = "" if judged.counts else " (retired)"
    cells = (
        f"{_code(judged.crossing.id)}{retired}{title}",
        judged.case.id if judged.case else "none",
        f"**{judged.decision}**",
        judged.so_far.value,
        ", ".join(_unmet(judged)),
        ", ".join(escaped(owner) for owner in judged.owners_to_ask),
    )
    return f"| {' | '.join(cells)} |"


def _unmet(judged: JudgedCrossing) -> Iterator[str]:
    excused = {each.requirement.code for each in judged.requirements if each.excused_by}
    for code in unmet_codes(judged):
        yield f"{code} (excepted)" if code in excused else code


def _listed(heading: str, diagnostics: Iterable[Diagnostic]) -> Iterator[str]:
    items, left = _that_fit((_item(each) for each in diagnostics), ROOM["findings"])
    if items:
        yield f"#### {heading}"
        yield "\n".join([*items, *([f"- … and {left} more"] if left else [])])


def _item(diagnostic: Diagnostic) -> str:
    help_ = f"<br>help: {escaped(diagnostic.help)}" if diagnostic.help else ""
    return f"- {_at(diagnostic.where)} **{diagnostic.code}** {escaped(diagnostic.message)}{help_}"


def _details(judgement: Judgement) -> Iterator[str]:
    """A folded block for each crossing, and one for the estate."""
    blocks = [_block(_name(each), _told(each), each.requirements) for each in gravest_first(judgement)]
    if judgement.requirements:
        blocks.insert(0, _block("the estate as a whole", "", judgement.requirements))
    shown, left = _that_fit(blocks, ROOM["details"])
    yield from shown
    if left:
        yield f"… and the details of {left} more; `isthmus check` prints them all."


def _name(judged: JudgedCrossing) -> str:
    return f"crossing <code>{one_line(judged.crossing.id).translate(_HTML)}</code>: {judged.decision}"


def _told(judged: JudgedCrossing) -> str:
    case = judged.case
    told = f"case {case.id}, {case.name}" if case else "no case"
    return f"{_at(judged.crossing.where)} {escaped(told)}: {escaped(judged.classified.because)}"


def _block(name: str, told: str, requirements: Iterable[JudgedRequirement]) -> str:
    rows = [_requirement(each) for each in requirements if each.finding is not Finding.NOT_APPLICABLE]
    table = "\n".join(["| requirement | finding | because |", "|---|---|---|", *rows])
    parts = [f"<details><summary>{name}</summary>", told, table, "</details>"]
    return "\n\n".join(part for part in parts if part)


def _requirement(judged: JudgedRequirement) -> str:
    requirement = judged.requirement
    level = "" if requirement.level is Level.MUST else f" ({requirement.level})"
    told = [escaped(each) for each in reasons(judged)]
    told += [f"remark: {escaped(each)}" for each in remarks(judged)]
    told += [f"excused by {_code(judged.excused_by)}"] if judged.excused_by else []
    told += [_at(place) for place in places(judged) if judged.finding is not Finding.MET]
    word = f"**{outcome(judged)}**" if judged.finding is Finding.NOT_MET else outcome(judged)
    return f"| {requirement.code} {escaped(requirement.name)} | {word}{level} | {'<br>'.join(told)} |"


def _missing(judgement: Judgement) -> Iterator[str]:
    gaps = missing(judgement)
    if gaps.kinds:
        yield "#### Evidence that is not at hand"
        without = [f"\n{counted(gaps.findings, 'finding')} cannot be made without it."] if gaps.findings else []
        lines = [f"- {kind}: asked for {counted(count, 'time')}; filled by {kind.source}" for kind, count in gaps.kinds]
        yield "\n".join([*lines, *without])


def _that_fit(pieces: Iterable[str], room: int) -> tuple[list[str], int]:
    """The pieces up to the first that does not fit into ``room`` characters, and how many are left."""
    every = list(pieces)
    taken: list[str] = []
    for piece in every:
        room -= len(piece) + 2
        if room < 0:
            break
        taken.append(piece)
    return taken, len(every) - len(taken)


def _at(span: Span) -> str:
    return _code(str(span))


def escaped(text: str) -> str:
    r"""The text as Markdown that shows it and does nothing else; words in backticks are shown as code.

    >>> escaped("a|b <i> *c*, ask @team about `x|y`")
    'a\\|b &lt;i&gt; \\*c\\*, ask <code>@team</code> about <code>x\\|y</code>'
    """
    parts = _APART.split(one_line(text))
    return "".join(_code(part.strip("`")) if at % 2 else _plain(part) for at, part in enumerate(parts))


def _code(text: str) -> str:
    """The text as code; as HTML, since a code span cannot hold every character inside a table."""
    return f"<code>{_plain(one_line(text))}</code>"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text.translate(_HTML))
