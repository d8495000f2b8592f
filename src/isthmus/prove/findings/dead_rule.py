"""Rules that decide nothing: earlier ones take every packet that they ask for, or no packet can match them."""

from collections.abc import Iterator

from isthmus.diagnostics import Code, Diagnostic, Severity
from isthmus.network import Continue, Device, Return, Rule
from isthmus.prove.lists import Place
from isthmus.prove.lists.dead import DeadRule, dead_rules
from isthmus.prove.prover import Prover
from isthmus.prove.reach.direction import Direction

SHADOWED = Code(
    "PRV013",
    Severity.WARNING,
    "a rule is dead",
    "Earlier rules take every packet that the rule asks for, one of them alone or several only together, so that it "
    "decides nothing. If the earlier ones do something else, its writer believes in an effect that is not there.",
)
UNMATCHABLE = Code(
    "PRV014",
    Severity.WARNING,
    "no packet can match a rule",
    "The rule asks for several things that no packet has at once: two ports, an address of one IP version and a "
    "protocol of the other. It decides nothing.",
)
CODES = (SHADOWED, UNMATCHABLE)


def find(prover: Prover) -> Iterator[Diagnostic]:
    """Every dead rule of every chain that packets come to; of a chain that several interfaces share, once."""
    for device in prover.network.devices.values():
        filters = prover.reach.compiled(device.name, Direction.THERE).filters
        for name in sorted(_in_use(device)):
            for dead in dead_rules(filters.ruleset(name), name).found:
                if not isinstance(dead.rule.action, Continue | Return) and not _is_switched_off(device, dead.rule):
                    yield _told(device, dead)


def _is_switched_off(device: Device, rule: Rule) -> bool:
    """Whether the rule waits for a set that is empty now."""
    sets = [device.definitions[name] for name in rule.uses if name in device.definitions]
    return any(not (each.blocks or each.ports or each.uses or each.doubts) for each in sets)


def _in_use(device: Device) -> set[str]:
    """The ordered lists that something leads to, directly or by jumps; rules of security groups have no order."""
    found = {hook.chain for hook in device.hooks}
    for interface in device.interfaces.values():
        found |= {use.chain for use in (*interface.filters_in, *interface.filters_out) if not use.tracks}
    waiting = list(found)
    while waiting:
        jumps = set(device.chains[waiting.pop()].jumps()) & device.chains.keys() - found
        found |= jumps
        waiting += jumps
    return found


def _told(device: Device, dead: DeadRule) -> Diagnostic:
    name = dead.rule.name or "the rule"
    if dead.is_unmatchable:
        message = f"no packet can match {name} of `{dead.place.chain}` on {device.name}"
        return Diagnostic(UNMATCHABLE, message, dead.rule.where, "remove it, or correct what it asks for")
    covering = " and ".join(_named(_rule(device, each)) for each in dead.covered_by)
    covering += " takes its packets" if len(dead.covered_by) == 1 else " take its packets"
    against = f"; {_named(_rule(device, dead.against))} does something else" if dead.against else ""
    message = f"{name} of `{dead.place.chain}` on {device.name} decides nothing: {covering}{against}"
    return Diagnostic(SHADOWED, message, dead.rule.where, "remove it, or move it up")


def _rule(device: Device, place: Place) -> Rule:
    return device.chains[place.chain].rules[place.index]


def _named(rule: Rule) -> str:
    return f"{rule.name or 'the rule'} ({rule.where})"
