"""Rules, and lists of them in which the first rule that matches and decides ends the matter.

One shape for every filter and translation: a Junos term, an nftables rule, a security group rule. Three values are
built in: ``matches`` are packets that surely match, ``perhaps`` packets that may, for the reasons in ``doubts``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from isthmus.diagnostics import Span
from isthmus.network.unmodelled import Unmodelled
from isthmus.packetset import Interval, Match, Rewrite


class Verdict(StrEnum):
    """What ends the way of a packet through a list of rules."""

    ACCEPT = "accept"
    DROP = "drop"
    REJECT = "reject"
    """Drop, and tell the sender."""

    @property
    def lets_pass(self) -> bool:
        """Whether the packet goes on."""
        return self is Verdict.ACCEPT


@dataclass(frozen=True, slots=True)
class Jump:
    """Go through another chain; what it leaves undecided comes back to the next rule (``goto``: to the caller's)."""

    chain: str
    comes_back: bool = True


@dataclass(frozen=True, slots=True)
class Return:
    """Leave this chain for the rule behind the jump; at the end of a hook's own chain: its policy."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on with the next rule: a counter, a log line, a term that only counts."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """What the rule does was not modelled: it may accept, refuse or go on. Its rule has ``doubts``.

    In a chain that translates it may translate as well; ``writes`` says that it may give the packet other addresses
    wherever it stands (``ip saddr set``, a statement that nobody could read).
    """

    writes: bool = False


class Changes(StrEnum):
    """Which end of a packet a translation writes."""

    SOURCE = "source"
    DESTINATION = "destination"


@dataclass(frozen=True, slots=True)
class Translate:
    """Address translation of a connection: decided for its first packet, undone for the replies."""

    changes: Changes
    rewrite: Rewrite


@dataclass(frozen=True, slots=True)
class Masquerade:
    """Source translation to the address of the interface by which the packet leaves; ``ports`` where it writes them."""

    ports: Interval | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """Destination translation to the device itself: the address of the interface by which the packet came."""

    port: Interval | None = None


@dataclass(frozen=True, slots=True)
class SetMark:
    """Write the packet's mark (under ``mask``) and go on with the next rule; it lasts while the packet is here."""

    value: int
    mask: int = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Untrack:
    """Keep the packet out of connection tracking, and go on with the next rule (``notrack``)."""


Action = Verdict | Jump | Return | Continue | Unclear | Translate | Masquerade | Redirect | SetMark | Untrack


@dataclass(frozen=True, slots=True)
class InterfaceTest:
    """Names of interfaces, one of which must be the packet's (``negated``: none); ``eth*`` stands for a beginning.

    >>> InterfaceTest(("vlan*",)).holds("vlan1107"), InterfaceTest(("lo",), negated=True).holds("eth0")
    (True, True)
    """

    names: tuple[str, ...]
    negated: bool = False

    def holds(self, *names: str) -> bool:
        """Whether a packet that has these interfaces (an interface, and the VRF that it is in) passes the test."""
        return any(_is_named(each, name) for each in self.names for name in names) != self.negated

    def __str__(self) -> str:
        return ("not " if self.negated else "") + ", ".join(self.names)


def _is_named(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


@dataclass(frozen=True, slots=True)
class MarkTest:
    """The packet's mark under ``mask`` must be ``value`` (``negated``: must not be). A packet comes with mark 0."""

    value: int
    mask: int = 0xFFFFFFFF
    negated: bool = False

    def holds(self, mark: int) -> bool:
        """Whether a packet with this mark passes the test."""
        return (mark & self.mask == self.value) != self.negated


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it asks of a packet, and what it does to one that matches.

    A packet matches where one of ``matches`` and every other test holds. One of ``perhaps`` may match besides: parts
    of the rule were not modelled, and ``doubts`` (never empty then) say which. So a rule of which nothing is
    understood has no ``matches``, ``perhaps=(Match(),)`` and the action Unclear.
    """

    matches: tuple[Match, ...]
    action: Action
    where: Span
    name: str = ""
    """How its writer would call it: ``term allow-public``, ``rule 4``."""
    perhaps: tuple[Match, ...] = ()
    doubts: tuple[Unmodelled, ...] = ()
    arriving: InterfaceTest | None = None
    leaving: InterfaceTest | None = None
    mark: MarkTest | None = None
    comment: str = ""
    """What its writer said of it."""
    hits: int | None = None
    """Packets that its own counter has counted, where the text tells."""
    uses: tuple[str, ...] = ()
    """Names of the definitions (sets, tokens, prefix lists) that it refers to."""

    def __post_init__(self) -> None:
        if bool(self.doubts) != (bool(self.perhaps) or isinstance(self.action, Unclear)):
            raise ValueError(f"{self.where}: a rule that may match, or may do anything, says why; no other does")


@dataclass(frozen=True, slots=True)
class Chain:
    """A list of rules in their order; ``default`` decides what no rule decides (None: the caller goes on).

    ``default`` is the implicit discard of a router's filter, the deny of a security group, a base chain's policy.
    """

    name: str
    rules: tuple[Rule, ...]
    where: Span
    default: Verdict | None = None

    def jumps(self) -> Iterator[str]:
        """The chains that it jumps to."""
        for rule in self.rules:
            if isinstance(rule.action, Jump):
                yield rule.action.chain


class HookPoint(StrEnum):
    """Where netfilter hands packets to chains, in the order of a packet's way (nft(8), iptables(8))."""

    INGRESS = "ingress"
    PREROUTING = "prerouting"
    INPUT = "input"
    FORWARD = "forward"
    OUTPUT = "output"
    POSTROUTING = "postrouting"
    EGRESS = "egress"


@dataclass(frozen=True, slots=True)
class Hook:
    """A chain hung into a host's packet path. Lower ``priority`` goes first; connection tracking stands at -200.

    A chain that accepts ends itself only: chains of later priority still judge the packet. Drop ends everything.
    ``translates`` marks chains of type nat, which see the first packet of a connection only. ``interfaces`` (ingress
    and egress) are those that it stands at; None means all.
    """

    chain: str
    at: HookPoint
    priority: int
    versions: frozenset[int] = frozenset({4, 6})
    translates: bool = False
    interfaces: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class FilterUse:
    """A chain that an interface applies to what comes in or goes out, for some IP versions.

    Chains of a router are stateless: they judge every packet by itself. Security groups remember connections: they
    begin with rules that admit replies, and ``tracks`` says that connection states mean something here.
    """

    chain: str
    where: Span
    versions: frozenset[int] = frozenset({4, 6})
    tracks: bool = False
