"""Tests of rules, drawn at random in the words of nft(8)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from random import Random

from tests.referee.constants import Constants, Network, own
from tests.referee.written import Named

FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr")
TYPES = {
    4: ("echo-request", "echo-reply", "destination-unreachable", "time-exceeded", "13", "42"),
    6: ("echo-request", "echo-reply", "nd-neighbor-solicit", "packet-too-big", "1", "200"),
}
STATES = ("new", "established", "related", "untracked", "invalid")
WORDS = {4: "ip", 6: "ip6"}
_ARRIVING = ('"west"', '"ea*"', '{ "west", "lo" }')
_TYPE_OF = {4: "ipv4_addr", 6: "ipv6_addr"}


@dataclass(slots=True)
class Theme:
    """What the tests of one rule agree on: an IP version and a protocol, where they ask for one at all."""

    version: int | None
    protocol: str


@dataclass(slots=True)
class Draw:
    """Everything that drawing one table needs."""

    random: Random
    constants: Constants
    family: str
    tracks: bool
    sets: list[Named] = field(default_factory=list)

    @property
    def versions(self) -> tuple[int, ...]:
        """The IP versions of its family."""
        return {"ip": (4,), "ip6": (6,)}.get(self.family, (4, 6))

    def chance(self, share: float) -> bool:
        """Whether something that is so rare happens now."""
        return self.random.random() < share

    def some(self, every: Sequence[str], most: int) -> list[str]:
        """A few different ones, in any order, none of which overlaps another: nft refuses sets that do."""
        unique = sorted(set(every))
        chosen = self.random.sample(unique, min(len(unique), self.random.randint(1, most)))
        kept: list[str] = []
        for each in chosen:
            if all(_are_apart(each, other) for other in kept):
                kept.append(each)
        return kept

    # Values

    def prefix(self, version: int) -> Network:
        """One of the prefixes."""
        return self.random.choice(self.constants.prefixes[version])

    def block(self, version: int) -> str:
        """An address, a prefix or a range."""
        found = self.prefix(version)
        kind = self.random.random()
        if kind < 0.3:
            chosen = self.random.choice([found.network_address, found.broadcast_address])
            return str(chosen if self.chance(0.9) else self.random.choice(own(version)))
        if kind < 0.5 and found.num_addresses > 2:
            first = found.network_address + self.random.randint(0, 1)
            last = found.broadcast_address - self.random.randint(0, 1)
            return f"{first}-{last}" if int(first) < int(last) else str(first)
        return str(found)

    def port(self) -> int:
        """One of the ports."""
        return self.random.choice(self.constants.ports)

    def ports(self) -> str:
        """A port or a range of them."""
        first, last = sorted((self.port(), self.port()))
        return f"{first}-{last}" if first < last and self.chance(0.4) else str(first)

    def negation(self) -> str:
        """``!=``, now and then."""
        return "!= " if self.chance(0.2) else ""

    # Sets

    def named(self, type_: str, values: list[str]) -> str:
        """A reference to a set of these values, anonymous or named."""
        if self.chance(0.5):
            return f"{{ {', '.join(values)} }}"
        name = f"s{len(self.sets)}"
        flags = " flags interval;" if any(_is_interval(each) for each in values) else ""
        self.sets.append(Named(name, "set", f"type {type_};{flags}", tuple(values)))
        return f"@{name}"

    def theme(self) -> Theme:
        """What a rule is about."""
        version = self.random.choice((*self.versions, None)) if len(self.versions) > 1 else self.versions[0]
        return Theme(version, self.random.choice(("tcp", "tcp", "udp", "udp", "icmp", "any", "any", "other")))

    def tests(self, theme: Theme) -> tuple[str, ...]:
        """The tests of one rule."""
        kinds: list[Callable[[Theme], str]] = []
        if theme.version:
            kinds += [self.address, self.address, self.addresses]
        if theme.protocol in ("tcp", "udp"):
            kinds += [self.transport, self.transport, self.pair]
        if theme.protocol == "tcp":
            kinds.append(self.flags)
        if theme.protocol == "icmp":
            kinds.append(self.icmp)
        if theme.protocol == "other":
            kinds.append(self.protocol)
        kinds.append(self.meta)
        found = [self.random.choice(kinds)(theme) for _ in range(self.random.choice((0, 1, 1, 2, 2, 3)))]
        return tuple(_with_one_negation(dict.fromkeys(each for each in found if each)))

    def address(self, theme: Theme) -> str:
        """``ip saddr …``."""
        version = theme.version or 4
        field_ = f"{WORDS[version]} {self.random.choice(('saddr', 'daddr'))}"
        kind = self.random.random()
        if kind < 0.4:
            return f"{field_} {self.negation()}{self.block(version)}"
        if kind < 0.85:
            found = self.named(_TYPE_OF[version], self.some([self.block(version) for _ in range(5)], 5))
            return f"{field_} {self.negation()}{found}"
        if version == 4:
            mask = self.random.choice(("255.255.0.0", "255.255.255.254", "255.0.0.255", "0.0.0.3", "255.255.0.1"))
            wanted = int.from_bytes(bytes(map(int, mask.split(".")))) & int(self.prefix(4).network_address)
            return f"{field_} & {mask} {self.random.choice(('==', '!='))} {_dotted(wanted)}"
        return f"{field_} & ffff:ffff:ffff:: == {_top(self.prefix(6))}"

    def addresses(self, theme: Theme) -> str:
        """``ip saddr . ip daddr { … }``."""
        version = theme.version or 4
        ip = WORDS[version]
        pairs = [f"{self.block(version)} . {self.block(version)}" for _ in range(4)]
        found = self.named(f"{_TYPE_OF[version]} . {_TYPE_OF[version]}", self.some(pairs, 4))
        return f"{ip} saddr . {ip} daddr {self.negation()}{found}"

    def transport(self, theme: Theme) -> str:
        """``tcp dport …``."""
        field_ = f"{theme.protocol} {self.random.choice(('sport', 'dport', 'dport'))}"
        kind = self.random.random()
        if kind < 0.3:
            return f"{field_} {self.negation()}{self.ports()}"
        if kind < 0.4:
            return f"{field_} {self.random.choice(('<', '>', '<=', '>='))} {self.random.choice((1024, 32768, 80))}"
        if kind < 0.5:
            return f"meta l4proto {{ tcp, udp }} th {field_.split()[1]} {self.negation()}{self.ports()}"
        if kind < 0.57:
            return f"{field_} & 0xff00 == {self.port() & 0xFF00:#x}"
        found = self.named("inet_service", self.some([self.ports() for _ in range(5)], 5))
        return f"{field_} {self.negation()}{found}"

    def pair(self, theme: Theme) -> str:
        """An address and a port, or a protocol and a port, as one."""
        if theme.version is None or self.chance(0.3):
            pairs = [f"{self.random.choice(('tcp', 'udp'))} . {self.ports()}" for _ in range(4)]
            found = self.named("inet_proto . inet_service", self.some(pairs, 4))
            return f"meta l4proto . th dport {self.negation()}{found}"
        version = theme.version
        pairs = [f"{self.block(version)} . {self.ports()}" for _ in range(4)]
        found = self.named(f"{_TYPE_OF[version]} . inet_service", self.some(pairs, 4))
        end, port = self.random.choice((("saddr", "dport"), ("daddr", "dport"), ("saddr", "sport")))
        return f"{WORDS[version]} {end} . {theme.protocol} {port} {self.negation()}{found}"

    def flags(self, theme: Theme) -> str:
        """``tcp flags …``."""
        some = self.some(FLAGS, 3)
        mask = sorted({*some, *self.some(FLAGS, 3)})
        return "tcp flags " + self.random.choice(
            (
                some[0], f"== {some[0]}", f"!= {some[0]}", f"{{ {', '.join(some)} }}", ",".join(some),
                f"& ({'|'.join(mask)}) == {'|'.join(some)}", f"& ({'|'.join(mask)}) != {some[0]}",
                f"{','.join(some)} / {','.join(mask)}", f"! {','.join(some)}", f"!= {some[0]} / {','.join(mask)}",
            )
        )  # fmt: skip

    def icmp(self, theme: Theme) -> str:
        """``icmp type …``."""
        version = theme.version = theme.version or self.random.choice(self.versions)
        word = {4: "icmp", 6: "icmpv6"}[version]
        kind = self.random.random()
        if kind < 0.5:
            return f"{word} type {self.negation()}{self.random.choice(TYPES[version])}"
        if kind < 0.8:
            return f"{word} type {self.negation()}{{ {', '.join(self.some(TYPES[version], 4))} }}"
        return f"{word} code {self.negation()}{self.random.choice(('0', '1', '0-3', '{ 0, 4 }'))}"

    def protocol(self, theme: Theme) -> str:
        """``meta l4proto …``."""
        names = ("tcp", "udp", "icmp", "ipv6-icmp", "47", "50", "132", "89")
        word = "meta l4proto"
        if theme.version:
            word = self.random.choice((word, "ip protocol" if theme.version == 4 else "ip6 nexthdr"))
        if self.chance(0.5):
            return f"{word} {self.negation()}{self.random.choice(names)}"
        return f"{word} {self.negation()}{{ {', '.join(self.some(names, 4))} }}"

    def meta(self, theme: Theme) -> str:
        """Interfaces, versions, marks, states."""
        kinds = ["meta mark 0x1", "meta mark != 0x2", "meta mark & 0x3 == 0x1", "meta mark { 0x0, 0x2-0x5 }"]
        kinds += [f"iifname {self.negation()}{each}" for each in _ARRIVING]
        if len(self.versions) > 1 and (theme.version is None or self.chance(0.1)):
            kinds += ["meta nfproto ipv4", "meta nfproto ipv6", "meta nfproto != ipv4"] * 2
        if self.tracks:
            states = self.some(STATES, 3)
            kinds += [
                f"ct state {','.join(states)}", f"ct state != {states[0]}", f"ct state {{ {', '.join(states)} }}",
                "ct state established,related", "ct state new", f"ct state != {{ {', '.join(states)} }}",
            ] * 2  # fmt: skip
        return self.random.choice(kinds)


def _with_one_negation(tests: Iterable[str]) -> Iterator[str]:
    """Of each header at most one test with ``!=``: nft 1.0.6 makes one of two, which passes where either would."""
    negated: set[str] = set()
    for each in tests:
        header = each.split()[0]
        if "!= " not in each or header not in negated:
            yield each
        negated |= {header} if "!= " in each else set()


def ends(value: str) -> tuple[int, int] | None:
    """The first and last address or port of a value; None of words."""
    if not value[0].isdigit() and ":" not in value:
        return None
    if "/" in value:
        prefix = ip_network(value)
        return int(prefix.network_address), int(prefix.broadcast_address)
    first, _, last = value.partition("-")
    numbers = [int(ip_address(each)) if "." in each or ":" in each else int(each) for each in (first, last or first)]
    return numbers[0], numbers[1]


def _are_apart(one: str, other: str) -> bool:
    """Whether nothing is in both of two values, single ones or concatenations."""
    return any(_differ(a, b) for a, b in zip(one.split(" . "), other.split(" . "), strict=True))


def _differ(one: str, other: str) -> bool:
    mine, theirs = ends(one), ends(other)
    if mine is None or theirs is None:
        return one != other
    return mine[1] < theirs[0] or theirs[1] < mine[0]


def _is_interval(value: str) -> bool:
    return any("/" in each or "-" in each for each in value.split(" . "))


def _dotted(number: int) -> str:
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def _top(prefix: Network) -> str:
    """An IPv6 address with all but its first 48 bits cleared."""
    return str(type(prefix.network_address)(int(prefix.network_address) >> 80 << 80))
