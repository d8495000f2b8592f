"""The judgement for a person at a terminal; every mark is a word too, so that it reads without colour."""

from collections import Counter
from collections.abc import Iterator
from io import StringIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from isthmus.decide import Decision, JudgedCrossing, JudgedRequirement, Judgement, Level
from isthmus.evidence import Evidence, Finding
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
_MEANINGS = {
    0: "conforms",
    1: "does not conform",
    2: "wrong input: nothing was judged",
    3: "cannot tell: evidence or consent is missing",
}


def write(report: Report, *, width: int = 110, color: bool = False) -> str:
    """The report as text of at most ``width`` columns."""
    out = StringIO()
    console = Console(file=out, width=width, force_terminal=color, no_color=not color, highlight=False, soft_wrap=False)
    if report.judgement is None:
        for problem in report.problems:
            console.print(Text(problem.render(report.texts)), soft_wrap=True)
        console.print(f"\n{_count(len(report.problems), 'problem')}; nothing was judged")
    else:
        _Writer(console, report, report.judgement).write()
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


class _Writer:
    """Prints one judgement from its details to its summary, so that the summary stands last."""

    def __init__(self, console: Console, report: Report, judgement: Judgement) -> None:
        self.console = console
        self.report = report
        self.judgement = judgement

    def write(self) -> None:
        judgement = self.judgement
        edition = judgement.edition
        self.console.print(
            f"[bold]{escape(judgement.estate)}[/] on {judgement.asked_on}, by `{edition.id}` of {edition.dated} "
            f"({escape(edition.title)})",
        )
        for each in judgement.crossings:
            self._crossing(each)
        if judgement.requirements:
            self.console.print("\n[bold]the estate as a whole[/]")
            self._requirements(judgement.requirements)
        self._findings()
        self._summary()
        self._missing()
        self._conclusion()

    def _crossing(self, judged: JudgedCrossing) -> None:
        crossing, case = judged.crossing, judged.case
        title = f" · {escape(crossing.title)}" if crossing.title else ""
        told = f"case {case.id}, {case.name}" if case else "no case"
        self.console.print(f"\n[bold]{crossing.id}[/]{title}")
        self.console.print(f"  {told}: {escape(judged.classified.because)}", style="dim")
        self._requirements(judged.requirements)

    def _requirements(self, requirements: tuple[JudgedRequirement, ...]) -> None:
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
        table.add_column(no_wrap=True, min_width=2)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for each in requirements:
            if each.finding is not Finding.NOT_APPLICABLE:
                table.add_row("", *self._row(each))
        self.console.print(table)

    def _row(self, judged: JudgedRequirement) -> tuple[str, Text, Text]:
        requirement = judged.requirement
        word = judged.finding.value if judged.is_asked else "not asked"
        if judged.excused_by:
            word = "excepted"
        if requirement.level is not Level.MUST:
            word += f" ({requirement.level})"
        style = "yellow" if judged.excused_by else _STYLES[judged.finding]
        lines = [_line(each, judged) for each in judged.evidence if not each.absent]
        if judged.waits_for:
            lines.append("waits for " + " or ".join(f"{each.value} evidence" for each in judged.waits_for))
        if judged.excused_by:
            lines.append(f"excused by `{judged.excused_by}`")
        return f"{requirement.code} {requirement.name}", Text(word, style=style), Text("\n".join(lines))

    def _findings(self) -> None:
        for each in self.judgement.findings:
            self.console.print()
            self.console.print(Text(each.render(self.report.texts)), soft_wrap=True)

    def _summary(self) -> None:
        self.console.print()
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for heading in ("crossing", "case", "decision", "on the evidence at hand", "not met", "to ask"):
            table.add_column(heading, overflow="fold")
        for each in self.judgement.crossings:
            table.add_row(*_summary_row(each))
        self.console.print(table)

    def _missing(self) -> None:
        """Which kinds of evidence nobody has gathered, how many requirements wait for them, and what fills them."""
        every = [*self.judgement.requirements, *(req for each in self.judgement.crossings for req in each.requirements)]
        absent = Counter(each.kind for judged in every for each in judged.evidence if each.absent)
        waiting = sum(1 for judged in every if judged.waits_for)
        if not absent:
            return
        told = ", ".join(f"{kind.value} ({count} times, {kind.source})" for kind, count in absent.items())
        self.console.print(f"\nnot at hand: {told}", soft_wrap=True)
        self.console.print(f"{_count(waiting, 'finding')} cannot be made without it", soft_wrap=True)

    def _conclusion(self) -> None:
        judgement = self.judgement
        what = "the chosen crossings" if judgement.is_partial else f"estate `{escape(judgement.estate)}`"
        style = _STYLES[judgement.decision]
        self.console.print(f"\n{what}: [bold {style}]{judgement.decision}[/]")
        if judgement.so_far is not judgement.decision:
            self.console.print(f"on the evidence at hand: [{_STYLES[judgement.so_far]}]{judgement.so_far}[/]")
        code = self.report.exit_code
        self.console.print(f"exit code {code} ({_MEANINGS[code]})", style="dim")


def _line(evidence: Evidence, judged: JudgedRequirement) -> str:
    """One witness's answer, with the place to look it up where something is left to do."""
    where = f" ({evidence.answer.where})" if evidence.answer.where and judged.finding is not Finding.MET else ""
    remark = f"\nremark: {evidence.answer.remark}" if evidence.answer.remark else ""
    return f"{evidence.kind}: {evidence.answer.because}{where}{remark}"


def _summary_row(judged: JudgedCrossing) -> Iterator[Text | str]:
    case = judged.case
    note = "" if judged.counts else " (retired)"
    yield judged.crossing.id + note
    yield case.id if case else "none"
    yield Text(judged.decision.value, style=_STYLES[judged.decision])
    yield Text(judged.so_far.value, style=_STYLES[judged.so_far])
    unmet = [
        each.requirement.code
        for each in judged.requirements
        if each.finding is Finding.NOT_MET and each.requirement.level is Level.MUST
    ]
    yield ", ".join(unmet)
    yield ", ".join(judged.owners_to_ask)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
