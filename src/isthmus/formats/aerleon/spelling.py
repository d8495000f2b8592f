"""What a term or header says that no target could make sense of: unknown keys, empty values, a missing action."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from isthmus.diagnostics import Diagnostic, did_you_mean, shown
from isthmus.formats.aerleon.codes import BAD_VALUE, NO_ACTION, UNKNOWN_KEY
from isthmus.formats.aerleon.shapes import Entry, Term, Word
from isthmus.formats.aerleon.vocabulary import (
    ACTIONS,
    HEADER_KEYS,
    ICMP_TYPES,
    INSTEAD_OF_ACTION,
    KEYS,
    PROTOCOLS,
    VERSIONS,
    octet,
    protocol_number,
)
from isthmus.network import Unmodelled

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_GUESSES = 200
"""For how many mistakes of a file what was meant is guessed."""
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Spelling:
    """Reads over the terms and headers of one file; ``problems`` are the mistakes that it found."""

    def __init__(self) -> None:
        self.problems: list[Diagnostic] = []

    def header(self, entries: Iterable[Entry]) -> None:
        """Look at a header's keys."""
        for each in entries:
            if each.key.text not in HEADER_KEYS:
                self._unknown_key(each.key, HEADER_KEYS)

    def term(self, term: Term) -> Term:
        """The term with a doubt for every mistake that may change what it matches."""
        known = len(self.problems)
        for entry in term.entries:
            self._entry(entry)
        doubts = [Unmodelled(each.where, each.message) for each in self.problems[known:]]
        keys = {each.key.text for each in term.entries}
        if "action" not in keys and not keys & INSTEAD_OF_ACTION:
            message = f"term `{shown(term.name)}` has no action"
            self.problems.append(
                Diagnostic(NO_ACTION, message, term.where, "add `action: accept` or what else is meant")
            )
        return replace(term, doubts=(*term.doubts, *doubts)) if doubts else term

    def _entry(self, entry: Entry) -> None:
        key = entry.key.text
        if key not in KEYS:
            self._unknown_key(entry.key, KEYS)
        elif not entry.words and key != "comment":
            self._bad(entry.key, "has no value", "write one, or remove the key")
        elif key in _ONE_OF:
            noun, known = _ONE_OF[key]
            for word in entry.words:
                if word.text not in known and not (known is PROTOCOLS and protocol_number(word.text) is not None):
                    self._bad(word, f"is not {noun}", self._advice(word.text, known, "it is one of"))
        elif key in _FORMS:
            is_right, says, help_ = _FORMS[key]
            for word in entry.words:
                if not is_right(word.text):
                    self._bad(word, says, help_)

    def _unknown_key(self, key: Word, known: Iterable[str]) -> None:
        help_ = self._advice(key.text, known, "keys")
        self.problems.append(Diagnostic(UNKNOWN_KEY, f"unknown key `{shown(key.text)}`", key.where, help_))

    def _bad(self, word: Word, says: str, help_: str) -> None:
        self.problems.append(Diagnostic(BAD_VALUE, f"`{shown(word.text)}` {says}", word.where, help_))

    def _advice(self, word: str, known: Iterable[str], what: str) -> str:
        """A guess at what was meant, for the first mistakes of a file: guessing takes time."""
        return did_you_mean(word, known, what=what) if len(self.problems) < _GUESSES else ""


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    return found is not None and 1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= _DAYS[int(found[2]) - 1]


def _is_code(text: str) -> bool:
    return octet(text) is not None


_ONE_OF: dict[str, tuple[str, Collection[str]]] = {
    "action": ("an action", (*ACTIONS, "count")),
    "restrict-address-family": ("an address family", tuple(VERSIONS)),
    "protocol": ("a protocol", PROTOCOLS),
    "protocol-except": ("a protocol", PROTOCOLS),
    "icmp-type": ("an ICMP type", {**ICMP_TYPES[4], **ICMP_TYPES[6]}),
}
_FORMS: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "icmp-code": (_is_code, "is not an ICMP code", "codes are numbers from 0 to 255"),
    "expiration": (_is_date, "is not a date", "write it as `2027-03-31`"),
}
