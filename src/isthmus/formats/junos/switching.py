"""VLANs: their names and numbers, which ports carry them, and where they are routed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from isthmus.formats.junos import silent
from isthmus.formats.junos.reading import Reading
from isthmus.formats.junos.tree import Node

FAMILIES = ("ethernet-switching", "bridge")
"""Families of an interface that switches frames."""

_DEFAULT_VLAN = 1
_MOST = 4094


@dataclass(slots=True)
class Vlans:
    """The VLANs of a device."""

    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """By name."""
    routed: dict[str, int] = field(default_factory=dict)
    """The VLAN of an interface that routes for one, by its name."""
    members: dict[str, list[int]] = field(default_factory=dict)
    """VLANs that name an interface as theirs, by its name."""

    @property
    def known(self) -> tuple[int, ...]:
        """Every number that a VLAN has here."""
        return tuple(sorted({each for numbers in self.numbers.values() for each in numbers}))


@dataclass(frozen=True, slots=True)
class Port:
    """The VLANs of a port: one without a tag, others with theirs."""

    native: int | None
    tagged: tuple[int, ...]


def read_vlans(root: Node, reading: Reading) -> Vlans:
    """What ``vlans`` and ``bridge-domains`` say."""
    vlans = Vlans()
    for section in ("vlans", "bridge-domains"):
        for each in root.below(section):
            _vlan(each, vlans, reading)
    return vlans


def _vlan(node: Node, vlans: Vlans, reading: Reading) -> None:
    number = node.value("vlan-id")
    numbers = _numbers([number] if number is not None else node.below("vlan-id-list"))
    if number is not None and not numbers and number.word not in ("none", "all"):
        reading.bad_value(number, "VLAN number")
    vlans.numbers[node.word] = numbers
    for word in ("l3-interface", "routing-interface"):
        interface = node.value(word)
        if interface is not None and len(numbers) == 1:
            vlans.routed[interface.word] = numbers[0]
    for interface in node.below("interface"):
        vlans.members.setdefault(interface.word, []).extend(numbers)
    for each in node.statements():
        if each.word == "forwarding-options" and each.get("filter") is not None:
            reading.doubt_everything(each, f"a filter on VLAN `{node.word}`")
        elif each.word not in silent.VLAN:
            reading.unmodelled(each, f"`{each.word}` of VLAN `{node.word}`")


def _numbers(nodes: Iterable[Node]) -> tuple[int, ...]:
    return tuple(number for each in nodes for number in _range(each.word, range(1, _MOST + 1)))


def _range(word: str, known: Iterable[int]) -> Iterable[int]:
    """A number, or those of a range that are known."""
    first, dash, last = word.partition("-")
    if not _is_number(first) or (dash and not _is_number(last)):
        return ()
    if not dash:
        return (int(first),) if 0 < int(first) <= _MOST else ()
    return [number for number in known if int(first) <= number <= int(last)]


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 4


def port(unit: str, family: Node, physical: Node, vlans: Vlans, reading: Reading) -> Port:
    """The VLANs of a port, of its mode and its members."""
    mode = family.value("interface-mode") or family.value("port-mode")
    members = [*family.below("vlan", "members"), *family.below("vlan-id-list"), *family.below("vlan-id")]
    named = [*vlans.members.get(unit, ()), *(number for each in members for number in _member(each, vlans, reading))]
    if mode is None or mode.word not in ("trunk", "tagged-access"):
        return Port(named[0] if named else _DEFAULT_VLAN, ())
    native = physical.value("native-vlan-id") or family.value("native-vlan-id")
    numbers = list(_member(native, vlans, reading)) if native is not None else []
    without_tag = numbers[0] if numbers else None
    return Port(without_tag, tuple(each for each in dict.fromkeys(sorted(named)) if each != without_tag))


def _member(node: Node, vlans: Vlans, reading: Reading) -> Iterable[int]:
    """The numbers of a VLAN that a port names by number, range or name."""
    if node.word in vlans.numbers:
        return vlans.numbers[node.word]
    if node.word == "all":
        return vlans.known
    found = _range(node.word, vlans.known)
    if not found and not ("-" in node.word and _is_number(node.word.replace("-", "")[:4])):
        reading.bad_value(node, "VLAN of this device")
    return found
