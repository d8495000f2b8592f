"""The format's own shape of a rule: statements over expressions, each with its place.

Text and JSON are read into the same tree. Places are offsets into the file; see ``script.Source``. The tree is made of
named tuples: long rule lists make very many of them, and they cost least.
"""

from typing import NamedTuple

from isthmus.formats.nftables.fields import Field


class Literal(NamedTuple):
    """A word, number or address as it is written; also ``10.0.0.0/8`` and ``22-25``, where no space stands inside."""

    text: str
    start: int
    end: int


class Selector(NamedTuple):
    """A field of the packet; ``modulus`` is how many values `numgen` or a hash can have, where it tells.

    It has no place of its own: the same one stands in every rule that asks for the field.
    """

    field: Field
    modulus: int = 0

    @property
    def start(self) -> int:
        """Nowhere."""
        return 0

    @property
    def end(self) -> int:
        """Nowhere."""
        return 0


class Range(NamedTuple):
    """``first-last``, both included, where it is not one word."""

    first: "Expression"
    last: "Expression"
    start: int
    end: int


class Prefix(NamedTuple):
    """``base/length``, where it is not one word."""

    base: "Expression"
    length: str
    start: int
    end: int


class Listed(NamedTuple):
    """``a,b``: bits that stand together (``ct state established,related``)."""

    items: "tuple[Expression, ...]"
    start: int
    end: int


class Concat(NamedTuple):
    """``a . b``."""

    parts: "tuple[Expression, ...]"
    start: int
    end: int


class Binary(NamedTuple):
    """``left & right``, and the like with ``|``, ``^``, ``<<`` and ``>>``."""

    operator: str
    left: "Expression"
    right: "Expression"
    start: int
    end: int


class Element(NamedTuple):
    """An element of a set or, with ``data``, of a map. ``stateful`` names what makes it match now and then."""

    key: "Expression"
    data: "Expression | None"
    start: int
    end: int
    hits: int | None = None
    stateful: str = ""


class SetOf(NamedTuple):
    """An anonymous set or map: ``{ … }``."""

    elements: tuple[Element, ...]
    start: int
    end: int


class NamedSet(NamedTuple):
    """``@name``."""

    name: str
    start: int
    end: int


class Variable(NamedTuple):
    """``$name``."""

    name: str
    start: int
    end: int


class LookedUp(NamedTuple):
    """``key map table``."""

    key: "Expression"
    table: "Expression"
    start: int
    end: int


class Anything(NamedTuple):
    """``*``: what no other element matches."""

    start: int
    end: int


class Decision(NamedTuple):
    """A verdict; ``target`` is the chain of `jump` and `goto`, by name or (``block``) written in place."""

    verdict: str
    target: "Expression | None"
    start: int
    end: int
    block: "tuple[Rule, ...] | None" = None


class Unknown(NamedTuple):
    """An expression that was not understood."""

    what: str
    start: int
    end: int


Expression = (
    Literal | Selector | Range | Prefix | Listed | Concat | Binary | SetOf | NamedSet | Variable | LookedUp | Anything
    | Decision | Unknown
)  # fmt: skip


class Test(NamedTuple):
    """``left op right``; op is ``==``, ``!=``, ``<``, ``>``, ``<=``, ``>=``, ``in`` (any bit set) or ``!`` (none)."""

    left: Expression
    op: str
    right: Expression
    start: int
    end: int


class ByMap(NamedTuple):
    """``key vmap table``."""

    key: Expression
    table: Expression
    start: int
    end: int


class Nat(NamedTuple):
    """``snat``, ``dnat``, ``masquerade`` or ``redirect``."""

    kind: str
    family: str
    address: Expression | None
    port: Expression | None
    flags: frozenset[str]
    start: int
    end: int


class Reject(NamedTuple):
    """``reject``; ``kind`` is ``tcp reset``, ``icmp``, ``icmpv6`` or ``icmpx``."""

    kind: str
    start: int
    end: int


class Assign(NamedTuple):
    """``field set value``."""

    field: Field
    value: Expression
    start: int
    end: int


class Count(NamedTuple):
    """``counter``, with the packets that it has counted."""

    packets: int | None
    start: int
    end: int


class Note(NamedTuple):
    """A statement without effect on what happens to packets: ``log`` and the like."""

    start: int
    end: int


class Maybe(NamedTuple):
    """A statement that lets the rule go on now and then: ``limit``, ``quota``, ``ct count``."""

    what: str
    start: int
    end: int


class SetChange(NamedTuple):
    """``add @name { key … }``, and ``update``, ``delete``, ``meter``; ``name`` empty for a meter."""

    operation: str
    name: str
    key: Expression
    start: int
    end: int


class Untracked(NamedTuple):
    """``notrack``."""

    start: int
    end: int


class Strange(NamedTuple):
    """A statement whose effect is not modelled; ``ends`` says that none follows it."""

    what: str
    start: int
    end: int
    ends: bool = False


class Offload(NamedTuple):
    """``flow add @name``."""

    start: int
    end: int


Statement = (
    Test | ByMap | Nat | Reject | Assign | Count | Note | Maybe | SetChange | Untracked | Strange | Offload | Decision
)


class Rule(NamedTuple):
    """One rule."""

    statements: tuple[Statement, ...]
    comment: str
    start: int
    end: int
