"""All texts of a device → its chains where Linux hangs them in, and its sets as definitions."""

from collections.abc import Iterable, Iterator, Sequence

from isthmus.diagnostics import Diagnostic, Span
from isthmus.formats.format import Lowered
from isthmus.formats.iptables.codes import NO_VERSION, OTHER_VERSION_MISSING, TABLE_TWICE
from isthmus.formats.iptables.connection_marks import ConnectionMarks
from isthmus.formats.iptables.ipset import IpSet
from isthmus.formats.iptables.parse import RulesText, SetsText, Table
from isthmus.formats.iptables.rules import FAMILIES, Writer
from isthmus.formats.iptables.sets import read_sets
from isthmus.formats.iptables.tables import BUILT_IN, TableDraft, draft
from isthmus.formats.iptables.words import Line
from isthmus.network import Chain, Coverage, Device, Hook, HookPoint, Rule, Unclear, Unmodelled
from isthmus.packetset import Match

_VERSIONS = {4: frozenset({4}), 6: frozenset({6}), None: frozenset({4, 6})}
_TOOLS = {4: "iptables-save", 6: "ip6tables-save"}


def lower(device: str, texts: Sequence[RulesText | SetsText]) -> Lowered:
    """The device with a chain for each chain of its tables."""
    if not texts:
        return Lowered()
    sets = read_sets([each for each in texts if isinstance(each, SetsText)])
    problems, unmodelled = sets.problems, sets.unmodelled
    tables = list(_once([each for each in texts if isinstance(each, RulesText)], problems, unmodelled))
    _changing((line for table in tables for line in table.lines), sets.found)
    drafts = [draft(each, sets.found) for each in tables]
    marks = ConnectionMarks(reading for each in drafts for chain in each.chains.values() for reading in chain.readings)
    chains: dict[str, Chain] = {}
    hooks: list[Hook] = []
    for each in drafts:
        writer = Writer(each, marks)
        chains |= writer.chains()
        hooks += _hooks(each, writer)
        problems += [*each.problems, *writer.problems]
        unmodelled += [*each.unmodelled, *writer.unmodelled]
    _missing(device, tables, chains, hooks, problems)
    strays = [Unmodelled(line.where, f"`{line.text.strip()[:80]}`") for text in texts for line in text.strays]
    statements = sets.statements + len(strays) + sum(len(each.lines) + 1 for each in tables)
    part = Device(
        device,
        Span(texts[0].name),
        chains=chains,
        hooks=tuple(hooks),
        definitions=sets.definitions(),
        coverage=Coverage(statements, tuple(dict.fromkeys((*strays, *unmodelled)))),
        doubts=tuple(strays),
        reads_host=any(each.name == "filter" for each in tables),
    )
    return Lowered((part,), tuple(problems))


def _once(texts: Iterable[RulesText], problems: list[Diagnostic], unmodelled: list[Unmodelled]) -> Iterator[Table]:
    """Each table of each IP version once."""
    seen: dict[tuple[str, int | None], Table] = {}
    for table in (table for text in texts for table in text.tables):
        before = seen.setdefault((table.name, table.version), table)
        if before is table:
            yield table
            continue
        message = f"table `{table.name}` stands here and at {before.where}"
        problems.append(Diagnostic(TABLE_TWICE, message, table.where, "keep the newer one"))
        unmodelled.append(Unmodelled(table.where, f"the second table `{table.name}`"))
        unmodelled += [Unmodelled(line.where, f"`{line.text.strip()[:80]}`") for line in table.lines]
    for where in dict.fromkeys(each.where.file for each in seen.values() if each.version is None):
        message = "it cannot be told whether these rules are for IPv4 or IPv6"
        problems.append(Diagnostic(NO_VERSION, message, Span(where), "name the file after the tool that wrote it"))


def _changing(lines: Iterable[Line], sets: dict[str, IpSet]) -> None:
    """Sets that rules add to or take from hold what nobody knows."""
    for line in lines:
        if "SET" in line.words:
            for option, name in zip(line.words, line.words[1:], strict=False):
                if option in ("--add-set", "--del-set") and name in sets:
                    sets[name].is_changing = True


def _hooks(made: TableDraft, writer: Writer) -> Iterator[Hook]:
    table = made.table
    for chain in made.chains.values():
        if chain.point is not None:
            priority = BUILT_IN[table.name][chain.name]
            name = writer.named(chain.name)
            yield Hook(name, chain.point, priority, _VERSIONS[table.version], table.name == "nat")


def _missing(
    device: str, tables: Sequence[Table], chains: dict[str, Chain], hooks: list[Hook], problems: list[Diagnostic]
) -> None:
    """Where one IP version was not read, what the device does to its packets is not known."""
    versions = {each.version for each in tables}
    if len(versions) != 1 or None in versions:
        return
    missing = 6 if 4 in versions else 4
    where = Span(tables[0].where.file)
    what = f"the IPv{missing} rules: no text of `{_TOOLS[missing]}` is there"
    message = f"`{device}` has no text of `{_TOOLS[missing]}`"
    problems.append(Diagnostic(OTHER_VERSION_MISSING, message, where, "add it, also where it is almost empty"))
    doubt = Unmodelled(where, what)
    rule = Rule((), Unclear(), where, "not read", (Match(version=missing),), (doubt,))
    for point in (HookPoint.INPUT, HookPoint.FORWARD, HookPoint.OUTPUT):
        name = f"{FAMILIES[missing]} filter {point.name} (not read)"
        chains[name] = Chain(name, (rule,), where)
        hooks.append(Hook(name, point, 0, _VERSIONS[missing]))
