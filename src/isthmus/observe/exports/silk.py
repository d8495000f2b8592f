"""SiLK: labels as the text that ``rwpmapbuild`` makes a prefix map of; one holds addresses of one IP version.

``rwuniq --pmap-file=networks.pmap --fields=src-networks,dst-networks`` then counts by network. Source: the manual of
rwpmapbuild.
"""

import re

from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.exports.labels import labels_of

_NOT_A_LABEL = re.compile(r"[\s,|#]+")
"""What delimits a label in SiLK's languages."""


def write(compiled: CompiledPolicy) -> str:
    """The map of IPv4."""
    return _map(compiled, 4)


def write_v6(compiled: CompiledPolicy) -> str:
    """The map of IPv6."""
    return _map(compiled, 6)


def _map(compiled: CompiledPolicy, version: int) -> str:
    names = [_label(name) for name in compiled.names.zones]
    lines = [
        f"# networks of {' '.join(compiled.names.estate.split())}, policy {compiled.content[:16]}",
        "map-name networks",
        f"mode ipv{version}",
        *(f"label {row} {name}" for row, name in enumerate(names)),
        f"default {names[-1]}",
    ]
    lines += [f"{each.prefix} {names[each.row]}" for each in labels_of(compiled) if each.prefix.version == version]
    return "\n".join(lines) + "\n"


def _label(name: str) -> str:
    return _NOT_A_LABEL.sub("_", name)
