"""The conditions of a term on addresses and ports, with tokens followed."""

from collections.abc import Sequence

from isthmus.diagnostics import Code, Diagnostic, shown
from isthmus.formats.aerleon.codes import (
    BAD_VALUE,
    LEFT_OUT,
    NOT_TOGETHER,
    REFUSED,
    UNDEFINED_ADDRESS,
    UNDEFINED_SERVICE,
    WIDER,
)
from isthmus.formats.aerleon.conditions import Conditions, Extent
from isthmus.formats.aerleon.known import End, Known, end_of, is_nothing
from isthmus.formats.aerleon.meanings import undefined_help
from isthmus.formats.aerleon.shapes import Kind, Term, Word
from isthmus.formats.aerleon.tokens import Tokens
from isthmus.formats.aerleon.vocabulary import WITH_PORTS, protocol_number
from isthmus.network import Unmodelled
from isthmus.packetset import Block, Interval, Prefix, joined

HIGH_PORTS = Interval(1024, 65535)

MOST_ADDRESSES = 5_000_000
"""How many prefixes all different lists of tokens together may stand for."""


class Ends:
    """Reads the two ends of terms; unknown tokens are told once each."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.told: set[tuple[Kind, str]] = set()
        self.known: dict[tuple[Kind, int, tuple[str, ...]], tuple[Prefix, ...] | None] = {}
        self.combined: dict[tuple[object, ...], End | None] = {}
        self.left = MOST_ADDRESSES

    def addresses(self, term: Term, conditions: Conditions) -> bool:
        """Take the addresses into ``conditions``; false where the term has none of this IP version and is left out."""
        source = self._end(term, "source", conditions)
        destination = self._end(term, "destination", conditions)
        either = self._looked_up(term.words("address"), Kind.NETWORK, conditions)
        if source is None or destination is None or (either is not None and is_nothing(either)):
            return False
        conditions.source, conditions.destination = source, destination
        if either is not None:
            conditions.address = Extent(either.prefixes, None if either.has_gaps else either.prefixes)
        if not_together(term, "address", ("source-address", "destination-address", *_PREFIXES), conditions):
            conditions.address = Extent()
        if not_together(term, "port", ("source-port", "destination-port"), conditions):
            conditions.ports = Extent()
        return True

    def _end(self, term: Term, end: str, conditions: Conditions) -> Extent[Block] | None:
        """What one end may be; None where the term is left out."""
        tokens = self._looked_up(term.words(f"{end}-address"), Kind.NETWORK, conditions)
        excluded = self._looked_up(term.words(f"{end}-exclude"), Kind.NETWORK, conditions)
        lists = self._looked_up(term.words(f"{end}-prefix"), Kind.PREFIX_LIST, conditions)
        excepted = self._looked_up(term.words(f"{end}-prefix-except"), Kind.PREFIX_LIST, conditions)
        if tokens is None and excluded is not None:
            where = term.words(f"{end}-exclude")[0].where
            message = f"Aerleon leaves `{end}-exclude` of term `{shown(term.name)}` out: it has no `{end}-address`"
            conditions.problems.append(Diagnostic(LEFT_OUT, message, where, f"add `{end}-address`"))
            excluded = None
        found = self._combined((tokens, excluded, lists, excepted), conditions.version)
        if found is None:
            conditions.hide(term.where, f"term `{shown(term.name)}` has too many addresses to follow")
            return Extent()
        if found.wider is not None:
            word = term.words(f"{end}-exclude")[0]
            message = (
                f"`{end}-exclude` of term `{shown(term.name)}` holds `{found.wider}`, wider than what it is part of"
            )
            help_ = "exclude only parts of the included prefixes"
            conditions.problems.append(Diagnostic(WIDER, message, word.where, help_))
            conditions.doubt(word.where, message)
        return found.extent

    def _combined(self, lists: tuple[Known | None, ...], version: int) -> End | None:
        """What some lists mean together, worked out once for each combination; None where there is too much to do."""
        key = (version, *(each and each.key for each in lists))
        if key not in self.combined:
            tokens, excluded, named, excepted = lists
            if excluded is not None or excepted is not None:
                self.left -= sum(len(each.prefixes) for each in lists if each is not None)
            self.combined[key] = end_of(tokens, excluded, named, excepted) if self.left >= 0 else None
        return self.combined[key]

    def ports(self, term: Term, conditions: Conditions) -> None:
        """Take the ports into ``conditions``: those of every protocol of the term, for each of them."""
        words = term.words("port", "source-port", "destination-port")
        protocols = term.texts("protocol")
        without = [each for each in protocols if each not in WITH_PORTS]
        if words and (without or not protocols):
            of = f"protocol `{shown(without[0])}`, which has none" if without else "no protocol"
            refuse(conditions, words[0], f"term `{shown(term.name)}` has ports and {of}", "name `tcp` or `udp` only")
            protocols = ()
        numbers = {number for each in protocols if (number := protocol_number(each)) is not None}
        conditions.ports = self._ports(term, "port", numbers, conditions)
        conditions.source_ports = self._ports(term, "source-port", numbers, conditions)
        conditions.destination_ports = self._ports(term, "destination-port", numbers, conditions)

    def established(self, term: Term, conditions: Conditions) -> None:
        """Add the ephemeral ports to a term about established flows, as Aerleon does."""
        option = next((each for each in term.words("option") if each.text.startswith("established")), None)
        if option is None:
            return
        protocols = term.texts("protocol")
        if not protocols or set(protocols) - {"tcp", "udp"}:
            message = f"term `{shown(term.name)}` has option `established` with other protocols than `tcp` and `udp`"
            refuse(conditions, option, message, "name `tcp` or `udp` only")
        ports = conditions.destination_ports if term.words("destination-port") else Extent.exactly(())
        surely, at_most = ports.surely, ports.at_most
        conditions.destination_ports = Extent(
            None if surely is None else tuple(joined((*surely, HIGH_PORTS))),
            None if at_most is None else tuple(joined((*at_most, HIGH_PORTS))),
        )

    def _ports(self, term: Term, key: str, protocols: set[int], conditions: Conditions) -> Extent[Interval]:
        words = term.words(key)
        if not words:
            return Extent()
        numbers: list[Interval] = []
        known = len(conditions.doubts)
        for word in words:
            meaning = self.tokens.services.get(word.text)
            if meaning is None:
                self._undefined(word, Kind.SERVICE, conditions)
                continue
            conditions.uses.append(self.tokens.key(Kind.SERVICE, word.text))
            numbers += [ports for protocol, ports in meaning.items if protocol in protocols or not protocols]
            _take_gap(word, meaning.gaps, Kind.SERVICE, conditions)
        if not protocols:
            return Extent((), None)
        if not numbers and len(conditions.doubts) == known:
            message = f"no port in `{key}` of term `{shown(term.name)}` belongs to its protocols"
            refuse(conditions, words[0], message, "define the service for that protocol")
            return Extent((), None)
        found = tuple(joined(numbers))
        return Extent.exactly(found) if len(conditions.doubts) == known else Extent(found, None)

    def _looked_up(self, words: Sequence[Word], kind: Kind, conditions: Conditions) -> Known | None:
        """What tokens stand for together; None where no token is named."""
        if not words:
            return None
        known = len(conditions.doubts)
        for word in words:
            meaning = self.tokens.addresses(kind).get(word.text)
            if meaning is None:
                self._undefined(word, kind, conditions)
            else:
                conditions.uses.append(self.tokens.key(kind, word.text))
                _take_gap(word, meaning.gaps, kind, conditions)
        names = tuple(dict.fromkeys(each.text for each in words))
        found = self._prefixes(kind, conditions.version, names)
        if found is None:
            conditions.doubt(words[0].where, "tokens that stand for too many addresses to follow")
        has_gaps = len(conditions.doubts) > known
        return Known(kind, names, found or (), has_gaps)

    def _prefixes(self, kind: Kind, version: int, names: tuple[str, ...]) -> tuple[Prefix, ...] | None:
        """The prefixes of several tokens, each once; None where a folder has too many."""
        key = (kind, version, names)
        if key not in self.known:
            every = self.tokens.addresses(kind)
            parts = [every[name].items for name in names if name in every]
            self.left -= sum(len(each) for each in parts)
            prefixes = (prefix for each in parts for prefix in each if prefix.version == version)
            self.known[key] = tuple(dict.fromkeys(prefixes)) if self.left >= 0 else None
        return self.known[key]

    def _undefined(self, word: Word, kind: Kind, conditions: Conditions) -> None:
        name = shown(word.text)
        conditions.uses.append(word.text)
        conditions.doubt(word.where, f"{kind} `{name}` is not defined")
        if (kind, word.text) not in self.told:
            self.told.add((kind, word.text))
            code, help_ = self._advice(word, kind)
            conditions.problems.append(Diagnostic(code, f"{kind} `{name}` is not defined", word.where, help_))

    def _advice(self, word: Word, kind: Kind) -> tuple[Code, str]:
        text = shown(word.text)
        if kind is Kind.SERVICE and word.text.replace("-", "").isdigit():
            return BAD_VALUE, f"ports are named by tokens: define one as `{text}/tcp`"
        if kind is Kind.NETWORK and ("/" in word.text or ":" in word.text):
            return BAD_VALUE, f"addresses are named by tokens: define one as `{text}`"
        code = UNDEFINED_SERVICE if kind is Kind.SERVICE else UNDEFINED_ADDRESS
        return code, undefined_help(word.text, self.tokens.tokens[kind], len(self.told))


def _take_gap(word: Word, gaps: Sequence[Unmodelled], kind: Kind, conditions: Conditions) -> None:
    if gaps:
        conditions.doubt(word.where, f"{kind} `{shown(word.text)}`: {gaps[0].what} ({gaps[0].where})")


_PREFIXES = ("source-prefix", "source-prefix-except", "destination-prefix", "destination-prefix-except")


def not_together(term: Term, key: str, others: Sequence[str], conditions: Conditions) -> bool:
    """Whether a condition stands beside one with which the router does not take it: then no packet surely passes."""
    beside = next((each for each in others if term.words(each)), None)
    if not term.words(key) or beside is None:
        return False
    word = term.words(key)[0]
    message = f"term `{shown(term.name)}` has `{key}` beside `{beside}`"
    conditions.problems.append(Diagnostic(NOT_TOGETHER, message, word.where, "write a term for each"))
    conditions.hide(word.where, message)
    return True


def refuse(conditions: Conditions, word: Word, message: str, help_: str) -> None:
    """Note that Aerleon stops at the term: no packet surely passes."""
    conditions.problems.append(Diagnostic(REFUSED, f"Aerleon refuses this: {message}", word.where, help_))
    conditions.hide(word.where, message)
