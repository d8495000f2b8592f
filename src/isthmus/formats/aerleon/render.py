"""Chains of the neutral model → Aerleon policies and definitions, for target ``juniper`` and both IP versions.

A chain ``NAME`` becomes the policy ``policies/NAME.yaml``, rendered by Aerleon as the filters ``NAME4`` and ``NAME6``;
a rule becomes a term for each of its matches. Addresses become tokens: the device's own definition of just those
addresses, else one named after the first term that asks for them. Ports become tokens such as ``tcp_443``. Aerleon
leaves a term out of the filter of a family of which its tokens have no address, as a match with addresses of the other
family matches nothing.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from isthmus.formats.aerleon.vocabulary import ACTIONS, ICMP_TYPES, PROTOCOLS, WITH_PORTS
from isthmus.formats.format import CannotRenderError, Text
from isthmus.network import Chain, Device, Rule, Verdict
from isthmus.packetset import AddressRange, Block, Bounds, FlagTest, Match, TcpFlags, joined

LONGEST_NAME = 62
"""What Aerleon allows a term's name (its generator's ``_TERM_MAX_LENGTH``)."""

_ESTABLISHED = {FlagTest(int(each), int(each)) for each in (TcpFlags.ACK, TcpFlags.RST)}
_WORDS = {action: word for word, action in ACTIONS.items() if word != "reject-with-tcp-rst"}
_PROTOCOLS = {number: word for word, number in PROTOCOLS.items()}
_FAMILIES = {4: "inet", 6: "inet6"}
_VERSIONS = {"icmp": 4, "icmpv6": 6}


def render(devices: Sequence[Device], head: Sequence[str] = ()) -> tuple[Text, ...]:
    """The policies of a router that is told in parts, and what they refer to. Raises CannotRenderError."""
    tokens = _Tokens({tuple(each.blocks): name for device in devices for name, each in device.definitions.items()})
    policies = [
        Text(f"policies/{chain.name}.yaml", "\n".join([*_head(head), *_policy(chain, tokens), ""]))
        for device in devices
        for chain in device.chains.values()
    ]
    if not policies:
        return ()
    networks = "\n".join([*_head(head), *tokens.networks(), ""])
    services = "\n".join([*_head(head), *tokens.services(), ""])
    return (*policies, Text("definitions/crossings.net", networks), Text("definitions/crossings.svc", services))


def _head(lines: Sequence[str]) -> list[str]:
    return [f"# {' '.join(each.split())}" for each in lines]


def _policy(chain: Chain, tokens: "_Tokens") -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", chain.name) or chain.default is not Verdict.DROP:
        raise CannotRenderError(f"`{chain.name}` is no filter that Aerleon renders: the end of one discards")
    yield "filters:"
    yield "  - header:"
    yield "      targets:"
    yield f"        juniper: {chain.name} mixed no-interface-specific"
    yield "    terms:"
    names: set[str] = set()
    for rule in chain.rules:
        for match in filter(_fits, rule.matches):
            yield from _term(rule, match, _unique(_slug(rule.name)[:LONGEST_NAME], names), tokens)
    if not names:
        yield "      - name: nothing"
        yield "        action: deny"


def _fits(match: Match) -> bool:
    """Whether packets of some IP version pass; a term that is in no filter would be told of as a mistake."""
    versions = {match.version} if match.version else {4, 6}
    for blocks in (match.source, match.destination):
        versions &= versions if blocks is None else {each.version for each in blocks}
    return bool(versions)


def _slug(name: str) -> str:
    """A name of letters, digits, `-` and `_`.

    >>> _slug("term a.b:c")
    'a_b_c'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name.removeprefix("term ")).strip("_") or "term"


def _unique(name: str, taken: set[str]) -> str:
    """The name, or with a number where it is taken."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name[: LONGEST_NAME - len(str(number)) - 1]}-{number}"
    taken.add(found)
    return found


def _term(rule: Rule, match: Match, name: str, tokens: "_Tokens") -> Iterator[str]:
    if rule.perhaps or rule.doubts or rule.arriving or rule.leaving or rule.mark or match.states is not None:
        raise CannotRenderError(f"`{rule.name}` asks for what a filter without memory cannot tell")
    word = _WORDS.get(rule.action)
    if word is None:
        raise CannotRenderError(f"`{rule.name}` does what no term can")
    yield f"      - name: {name}"
    if rule.comment:
        yield f"        comment: {json.dumps(rule.comment)}"
    for key, asked in _conditions(match, name, tokens):
        yield f"        {key}: {asked}"
    yield f"        action: {word}"


def _conditions(match: Match, name: str, tokens: "_Tokens") -> Iterator[tuple[str, str]]:
    if match.version is not None:
        yield "restrict-address-family", _FAMILIES[match.version]
    if match.source is not None:
        yield "source-address", tokens.network(match.source, f"{name}-from")
    if match.destination is not None:
        yield "destination-address", tokens.network(match.destination, f"{name}-to")
    words = [] if match.protocols is None else [_PROTOCOLS.get(each, str(each)) for each in _each(match.protocols)]
    if _VERSIONS.keys() & set(words) and (len(words) > 1 or _VERSIONS[words[0]] != match.version):
        raise CannotRenderError(f"`{name}` asks for the ICMP of another IP version, or for other protocols beside it")
    if words:
        yield "protocol", " ".join(words)
    for key, ports in (("source-port", match.source_ports), ("destination-port", match.destination_ports)):
        if ports is not None:
            yield key, tokens.service(ports, words)
    if match.icmp is not None:
        yield "icmp-type", _types(match, words)
    if match.flags is not None:
        if set(match.flags) != _ESTABLISHED or words != ["tcp"]:
            raise CannotRenderError(f"`{name}` asks for TCP flags that no option of a term means")
        yield "option", "tcp-established"


def _each(protocols: Sequence[Bounds]) -> Iterator[int]:
    if not protocols:
        raise CannotRenderError("a term for no protocol matches everything")
    for each in joined(protocols):
        yield from range(each.first, each.last + 1)


def _types(match: Match, words: Sequence[str]) -> str:
    numbers = {"icmp": 4, "icmpv6": 6}
    if (
        len(words) != 1
        or words[0] not in numbers
        or not match.icmp
        or any(each.code is not None for each in match.icmp)
    ):
        raise CannotRenderError("a term asks for ICMP types of one version, without codes")
    names = {number: name for name, number in ICMP_TYPES[numbers[words[0]]].items()}
    if any(each.type not in names for each in match.icmp):
        raise CannotRenderError("Aerleon has no name for an ICMP type")
    return " ".join(names[each.type] for each in match.icmp)


@dataclass(slots=True)
class _Tokens:
    """Names for addresses and ports; the same addresses have one name."""

    known: dict[tuple[Block, ...], str]
    blocks: dict[tuple[Block, ...], str] = field(default_factory=dict)
    ports: dict[str, list[str]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def network(self, blocks: Sequence[Block], wanted: str) -> str:
        """The token of some addresses."""
        key = tuple(dict.fromkeys(blocks))
        if not key:
            raise CannotRenderError(f"`{wanted}` stands for no address")
        if key not in self.blocks:
            self.blocks[key] = _unique(_slug(self.known.get(key, wanted)), self.taken)
        return self.blocks[key]

    def service(self, ports: Sequence[Bounds], protocols: Sequence[str]) -> str:
        """The tokens of some ports of some protocols."""
        if not ports or not protocols or not set(protocols) <= WITH_PORTS:
            raise CannotRenderError("a term asks for ports of protocols that have them")
        names = []
        for each in joined(ports):
            name = f"{'_'.join(protocols)}_{each}"
            self.ports[name] = [f"{each}/{protocol}" for protocol in protocols]
            names.append(name)
        return " ".join(names)

    def networks(self) -> Iterator[str]:
        """The definitions of addresses, a prefix a line."""
        for blocks, name in self.blocks.items():
            words = [str(prefix) for each in blocks for prefix in _prefixes(each)]
            indent = "\n" + " " * (len(name) + 3)
            yield f"{name} = {indent.join(words)}"

    def services(self) -> Iterator[str]:
        """The definitions of ports."""
        for name, words in self.ports.items():
            yield f"{name} = {' '.join(words)}"


def _prefixes(block: Block) -> Iterator[IPv4Network | IPv6Network]:
    if isinstance(block, AddressRange):
        yield from block.prefixes()
    elif isinstance(block, IPv4Network | IPv6Network):
        yield block
    else:
        raise CannotRenderError(f"`{block}` is no prefix")
