"""Text → sections of statements; `.if` blocks are decided where the text alone can decide them."""

from dataclasses import replace

from isthmus.diagnostics import Code, Diagnostic, Span, did_you_mean
from isthmus.formats.format import Parsed, Text
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.blocks import Blocks
from isthmus.formats.haproxy.tree import PROXIES, SECTIONS, Pattern, PatternFile, Script, Section, Statement
from isthmus.formats.haproxy.words import Word, cut
from isthmus.network import Unmodelled

PATTERN_FILES = (".lst", ".acl", ".map")


def parse(text: Text) -> Parsed:
    """Read a configuration, or a file of patterns. Nothing is raised."""
    if text.name.endswith(PATTERN_FILES):
        return Parsed(_patterns(text))
    reader = _Reader(text.name)
    lines = text.text.split("\n")
    for number, line in enumerate(lines, 1):
        reader.read(line, number)
    if lines[-1].strip():
        where = Span(text.name, len(lines), 1, len(lines[-1]))
        reader.report(codes.NO_LAST_NEWLINE, "the last line has no end", where, "end it, or copy the file anew")
    reader.problems += reader.blocks.close()
    return Parsed(reader.script(), tuple(reader.problems))


def _patterns(text: Text) -> PatternFile:
    found = []
    for number, line in enumerate(text.text.split("\n"), 1):
        value = line.strip()
        if value and not line.startswith("#"):
            found.append(Pattern(value, Span(text.name, number, line.index(value) + 1, len(value))))
    return PatternFile(text.name, tuple(found))


class _Reader:
    """Takes lines and puts their statements into sections."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.blocks = Blocks()
        self.problems: list[Diagnostic] = []
        self.unmodelled: list[Unmodelled] = []
        self.sections: list[tuple[Statement, list[Statement]]] = []
        self.count = 0

    def report(self, code: Code, message: str, where: Span, help_: str) -> None:
        self.problems.append(Diagnostic(code, message, where, help_))

    def read(self, line: str, number: int) -> None:
        found = cut(line, self.file, number)
        if found.fault:
            self._broken(line, number, found.fault.message, found.fault.column, found.fault.help)
        elif found.words:
            self._statement(found.words)

    def _broken(self, line: str, number: int, message: str, column: int, help_: str) -> None:
        self.count += 1
        if self.blocks.is_skipping:
            return
        self.report(codes.BROKEN_LINE, message, Span(self.file, number, column), help_)
        begin = len(line) - len(line.lstrip())
        where = Span(self.file, number, begin + 1, max(1, len(line.strip())))
        self._keep(Statement((Word(line.strip(), where),), where, self.blocks.doubt, is_broken=True))

    def _statement(self, words: tuple[Word, ...]) -> None:
        self.count += 1
        first, last = words[0].where, words[-1].where
        where = Span(self.file, first.line, first.column, last.column + last.width - first.column)
        statement = Statement(words, where, self.blocks.doubt)
        if statement.keyword.startswith("."):
            self.problems += self.blocks.take(statement)
        elif not self.blocks.is_skipping:
            self._keep(statement)

    def _keep(self, statement: Statement) -> None:
        if statement.keyword in SECTIONS and not statement.is_broken:
            self._open(statement)
        elif self.sections:
            header, statements = self.sections[-1]
            statements.append(replace(statement, condition=statement.condition or header.condition))
        else:
            help_ = did_you_mean(statement.keyword, SECTIONS, what="sections")
            self.report(codes.NO_SECTION, f"`{statement.text}` stands in no section", statement.where, help_)
            self.unmodelled.append(Unmodelled(statement.where, f"`{statement.text}` outside every section"))

    def _open(self, statement: Statement) -> None:
        if statement.keyword in PROXIES and not statement.word(1):
            help_ = f"write `{statement.keyword} NAME`"
            self.report(codes.INCOMPLETE, f"`{statement.keyword}` needs a name", statement.where, help_)
        self.sections.append((statement, []))

    def script(self) -> Script:
        sections = tuple(Section(header, tuple(statements)) for header, statements in self.sections)
        unmodelled = (*self.unmodelled, *self.blocks.unmodelled)
        return Script(self.file, sections, self.count, unmodelled)
