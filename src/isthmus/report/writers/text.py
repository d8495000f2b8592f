"""The judgement for a person at a terminal; every mark is a word too, so that it reads without colour.

The estate's own words are shown, never obeyed: control characters appear as a mark, and brackets mean nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from io import StringIO

from isthmus.decide import Decision, JudgedCrossing, JudgedRequirement, Judgement, Level
from isthmus.diagnostics import Diagnostic
from isthmus.evidence import Evidence, Finding
from isthmus.report.columns import GAP, laid_out, wrapped
from isthmus.report.digest import EXIT_MEANINGS, counted, missing, one_line, outcome, unmet_codes
from isthmus.report.report import Report

_STYLES = {
    Decision.CONFORMS: "green",
    Decision.EXCEPTED: "yellow",
    Decision.CANNOT_TELL: "yellow",
    Decision.DOES_NOT_CONFORM: "red",
    Finding.MET: "green",
    Finding.NOT_MET: "red",
    Finding.UNKNOWN: "yellow",
    Finding.NOT_APPLICABLE: "dim",
}

Part = tuple[str, str]
"""Some text and its style; an empty style is plain."""


def write(report: Report, *, width: int = 110, color: bool = False) -> str:
    """The report as text of at most ``width`` columns, apart from lines that are quoted from files."""
    lines = _refused(report) if report.judgement is None else _Told(report, report.judgement, width).lines()
    return _coloured(lines) if color else _plain(lines)


def _plain(lines: Iterable[Sequence[Part]]) -> str:
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)


def _coloured(lines: Iterable[Sequence[Part]]) -> str:
    from rich.console import Console
    from rich.text import Text

    out = StringIO()
    console = Console(file=out, force_terminal=True, highlight=False, markup=False, emoji=False)
    for line in lines:
        console.print(Text.assemble(*line), soft_wrap=True)
    return out.getvalue()


def _refused(report: Report) -> Iterator[Sequence[Part]]:
    """What keeps the input from being judged."""
    for each in report.problems:
        yield from _remark(each, report)
    yield ()
    yield [(f"{counted(len(report.problems), 'problem')}; nothing was judged", "")]


class _Told:
    """One judgement, line by line, from its details to its summary, so that the summary stands last."""

    def __init__(self, report: Report, judgement: Judgement, width: int) -> None:
        self.report = report
        self.judgement = judgement
        self.width = width

    def lines(self) -> Iterator[Sequence[Part]]:
        judgement, edition = self.judgement, self.judgement.edition
        by = f" on {judgement.asked_on}, by `{edition.id}` of {edition.dated} ({one_line(edition.title)})"
        yield from self._wrapped((one_line(judgement.estate), "bold"), (by, ""))
        for each in judgement.crossings:
            yield from self._crossing(each)
        if judgement.requirements:
            yield ()
            yield [("the estate as a whole", "bold")]
            yield from self._requirements(judgement.requirements)
        for finding in judgement.findings:
            yield ()
            yield from _remark(finding, self.report)
        yield from self._summary()
        yield from self._devices()
        yield from self._missing()
        yield from self._conclusion()

    def _crossing(self, judged: JudgedCrossing) -> Iterator[Sequence[Part]]:
        crossing, case = judged.crossing, judged.case
        title = f" · {one_line(crossing.title)}" if crossing.title else ""
        told = f"case {case.id}, {case.name}" if case else "no case"
        yield ()
        yield from self._wrapped((crossing.id, "bold"), (title, ""))
        for line in wrapped(f"{told}: {one_line(judged.classified.because)}", self.width - 2):
            yield [(f"  {line}", "dim")]
        yield from self._requirements(judged.requirements)

    def _requirements(self, requirements: Iterable[JudgedRequirement]) -> Iterator[Sequence[Part]]:
        """A row for each that asks for attention; the rest by name, since `isthmus explain` tells all of it."""
        told = [each for each in requirements if _asks_for_attention(each)]
        styles = [("", "yellow" if each.excused_by else _STYLES[each.finding], "") for each in told]
        yield from self._table([_row(each) for each in told], styles, indent=4)
        for each in told:
            yield from self._exhibits(each)
        for words, style, these in _the_rest(requirements):
            names = ", ".join(f"{each.requirement.code} {each.requirement.name}" for each in these)
            for line in wrapped(f"{words}: {names}", self.width - 4):
                yield [(f"    {line}", style)]

    def _exhibits(self, judged: JudgedRequirement) -> Iterator[Sequence[Part]]:
        """The packets that show what is not met, each with its way."""
        for evidence in judged.evidence:
            exhibit = evidence.answer.exhibit
            if exhibit is None or evidence.answer.finding is not Finding.NOT_MET:
                continue
            head = f"{judged.requirement.code}: {one_line(exhibit.packet)}, from {one_line(exhibit.start)}"
            yield from ([(f"      {line}", "")] for line in wrapped(head, self.width - 6))
            for each in exhibit.path:
                for line in wrapped(f"→ {one_line(str(each))}", self.width - 8):
                    yield [(f"        {line}", "dim")]

    def _summary(self) -> Iterator[Sequence[Part]]:
        if not self.judgement.crossings:
            return
        yield ()
        head = ("crossing", "case", "decision", "on the evidence at hand", "not met", "to ask")
        styles: list[tuple[str, ...]] = [("bold",) * len(head)]
        rows: list[tuple[str, ...]] = [head]
        for each in self.judgement.crossings:
            rows.append(tuple(_summary_row(each)))
            styles.append(("", "", _STYLES[each.decision], _STYLES[each.so_far], "", ""))
        yield from self._table(rows, styles)

    def _devices(self) -> Iterator[Sequence[Part]]:
        """How much of the snapshot is modelled: the whole, and each device of which something is not."""
        devices = self.report.devices
        if not devices:
            return
        statements = sum(each.coverage.statements for each in devices)
        partly = [each for each in devices if each.coverage.unmodelled]
        told = "; all of them modelled" if not partly else "; not all of them modelled:"
        yield ()
        yield [(f"snapshot: {counted(len(devices), 'device')}, {counted(statements, 'statement')}{told}", "")]
        for each in partly:
            count, first = len(each.coverage.unmodelled), each.coverage.unmodelled[0]
            share = f"{each.coverage.share:.1%} modelled, {count} not"
            line = f"{one_line(each.name)}: {share}, first {one_line(first.what)} ({one_line(str(first.where))})"
            yield from ([(f"  {part}", "")] for part in wrapped(line, self.width - 2))

    def _missing(self) -> Iterator[Sequence[Part]]:
        """Which kinds of evidence nobody has gathered, how many findings wait for them, and what fills them."""
        gaps = missing(self.judgement)
        if not gaps.kinds:
            return
        yield ()
        told = ", ".join(f"{kind.value} ({counted(count, 'time')}, {kind.source})" for kind, count in gaps.kinds)
        yield from self._wrapped((f"not at hand: {told}", ""))
        if gaps.findings:
            yield [(f"{counted(gaps.findings, 'finding')} cannot be made without it", "")]

    def _conclusion(self) -> Iterator[Sequence[Part]]:
        judgement = self.judgement
        what = "the chosen crossings" if judgement.is_partial else f"estate `{one_line(judgement.estate)}`"
        decision, so_far = judgement.decision, judgement.so_far
        yield ()
        yield from self._wrapped((f"{what}: ", ""), (decision.value, f"bold {_STYLES[decision]}"))
        if so_far is not decision:
            yield [("on the evidence at hand: ", ""), (so_far.value, _STYLES[so_far])]
        code = self.report.exit_code
        yield [(f"exit code {code} ({EXIT_MEANINGS[code]})", "dim")]

    def _table(
        self, rows: Sequence[Sequence[str]], styles: Sequence[Sequence[str]], *, indent: int = 0
    ) -> Iterator[Sequence[Part]]:
        gap = (" " * GAP, "")
        for lines, style in zip(laid_out(rows, self.width - indent), styles, strict=True):
            for line in lines:
                cells = [part for each in zip(line, style, strict=True) for part in (gap, each)]
                yield _trimmed([(" " * indent, ""), *cells[1:]])

    def _wrapped(self, *parts: Part) -> Iterator[Sequence[Part]]:
        """The parts on one line; without their styles on several, where one is too short."""
        whole = "".join(text for text, _ in parts)
        lines = wrapped(whole, self.width)
        yield from [parts] if len(lines) == 1 else ([(line, "")] for line in lines)


def _trimmed(parts: list[Part]) -> list[Part]:
    """The parts without blanks at the end, and without styles for blanks."""
    while parts and not parts[-1][0].strip():
        parts.pop()
    if parts:
        text, style = parts[-1]
        parts[-1] = (text.rstrip(), style)
    return [(text, "" if text.isspace() else style) for text, style in parts]


def _remark(diagnostic: Diagnostic, report: Report) -> Iterator[Sequence[Part]]:
    """A diagnostic with the line that it quotes; not even the name of a file can end a line."""
    where = replace(diagnostic.where, file=one_line(diagnostic.where.file))
    quoted = {where.file: report.texts.get(diagnostic.where.file, ())}
    for line in replace(diagnostic, where=where).render(quoted).split("\n"):
        yield [(line, "")]


def _asks_for_attention(judged: JudgedRequirement) -> bool:
    """Whether there is something to do or to know, beyond that a requirement is met."""
    if not judged.is_asked or judged.finding is Finding.NOT_APPLICABLE:
        return False
    tells = judged.requirement.level is Level.NOTE or any(each.answer.remark for each in judged.evidence)
    return tells or judged.finding is not Finding.MET


def _the_rest(requirements: Iterable[JudgedRequirement]) -> Iterator[tuple[str, str, list[JudgedRequirement]]]:
    """The requirements that are met, and those that were not asked; what does not apply is left to `explain`."""
    quiet = [each for each in requirements if not _asks_for_attention(each)]
    met = [each for each in quiet if each.is_asked and each.finding is Finding.MET]
    unasked = [each for each in quiet if not each.is_asked]
    if met:
        yield "met", _STYLES[Finding.MET], met
    if unasked:
        yield "not asked", "dim", unasked


def _row(judged: JudgedRequirement) -> tuple[str, str, str]:
    requirement = judged.requirement
    level = "" if requirement.level is Level.MUST else f" ({requirement.level})"
    return f"{requirement.code} {requirement.name}", outcome(judged) + level, "\n".join(_told(judged))


def _told(judged: JudgedRequirement) -> Iterator[str]:
    """What each witness said, one a line."""
    for each in judged.evidence:
        if not each.absent:
            yield from _answer(each, judged.finding)
    if judged.waits_for:
        yield "waits for " + " or ".join(f"{kind.value} evidence" for kind in judged.waits_for)
    if judged.excused_by:
        yield f"excused by `{one_line(judged.excused_by)}`"


def _answer(evidence: Evidence, finding: Finding) -> Iterator[str]:
    """One witness's answer, with the place to look it up where something is left to do."""
    answer = evidence.answer
    where = f" ({one_line(str(answer.where))})" if answer.where and finding is not Finding.MET else ""
    yield f"{evidence.kind}: {one_line(answer.because)}{where}"
    if answer.remark:
        yield f"remark: {one_line(answer.remark)}"


def _summary_row(judged: JudgedCrossing) -> Iterator[str]:
    yield judged.crossing.id + ("" if judged.counts else " (retired)")
    yield judged.case.id if judged.case else "none"
    yield judged.decision.value
    yield judged.so_far.value
    yield ", ".join(unmet_codes(judged))
    yield one_line(", ".join(judged.owners_to_ask))
