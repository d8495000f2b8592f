"""Policies in Capirca's own spelling (``.pol``, ``.inc``): pieces → headers and terms."""

from dataclasses import replace

from isthmus.diagnostics import Span, shown
from isthmus.formats.aerleon.pieces import Mark, Misread, Piece, pieces
from isthmus.formats.aerleon.shapes import Entry, Filter, Include, Policy, Target, Term, Word
from isthmus.formats.aerleon.spelling import Spelling
from isthmus.formats.format import Parsed, Text
from isthmus.network import Unmodelled


def parse_pol(text: Text) -> Parsed:
    r"""Read a policy, or a file of terms that policies include.

    >>> policy = parse_pol(Text("a.inc", "term ssh {\n  protocol:: tcp\n  action:: accept\n}")).tree
    >>> [(each.name, each.where.line, each.texts("action")) for each in policy.loose]
    [('ssh', 1, ('accept',))]
    """
    reader = _Reader(text)
    try:
        tree = reader.policy()
    except Misread as misread:
        return Parsed(None, (*reader.spelling.problems, misread.diagnostic))
    return Parsed(tree, tuple(reader.spelling.problems))


class _Reader:
    """Goes through the pieces once, with the piece at hand and one behind it."""

    def __init__(self, text: Text) -> None:
        self.name = text.name
        self.stream = pieces(text)
        self.spelling = Spelling()
        self.piece = Piece(Mark.END, Word("", Span(text.name)))
        self.behind = self.piece

    def policy(self) -> Policy:
        """The whole file."""
        self._next()
        self._next()
        filters: list[tuple[Filter, list[Term | Include]]] = []
        loose: list[Term | Include] = []
        while self.piece.mark is not Mark.END:
            piece = self._next()
            members = filters[-1][1] if filters else loose
            if piece.mark is Mark.INCLUDE:
                members.append(Include(piece.word))
            elif piece.mark is Mark.WORD and piece.word.text == "header":
                filters.append((self._header(piece.word.where), []))
            elif piece.mark is Mark.WORD and piece.word.text == "term":
                members.append(self._term())
            else:
                told = "a policy is made of `header { … }` and `term NAME { … }`"
                raise Misread(f"`{shown(piece.word.text)}` cannot stand here", piece.word.where, told)
        whole = tuple(replace(header, members=tuple(members)) for header, members in filters)
        return Policy(self.name, whole, tuple(loose))

    def _header(self, where: Span) -> Filter:
        entries = self._block("header")
        self.spelling.header(entries)
        words = [each.words for each in entries if each.key.text == "target" and each.words]
        return Filter(where, tuple(Target(each[0], each[1:]) for each in words), ())

    def _term(self) -> Term:
        name = self._take(Mark.WORD, "the name of a term")
        entries = self._block(f"term {name.text}")
        inside = [each.key.where for each in entries if each.key.text == _INCLUDE]
        torn = tuple(Unmodelled(where, "a file included inside a term") for where in inside)
        plain = tuple(each for each in entries if each.key.text != _INCLUDE)
        return self.spelling.term(Term(name.text, name.where, plain, torn=torn))

    def _block(self, of: str) -> list[Entry]:
        """``{ key:: value … }`` with all its keys."""
        opening = self._take(Mark.OPEN, f"`{{` behind `{shown(of)}`")
        entries: list[Entry] = []
        while self.piece.mark is not Mark.CLOSE:
            piece = self._next()
            if piece.mark is Mark.INCLUDE:
                entries.append(Entry(Word(_INCLUDE, piece.word.where), (piece.word,)))
            elif piece.mark is Mark.WORD and self.piece.mark is Mark.COLONS:
                self._next()
                entries.append(self._entry(piece.word))
            elif piece.mark is Mark.END:
                raise Misread(f"`{shown(of)}` is never closed", opening.where, "write `}` behind its last value")
            else:
                raise Misread(f"`{shown(piece.word.text)}` is no key", piece.word.where, "a key has `::` behind it")
        self._next()
        return entries

    def _entry(self, key: Word) -> Entry:
        words: list[Word] = []
        texts: list[str] = []
        while self.piece.mark is Mark.QUOTED or (self.piece.mark is Mark.WORD and self.behind.mark is not Mark.COLONS):
            piece = self._next()
            if piece.mark is Mark.QUOTED:
                texts.append(piece.word.text)
            else:
                words.append(piece.word)
        return Entry(key, tuple(words), " ".join(" ".join(texts).split()))

    def _take(self, mark: Mark, what: str) -> Word:
        piece = self._next()
        if piece.mark is not mark:
            raise Misread(f"{what} is missing here", piece.word.where, "write `term NAME { key:: value }`")
        return piece.word

    def _next(self) -> Piece:
        """The piece at hand; the one behind it comes to hand."""
        at_hand, self.piece = self.piece, self.behind
        self.behind = next(self.stream, self.behind)
        return at_hand


_INCLUDE = "#include"
