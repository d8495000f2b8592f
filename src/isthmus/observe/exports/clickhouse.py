"""ClickHouse: labels as an ``ip_trie`` dictionary, and a view of Akvorado's table ``flows`` with the labels in it.

Akvorado keeps addresses as ``IPv6``, IPv4 ones mapped into ``::ffff:0:0/96``; so does the dictionary, and so both are
found. Sources: ClickHouse's documentation of dictionaries (layout ``ip_trie``); Akvorado's schema of flows.
"""

from ipaddress import IPv4Network, IPv6Network

from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.exports.labels import labels_of

NAME = "isthmus_networks"

_COLUMNS = ("network", "realm", "role", "sphere")


def write(compiled: CompiledPolicy) -> str:
    """SQL that makes the dictionary, and the view on top of it."""
    return f"{dictionary(compiled)}\n{view()}"


def dictionary(compiled: CompiledPolicy) -> str:
    """A table of prefixes, and the dictionary that reads it."""
    names = compiled.names
    rows = [
        f"({_text(str(_mapped(each.prefix)))}, {_text(each.network)}, {_text(each.end.realm)}, "
        f"{_text(each.end.role)}, {_text(each.end.sphere)})"
        for each in labels_of(compiled)
    ]
    columns = ", ".join(f"{name} LowCardinality(String)" for name in _COLUMNS)
    attributes = ", ".join(f"{name} String DEFAULT ''" for name in _COLUMNS)
    return "\n".join(
        (
            f"-- {_comment(names.estate)}, guidelines {_comment(names.edition)}, policy {compiled.content[:16]}",
            f"CREATE OR REPLACE TABLE {NAME}_table (prefix String, {columns}) ENGINE = MergeTree ORDER BY prefix;",
            f"INSERT INTO {NAME}_table VALUES" if rows else f"-- no network has a prefix: {NAME}_table stays empty",
            *([",\n".join(rows) + ";"] if rows else []),
            f"CREATE OR REPLACE DICTIONARY {NAME} (prefix String, {attributes})",
            f"PRIMARY KEY prefix SOURCE(CLICKHOUSE(TABLE '{NAME}_table')) LAYOUT(IP_TRIE) LIFETIME(0);",
            "",
        )
    )


def view(table: str = "flows") -> str:
    """A view of Akvorado's flows with the labels of both ends; an empty label is the internet."""
    made = ",\n".join(
        f"    dictGet('{NAME}', '{column}', tuple({end}Addr)) AS {end}{column.capitalize()}"
        for end in ("Src", "Dst")
        for column in ("network", "realm", "role")
    )
    return f"CREATE OR REPLACE VIEW {table}_by_network AS SELECT *,\n{made}\nFROM {table};\n"


def _mapped(prefix: IPv4Network | IPv6Network) -> IPv6Network:
    if prefix.version == 6:
        return prefix
    return IPv6Network((0xFFFF << 32 | int(prefix.network_address), 96 + prefix.prefixlen))


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


def _comment(value: str) -> str:
    return " ".join(value.split())
