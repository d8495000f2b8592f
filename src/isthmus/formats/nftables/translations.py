"""``snat``, ``dnat``, ``masquerade``, ``redirect`` and the marks that rules write → actions of the network model."""

from collections.abc import Iterable, Sequence

from isthmus.formats.nftables.boxes import Box
from isthmus.formats.nftables.demands import without_variables
from isthmus.formats.nftables.fields import DATATYPES
from isthmus.formats.nftables.masks import ALL_MARKS
from isthmus.formats.nftables.state import PlacedElement, Scope
from isthmus.formats.nftables.tree import Binary, Concat, Expression, Literal, Nat, Prefix, Range, Selector
from isthmus.formats.nftables.values import bits, block, interval
from isthmus.network import Action, Changes, Masquerade, Redirect, SetMark, Translate
from isthmus.packetset import Block, Interval, PrefixMap, Rewrite
from isthmus.packetset.addresses import Prefix as Network

_PORT = DATATYPES["inet_service"]
_ANY_PORT = Interval(1, 65535)
"""What `random` makes of the source port."""


def nat_action(nat: Nat, data: Expression | None, key: PlacedElement | None, boxes: Sequence[Box]) -> Action:
    """The action of a translation, ``data`` in the place of a map that it looks up under ``key``.

    ValueError where the target is not told by the text.
    """
    if nat.kind == "masquerade":
        return Masquerade(_ports(nat.port) or (_ANY_PORT if _is_random(nat) else None))
    if nat.kind == "redirect":
        return Redirect(_ports(data if data is not None else nat.port))
    address, port = data if data is not None else nat.address, nat.port
    if isinstance(address, Concat) and len(address.parts) == 2:
        address, port = address.parts
    if nat.address is None and data is not None:
        address, port = None, data
    ports = _ports(port)
    changes = Changes.SOURCE if nat.kind == "snat" else Changes.DESTINATION
    if ports is None and changes is Changes.SOURCE and _is_random(nat):
        ports = _ANY_PORT
    target = None if address is None else _target(nat, address, key, boxes)
    if changes is Changes.SOURCE:
        return Translate(changes, Rewrite(source=target, source_port=ports))
    return Translate(changes, Rewrite(destination=target, destination_port=ports))


def _is_random(nat: Nat) -> bool:
    return bool(nat.flags & {"random", "fully-random"})


def _ports(found: Expression | None) -> Interval | None:
    return None if found is None else interval(found, _PORT.words, _PORT.most)


def version_of(nat: Nat, data: Expression | None, versions: frozenset[int]) -> int | None:
    """The IP version of the addresses that a translation writes; None where it writes none."""
    if nat.address is None:
        return None
    if nat.family:
        return 4 if nat.family == "ip" else 6
    if len(versions) == 1:
        return next(iter(versions))
    found = data if data is not None else nat.address
    while isinstance(found, Concat | Prefix | Range):
        found = (
            found.parts[0] if isinstance(found, Concat) else found.base if isinstance(found, Prefix) else found.first
        )
    return 6 if isinstance(found, Literal) and ":" in found.text else 4


def _target(
    nat: Nat, address: Expression, key: PlacedElement | None, boxes: Sequence[Box]
) -> Block | PrefixMap:  # fmt: skip
    version = 6 if nat.family == "ip6" or _is_six(address) else 4
    found = block(address, version)
    if not nat.flags & {"prefix", "netmap"} or not isinstance(found, Network):
        return found
    before = _before(nat, version, key, boxes)
    if before is None or before.prefixlen != found.prefixlen:
        return found
    return PrefixMap(before, found)


def _is_six(found: Expression) -> bool:
    while isinstance(found, Prefix | Range):
        found = found.base if isinstance(found, Prefix) else found.first
    return isinstance(found, Literal) and ":" in found.text


def _before(nat: Nat, version: int, key: PlacedElement | None, boxes: Iterable[Box]) -> Network | None:
    """The prefix that is mapped, where it is one."""
    if key is not None:
        try:
            found = block(without_variables(key.element.key, key.scope), version)
        except ValueError:
            return None
        return found if isinstance(found, Network) else None
    told = {box.source if nat.kind == "snat" else box.destination for box in boxes}
    blocks = told.pop() if len(told) == 1 else None
    return blocks[0] if blocks is not None and len(blocks) == 1 and isinstance(blocks[0], Network) else None


def mark_action(value: Expression, scope: Scope) -> SetMark:
    """``meta mark set value``; ValueError where it takes more than the mark itself and numbers."""
    keeps, flips = _mark(without_variables(value, scope))
    if flips & keeps:
        raise ValueError("it turns bits of the mark over")
    return SetMark(flips, ALL_MARKS & ~keeps)


def _mark(found: Expression) -> tuple[int, int]:
    """The bits of the old mark that are kept, and those that are turned over then."""
    if isinstance(found, Selector) and found.field.name == "meta mark":
        return ALL_MARKS, 0
    if not isinstance(found, Binary):
        return 0, bits(found, None, ALL_MARKS)
    keeps, flips = _mark(found.left)
    if found.operator not in ("&", "|", "^"):
        raise ValueError("it shifts the mark")
    if keeps == 0:
        return 0, bits(found, None, ALL_MARKS)
    number = bits(found.right, None, ALL_MARKS)
    if found.operator == "&":
        return keeps & number, flips & number
    if found.operator == "|":
        return keeps & ~number, flips & ~number | number
    return keeps, flips ^ number
