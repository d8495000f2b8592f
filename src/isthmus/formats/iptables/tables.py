"""The lines of a table → chains of rules that are read: what iptables-restore does with them, in their order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from isthmus.diagnostics import Diagnostic, Span, did_you_mean
from isthmus.formats.iptables.codes import BAD_VALUE, NO_CHAIN, NO_POLICY, NOT_A_LINE, NOT_FOLLOWED
from isthmus.formats.iptables.ipset import IpSet
from isthmus.formats.iptables.parse import Table
from isthmus.formats.iptables.reading import Reading, read_rule
from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.iptables.values import number
from isthmus.formats.iptables.words import Line
from isthmus.network import HookPoint, Unmodelled, Verdict

_HERE = {each.name: each for each in HookPoint}
_FIVE = ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING")

BUILT_IN: Mapping[str, Mapping[str, int]] = {
    "raw": {"PREROUTING": -300, "OUTPUT": -300},
    "mangle": dict.fromkeys(_FIVE, -150),
    "nat": {"PREROUTING": -100, "INPUT": 100, "OUTPUT": -100, "POSTROUTING": 100},
    "filter": dict.fromkeys(_FIVE[1:4], 0),
    "security": dict.fromkeys(_FIVE[1:4], 50),
}
"""The built-in chains of each table, and their priorities in the hooks of their names."""

_COUNTERS = re.compile(r"\[(\d{1,20}):\d{1,20}\]\Z", re.ASCII)
_POLICIES = {"ACCEPT": Verdict.ACCEPT, "DROP": Verdict.DROP}


@dataclass(slots=True)
class Draft:
    """A chain whose rules are read, and not put into the neutral shape yet."""

    name: str
    where: Span
    point: HookPoint | None = None
    policy: Verdict | None = None
    is_declared: bool = False
    readings: list[Reading] = field(default_factory=list)
    unclear: list[Unmodelled] = field(default_factory=list)
    """What may have changed the whole chain."""


@dataclass(slots=True)
class TableDraft:
    """A table's chains by name."""

    table: Table
    chains: dict[str, Draft] = field(default_factory=dict)
    unmodelled: list[Unmodelled] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)


def draft(table: Table, sets: Mapping[str, IpSet]) -> TableDraft:
    """Read every line of a table."""
    made = TableDraft(table)
    for line in table.lines:
        try:
            _Command(made, sets, line).follow()
        except RefusedError as error:
            made.problems.append(Diagnostic(NOT_A_LINE, str(error), line.where, error.help))
            made.unmodelled.append(Unmodelled(line.where, f"`{line.text.strip()[:80]}`"))
    for chain in made.chains.values():
        if chain.point is not None and chain.policy is None and not chain.is_declared:
            message = f"the policy of `{chain.name}` is not told"
            help_ = f"declare the chain: `:{chain.name} ACCEPT [0:0]`"
            made.problems.append(Diagnostic(NO_POLICY, message, chain.where, help_))
    return made


class _Command:
    """One line of a table, and what it does to the chains."""

    def __init__(self, made: TableDraft, sets: Mapping[str, IpSet], line: Line) -> None:
        self.made = made
        self.sets = sets
        self.line = line
        self.words = line.words
        counters = _COUNTERS.match(self.words[0]) if self.words[0].startswith("[") else None
        self.hits = int(counters[1]) if counters else None
        self.place = 1 if counters else 0

    def follow(self) -> None:
        verb = self.word("a command")
        if verb.startswith(":"):
            self.declare(verb[1:])
        elif verb in ("-A", "--append"):
            self.rules(self.word("a chain")).append(self.read())
        elif verb in ("-I", "--insert"):
            self.insert(self.rules(self.word("a chain")))
        elif verb in ("-N", "--new-chain", "--new"):
            self.chain(self.word("a chain"))
        elif verb in ("-P", "--policy"):
            self.policy(self.chain(self.word("a chain")), self.word("a policy"))
        elif verb in ("-F", "--flush"):
            self.flush()
        elif verb in ("-D", "--delete", "-R", "--replace", "-X", "--delete-chain", "-E", "--rename-chain"):
            self.not_followed()
        elif verb not in ("-Z", "--zero"):
            raise RefusedError(f"`{verb[:40]}` is no command", "a rule begins with `-A CHAIN`")

    def word(self, what: str) -> str:
        if self.place >= len(self.words):
            raise RefusedError(f"{what} is missing at the end of the line")
        self.place += 1
        return self.words[self.place - 1]

    def declare(self, name: str) -> None:
        if not name:
            raise RefusedError("a chain has a name", "write `:NAME - [0:0]`")
        chain = self.chain(name)
        chain.is_declared = True
        self.policy(chain, self.word("the policy of the chain"))

    def chain(self, name: str) -> Draft:
        if name not in self.made.chains:
            built_in = name in BUILT_IN[self.made.table.name]
            self.made.chains[name] = Draft(name, self.line.where, _HERE[name] if built_in else None)
        return self.made.chains[name]

    def policy(self, chain: Draft, word: str) -> None:
        if chain.point is None and word == "-":
            return
        if chain.point is None or word not in _POLICIES:
            known = did_you_mean(word, _POLICIES if chain.point else ["-"], what="policies")
            where = self.line.span(self.place - 1, self.place - 1)
            message = f"`{word[:40]}` is no policy of chain `{chain.name[:40]}`"
            self.made.problems.append(Diagnostic(BAD_VALUE, message, where, known))
            self.made.unmodelled.append(Unmodelled(where, message))
            return
        chain.policy = _POLICIES[word]

    def rules(self, name: str) -> list[Reading]:
        if name not in self.made.chains and name not in BUILT_IN[self.made.table.name]:
            message = f"chain `{name[:40]}` is not declared in table `{self.made.table.name}`"
            where = self.line.span(self.place - 1, self.place - 1)
            known = (*self.made.chains, *BUILT_IN[self.made.table.name])
            self.made.problems.append(Diagnostic(NO_CHAIN, message, where, did_you_mean(name, known, what="chains")))
        return self.chain(name).readings

    def insert(self, rules: list[Reading]) -> None:
        place = 1
        if self.place < len(self.words) and self.words[self.place].isdigit():
            place = number(self.word("a number"), 1 << 32)
        if not 1 <= place <= len(rules) + 1:
            raise RefusedError(f"there is no rule {place} yet", "count from 1")
        rules.insert(place - 1, self.read())

    def read(self) -> Reading:
        reading = read_rule(self.line, self.place, self.made.table.version, self.sets)
        reading.hits = self.hits
        return reading

    def flush(self) -> None:
        flushed = [self.chain(self.word("a chain"))] if self.place < len(self.words) else self.made.chains.values()
        for chain in flushed:
            chain.readings.clear()

    def not_followed(self) -> None:
        what = f"`{self.line.text.strip()[:80]}`"
        doubt = Unmodelled(self.line.where, what)
        self.made.unmodelled.append(doubt)
        names = self.words[self.place : self.place + 1]
        for chain in [self.chain(name) for name in names] or list(self.made.chains.values()):
            chain.unclear.append(doubt)
        help_ = "load the text on a device, and collect it again with `iptables-save`"
        self.made.problems.append(Diagnostic(NOT_FOLLOWED, f"{what} is not followed", self.line.where, help_))
