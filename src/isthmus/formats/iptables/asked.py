"""What a rule asks of a packet, gathered option by option; and what of it is sure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from isthmus.diagnostics import Code
from isthmus.formats.iptables.ipset import IpSet
from isthmus.formats.iptables.meet import is_nothing
from isthmus.formats.iptables.ways import UNKNOWN, Choice, Way, beyond, product
from isthmus.network import InterfaceTest, MarkTest, Unmodelled
from isthmus.packetset import Block, FlagTest, IcmpType, Interval, Match, State


@dataclass(slots=True)
class Asked:
    """The tests of one rule so far. None asks nothing, an empty tuple lets nothing through, as in Match."""

    version: int | None
    source: tuple[Block, ...] | None = None
    destination: tuple[Block, ...] | None = None
    protocols: tuple[Interval, ...] | None = None
    source_ports: tuple[Interval, ...] | None = None
    destination_ports: tuple[Interval, ...] | None = None
    icmp: tuple[IcmpType, ...] | None = None
    flags: tuple[FlagTest, ...] | None = None
    states: tuple[State, ...] | None = None
    arriving: InterfaceTest | None = None
    leaving: InterfaceTest | None = None
    mark: MarkTest | None = None
    choices: list[Choice] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)
    comment: str = ""
    is_skipped: bool = False
    """The rule is for the other IP version; iptables passes over it."""
    sets: Mapping[str, IpSet] = field(default_factory=dict)
    """The sets of the device."""
    doubts: list[Unmodelled] = field(default_factory=list)
    """What was not modelled elsewhere, and matters here."""
    remarks: list[tuple[Code, str, str]] = field(default_factory=list)
    """What the rule's writer should know: a code, a message, help."""

    def remark(self, code: Code, message: str, help_: str) -> None:
        """Tell the writer of the rule something about the option that is being read."""
        self.remarks.append((code, message, help_))

    def unknown(self) -> None:
        """One more test of which nothing is known."""
        self.choices.append(UNKNOWN)

    def is_protocol(self, numbers: Iterable[int]) -> bool:
        """Whether the rule asks for one of these protocols."""
        wanted = frozenset(numbers)
        return self.protocols is not None and all(
            number in wanted for each in self.protocols for number in range(each.first, each.last + 1)
        )

    def ways(self) -> Choice:
        """All tests together. Raises TooIntricateError."""
        first = Way(
            Match(
                self.source, self.destination, self.protocols, self.source_ports, self.destination_ports,
                self.icmp, self.flags, self.states, self.version,
            ),
            self.arriving,
            self.leaving,
        )  # fmt: skip
        sure: tuple[Way, ...] = () if is_nothing(first.match) else (first,)
        if not self.choices:
            return Choice(sure)
        possible = sure
        is_sure = not any(each.maybe for each in self.choices)
        for each in self.choices:
            sure = product(sure, each.sure)
            possible = sure if is_sure else product(possible, each.sure + each.maybe)
        return Choice(sure, () if is_sure else beyond(possible, sure))
