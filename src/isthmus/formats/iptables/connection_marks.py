"""Which marks connections of a device can have: all that its rules can write, and no other.

``CONNMARK --restore-mark`` copies the mark of a connection to a packet. It came from a rule, so the rules tell which
values are possible. What else may write it (nftables, a program) is not looked for.
"""

from collections.abc import Iterable, Mapping
from itertools import product

from isthmus.formats.iptables.reading import Given, Reading
from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.iptables.targets.marks import ALL_BITS, restored, written
from isthmus.network import SetMark

MOST_VALUES = 64
MOST_CHOICES = 16

_OTHERS = ("HMARK", "TPROXY", "XOR")


class ConnectionMarks:
    """The marks that packets and connections can have; ``values`` is None where they may have any.

    >>> marks = ConnectionMarks([])
    >>> marks.restored(0xFF, 0xFF)
    (SetMark(value=0, mask=255),)
    """

    def __init__(self, readings: Iterable[Reading]) -> None:
        self.values = _closed([each.target for each in readings if each.target is not None])

    def restored(self, packet: int, connection: int) -> tuple[SetMark, ...] | None:
        """What ``--restore-mark`` may write under the masks of the packet and of the connection; None: anything."""
        if self.values is None:
            return None
        found = sorted({value & connection for value in self.values})
        if len(found) > MOST_CHOICES or any(value & ~packet for value in found):
            return None
        return tuple(SetMark(value, packet) for value in found)


def _closed(targets: Iterable[Given]) -> frozenset[int] | None:
    """Everything that the writes can make of 0, in any order; None where that is too much, or not known."""
    writes: set[tuple[int, int]] = set()
    copies: set[tuple[int, int]] = set()
    for target in targets:
        options = {name: " ".join(words) for name, words in target.options.items()}
        if target.name in _OTHERS or "--map-set" in options:
            return None
        if target.name in ("MARK", "CONNMARK"):
            try:
                _write(options, writes, copies)
            except RefusedError:
                return None
    values = {0}
    while True:
        more = {value & ALL_BITS & ~cleared ^ turned for value in values for cleared, turned in writes}
        more |= {
            kept & ~cleared ^ (copied & mask) for kept, copied in product(values, values) for cleared, mask in copies
        }
        if more <= values:
            return frozenset(values)
        values |= more
        if len(values) > MOST_VALUES:
            return None


def _write(options: Mapping[str, str], writes: set[tuple[int, int]], copies: set[tuple[int, int]]) -> None:
    if "--save-mark" in options:
        packet, connection = restored(options)
        copies.add((connection, packet))
    elif "--restore-mark" in options:
        copies.add(restored(options))
    else:
        writes.add(written(options))
