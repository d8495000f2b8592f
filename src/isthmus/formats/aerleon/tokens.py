"""All definitions of a device's folder as one: tokens by name, what they stand for, and as the model's definitions."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from ipaddress import ip_network

from isthmus.diagnostics import Diagnostic, shown
from isthmus.formats.aerleon.codes import DEFINED_TWICE, HOST_BITS, UNDEFINED_ADDRESS, UNDEFINED_SERVICE
from isthmus.formats.aerleon.meanings import NO_NAME, Meaning, meanings
from isthmus.formats.aerleon.shapes import Definitions, Kind, Token, Word
from isthmus.formats.aerleon.vocabulary import protocol_number
from isthmus.network import Definition, Unmodelled
from isthmus.packetset import Interval, Prefix

Port = tuple[int, Interval]
"""A protocol's number, and ports."""

Addresses = dict[str, Meaning[Prefix]]

_PORT = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?/(\w+)", re.ASCII)


class Tokens:
    """What the tokens of a device's folder stand for."""

    def __init__(
        self, files: Iterable[Definitions], problems: list[Diagnostic], lists: Mapping[str, Definition]
    ) -> None:
        """Put the files together, and follow every token; what is wrong goes to ``problems``.

        ``lists`` are the router's own prefix lists, as far as files of other formats tell them.
        """
        self.tokens = _by_kind((token for each in files for token in each.tokens), problems)
        of = self.tokens
        names = [name for tokens in of.values() for name in tokens]
        self.shared = {name for name, times in Counter(names).items() if times > 1}
        self.networks: Addresses = meanings(of[Kind.NETWORK], _prefix, UNDEFINED_ADDRESS, problems)
        told: Addresses = meanings(of[Kind.PREFIX_LIST], _prefix, UNDEFINED_ADDRESS, problems, NO_NAME)
        self.prefix_lists: Addresses = {name: _told_elsewhere(each) for name, each in lists.items()}
        self.prefix_lists.update(told)
        self.services: dict[str, Meaning[Port]] = meanings(of[Kind.SERVICE], _port, UNDEFINED_SERVICE, problems)

    def key(self, kind: Kind, name: str) -> str:
        """The name of a definition in the model: that of the token, with its kind where another kind has it too."""
        return name if name not in self.shared or kind is Kind.NETWORK else f"{name} ({kind})"

    def definitions(self) -> dict[str, Definition]:
        """Every token as the model has it, used or not."""
        found: dict[str, Definition] = {}
        for kind, tokens in self.tokens.items():
            for name, token in tokens.items():
                key = self.key(kind, name)
                found[key] = self._definition(token, kind, key)
        return found

    def _definition(self, token: Token, kind: Kind, key: str) -> Definition:
        nested = token.words if kind is not Kind.PREFIX_LIST else ()
        uses = (self.key(kind, each.text) for each in nested if each.text in self.tokens[kind])
        bare = Definition(key, kind.value, token.where, uses=tuple(dict.fromkeys(uses)), comment=token.comment)
        if kind is Kind.SERVICE:
            ports = self.services[token.name]
            return replace(bare, ports=ports.items, doubts=ports.gaps)
        addresses = (self.networks if kind is Kind.NETWORK else self.prefix_lists)[token.name]
        return replace(bare, blocks=addresses.items, doubts=(*addresses.gaps, *token.hosts))

    def addresses(self, kind: Kind) -> Addresses:
        """What tokens of a kind that names addresses stand for."""
        return self.prefix_lists if kind is Kind.PREFIX_LIST else self.networks


def _by_kind(tokens: Iterable[Token], problems: list[Diagnostic]) -> dict[Kind, dict[str, Token]]:
    found: dict[Kind, dict[str, Token]] = {kind: {} for kind in Kind}
    for token in tokens:
        earlier = found[token.kind].setdefault(token.name, token)
        if earlier is not token:
            found[token.kind][token.name] = _conflicting(earlier, token, problems)
    return found


def _told_elsewhere(definition: Definition) -> Meaning[Prefix]:
    """What a prefix list of the router's configuration stands for."""
    prefixes = tuple(each for each in definition.blocks if isinstance(each, Prefix))
    is_all = len(prefixes) == len(definition.blocks)
    gaps = () if is_all else (Unmodelled(definition.where, "addresses under a mask that is no prefix"),)
    return Meaning(prefixes, (*definition.doubts, *gaps))


def _conflicting(one: Token, other: Token, problems: list[Diagnostic]) -> Token:
    """A token that is defined twice: only what both definitions say is sure."""
    other_texts = {each.text for each in other.words}
    is_same = {each.text for each in one.words} == other_texts and not one.unread and not other.unread
    says = "and says the same" if is_same else "and says something else"
    message = f"{one.kind} `{shown(one.name)}` is defined at {one.where} already, {says}"
    problems.append(Diagnostic(DEFINED_TWICE, message, other.where, "keep one of them"))
    if is_same:
        return one
    common = tuple(each for each in one.words if each.text in other_texts)
    return replace(
        one, words=common, unread=(*one.unread, *other.unread, Unmodelled(other.where, "it is defined twice"))
    )


def _prefix(word: Word, problems: list[Diagnostic]) -> Prefix | None:
    try:
        network = ip_network(word.text, strict=False)
    except ValueError:
        return None
    written = word.text.partition("/")[0]
    if network.num_addresses > 1 and str(network.network_address) != written:
        _tell_host_bits(word, network, problems)
    return network


def _tell_host_bits(word: Word, network: Prefix, problems: list[Diagnostic]) -> None:
    try:
        ip_network(word.text)
    except ValueError:
        message = f"`{shown(word.text)}` has host bits set; Aerleon uses `{network}`"
        help_ = f"write `{network}`, or a longer prefix for one address"
        problems.append(Diagnostic(HOST_BITS, message, word.where, help_))


def _port(word: Word, _: list[Diagnostic]) -> Port | None:
    found = _PORT.fullmatch(word.text)
    protocol = protocol_number(found[3].lower()) if found else None
    if found is None or protocol is None:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return (protocol, Interval(first, last)) if first <= last <= 65535 else None
