"""``from { … }``: each condition of a term, by its keyword, put to the question that the term asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from isthmus.diagnostics import did_you_mean, shown
from isthmus.formats.junos.asked import Asked, numbers
from isthmus.formats.junos.codes import CONTRADICTION, NO_PREFIX_LIST
from isthmus.formats.junos.definitions import PrefixList, undefined
from isthmus.formats.junos.flags import established, flags_of, initial
from isthmus.formats.junos.names import EXTENSION_HEADERS, ICMP_CODES, ICMP_TYPES, PORTS, PROTOCOLS
from isthmus.formats.junos.prefixes import AddressList, Blocks
from isthmus.formats.junos.question import Question
from isthmus.formats.junos.reading import Reading
from isthmus.formats.junos.tree import Node
from isthmus.network import InterfaceTest, Unmodelled
from isthmus.packetset import Interval

NOT_MODELLED = frozenset(
    name + ending
    for ending in ("", "-except")
    for name in (
        "ah-spi", "destination-class", "dscp", "esp-spi", "extension-header", "first-fragment",
        "flexible-match-mask", "flexible-match-range", "flow-label", "forwarding-class", "fragment-flags",
        "fragment-offset", "gre-key", "hop-limit", "interface-group", "interface-set", "ip-options", "is-fragment",
        "last-fragment", "loss-priority", "packet-length", "policy-map", "precedence", "service-filter-hit",
        "source-class", "traffic-class", "ttl", "vxlan",
    )
)  # fmt: skip
"""Conditions that Junos has on what packets here do not carry: whether one holds is not known."""

_ENDS = {
    "source-address": "source", "source-prefix-list": "source",
    "destination-address": "destination", "destination-prefix-list": "destination",
    "address": "either", "prefix-list": "either",
}  # fmt: skip


@dataclass(slots=True)
class Conditions:
    """Reads the conditions of a device's terms."""

    reading: Reading
    blocks: Blocks
    lists: dict[str, PrefixList]
    _known: dict[tuple[str, ...], Asked[Interval]] = field(default_factory=dict)
    """Conditions on numbers that were read before: filters repeat a few of them very often."""

    def question(self, version: int, node: Node | None) -> Question:
        """What a term's ``from`` asks; without one, nothing."""
        question = Question(version, self.reading)
        if node is None:
            return question
        for each in node.statements():
            read = _CONDITIONS.get(each.word)
            if read is not None:
                read(self, question, each)
            elif each.word in NOT_MODELLED:
                question.doubt(self.reading.unmodelled(each, f"condition `{each.word}`"))
            else:
                self.reading.unknown(each, _CONDITIONS.keys() | NOT_MODELLED, "from")
                question.doubt(self.reading.unmodelled(each, f"condition `{shown(each.word)}`"))
        self._exclusive(question, node)
        return question

    def _exclusive(self, question: Question, node: Node) -> None:
        """``address`` and ``port`` stand for both ends, and Junos refuses them beside a condition on one end."""
        for asked, word in ((question.lists, "address"), (question.ports, "port")):
            if "either" in asked and len(asked) > 1:
                message = f"`{word}` stands beside `source-{word}` or `destination-{word}`"
                self.reading.complain(CONTRADICTION, message, node, "ask for each end with a condition of its own")
                question.doubt(self.reading.doubt(node, message))
                if word == "address":
                    del question.lists["either"]
                else:
                    del question.ports["either"]

    def addresses(self, question: Question, node: Node) -> None:
        """``source-address``, ``destination-address``, ``address``."""
        list_ = self._list(question, node)
        for each in node.statements():
            is_exception = "except" in each
            block = self.blocks.read(each)
            if block is not None and block.version == question.version:
                list_.entries.append((block, is_exception))
                continue
            lost = list_.lost_exceptions if is_exception else list_.lost
            lost.append(self.reading.bad_value(each, f"IPv{question.version} address or prefix"))

    def prefix_lists(self, question: Question, node: Node) -> None:
        """``source-prefix-list``, ``destination-prefix-list``, ``prefix-list``."""
        list_ = self._list(question, node)
        for each in node.statements():
            is_exception = "except" in each
            question.uses[each.word] = None
            known = self.lists.get(each.word)
            if known is None:
                help_ = did_you_mean(each.word, self.lists, what="prefix lists")
                self.reading.complain(NO_PREFIX_LIST, undefined(each.word), each, help_)
                doubts = [self.reading.doubt(each, undefined(each.word))]
            else:
                doubts = list(known.doubts)
                for block in known.blocks:
                    list_.add(block, is_exception=is_exception)
            (list_.lost_exceptions if is_exception else list_.lost).extend(doubts)

    def _list(self, question: Question, node: Node) -> AddressList:
        end = _ENDS[node.word]
        if end not in question.lists:
            question.lists[end] = AddressList(question.version, node)
        return question.lists[end]

    def _numbers(self, node: Node, names: Mapping[str, int], most: int, what: str) -> Asked[Interval]:
        key = (what, node.word, *node.words)
        asked = self._known.get(key)
        if asked is None:
            asked = numbers(node, names, most, what, self.reading)
            if not asked.doubts:
                self._known[key] = asked
        return asked

    def protocols(self, question: Question, node: Node) -> None:
        """``protocol``, ``next-header``, ``payload-protocol`` and their exceptions."""
        asked = self._numbers(node, PROTOCOLS, 255, "protocol")
        if question.version == 6 and not node.word.startswith("payload"):
            asked = self._without_extensions(asked, node)
        if question.protocols is not None:
            question.doubt(self._beside(node))
        else:
            question.protocols = asked

    def _without_extensions(self, asked: Asked[Interval], node: Node) -> Asked[Interval]:
        """IPv6 headers that stand before the protocol say nothing of the protocol behind them."""
        if asked.surely is None or node.word.endswith("-except"):
            return asked
        kept = tuple(each for each in asked.surely if each.first != each.last or each.first not in EXTENSION_HEADERS)
        if len(kept) == len(asked.surely):
            return asked
        return Asked(kept, None, (*asked.doubts, self.reading.doubt(node, f"extension headers in `{node.word}`")))

    def ports(self, question: Question, node: Node) -> None:
        """``port``, ``source-port``, ``destination-port`` and their exceptions."""
        asked = self._numbers(node, PORTS, 65535, "port")
        word = node.word.removesuffix("-except")
        end = word.removesuffix("-port") if word != "port" else "either"
        question.bare.append(node)
        if end in question.ports:
            question.doubt(self._beside(node))
            return
        if node.word == "port-except":
            question.is_other_port = True
            doubt = self.reading.doubt(node, "whether `port-except` speaks of one end or of both")
            asked = Asked(asked.surely, asked.perhaps, (*asked.doubts, doubt))
        question.ports[end] = asked

    def icmp(self, question: Question, node: Node) -> None:
        """``icmp-type`` and ``icmp-code`` and their exceptions."""
        is_type = node.word.startswith("icmp-type")
        names = (ICMP_TYPES if is_type else ICMP_CODES)[question.version]
        asked = self._numbers(node, names, 255, f"ICMPv{question.version} {'type' if is_type else 'code'}")
        question.bare.append(node)
        if (question.types if is_type else question.codes) is not None:
            question.doubt(self._beside(node))
        elif is_type:
            question.types = asked
        else:
            question.codes = asked

    def flags(self, question: Question, node: Node) -> None:
        """``tcp-flags``, ``tcp-established``, ``tcp-initial``."""
        question.bare.append(node)
        ways = {"tcp-established": established, "tcp-initial": initial}
        if node.word in ways:
            question.ways = ways[node.word]() & (question.ways if question.ways is not None else -1)
            return
        expression = node.value()
        try:
            asked = flags_of(expression.word if expression is not None else "")
        except ValueError as error:
            at = expression or node
            question.doubt(self.reading.bad_value(at, "condition on TCP flags", str(error)))
            question.ways = question.ways if question.ways is not None else -1
        else:
            question.ways = asked & (question.ways if question.ways is not None else -1)

    def interfaces(self, question: Question, node: Node) -> None:
        """``interface``: the one by which the packet came."""
        names = [each.word for each in node.statements()]
        if names and all(_is_plain(name) for name in names):
            question.arriving = InterfaceTest(tuple(names))
        else:
            listed = " ".join(shown(name) for name in names)
            question.doubt(self.reading.unmodelled(node, f"condition `interface {listed}`"))

    def _beside(self, node: Node) -> Unmodelled:
        message = f"`{node.word}` asks again for what the term asks for already"
        self.reading.complain(CONTRADICTION, message, node)
        return self.reading.doubt(node, message)


def _is_plain(name: str) -> bool:
    """Whether a name stands for one logical interface, or for all that begin with it."""
    return ("." in name or name.endswith("*")) and not any(mark in name[:-1] for mark in "*?[")


_Condition = Callable[[Conditions, Question, Node], None]
_CONDITIONS: dict[str, _Condition] = {
    **dict.fromkeys(("source-address", "destination-address", "address"), Conditions.addresses),
    **dict.fromkeys(("source-prefix-list", "destination-prefix-list", "prefix-list"), Conditions.prefix_lists),
    **{
        name + ending: read
        for ending in ("", "-except")
        for read, names in (
            (Conditions.protocols, ("protocol", "next-header", "payload-protocol")),
            (Conditions.ports, ("port", "source-port", "destination-port")),
            (Conditions.icmp, ("icmp-type", "icmp-code")),
        )
        for name in names
    },
    **dict.fromkeys(("tcp-flags", "tcp-established", "tcp-initial"), Conditions.flags),
    "interface": Conditions.interfaces,
}
