"""Looking words up: what leads nowhere, and which entries can be relied on although others are wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from isthmus.diagnostics import Diagnostic, Span, closest, did_you_mean, shown
from isthmus.estate import codes
from isthmus.estate.entity import Entity
from isthmus.estate.estate import SECTIONS, Estate, Vocabulary
from isthmus.estate.parts import Parts
from isthmus.estate.references import Reference, references, references_of
from isthmus.estate.services import INTERNET
from isthmus.estate.words import AUDIENCES, CLIENT_NETWORKS, DECISIONS

_WORDS = ("roles", "facilities", "requirements", "decisions")
"""What is not looked up among the estate's own entries."""
_WIDER = {CLIENT_NETWORKS: "networks", AUDIENCES: "realms"}
"""Sections with ``internet`` added."""
_SINGULAR = {
    "facilities": "facility",
    "load_balancers": "load balancer",
    "web_proxies": "web proxy",
    CLIENT_NETWORKS: "network",
    AUDIENCES: "audience",
}
_MOST_GUESSES = 200
"""After so many different unknown words, no more are compared with all the known ones."""


class Lookup:
    """The words of each section, and what can be said of those that are none."""

    def __init__(self, parts: Parts, vocabulary: Vocabulary | None) -> None:
        self.parts = parts
        self.known: dict[str, frozenset[str]] = _vocabulary(vocabulary)
        for section in SECTIONS:
            if section not in parts.unread:
                self.known[section] = parts.ids(section)
        if vocabulary is not None and "realms" in self.known:
            self.known["realms"] |= set(vocabulary.realms)
        for wider, section in _WIDER.items():
            if section in self.known:
                self.known[wider] = self.known[section] | {INTERNET}
        self.guesses: dict[tuple[str, str], str] = {}

    def dangling(self) -> Iterator[Diagnostic]:
        """A diagnostic for every reference that leads nowhere; none where nobody knows what there is."""
        for entity in self.parts.entities():
            for each in references(entity):
                if self._is_unknown(each):
                    yield self._unknown(each, entity.span(*each.path))
        for faulty in self.parts.faulty:
            for each in references_of(faulty.model, faulty.node.plain()):
                if self._is_unknown(each) and not faulty.is_told(each.path):
                    yield self._unknown(each, faulty.span(each.path))

    def _is_unknown(self, reference: Reference) -> bool:
        words = self.known.get(reference.section)
        return words is not None and reference.word not in words

    def _unknown(self, reference: Reference, where: Span) -> Diagnostic:
        section = reference.section
        what = _SINGULAR.get(section, section.removesuffix("s"))
        code = codes.UNKNOWN_WORD if section in _WORDS else codes.UNKNOWN_REFERENCE
        return Diagnostic(code, f"unknown {what} `{shown(reference.word)}`", where, self._help(reference))

    def _help(self, reference: Reference) -> str:
        asked = (reference.section, reference.word)
        if asked not in self.guesses:
            self.guesses[asked] = self._guess(*asked) if len(self.guesses) < _MOST_GUESSES else ""
        return self.guesses[asked]

    def _guess(self, section: str, word: str) -> str:
        words = self.known[section]
        own = _WIDER.get(section, section)
        help_ = did_you_mean(word, words, what=own.replace("_", " "))
        best = closest(word, words)
        place = self.parts.place(own, best or "")
        return f"{help_} ({place})" if place else help_


def _vocabulary(vocabulary: Vocabulary | None) -> dict[str, frozenset[str]]:
    """The words of the edition; its sections are absent where it is."""
    known = {"decisions": frozenset(DECISIONS)}
    if vocabulary is not None:
        known["roles"] = frozenset(vocabulary.roles)
        known["facilities"] = frozenset(vocabulary.facilities)
        known["requirements"] = frozenset(vocabulary.requirements)
    return known


def sound_part(estate: Estate) -> Estate:
    """The entries that name only entries of ``estate``, which do so too: what can be compared with each other."""
    sections = {name: dict(estate.section(name)) for name in SECTIONS}
    is_complete = False
    while not is_complete:
        is_complete = True
        for section in SECTIONS:
            kept = {id_: each for id_, each in sections[section].items() if _is_sound(each, sections)}
            is_complete = is_complete and len(kept) == len(sections[section])
            sections[section] = kept
    return replace(estate, **sections)  # type: ignore[arg-type]


def _is_sound(entity: Entity, sections: Mapping[str, Mapping[str, Entity]]) -> bool:
    for each in references(entity):
        section = _WIDER.get(each.section, each.section)
        is_internet = each.section in _WIDER and each.word == INTERNET
        if section in sections and not is_internet and each.word not in sections[section]:
            return False
    return True
