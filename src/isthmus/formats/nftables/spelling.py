"""Expressions as their writers would spell them, for the names of rules."""

from isthmus.diagnostics import shown
from isthmus.formats.nftables.tree import (
    Anything,
    Binary,
    Concat,
    Decision,
    Expression,
    Listed,
    Literal,
    NamedSet,
    Prefix,
    Range,
    Selector,
    Variable,
)


def spelled(found: Expression | None) -> str:
    """A short text.

    >>> spelled(Prefix(Literal("10.0.0.0", 0, 0), "8", 0, 0))
    '10.0.0.0/8'
    """
    return shown(_spelled(found), 40)


def _spelled(found: Expression | None) -> str:
    match found:
        case Literal():
            return found.text
        case Prefix():
            return f"{_spelled(found.base)}/{found.length}"
        case Range():
            return f"{_spelled(found.first)}-{_spelled(found.last)}"
        case Concat():
            return " . ".join(_spelled(each) for each in found.parts[:8])
        case Listed():
            return ",".join(_spelled(each) for each in found.items[:8])
        case Binary():
            return f"{_spelled(found.left)} {found.operator} {_spelled(found.right)}"
        case Selector():
            return found.field.name
        case NamedSet():
            return f"@{found.name}"
        case Variable():
            return f"${found.name}"
        case Anything():
            return "*"
        case Decision():
            return found.verdict
    return "…"
