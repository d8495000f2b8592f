"""Definitions that no rule uses, and definitions of one name that differ between devices."""

from collections.abc import Iterator

from isthmus.diagnostics import Code, Diagnostic, Severity
from isthmus.network import Definition, Device, Rule, Unclear
from isthmus.packetset import Match
from isthmus.prove.prover import Prover
from isthmus.prove.siblings import families

UNUSED = Code(
    "PRV006",
    Severity.WARNING,
    "definitions are used by no rule",
    "No rule of the device refers to them, by themselves or inside others. They are what is left of rules that are "
    "gone, or of rules that were never written: one site's addresses that never entered a filter. A definition whose "
    "siblings (names that differ in one label) are used is told by itself, as the likeliest to be missing somewhere.",
)
DIFFERENT = Code(
    "PRV007",
    Severity.WARNING,
    "two devices define one name differently",
    "Filters that look the same do not do the same, because a name that they use stands for different things. Give "
    "both devices the same definition, or two names.",
)
CODES = (UNUSED, DIFFERENT)


def find(prover: Prover) -> Iterator[Diagnostic]:
    """One remark for each file with unused definitions, one for each with siblings that are used or that differs."""
    for device in prover.network.devices.values():
        yield from _unused(device)
    yield from _different(prover)


def _unused(device: Device) -> Iterator[Diagnostic]:
    """What no rule uses; nothing is told where rules are missing, which might."""
    if any(isinstance(rule.action, Unclear) and Match() in rule.perhaps for rule in _rules(device)):
        return
    used = {name for rule in _rules(device) for name in rule.uses}
    waiting = list(used)
    while waiting:
        definition = device.definitions.get(waiting.pop())
        inner = set(definition.uses) - used if definition else set()
        used |= inner
        waiting += inner
    left_out = dict(_left_out(device, used))
    for name, siblings in left_out.items():
        message = f"no rule of {device.name} uses `{name}`, and {siblings} are used"
        yield Diagnostic(
            UNUSED, message, device.definitions[name].where, "write the rule that is missing, or remove it"
        )
    by_file: dict[str, list[Definition]] = {}
    for name, definition in device.definitions.items():
        if name not in used and name not in left_out:
            by_file.setdefault(definition.where.file, []).append(definition)
    for definitions in by_file.values():
        names = ", ".join(f"`{each.name}`" for each in definitions[:12])
        more = f" and {len(definitions) - 12} more" if len(definitions) > 12 else ""
        message = f"no rule of {device.name} uses {names}{more}"
        yield Diagnostic(UNUSED, message, definitions[0].where, "remove them, or write the rule that is missing")


def _rules(device: Device) -> Iterator[Rule]:
    return (rule for chain in device.chains.values() for rule in chain.rules)


def _left_out(device: Device, used: set[str]) -> Iterator[tuple[str, str]]:
    """The unused definitions most of whose siblings are used, with those."""
    for family, members in families(device.definitions).items():
        inside = [name for name in members if name in used]
        outside = [name for name in members if name not in used]
        if len(inside) > len(outside):
            yield from ((name, f"{len(inside)} of `{family}`") for name in outside)


def _different(prover: Prover) -> Iterator[Diagnostic]:
    known: dict[tuple[str, str], tuple[Device, Definition]] = {}
    for device in prover.network.devices.values():
        for definition in device.definitions.values():
            first = known.setdefault((definition.kind, definition.name), (device, definition))
            if _means(first[1]) != _means(definition):
                message = f"`{definition.name}` of {device.name} is not what it is on {first[0].name}"
                yield Diagnostic(DIFFERENT, message, definition.where, f"see {first[1].where}")


def _means(definition: Definition) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(map(str, definition.blocks)), frozenset(map(str, definition.ports))
