"""The labels of a compiled policy in the languages of other tools, so that they name networks as the audit does.

Each is a pure function from a policy to text. Labels are written as disjoint prefixes, so that a tool's own way of
choosing between nested ones does not matter. What no declared network covers is `internet` and is not listed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.exports import clickhouse, nfdump, pmacct, silk


@dataclass(frozen=True, slots=True)
class Export:
    """One way to write labels."""

    name: str
    title: str
    suffix: str
    """What its files are called."""
    write: Callable[[CompiledPolicy], str]


EXPORTS: Mapping[str, Export] = MappingProxyType(
    {
        each.name: each
        for each in (
            Export("clickhouse", "ClickHouse dictionary and view, for Akvorado's tables", ".sql", clickhouse.write),
            Export("nfdump", "nfdump filter: what crosses between realms", ".filter", nfdump.write),
            Export("pmacct", "networks_file of pmacct", ".networks", pmacct.write),
            Export("silk", "prefix map of SiLK (rwpmapbuild), IPv4", ".pmap.txt", silk.write),
            Export("silk-v6", "prefix map of SiLK (rwpmapbuild), IPv6", ".pmap.txt", silk.write_v6),
        )
    }
)
"""Every export, by name."""
