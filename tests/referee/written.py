"""A ruleset as parts that can be taken away one by one, and its text: a rule a line, each with a label of its own."""

from dataclasses import dataclass, field, replace
from typing import TypeVar

from tests.referee.stage import GROUP

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """A rule: tests, then what it does. ``is_told``: whether its matching can be logged just before it acts."""

    tests: tuple[str, ...]
    does: str
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain; ``hook`` is the line that hangs it up, empty for one that is jumped to."""

    name: str
    hook: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A named set or map: how its declaration begins, and its elements."""

    name: str
    kind: str
    head: str
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one family."""

    family: str
    name: str
    sets: tuple[Named, ...]
    chains: tuple[Chain, ...]


@dataclass(frozen=True, slots=True)
class Ruleset:
    """What one case loads."""

    tables: tuple[Table, ...]
    translates: bool = False
    tracks: bool = False
    """Whether anything of it looks at connections."""


@dataclass(slots=True)
class Text:
    """A ruleset as nft reads it, and which label each line of it carries."""

    lines: list[str] = field(default_factory=list)
    labels: dict[int, str] = field(default_factory=dict)
    """By line number, counted from 1."""

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines) + "\n"

    def add(self, line: str, label: str = "") -> None:
        """One more line."""
        self.lines.append(line)
        if label:
            self.labels[len(self.lines)] = label


def text_of(ruleset: Ruleset, *, logs: bool) -> Text:
    """The text of a ruleset; with ``logs`` each rule tells when it matches."""
    text = Text()
    for table in ruleset.tables:
        text.add(f"table {table.family} {table.name} {{")
        for each in table.sets:
            text.add(f" {each.kind} {each.name} {{")
            text.add(f"  {each.head}")
            if each.elements:
                text.add(f"  elements = {{ {', '.join(each.elements)} }}")
            text.add(" }")
        for chain in table.chains:
            text.add(f" chain {chain.name} {{")
            if chain.hook:
                text.add(f"  {chain.hook}")
            for line in chain.lines:
                _add(text, line, logs=logs)
            text.add(" }")
        text.add("}")
    return text


def _add(text: Text, line: Line, *, logs: bool) -> None:
    label = f"r{len(text.lines) + 1}" if line.is_told else ""
    told = [f'log prefix "{label}" group {GROUP}'] if logs and label else []
    text.add("  " + " ".join([*line.tests, *told, line.does]), label)


def without(ruleset: Ruleset, path: tuple[int, ...]) -> Ruleset:
    """The ruleset without one part; see `parts`."""
    kind, table_at, *rest = path
    table = ruleset.tables[table_at]
    if kind == TABLE:
        return replace(ruleset, tables=_cut(ruleset.tables, table_at))
    at, *rest = rest
    if kind == CHAIN:
        table = replace(table, chains=_cut(table.chains, at))
    elif kind == SET:
        table = replace(table, sets=_cut(table.sets, at))
    elif kind == ELEMENT:
        named = replace(table.sets[at], elements=_cut(table.sets[at].elements, rest[0]))
        table = replace(table, sets=_put(table.sets, at, named))
    else:
        chain = table.chains[at]
        if kind == LINE:
            lines = _cut(chain.lines, rest[0])
        else:
            line = chain.lines[rest[0]]
            lines = _put(chain.lines, rest[0], replace(line, tests=_cut(line.tests, rest[1])))
        table = replace(table, chains=_put(table.chains, at, replace(chain, lines=lines)))
    return replace(ruleset, tables=_put(ruleset.tables, table_at, table))


TABLE, CHAIN, SET, LINE, TEST, ELEMENT = range(6)


def parts(ruleset: Ruleset) -> list[tuple[int, ...]]:
    """Everything that could be taken away, large parts first, and of each kind the last one first."""
    found: list[tuple[int, ...]] = []
    for one, table in enumerate(ruleset.tables):
        found.append((TABLE, one))
        found += [(SET, one, at) for at in range(len(table.sets))]
        found += [(ELEMENT, one, at, each) for at, held in enumerate(table.sets) for each in range(len(held.elements))]
        for at, chain in enumerate(table.chains):
            found.append((CHAIN, one, at))
            for each, line in enumerate(chain.lines):
                found.append((LINE, one, at, each))
                found += [(TEST, one, at, each, test) for test in range(len(line.tests))]
    return sorted(found, key=lambda path: (path[0], tuple(-each for each in path[1:])))


def _cut(every: tuple[T, ...], at: int) -> tuple[T, ...]:
    return every[:at] + every[at + 1 :]


def _put(every: tuple[T, ...], at: int, one: T) -> tuple[T, ...]:
    return (*every[:at], one, *every[at + 1 :])
