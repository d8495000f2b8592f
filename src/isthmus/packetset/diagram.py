"""From what a rule asks to a diagram."""

from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network
from typing import ParamSpec, TypeVar

from isthmus.packetset.addresses import WIDTHS, AddressRange, Block, MaskedAddresses
from isthmus.packetset.engine import Engine, Node, TooLargeError
from isthmus.packetset.intervals import Bounds, joined, only
from isthmus.packetset.layout import STATES, Field
from isthmus.packetset.match import FlagTest, IcmpType, Match
from isthmus.packetset.packets import WITH_PORTS, WITH_TYPES, IpProtocol, State

P = ParamSpec("P")
T = TypeVar("T")

_REMEMBERED = 200_000


class Diagram:
    """The diagrams of one engine: builds those of header fields, and remembers them.

    Its methods may raise MemoryError; whoever calls them from outside goes through ``run``.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.true = engine.true
        self.false = engine.false
        self._known: dict[Hashable, Node] = {}

    def run(self, operation: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
        """The result of an operation; where room ends, once more after clearing up. Raises TooLargeError."""
        try:
            result = operation(*arguments, **keywords)
            self.engine.check()
            return result
        except MemoryError:
            pass
        # Outside of any handler: else the error would keep alive what the failed operation had built.
        self._clear_up()
        with suppress(MemoryError):
            result = operation(*arguments, **keywords)
            self.engine.check()
            return result
        raise TooLargeError(self.engine.max_nodes)

    def _clear_up(self) -> None:
        self._known.clear()
        self.engine.collect()

    def known(self, key: Hashable, build: Callable[[], Node]) -> Node:
        """What ``build`` gives, built once."""
        node = self._known.get(key)
        if node is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            node = self._known[key] = build()
        return node

    def any_of(self, nodes: Iterable[Node]) -> Node:
        """Their union, joined in pairs of neighbours, so that small ones meet small ones."""
        each = [*nodes]
        while len(each) > 1:
            odd = each[len(each) & ~1 :]
            each = [one | other for one, other in zip(each[::2], each[1::2], strict=False)] + odd
        return each[0] if each else self.false

    def variables(self, *parts: tuple[Field, int]) -> Node:
        """The conjunction of the first so many variables of each field: what ``exists`` forgets."""

        def build() -> Node:
            node = self.true
            for index in sorted((f.start + bit for f, width in parts for bit in range(width)), reverse=True):
                node = self.engine.variable(index) & node
            return node

        return self.known(("variables", parts), build)

    def masked(self, field: Field, width: int, value: int, mask: int) -> Node:
        """The first ``width`` variables of a field, as a number, equal ``value`` in the bits of ``mask``."""
        node = self.true
        for place in range(width):
            if mask >> place & 1:
                variable = self.engine.variable(field.start + width - 1 - place)
                node = (variable if value >> place & 1 else ~variable) & node
        return node

    def between(self, field: Field, width: int, bounds: Bounds) -> Node:
        """The first ``width`` variables of a field, as a number, lie within the bounds; both ends included."""
        first, last = bounds.first, bounds.last
        if not 0 <= first <= last < 1 << width:
            raise ValueError(f"`{bounds}` does not lie between 0 and {(1 << width) - 1}")

        def build() -> Node:
            least = most = self.true
            for place in range(width):
                variable = self.engine.variable(field.start + width - 1 - place)
                least = variable & least if first >> place & 1 else variable | least
                most = ~variable | most if last >> place & 1 else ~variable & most
            return least & most

        return self.known((field, width, first, last), build)

    def numbers(self, field: Field, width: int, intervals: Iterable[Bounds]) -> Node:
        """The union of ``between``."""
        return self.any_of(self.between(field, width, each) for each in joined(intervals))

    def version(self, version: int) -> Node:
        """The packets of IPv4 or IPv6."""
        if version not in WIDTHS:
            raise ValueError(f"there is no IP version `{version}`")
        variable = self.engine.variable(Field.VERSION.start)
        return variable if version == 6 else ~variable

    def protocols(self, numbers: Iterable[int]) -> Node:
        """The packets of these protocols."""
        each = tuple(sorted(numbers))
        return self.known(("protocols", each), lambda: self.numbers(Field.PROTOCOL, 8, map(only, each)))

    def block(self, field: Field, block: Block) -> Node:
        """The packets whose source or destination is one of these addresses."""
        return self.known((field, block), lambda: self.version(block.version) & self._addresses(field, block))

    def _addresses(self, field: Field, block: Block) -> Node:
        width = WIDTHS[block.version]
        match block:
            case IPv4Network() | IPv6Network():
                return self.masked(field, width, int(block.network_address), int(block.netmask))
            case MaskedAddresses():
                return self.masked(field, width, block.value, block.mask)
            case AddressRange():
                return self.any_of(self._addresses(field, each) for each in block.prefixes())

    def icmp(self, kinds: Iterable[IcmpType]) -> Node:
        """The ICMP packets of these types and codes; the protocols are not part of it."""
        return self.any_of(
            self.masked(Field.DESTINATION_PORT, 16, each.type << 8 | (each.code or 0), _code_mask(each))
            for each in kinds
        )

    def flags(self, tests: Iterable[FlagTest]) -> Node:
        """The flags that pass one of the tests; the protocol is not part of it."""
        return self.any_of(self.masked(Field.FLAGS, 8, each.value, each.mask) for each in tests)

    def states(self, states: Iterable[State]) -> Node:
        """The packets in one of the states."""
        spellings = (STATES[state] for state in dict.fromkeys(states))
        return self.any_of(self.masked(Field.STATE, 3, value, 8 - (1 << 3 - bits)) for value, bits in spellings)

    def match(self, match: Match) -> Node:
        """The packets that pass the match, built from the last field up."""
        node = self.true if match.states is None else self.states(match.states)
        kinds = self.true if match.protocols is None else self.numbers(Field.PROTOCOL, 8, match.protocols)
        if match.flags is not None:
            node = self.flags(match.flags) & node
            kinds &= self.protocols((IpProtocol.TCP,))
        if match.source_ports is not None:
            node = self.numbers(Field.SOURCE_PORT, 16, match.source_ports) & node
        if match.source is not None:
            node = self.any_of(self.block(Field.SOURCE, each) for each in match.source) & node
        if match.destination_ports is not None:
            node = self.numbers(Field.DESTINATION_PORT, 16, match.destination_ports) & node
        if match.destination_ports is not None or match.source_ports is not None:
            kinds &= self.protocols(WITH_PORTS)
        if match.icmp is not None:
            node = self.icmp(match.icmp) & node
            kinds &= self.protocols(WITH_TYPES)
        node = kinds & node
        if match.destination is not None:
            node = self.any_of(self.block(Field.DESTINATION, each) for each in match.destination) & node
        return node if match.version is None else self.version(match.version) & node


def _code_mask(kind: IcmpType) -> int:
    return 0xFF00 if kind.code is None else 0xFFFF
