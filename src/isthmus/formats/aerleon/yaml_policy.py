"""Policies in YAML: a positioned tree → headers and terms."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace

from isthmus.diagnostics import Diagnostic, Span, shown
from isthmus.documents import Document, Node
from isthmus.formats.aerleon.codes import NOT_A_POLICY, TWICE
from isthmus.formats.aerleon.shapes import Entry, Filter, Include, Policy, Target, Term, Word
from isthmus.formats.aerleon.spelling import Spelling
from isthmus.formats.aerleon.words import words_of
from isthmus.formats.format import Parsed
from isthmus.network import Unmodelled

_DUPLICATE = "DOC002"
_BEHIND_KEY = re.compile(r"\s*:\s+(?P<value>[^#]*?)\s*(\s#.*)?$")


class _Misshapen(Exception):  # noqa: N818 - ends the reading of one file
    def __init__(self, message: str, where: Span, help_: str) -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic(NOT_A_POLICY, message, where, help_)


def read_policy(document: Document) -> Parsed:
    """The policy, or the terms for others to include, that a YAML document holds."""
    reader = _Reader(document)
    try:
        policy = reader.policy()
    except _Misshapen as misshapen:
        return Parsed(None, (*document.diagnostics, *reader.problems, misshapen.diagnostic))
    rest = [each for each in document.diagnostics if each not in reader.settled]
    return Parsed(None if rest else policy, (*rest, *reader.problems))


class _Reader:
    """Reads one document; ``settled`` are the document's own complaints that it has turned into doubts."""

    def __init__(self, document: Document) -> None:
        assert document.root is not None
        self.document, self.root = document, document.root
        self.spelling = Spelling()
        self.problems = self.spelling.problems
        self.settled: list[Diagnostic] = []
        self.duplicates = _Duplicates(document)

    def policy(self) -> Policy:
        """The whole file."""
        filters = self.root.child("filters")
        terms = self.root.child("terms")
        loose = self._members(terms, "terms") if terms is not None else ()
        if filters is None:
            return Policy(self.document.file, (), loose)
        if not isinstance(filters.value, list):
            raise self._misshapen(filters, f"`filters` is {filters.described()}, not a list", "write `- header:` below")
        return Policy(self.document.file, tuple(self._filter(each) for each in filters.elements()), loose)

    def _filter(self, node: Node) -> Filter | Include:
        if include := self._include(node):
            return include
        header, terms = node.child("header"), node.child("terms")
        if header is None or not isinstance(header.value, dict):
            raise self._misshapen(node.first, "a filter without a header", "a filter has `header` and `terms`")
        if terms is None:
            raise self._misshapen(node.first, "a filter without terms", "a filter has `header` and `terms`")
        self.spelling.header(self._entries(header))
        return Filter(self._span(node.first), self._targets(header), self._members(terms, "terms"))

    def _targets(self, header: Node) -> tuple[Target, ...]:
        targets = header.child("targets")
        if targets is None or not isinstance(targets.value, dict) or not targets.value:
            told = "write `targets:` with `juniper: NAME mixed` below"
            raise self._misshapen(header.first, "a header without targets", told)
        keys = targets.keys
        return tuple(Target(self._word(keys[name]), self._words(each)) for name, each in targets.items())

    def _members(self, terms: Node, name: str) -> tuple[Term | Include, ...]:
        if not isinstance(terms.value, list):
            raise self._misshapen(terms, f"`{name}` is {terms.described()}, not a list", "write `- name:` below")
        return tuple(self._member(each) for each in terms.elements())

    def _member(self, node: Node) -> Term | Include:
        if include := self._include(node):
            return include
        name = node.child("name")
        texts = self._words(name) if name is not None else ()
        if name is None or not texts:
            raise self._misshapen(node.first, "a term without a name", "write `- name: NAME`")
        entries = self._entries(node)
        term = self.spelling.term(Term(" ".join(each.text for each in texts), texts[0].where, entries))
        return self._without_duplicates(term, node)

    def _without_duplicates(self, term: Term, node: Node) -> Term:
        for complaint in self.duplicates.of(node):
            self.settled.append(complaint)
            key = complaint.message.split("`")[1]
            same = self.duplicates.says_the_same(complaint, node.child(key))
            says = "with the same value" if same else "with another value, and Aerleon uses the last"
            message = f"`{shown(key)}` is written twice in term `{shown(term.name)}`, {says}"
            self.problems.append(Diagnostic(TWICE, message, complaint.where, complaint.help))
            if not same:
                term = replace(term, torn=(*term.torn, Unmodelled(complaint.where, message)))
        return term

    def _include(self, node: Node) -> Include | None:
        if not isinstance(node.value, dict):
            raise self._misshapen(node, f"{node.described()} where a filter or term is expected", "write `- name:`")
        path = node.child("include")
        words = self._words(path) if path is not None else ()
        return Include(words[0]) if words else None

    def _entries(self, node: Node) -> tuple[Entry, ...]:
        return tuple(entry for name, value in node.items() for entry in self._entry(node.keys[name], value))

    def _entry(self, key: Node, value: Node) -> Iterator[Entry]:
        word = self._word(key)
        if isinstance(value.value, dict):
            yield Entry(word, tuple(self._word(each) for each in value.keys.values()))
        elif key.text == "comment":
            yield Entry(word, (), " ".join(value.spelled.split()) if not isinstance(value.value, list) else "")
        else:
            yield Entry(word, self._words(value))

    def _word(self, key: Node) -> Word:
        return Word(key.text, self._span(key))

    def _words(self, node: Node) -> tuple[Word, ...]:
        return words_of(node, self.document.file, self.document.lines)

    def _span(self, node: Node) -> Span:
        return node.span(self.document.file)

    def _misshapen(self, node: Node, message: str, help_: str) -> _Misshapen:
        return _Misshapen(message, self._span(node), help_)


class _Duplicates:
    """The document's complaints about keys that are written twice, by the term in which they stand."""

    def __init__(self, document: Document) -> None:
        self.lines = document.lines
        self.complaints = [each for each in document.diagnostics if each.code == _DUPLICATE]
        self.starts = sorted(_starts(document.root)) if self.complaints and document.root else []

    def of(self, term: Node) -> Iterable[Diagnostic]:
        """Those inside a term."""
        if not self.complaints:
            return ()
        place = bisect_right(self.starts, term.line)
        end = self.starts[place] if place < len(self.starts) else len(self.lines) + 1
        inside = (each for each in self.complaints if term.line <= each.where.line < end)
        return [each for each in inside if each.where.column >= term.column]

    def says_the_same(self, complaint: Diagnostic, first: Node | None) -> bool:
        """Whether the second value is plainly the first one again."""
        where = complaint.where
        found = _BEHIND_KEY.match(self.lines[where.line - 1], where.column - 1 + where.width)
        if first is None or found is None or isinstance(first.value, dict | list):
            return False
        return bool(found["value"]) and found["value"].strip("\"'") == first.spelled


def _starts(root: Node) -> Iterator[int]:
    """The lines where filters, headers and terms begin, and so what stood before them ends."""
    for each in (root.child("filters"), root.child("terms")):
        for member in each.elements() if each is not None else ():
            yield member.line
            for below in (member.child("header"), member.child("terms")):
                if below is not None:
                    yield below.line
                    yield from (term.line for term in below.elements())
