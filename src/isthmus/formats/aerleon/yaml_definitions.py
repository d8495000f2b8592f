"""Definitions in YAML: ``networks`` and ``services``; and Junos prefix lists as a mapping from name to prefixes."""

from collections.abc import Iterator

from isthmus.diagnostics import Diagnostic, shown
from isthmus.documents import Document, Node
from isthmus.formats.aerleon.codes import BAD_DEFINITION, NOT_A_POLICY
from isthmus.formats.aerleon.shapes import Definitions, Kind, Token, Word
from isthmus.formats.aerleon.words import words_of
from isthmus.formats.format import Parsed
from isthmus.network import Unmodelled


def read_definitions(document: Document) -> Parsed:
    """The tokens of a document with ``networks`` or ``services``."""
    assert document.root is not None
    reader = _Reader(document)
    tokens: list[Token] = []
    for name, kind in (("networks", Kind.NETWORK), ("services", Kind.SERVICE)):
        section = document.root.child(name)
        if section is not None and not isinstance(section.value, dict):
            help_ = "write `NAME:` below"
            message = f"`{name}` is {section.described()}, not a mapping of tokens"
            return Parsed(None, (Diagnostic(NOT_A_POLICY, message, section.span(document.file), help_),))
        tokens += reader.tokens(section, kind) if section is not None else ()
    return reader.parsed(tokens)


def read_prefix_lists(document: Document) -> Parsed:
    """The lists of a document that maps names to prefixes, as routers know them under ``policy-options``."""
    assert document.root is not None
    reader = _Reader(document)
    return reader.parsed(list(reader.tokens(document.root, Kind.PREFIX_LIST)))


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document, self.file = document, document.file
        self.problems: list[Diagnostic] = []

    def parsed(self, tokens: list[Token]) -> Parsed:
        """The tokens, unless the document itself is flawed: then a name may be missing or hold too little."""
        if self.document.diagnostics:
            return Parsed(None, tuple(self.document.diagnostics))
        return Parsed(Definitions(self.file, tuple(tokens)), tuple(self.problems))

    def tokens(self, section: Node, kind: Kind) -> Iterator[Token]:
        """Each entry of a section."""
        for name, node in section.items():
            key = section.keys[name]
            values = node.child("values") if kind is Kind.NETWORK else node
            if values is None or not isinstance(values.value, list):
                shape = "`values:` with a list" if kind is Kind.NETWORK else "a list"
                self._say(key, f"`{shown(name)}` is not a list of values", f"write {shape} below")
                yield Token(name, kind, key.span(self.file), ())
                continue
            parts = [each for value in values.elements() for each in self._words(value, kind)]
            words = tuple(each for each in parts if isinstance(each, Word))
            unread = tuple(each for each in parts if isinstance(each, Unmodelled))
            hosts = tuple(self._hosts(values))
            yield Token(name, kind, key.span(self.file), words, self._comment(values), unread, hosts)

    def _words(self, value: Node, kind: Kind) -> Iterator[Word | Unmodelled]:
        if not isinstance(value.value, dict):
            yield from words_of(value, self.file, self.document.lines)
            return
        plain = {name: node for name, node in value.items() if not isinstance(node.value, dict | list)}
        if {"port", "protocol"} <= plain.keys() and kind is Kind.SERVICE:
            yield Word(f"{plain['port'].spelled}/{plain['protocol'].spelled}", plain["port"].span(self.file))
        elif "name" in plain or ("address" in plain and kind is Kind.NETWORK):
            node = plain["name"] if "name" in plain else plain["address"]
            yield from words_of(node, self.file, self.document.lines)
        elif "fqdn" not in plain:
            wanted = "`name`, or `protocol` and `port`" if kind is Kind.SERVICE else "`address`, `name` or `fqdn`"
            self._say(value.first, "a value is not understood", f"write {wanted}")
            yield Unmodelled(value.first.span(self.file), "a value that is not understood")

    def _hosts(self, values: Node) -> Iterator[Unmodelled]:
        for each in values.elements():
            host = each.child("fqdn")
            if host is not None:
                yield Unmodelled(host.span(self.file), f"the addresses of host `{shown(host.spelled)}`")

    def _comment(self, values: Node) -> str:
        """What is said of the first value that something is said of."""
        said = (each.child("comment") for each in values.elements())
        return next((each.spelled for each in said if each is not None and isinstance(each.value, str)), "")

    def _say(self, node: Node, message: str, help_: str) -> None:
        self.problems.append(Diagnostic(BAD_DEFINITION, message, node.span(self.file), help_))
