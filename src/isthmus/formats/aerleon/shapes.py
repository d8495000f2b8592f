"""The shape of Aerleon's files, however they are spelled: words with their places, terms, filters, tokens."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from isthmus.diagnostics import Span
from isthmus.network import Unmodelled


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a value."""

    text: str
    where: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a term or header with its values. ``text`` is a comment's, in one line."""

    key: Word
    words: tuple[Word, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Term:
    """One term; ``doubts`` name conditions that its spelling leaves open.

    ``torn`` says why it may be another term altogether, so that not even its action is sure.
    """

    name: str
    where: Span
    entries: tuple[Entry, ...]
    doubts: tuple[Unmodelled, ...] = ()
    torn: tuple[Unmodelled, ...] = ()

    @cached_property
    def _by_key(self) -> dict[str, tuple[Word, ...]]:
        found: dict[str, list[Word]] = {}
        for each in self.entries:
            found.setdefault(each.key.text, []).extend(each.words)
        return {key: tuple(words) for key, words in found.items()}

    def words(self, *keys: str) -> tuple[Word, ...]:
        """The words of some keys, key by key; none for a key without a value."""
        if len(keys) == 1:
            return self._by_key.get(keys[0], ())
        return tuple(word for key in keys for word in self._by_key.get(key, ()))

    def texts(self, key: str) -> tuple[str, ...]:
        """The same as plain text."""
        return tuple(word.text for word in self._by_key.get(key, ()))

    @property
    def comment(self) -> str:
        """What its writer said of it."""
        return " ".join(each.text for each in self.entries if each.key.text == "comment" and each.text)


@dataclass(frozen=True, slots=True)
class Include:
    """A file whose terms or filters belong here."""

    path: Word


@dataclass(frozen=True, slots=True)
class Target:
    """A platform for which a filter is rendered, and the options behind its name."""

    platform: Word
    options: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """A header with the terms below it."""

    where: Span
    targets: tuple[Target, ...]
    members: tuple[Term | Include, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy file; ``loose`` terms stand under no header: they are for others to include."""

    name: str
    filters: tuple[Filter | Include, ...] = ()
    loose: tuple[Term | Include, ...] = ()

    @property
    def terms(self) -> int:
        """How many terms are written in it."""
        filters = [each for each in self.filters if isinstance(each, Filter)]
        members = [*self.loose, *(member for each in filters for member in each.members)]
        return sum(isinstance(each, Term) for each in members)


class Kind(StrEnum):
    """What a token stands for."""

    NETWORK = "network token"
    SERVICE = "service token"
    PREFIX_LIST = "prefix list"


@dataclass(frozen=True, slots=True)
class Token:
    """A name for addresses or for ports: each word is one of them, or another token's name."""

    name: str
    kind: Kind
    where: Span
    words: tuple[Word, ...]
    comment: str = ""
    unread: tuple[Unmodelled, ...] = ()
    """Parts that were not understood: the token may stand for more."""
    hosts: tuple[Unmodelled, ...] = ()
    """Names of hosts: Aerleon passes them over where addresses are wanted."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """One file of definitions."""

    name: str
    tokens: tuple[Token, ...]
