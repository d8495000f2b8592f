"""Rules that are read → rules of the neutral model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from isthmus.diagnostics import Code, Diagnostic, did_you_mean
from isthmus.formats.iptables.asked import Asked
from isthmus.formats.iptables.codes import BAD_VALUE, CIRCLE, UNKNOWN_OPTION, UNKNOWN_TARGET
from isthmus.formats.iptables.connection_marks import ConnectionMarks
from isthmus.formats.iptables.graph import Graph
from isthmus.formats.iptables.reading import Given, Reading
from isthmus.formats.iptables.refused import RefusedError, TooIntricateError
from isthmus.formats.iptables.tables import BUILT_IN, Draft, TableDraft
from isthmus.formats.iptables.targets import TARGETS, UNMODELLED
from isthmus.formats.iptables.targets.outcome import Outcome, Setting, unclear
from isthmus.formats.iptables.ways import ANYTHING, Choice, Way
from isthmus.network import Chain, Continue, InterfaceTest, Jump, Rule, Unclear, Unmodelled, Verdict
from isthmus.packetset import Match

GOES_ON = Outcome((Continue(),))

FAMILIES = {4: "ip", 6: "ip6", None: "ip/ip6"}
"""How a table's IP version is called in the names of its chains."""


@dataclass(slots=True)
class Writer:
    """Writes the chains of one table."""

    made: TableDraft
    marks: ConnectionMarks
    graph: Graph = field(init=False)
    problems: list[Diagnostic] = field(default_factory=list)
    unmodelled: list[Unmodelled] = field(default_factory=list)

    def __post_init__(self) -> None:
        jumps = {
            name: [each.target.name for each in chain.readings if each.target is not None]
            for name, chain in self.made.chains.items()
        }
        starts = {name: chain.point for name, chain in self.made.chains.items() if chain.point is not None}
        self.graph = Graph(jumps, starts)

    def chains(self) -> dict[str, Chain]:
        """Every chain of the table, by its name in the device."""
        return {self.named(each.name): self.chain(each) for each in self.made.chains.values()}

    def named(self, chain: str) -> str:
        """``ip filter INPUT``."""
        table = self.made.table
        return f"{FAMILIES[table.version]} {table.name} {chain}"

    def chain(self, chain: Draft) -> Chain:
        """One chain, with what is not known of it as a whole at its head, and its policy if that is not told."""
        version = self.made.table.version
        rules = []
        if version is None and chain.point is not None:
            doubt = Unmodelled(self.made.table.where, "whether the table is for IPv4 or IPv6")
            self.unmodelled.append(doubt)
            rules.append(_perhaps(chain, version, Verdict.ACCEPT, "whole table", doubt))
        if chain.unclear:
            rules.append(_perhaps(chain, version, Unclear(), "whole chain", *chain.unclear))
        for number, reading in enumerate(chain.readings, 1):
            rules += self.rule(reading, chain, number)
        if chain.point is not None and chain.policy is None:
            doubt = Unmodelled(chain.where, f"the policy of chain `{chain.name}`")
            self.unmodelled.append(doubt)
            rules.append(_perhaps(chain, version, Verdict.DROP, "policy", doubt))
        default = None if chain.point is None else chain.policy or Verdict.ACCEPT
        return Chain(self.named(chain.name), tuple(rules), chain.where, default)

    def rule(self, reading: Reading, chain: Draft, number: int) -> Iterator[Rule]:
        """The rules that one line stands for: one, or one for each pair of interfaces or action."""
        self.problems += reading.problems
        if reading.asked.is_skipped:
            return
        outcome = self.outcome(reading, chain)
        choice, intricate = _ways(reading.asked)
        doubts = [*reading.doubts, *reading.asked.doubts]
        if intricate:
            doubts.append(Unmodelled(reading.line.where, intricate))
        if outcome.doubt:
            assert reading.target is not None
            doubts.append(Unmodelled(reading.line.span(reading.target.first, reading.target.last), outcome.doubt))
            if not isinstance(outcome.actions[0], Unclear):
                choice = Choice((), choice.sure + choice.maybe)
        if not choice.maybe and not isinstance(outcome.actions[0], Unclear):
            doubts = []
        self.unmodelled += doubts
        for (arriving, leaving), (sure, maybe) in _by_interfaces(choice).items():
            for action in outcome.actions:
                yield Rule(
                    tuple(sure), action, reading.line.where, f"rule {number}", tuple(maybe),
                    tuple(doubts) if maybe or isinstance(action, Unclear) else (), arriving, leaving,
                    reading.asked.mark, reading.asked.comment, reading.hits, tuple(reading.asked.uses),
                )  # fmt: skip

    def outcome(self, reading: Reading, chain: Draft) -> Outcome:
        """What the rule does with packets that match."""
        target = reading.target
        if reading.is_broken:
            return Outcome((Unclear(writes=True),))
        if target is None:
            return GOES_ON
        if target.name in self.made.chains and target.name not in BUILT_IN[self.made.table.name]:
            return self.jump(reading, target, chain)
        known = TARGETS.get(target.name)
        if known is None or target.is_goto:
            if target.name not in UNMODELLED:
                self.unknown_target(reading, target)
            return unclear(f"`{reading.line.quoted(target.first, target.last)}`")
        strange = [each for each in target.options if each not in known.options]
        if strange:
            help_ = did_you_mean(strange[0], known.options, what="options")
            message = f"option `{strange[0][:40]}` of target `{target.name}` is not known"
            self.told(UNKNOWN_OPTION, message, help_, reading, target)
            return unclear(f"`{reading.line.quoted(target.first, target.last)}`")
        options = {name: " ".join(words) for name, words in target.options.items()}
        try:
            if known.table and known.table != self.made.table.name:
                raise RefusedError(f"`{target.name}` stands in table `{known.table}` alone")
            setting = Setting(reading.asked, self.graph.points(chain.name), self.marks.restored)
            return known.does(options, setting)
        except RefusedError as error:
            self.told(BAD_VALUE, str(error), error.help, reading, target)
            return unclear(f"`{reading.line.quoted(target.first, target.last)}`")

    def jump(self, reading: Reading, target: Given, chain: Draft) -> Outcome:
        """A jump to a chain of the table; one that comes round again does nobody knows what."""
        if self.graph.closes(chain.name, target.name):
            message = f"chain `{target.name[:40]}` jumps back to chain `{chain.name[:40]}`"
            self.told(CIRCLE, message, "remove one of the jumps", reading, target)
            return unclear("a jump in a circle")
        if target.options:
            self.told(UNKNOWN_OPTION, f"a jump to chain `{target.name[:40]}` has no options", "", reading, target)
            return unclear(f"`{reading.line.quoted(target.first, target.last)}`")
        return Outcome((Jump(self.named(target.name), not target.is_goto),))

    def unknown_target(self, reading: Reading, target: Given) -> None:
        """Say that there is no such target."""
        known = (*TARGETS, *UNMODELLED, *self.made.chains)
        if target.is_goto and target.name in TARGETS:
            self.told(
                UNKNOWN_TARGET, f"`-g {target.name}` goes to no chain", f"write `-j {target.name}`", reading, target
            )
            return
        message = f"`{target.name[:40]}` is neither a chain of table `{self.made.table.name}` nor a known target"
        self.told(UNKNOWN_TARGET, message, did_you_mean(target.name, known, what="targets"), reading, target)

    def told(self, code: Code, message: str, help_: str, reading: Reading, target: Given) -> None:
        """Say something about a target."""
        self.problems.append(Diagnostic(code, message, reading.line.span(target.first, target.last), help_))


def _perhaps(chain: Draft, version: int | None, action: Verdict | Unclear, name: str, *doubts: Unmodelled) -> Rule:
    return Rule((), action, chain.where, name, (Match(version=version),), doubts)


def _ways(asked: Asked) -> tuple[Choice, str]:
    """The ways to pass the rule's tests; where they are too many, the reason, and any packet perhaps."""
    try:
        return asked.ways(), ""
    except TooIntricateError as error:
        asked.choices = [Choice((), ANYTHING)]
        return asked.ways(), str(error)


_Pair = tuple[InterfaceTest | None, InterfaceTest | None]
_NO_WAY: Mapping[_Pair, tuple[list[Match], list[Match]]] = {(None, None): ([], [])}


def _by_interfaces(choice: Choice) -> Mapping[_Pair, tuple[list[Match], list[Match]]]:
    """The matches for each pair of tests of interfaces."""
    found: dict[_Pair, tuple[list[Match], list[Match]]] = {}
    for place, ways in enumerate((choice.sure, choice.maybe)):
        for way in ways:
            found.setdefault(_pair(way), ([], []))[place].append(way.match)
    return found or _NO_WAY


def _pair(way: Way) -> _Pair:
    return way.arriving, way.leaving
