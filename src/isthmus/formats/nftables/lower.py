"""Trees of a device's files → the device: its chains, where they stand, its definitions, and what is not modelled."""

from collections.abc import Sequence

from isthmus.diagnostics import Diagnostic, Span
from isthmus.formats.format import Lowered
from isthmus.formats.nftables import definitions
from isthmus.formats.nftables.body import Table
from isthmus.formats.nftables.codes import BAD_CHAIN, FRAMES, NO_IP_PACKETS
from isthmus.formats.nftables.conditions import Conditions
from isthmus.formats.nftables.hooks import hook_of, policy_of, standing, where_of
from isthmus.formats.nftables.members import Names
from isthmus.formats.nftables.rules import rules_of
from isthmus.formats.nftables.ruleset import Ruleset
from isthmus.formats.nftables.script import Tree
from isthmus.formats.nftables.state import ChainState, TableState, full_name
from isthmus.formats.nftables.tree import Decision, Rule, SetChange, Strange
from isthmus.network import (
    Chain,
    Continue,
    Coverage,
    Definition,
    Device,
    DeviceKind,
    Hook,
    HookPoint,
    Jump,
    Unmodelled,
    Verdict,
)
from isthmus.network import Rule as NetworkRule
from isthmus.packetset import Match


def lower(device: str, trees: Sequence[Tree]) -> Lowered:
    """The device with everything that its files make together."""
    if not trees:
        return Lowered()
    ruleset = Ruleset.of(trees)
    made = _Device(ruleset)
    for table in ruleset.tables.values():
        made.table(table)
    for name, defined in ruleset.variables.items():
        found = definitions.of_variable(name, defined)
        made.definitions[found.name] = found
    part = Device(
        device, Span(trees[0].source.file), DeviceKind.LINUX, chains=made.chains, hooks=standing(made.hooks),
        definitions=made.definitions, coverage=Coverage(ruleset.statements, made.unmodelled()),
        doubts=tuple(dict.fromkeys(ruleset.doubts)), reads_host=any(each.at is HookPoint.INPUT for each in made.hooks),
    )  # fmt: skip
    return Lowered((part,), tuple(sorted(ruleset.diagnostics, key=Diagnostic.sort_key)))


class _Device:
    """Gathers what the tables make."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.chains: dict[str, Chain] = {}
        self.hooks: list[Hook] = []
        self.definitions: dict[str, Definition] = {}

    def unmodelled(self) -> tuple[Unmodelled, ...]:
        """What is not modelled, each once, in the order of the text."""
        found = [
            doubt
            for chain in self.chains.values()
            for rule in chain.rules
            if rule.doubts and not isinstance(rule.action, Continue)
            for doubt in rule.doubts
        ]
        return tuple(sorted(dict.fromkeys([*self.ruleset.unmodelled, *found])))

    def table(self, table: TableState) -> None:
        """One table."""
        if table.family == "arp":
            message = f"table `arp {table.name}` sees ARP messages only"
            self.ruleset.diagnostics.append(Diagnostic(NO_IP_PACKETS, message, table.where))
            return
        if table.family == "bridge":
            self.bridge(table)
            return
        names = Names(table)
        names.changed_by_rules |= {
            statement.name
            for chain in table.chains.values()
            for placed in chain.rules
            for statement in placed.rule.statements
            if isinstance(statement, SetChange)
        }
        conditions = Conditions(table.family, names)
        work = Table(f"{table.family} {table.name}", conditions)
        for chain in table.chains.values():
            self.chain(chain, work, table)
        for each in table.sets.values():
            self.definitions[full_name(each.target)] = definitions.of_set(each, names)
        self.chains |= work.chains
        self.ruleset.unmodelled += work.unmodelled
        self.ruleset.diagnostics += [*names.diagnostics, *conditions.diagnostics, *work.diagnostics]

    def chain(self, state: ChainState, work: Table, table: TableState) -> None:
        """One chain, with its hook where it has one."""
        policy = policy_of(state)
        if isinstance(policy, Unmodelled):
            self.doubt(policy)
            self.ruleset.diagnostics.append(Diagnostic(BAD_CHAIN, "the policy is not known", policy.where))
            policy = None
        rules = rules_of(work, state.name, state.rules)
        self.chains[state.name] = Chain(state.name, rules, state.where, policy)
        if not state.spec.hook or table.is_dormant:
            return
        hook = hook_of(state)
        if isinstance(hook, Diagnostic):
            self.ruleset.diagnostics.append(hook)
            self.doubt(Unmodelled(hook.where, f"chain `{state.target.name}`: {hook.message}"))
            return
        at_a_device = hook.at in (HookPoint.INGRESS, HookPoint.EGRESS)
        if at_a_device and hook.interfaces is None:
            hook = self.somewhere(state, hook)
        self.hooks.append(hook)

    def somewhere(self, state: ChainState, hook: Hook) -> Hook:
        """A chain at devices that the text does not tell (`nft -j` leaves several out): at each one, perhaps."""
        where = where_of(state)
        name = f"{state.name} at its devices"
        doubt = Unmodelled(where, f"chain `{state.target.name}`: its devices are not told")
        rule = NetworkRule((), Jump(state.name), where, "rule 1", (Match(),), (doubt,))
        self.chains[name] = Chain(name, (rule,), state.where, Verdict.ACCEPT)
        return Hook(name, hook.at, hook.priority, hook.versions)

    def doubt(self, doubt: Unmodelled) -> None:
        """Something that may change what happens to any packet."""
        self.ruleset.unmodelled.append(doubt)
        self.ruleset.doubts.append(doubt)

    def bridge(self, table: TableState) -> None:
        """A table of frames: passed over where it lets all of them pass."""
        if all(_lets_pass(chain) for chain in table.chains.values()):
            return
        message = f"table `bridge {table.name}` may refuse frames"
        self.ruleset.diagnostics.append(Diagnostic(FRAMES, message, table.where))
        self.doubt(Unmodelled(table.where, f"table `bridge {table.name}`"))


def _lets_pass(chain: ChainState) -> bool:
    """Whether a chain has no rule that refuses or changes anything."""
    if policy_of(chain) not in (None, Verdict.ACCEPT):
        return False
    return all(_is_harmless(placed.rule) for placed in chain.rules)


_HARMLESS = ("Test", "Count", "Note", "Maybe")


def _is_harmless(rule: Rule) -> bool:
    return all(
        type(each).__name__ in _HARMLESS
        or (isinstance(each, Decision) and each.verdict in ("accept", "continue", "return", "jump", "goto"))
        for each in rule.statements
        if not isinstance(each, Strange)
    ) and not any(isinstance(each, Strange) for each in rule.statements)
