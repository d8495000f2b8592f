"""One line of a table → what it asks of a packet and the target that it hands packets to, option by option."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from isthmus.diagnostics import Code, Diagnostic, did_you_mean
from isthmus.formats.iptables.asked import Asked
from isthmus.formats.iptables.codes import BAD_VALUE, UNKNOWN_MATCH, UNKNOWN_OPTION
from isthmus.formats.iptables.ipset import IpSet
from isthmus.formats.iptables.matches import ALWAYS, EXTENSIONS, IMPLIED, OWN, PERHAPS
from isthmus.formats.iptables.options import Extension, Option, Told
from isthmus.formats.iptables.refused import RefusedError, TooIntricateError
from isthmus.formats.iptables.words import Line
from isthmus.network import Unmodelled

_OPTION = re.compile(r"--?[a-zA-Z]")
_MATCH = ("-m", "--match")
_JUMP = ("-j", "--jump")
_GOTO = ("-g", "--goto")
_FREE = ("--string", "--hex-string", "--log-prefix", "--nflog-prefix", "--u32", "--name")
"""Options behind which one word stands, however it looks."""


@dataclass(slots=True)
class Given:
    """A target as it is written: its name, and its options with the words behind them."""

    name: str
    first: int
    last: int
    is_goto: bool = False
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """A rule, read: ``doubts`` are about its tests; the target is not judged yet."""

    line: Line
    asked: Asked
    target: Given | None = None
    hits: int | None = None
    is_broken: bool = False
    """Which target is meant cannot be told."""
    doubts: list[Unmodelled] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)


def read_rule(line: Line, first: int, version: int | None, sets: Mapping[str, IpSet]) -> Reading:
    """Read the options of a rule from the word at ``first`` on."""
    walk = _Walk(Reading(line, Asked(version, sets=sets)), line.words, first)
    walk.options()
    walk.finish()
    return walk.reading


class _Walk:
    """Goes from option to option; ``!`` belongs to the next one."""

    def __init__(self, reading: Reading, words: Sequence[str], first: int) -> None:
        self.reading = reading
        self.asked = reading.asked
        self.words = words
        self.place = first
        self.start = first
        self.negated = False
        self.has_refused = False
        self.matches: list[str] = []
        self.used: list[tuple[str, Extension]] = []
        self.open: list[tuple[int, int]] = []
        """The first and last words of matches that are known and not modelled."""

    def options(self) -> None:
        """Read every option."""
        while self.place < len(self.words):
            word = self.words[self.place]
            if word == "!" and not self.negated:
                self.negated, self.start = True, self.place
                self.place += 1
                continue
            if not self.negated:
                self.start = self.place
            try:
                self.option(word)
            except RefusedError as error:
                self.refused(error)
            self.negated = False
        if self.negated:
            self.place = self.start + 1
            self.refused(RefusedError("`!` stands before nothing"))

    def option(self, word: str) -> None:
        if word in OWN:
            self.known(OWN[word])
        elif word in _MATCH:
            self.match(self.behind(1)[0])
        elif word in _JUMP or word in _GOTO:
            self.target(self.behind(1)[0])
        elif word == "--comment":
            self.asked.comment = " ".join(filter(None, (self.asked.comment, *self.behind(1))))
        elif self.reading.target is not None and not self.is_of_match(word):
            self.target_option(word, self.reading.target)
        else:
            self.match_option(word)

    def is_of_match(self, word: str) -> bool:
        """Whether a match behind the target knows it, or one before it and it is none of the target's."""
        target = self.reading.target
        return target is not None and self.place > target.last + 1 and self.found(word) is not None

    def behind(self, count: int) -> tuple[str, ...]:
        """The words behind the option; the walk goes on after them."""
        word, first = self.words[self.place], self.place + 1
        if count and first < len(self.words) and self.words[first] == "!" and not self.negated:
            self.negated, first = True, first + 1
        self.place = first + count
        if self.place > len(self.words):
            self.place = len(self.words)
            raise RefusedError(f"`{word[:40]}` needs {'a word' if count == 1 else f'{count} words'} behind it")
        return tuple(self.words[first : self.place])

    def known(self, option: Option) -> None:
        words = self.behind(option.words)
        before = len(self.asked.remarks)
        try:
            reason = option.read(self.asked, Told(words, self.negated))
        except TooIntricateError as error:
            self.asked.unknown()
            reason = str(error)
        for code, message, help_ in self.asked.remarks[before:]:
            self.told(code, message, help_)
        if reason:
            self.doubt(reason)

    def match(self, name: str) -> None:
        if self.negated:
            raise RefusedError("`!` stands before `-m`", "put it before an option of the match")
        if name in EXTENSIONS:
            self.used.append((name, EXTENSIONS[name]))
        elif name not in ALWAYS:
            if name not in PERHAPS:
                known = (*EXTENSIONS, *PERHAPS, *ALWAYS)
                self.told(UNKNOWN_MATCH, f"match `{name[:40]}` is not known", did_you_mean(name, known, what="matches"))
            self.asked.unknown()
            self.open.append((self.start, self.place - 1))
        self.matches.append(name)

    def found(self, word: str) -> Option | str | None:
        """What the option is in the last match that has it; the match's name where it is known and not modelled."""
        names = self.matches
        if self.asked.protocols is not None and len(self.asked.protocols) == 1:
            names = [IMPLIED.get(self.asked.protocols[0].first, ""), *names]
        for name in reversed(names):
            extension = EXTENSIONS.get(name)
            if extension is None:
                continue
            if word in extension.options:
                if name not in self.matches:
                    self.used.append((name, extension))
                return extension.options[word]
            if word in extension.perhaps:
                return name
        return None

    def match_option(self, word: str) -> None:
        if not _OPTION.match(word):
            self.place += 1
            raise RefusedError(f"`{word[:40]}` stands where an option is expected")
        found = self.found(word)
        if isinstance(found, Option):
            self.known(found)
            return
        last = self.loose()
        if found is None and self.open:
            self.open[-1] = (self.open[-1][0], last)
            return
        if found is None:
            known = [each for _, extension in self.used for each in (*extension.options, *extension.perhaps)]
            self.told(
                UNKNOWN_OPTION, f"option `{word[:40]}` is not known", did_you_mean(word, (*known, *OWN), what="options")
            )
        self.asked.unknown()
        self.doubt(f"`{self.reading.line.quoted(self.start, last)}`")

    def loose(self) -> int:
        """Go behind an option whose words are not counted, up to what looks like the next option; its last word."""
        free = self.words[self.place] in _FREE
        self.place += 2 if free else 1
        while not free and self.place < len(self.words) and not self.is_option(self.place):
            self.place += 1
        self.place = min(self.place, len(self.words))
        return self.place - 1

    def is_option(self, place: int) -> bool:
        return self.words[place] == "!" or _OPTION.match(self.words[place]) is not None

    def target(self, name: str) -> None:
        if self.negated or self.reading.target is not None:
            self.reading.is_broken = True
            raise RefusedError("a rule has one target, and no `!` before it")
        is_goto = self.words[self.start] in _GOTO
        self.reading.target = Given(name, self.start, self.place - 1, is_goto)

    def target_option(self, word: str, target: Given) -> None:
        first = self.place + 1
        target.last = self.loose()
        if not _OPTION.match(word) or self.negated or word in target.options:
            self.reading.is_broken = True
            raise RefusedError(f"`{word[:40]}` stands where an option of `{target.name[:40]}` is expected")
        target.options[word] = tuple(self.words[first : self.place])

    def finish(self) -> None:
        """What can be judged once every option is read."""
        self.reading.is_broken |= self.has_refused and self.reading.target is None
        line = self.reading.line
        for first, last in self.open:
            self.reading.doubts.append(Unmodelled(line.span(first, last), f"`{line.quoted(first, last)}`"))
        for name, extension in self.used:
            wanted = extension.protocols
            if wanted is not None and not self.asked.is_protocol(wanted):
                self.start, self.place = 0, len(self.words)
                self.refused(RefusedError(f"match `{name}` stands in a rule without its protocol", f"add `-p {name}`"))

    def told(self, code: Code, message: str, help_: str) -> None:
        where = self.reading.line.span(self.start, max(self.start, self.place - 1))
        self.reading.problems.append(Diagnostic(code, message, where, help_))

    def doubt(self, what: str) -> None:
        where = self.reading.line.span(self.start, max(self.start, self.place - 1))
        self.reading.doubts.append(Unmodelled(where, what))

    def refused(self, error: RefusedError) -> None:
        """The rule stays, and may match."""
        self.asked.unknown()
        self.has_refused = True
        self.told(BAD_VALUE, str(error), error.help)
        self.doubt(f"`{self.reading.line.quoted(self.start, max(self.start, self.place - 1))[:80]}`")
