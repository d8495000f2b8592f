"""Zone files (RFC 1035 section 5) as gdnsd reads them, line by line, with places; nothing is evaluated.

``@Z`` stands for the zone; ``DYNA`` and ``DYNC`` are gdnsd's own. Lines with Jinja marks are kept as they are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdatatype
import dns.tokenizer

from isthmus.diagnostics import Span

_TTL = re.compile(r"[0-9][0-9smhdw]*(?:/[0-9][0-9smhdw]*)?\Z", re.IGNORECASE)
_CLASSES = {"in", "ch", "hs", "cs"}
_OWN_TYPES = {"DYNA", "DYNC"}
_JINJA = ("{{", "{%", "{#")
_MOST_LINES = 100
"""How many lines one record in parentheses may take."""


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """One record or directive of a zone file."""

    where: Span
    kind: str
    """The record's type, ``$INCLUDE``, ``template`` for Jinja, or ``unreadable``."""
    owner: str = ""
    """The name that it speaks of, absolute, in lower case, without the final dot."""
    values: tuple[str, ...] = ()
    """The data of the record as words; the problem of an unreadable line; the text of a template."""
    origin: str = ""
    """What relative names in ``values`` are relative to."""

    def target(self) -> str:
        """The first value as an absolute name; raises ValueError where it is none."""
        return absolute(self.values[0] if self.values else "", self.origin)


def read_zone(text: str, file: str, zone: str) -> Iterator[ZoneLine]:
    r"""Every record and directive of one zone file; ``zone`` is its name. Nothing is raised for any text.

    >>> lines = read_zone("www 1H IN A 192.0.2.1 ; front\n", "db", "example.org")
    >>> [(line.kind, line.owner, line.values) for line in lines]
    [('A', 'www.example.org', ('192.0.2.1',))]
    """
    reader = _Reader(file, zone)
    for number, line in _logical_lines(text):
        if any(mark in _without_comment(line) for mark in _JINJA):
            yield reader.template(number, line)
            continue
        found = reader.line(number, line)
        if found is not None:
            yield found


def absolute(name: str, origin: str) -> str:
    """A name as written below ``origin``, made absolute; raises ValueError where it is none.

    >>> absolute("www", "example.org"), absolute("@", "example.org"), absolute("a.b.", "example.org")
    ('www.example.org', 'example.org', 'a.b')
    """
    try:
        base = dns.name.from_text(f"{origin}.")
        return str(dns.name.from_text(name, base).canonicalize()).rstrip(".")
    except (dns.exception.DNSException, UnicodeError, ValueError) as error:
        raise ValueError(f"`{name[:80]}` is not a DNS name") from error


class _Reader:
    """What a line inherits from those above it: the origin, and the name of a line that names none."""

    def __init__(self, file: str, zone: str) -> None:
        self.file = file
        self.zone = zone
        self.origin = zone
        self.owner = ""

    def template(self, number: int, line: str) -> ZoneLine:
        """A line with Jinja marks; a record of a kind that can be told is still of that kind."""
        words = re.sub(r"\{\{.*?\}\}", "{{}}", _without_comment(line)).split()
        kind = next((word for word in words[1:5] if word.upper() in ("SOA", "NS", "MX", "TXT")), "template")
        return ZoneLine(self._where(number, line), kind, values=(line.strip(),))

    def line(self, number: int, line: str) -> ZoneLine | None:
        """One line without marks; None where it only changes what later lines inherit, or says nothing."""
        where = self._where(number, line)
        try:
            words = _words(line) if line.strip() else []
            if not words:
                return None
            if words[0].startswith("$"):
                return self._directive(where, words)
            if not line[0].isspace():
                self.owner = self._name(words.pop(0))
            return self._record(where, words)
        except ValueError as problem:
            return ZoneLine(where, "unreadable", values=(str(problem),))

    def _where(self, number: int, line: str) -> Span:
        first = line.split("\n")[0]
        shown = first.strip()
        return Span(self.file, number, first.find(shown) + 1, max(1, len(shown)))

    def _directive(self, where: Span, words: list[str]) -> ZoneLine | None:
        name = words[0].upper()
        if name == "$ORIGIN" and len(words) > 1:
            self.origin = self._name(words[1])
            return None
        if name == "$INCLUDE" and len(words) > 1:
            return ZoneLine(where, "$INCLUDE", self.origin, tuple(words[1:]), self.origin)
        if name == "$TTL":
            return None
        raise ValueError(f"directive `{words[0][:40]}` is not understood")

    def _record(self, where: Span, words: list[str]) -> ZoneLine:
        """A record, given the words behind its name; a line that names nothing speaks of the last name."""
        if not self.owner:
            raise ValueError("the line names nothing, and no line above does")
        while words and (words[0].lower() in _CLASSES or _TTL.match(words[0])):
            words.pop(0)
        kind = words[0].upper() if words else ""
        if kind not in _OWN_TYPES and not _is_type(kind):
            raise ValueError("the line has no record type that is known")
        return ZoneLine(where, kind, self.owner, tuple(words[1:]), self.origin)

    def _name(self, word: str) -> str:
        """A name of this zone, absolute: ``@Z`` is the zone whatever the origin."""
        if word == "@Z" or word.endswith(".@Z"):
            return absolute(f"{word[:-2]}{self.zone}.", self.zone)
        return absolute(word, self.origin)


def _is_type(word: str) -> bool:
    """Whether ``word`` is a record type, such as ``A`` or ``TYPE65``."""
    try:
        dns.rdatatype.from_text(word)
    except (dns.exception.DNSException, ValueError):
        return False
    return True


def _words(line: str) -> list[str]:
    """The words of a line, without comment, parentheses and quotes."""
    tokenizer = dns.tokenizer.Tokenizer(line)
    words: list[str] = []
    try:
        while not (token := tokenizer.get()).is_eof():
            if not token.is_eol():
                words.append(token.value)
    except dns.exception.DNSException as error:
        raise ValueError(f"the line is not well-formed: {error}") from error
    return words


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; those inside parentheses are joined to the one that opened them.

    Where a parenthesis is never closed, the lines behind it stand for themselves.
    """
    held: list[str] = []
    start = depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        bare = re.sub(r'"[^"]*"', "", _without_comment(line))
        start = start if held else number
        held.append(line)
        depth += bare.count("(") - bare.count(")")
        if depth <= 0:
            yield start, "\n".join(held)
            held, depth = [], 0
        elif len(held) >= _MOST_LINES:
            yield from enumerate(held, start)
            held, depth = [], 0
    yield from enumerate(held, start)


def _without_comment(line: str) -> str:
    """A line up to the semicolon that begins a comment; semicolons inside quotes do not."""
    quoted = escaped = False
    for at, char in enumerate(line):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            return line[:at]
    return line
