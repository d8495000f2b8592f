"""Conditions → for which packets they hold: ACLs by name, expressions in braces, `!` and `or`.

Only what a packet shows can be told: addresses, ports, and which of the places to listen took it. Everything else that
a condition asks for (names in requests, rates, states of servers) may hold or not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from isthmus.diagnostics import Span, did_you_mean, shown
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.notes import Notes
from isthmus.formats.haproxy.patterns import OPERATORS, addresses, as_seen, ports
from isthmus.formats.haproxy.regions import Box, numbers
from isthmus.formats.haproxy.steps import Step
from isthmus.formats.haproxy.tree import Pattern, PatternFile, Section, Statement
from isthmus.formats.haproxy.truth import FALSE, TRUE, Truth
from isthmus.formats.haproxy.words import Word
from isthmus.network import Unmodelled
from isthmus.packetset import joined

_NOWHERE = Span("")
_CERTAIN = {
    "TRUE": TRUE, "FALSE": FALSE, "WAIT_END": TRUE, "always_true": TRUE, "always_false": FALSE, "wait_end": TRUE,
}  # fmt: skip
_CONTENTS = (
    "HTTP", "HTTP_1.0", "HTTP_1.1", "HTTP_2.0", "HTTP_3.0", "HTTP_CONTENT", "HTTP_URL_ABS", "HTTP_URL_SLASH",
    "HTTP_URL_STAR", "METH_CONNECT", "METH_DELETE", "METH_GET", "METH_HEAD", "METH_OPTIONS", "METH_POST", "METH_PUT",
    "METH_TRACE", "RDP_COOKIE", "REQ_CONTENT",
)  # fmt: skip
_LOCALHOST = tuple(Pattern(text, _NOWHERE) for text in ("127.0.0.0/8", "::1"))
_FIELDS = {
    "src": "source", "dst": "destination", "src_port": "source_ports", "dst_port": "destination_ports",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """What a rule sees of a packet: the IP versions that arrive, and what was done to it before."""

    versions: tuple[int, ...]
    ssl: Truth
    """Whether the client speaks TLS to us: known by the place that took it."""
    shows_source: bool = True
    """Whether ``src`` is still the packet's source."""
    shows_destination: bool = True


@dataclass(slots=True)
class Conditions:
    """Works out conditions of one configuration."""

    files: Sequence[PatternFile]
    notes: Notes
    _known: dict[tuple[Span, View], Truth] = field(default_factory=dict)
    _acls: dict[Span, dict[str, list[Statement]]] = field(default_factory=dict)

    def of(self, step: Step, view: View) -> Truth:
        """For which packets a rule's condition holds."""
        condition = step.statement.condition
        truth = TRUE
        if step.test is not None:
            truth = self._any(step, view)
            truth = ~truth if step.test.is_negated else truth
        return truth.weakened((condition,)) if condition else truth

    def _any(self, step: Step, view: View) -> Truth:
        """Alternatives, of which one must hold; with nothing between them there is none."""
        words = step.test.words if step.test else ()
        return Truth.any(self._every(each, step.home, view) for each in _alternatives(words))

    def _every(self, words: Sequence[Word], home: Section, view: View) -> Truth:
        """Terms that must hold together."""
        found = TRUE
        for term, negated in _terms(words, self.notes):
            truth = self._term(term, home, view)
            found &= ~truth if negated else truth
        return found

    def _term(self, words: tuple[Word, ...], home: Section, view: View) -> Truth:
        """An expression, in its braces, or the name of an ACL."""
        if words[0].text == "{":
            return self._expression(words[1:-1], words[0].where, view) if len(words) > 2 else FALSE
        name = words[0].text
        acls = self._defined(home)
        if defined := acls.get(name):
            return Truth.any(self._acl(each, view) for each in defined)
        if name in _CERTAIN and name.isupper():
            return _CERTAIN[name]
        if name == "LOCALHOST":
            return self._source_or_destination("source", _LOCALHOST, (), view)
        if name in _CONTENTS:
            return Truth.unknown((Unmodelled(words[0].where, f"`{name}` is not told by a packet"),))
        help_ = did_you_mean(name, acls, what="ACLs")
        self.notes.report(codes.NO_ACL, f"there is no ACL `{shown(name)}` in this section", words[0].where, help_)
        return Truth.unknown((Unmodelled(words[0].where, f"ACL `{shown(name)}`, which is not defined"),))

    def _defined(self, home: Section) -> dict[str, list[Statement]]:
        """The ACLs of a section by name; several statements make one ACL."""
        found = self._acls.get(home.where)
        if found is None:
            found = self._acls[home.where] = {}
            for each in home.statements:
                if each.keyword == "acl" and not each.is_broken:
                    found.setdefault(each.word(1), []).append(each)
        return found

    def look_over(self, section: Section, view: View) -> None:
        """Read every ACL of a section, also those that no rule asks, for what there is to say about them."""
        for acls in self._defined(section).values():
            for each in acls:
                self._acl(each, view)

    def _acl(self, statement: Statement, view: View) -> Truth:
        found = self._expression(statement.words[2:], statement.where, view)
        return found.weakened((statement.condition,)) if statement.condition else found

    def _expression(self, words: Sequence[Word], where: Span, view: View) -> Truth:
        """A criterion and its patterns, worked out once."""
        where = words[0].where if words else where
        found = self._known.get((where, view))
        if found is None:
            found = self._known[where, view] = self._asked(words, where, view)
        return found

    def _asked(self, words: Sequence[Word], where: Span, view: View) -> Truth:
        if not words:
            self.notes.report(codes.BAD_CONDITION, "the criterion is missing", where, "write `src 192.0.2.0/24`")
            return Truth.unknown((Unmodelled(where, "an ACL without a criterion"),))
        where = replace(words[0].where, width=words[-1].where.column + words[-1].where.width - words[0].where.column)
        criterion = words[0].text
        if criterion in _CERTAIN and not criterion.isupper():
            return _CERTAIN[criterion]
        if criterion == "ssl_fc" and len(words) == 1:
            return view.ssl
        told = shown(" ".join(each.text for each in words))
        unknown = Truth.unknown((Unmodelled(where, f"`{told}` is not told by a packet"),))
        name = _FIELDS.get(criterion)
        if name is None:
            return unknown
        if not (view.shows_source if name.startswith("source") else view.shows_destination):
            what = f"`{told}`, where `{criterion}` is set by a rule or by the client"
            return Truth.unknown((Unmodelled(where, what),))
        patterns = self._patterns(words[1:], name, where)
        return unknown if patterns is None else self._compared(name, *patterns, view)

    def _compared(
        self, name: str, operator: str, patterns: tuple[Pattern, ...], doubts: tuple[Unmodelled, ...], view: View
    ) -> Truth:
        if not name.endswith("ports"):
            return self._source_or_destination(name, patterns, doubts, view)
        found, more = ports(operator, patterns, self.notes)
        return _within(name, tuple(joined(found)), (*doubts, *more))

    def _source_or_destination(
        self, name: str, patterns: tuple[Pattern, ...], doubts: tuple[Unmodelled, ...], view: View
    ) -> Truth:
        found = addresses(patterns, self.notes)
        return _within(name, numbers(as_seen(found.prefixes, view.versions)), (*doubts, *found.doubts))

    def _patterns(
        self, words: Sequence[Word], name: str, where: Span
    ) -> tuple[str, tuple[Pattern, ...], tuple[Unmodelled, ...]] | None:
        """Operator, patterns and what is not known of them; None where the way of comparing is not modelled."""
        number, operator = 0, ""
        patterns: list[Pattern] = []
        doubts: list[Unmodelled] = []
        while number < len(words) and words[number].text.startswith("-") and not words[number].text[1:2].isdigit():
            flag, value = words[number].text, words[number + 1] if number + 1 < len(words) else None
            number += 2 if flag in ("-f", "-m", "-u") else 1
            if flag == "--":
                break
            if flag == "-m" and (value is None or value.text != ("ip" if _is_ip(name) else "int")):
                return None
            if flag == "-f" and value is not None:
                self._from_file(value, patterns, doubts)
            elif flag not in ("-i", "-n", "-m", "-u", "-f"):
                return None
        if not _is_ip(name) and number < len(words) and words[number].text in OPERATORS:
            operator, number = words[number].text, number + 1
        for each in words[number:]:
            if each.variables:
                doubts.append(Unmodelled(each.where, f"`{shown(each.text)}`, from the environment"))
            else:
                patterns.append(Pattern(each.text, each.where))
        return operator, tuple(patterns), tuple(doubts)

    def _from_file(self, word: Word, patterns: list[Pattern], doubts: list[Unmodelled]) -> None:
        found = None if word.variables else _file(word.text, self.files)
        if found is not None:
            patterns += found.patterns
            return
        help_ = "put it into the device's folder, with the ending `.lst` or `.acl`"
        self.notes.report(codes.NO_PATTERNS, f"`{shown(word.text)}` is not in the snapshot", word.where, help_)
        doubts.append(Unmodelled(word.where, f"what `{shown(word.text)}` holds"))


def _is_ip(name: str) -> bool:
    return not name.endswith("ports")


def _within(name: str, found: tuple[object, ...], doubts: tuple[Unmodelled, ...]) -> Truth:
    """A field lies in these numbers, and perhaps in others."""
    told: Mapping[str, object] = {name: found}
    truth = Truth.sure((Box(**told),)) if found else FALSE  # type: ignore[arg-type]
    return truth | Truth.unknown(doubts) if doubts else truth


def _file(path: str, files: Sequence[PatternFile]) -> PatternFile | None:
    """The file of the snapshot that shares most of its path with ``path``, and at least its name."""
    wanted = [each for each in path.split("/") if each not in ("", ".")]
    best, most = None, 0
    for each in files:
        shared = 0
        for mine, theirs in zip(reversed(each.file.split("/")), reversed(wanted), strict=False):
            if mine != theirs:
                break
            shared += 1
        if shared > most:
            best, most = each, shared
    return best


def _alternatives(words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    """What stands between `or`; an empty one is none."""
    begin, depth = 0, 0
    for number, word in enumerate(words):
        depth += (word.text in ("{", "!{")) - (word.text == "}")
        if depth <= 0 and word.text in ("or", "||"):
            if number > begin:
                yield tuple(words[begin:number])
            begin = number + 1
    if begin < len(words):
        yield tuple(words[begin:])


def _terms(words: Sequence[Word], notes: Notes) -> Iterator[tuple[tuple[Word, ...], bool]]:
    """Each term, an expression with its braces or one name, and whether it is negated."""
    number, negated = 0, False
    while number < len(words):
        word = words[number]
        plain = word.text.lstrip("!")
        negated ^= (len(word.text) - len(plain)) % 2 == 1
        number += 1
        if not plain:
            continue
        first = replace(word, text=plain)
        if plain == "{":
            end = next((end for end in range(number, len(words)) if words[end].text == "}"), None)
            if end is None:
                notes.report(codes.BAD_CONDITION, "a brace is opened and never closed", word.where, "add ` }`")
                end = len(words)
            yield (first, *words[number:end], first), negated
            number = end + 1
        else:
            yield (first,), negated
        negated = False
