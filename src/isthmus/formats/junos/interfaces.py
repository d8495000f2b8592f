"""``interfaces { … }``: ports and their units → interfaces with addresses, VLANs and the filters that they apply."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface

from isthmus.diagnostics import shown
from isthmus.formats.junos import silent
from isthmus.formats.junos.filters import VERSIONS, Filters
from isthmus.formats.junos.reading import Reading
from isthmus.formats.junos.switching import FAMILIES, Port, Vlans, port
from isthmus.formats.junos.tree import Node
from isthmus.network import DEFAULT_VRF, Action, FilterUse, Interface, Unclear, Verdict

IpInterface = IPv4Interface | IPv6Interface

_BOTH = frozenset({4, 6})
_TAGGED = ("vlan-tagging", "flexible-vlan-tagging")


@dataclass(slots=True)
class Interfaces:
    """Reads the interfaces of a device."""

    reading: Reading
    filters: Filters
    vlans: Vlans
    vrfs: Mapping[str, str]
    """The routing instance of an interface, by its name."""

    def lower(self, section: Node | None) -> dict[str, Interface]:
        """Every port, and every unit of it."""
        found: dict[str, Interface] = {}
        for physical in section.statements() if section is not None else ():
            if physical.word in ("interface-range", "traceoptions", "interface-set"):
                continue
            port_ = self._port(physical)
            found[port_.name] = port_
            for unit in physical.below("unit"):
                each = self._unit(physical, unit, port_)
                found[each.name] = each
        return found

    def _port(self, node: Node) -> Interface:
        for each in node.statements():
            if each.word not in silent.PORT:
                self.reading.unmodelled(each, f"`{shown(each.word)}` of interface `{shown(node.word)}`")
        native = node.value("native-vlan-id") if any(word in node for word in _TAGGED) else None
        return Interface(
            node.word,
            node.where,
            native=self._number(native) if native is not None else None,
            is_up=node.get("disable") is None,
            description=_text(node, "description"),
        )

    def _unit(self, physical: Node, unit: Node, port_: Interface) -> Interface:
        name = f"{physical.word}.{unit.word}"
        for each in unit.statements():
            if each.word not in silent.UNIT and each.word != "filter":
                self.reading.unmodelled(each, f"`{shown(each.word)}` of interface `{shown(name)}`")
        uses = Uses(name, self.reading, self.filters)
        uses.filters(unit.get("filter"), "any")
        addresses: list[IpInterface] = []
        switched = Port(None, ())
        for family in unit.below("family"):
            if family.word in VERSIONS:
                addresses += self._addresses(family)
                uses.of_family(family)
            elif family.word in FAMILIES:
                switched = port(name, family, physical, self.vlans, self.reading)
                uses.of_family(family)
            elif family.word not in silent.LABELS:
                self.reading.unmodelled(family, f"`family {shown(family.word)}` of interface `{shown(name)}`")
        return Interface(
            name,
            unit.where,
            addresses=tuple(dict.fromkeys(addresses)),
            vrf=self.vrfs.get(name, DEFAULT_VRF),
            parent=physical.word,
            vlan=self.vlans.routed.get(name, self._vlan(unit)),
            native=switched.native,
            tagged=switched.tagged,
            is_up=port_.is_up and unit.get("disable") is None,
            description=_text(unit, "description") or port_.description,
            filters_in=tuple(uses.arriving),
            filters_out=tuple(uses.leaving),
        )

    def _vlan(self, unit: Node) -> int | None:
        number = unit.value("vlan-id")
        return self._number(number) if number is not None else None

    def _number(self, node: Node) -> int | None:
        if node.word.isascii() and node.word.isdigit() and len(node.word) <= 4:
            return int(node.word)
        self.reading.bad_value(node, "VLAN number")
        return None

    def _addresses(self, family: Node) -> Iterable[IpInterface]:
        """The addresses of a family, and those that it shares with others (VRRP, an anycast gateway)."""
        for each in family.below("address"):
            found = self._address(each, VERSIONS[family.word])
            if found is None:
                continue
            yield found
            shared = [*each.below("virtual-gateway-address")]
            for group in (*each.below("vrrp-group"), *each.below("vrrp-inet6-group")):
                shared += [*group.below("virtual-address"), *group.below("virtual-inet6-address")]
            for other in shared:
                virtual = self._address(other, VERSIONS[family.word])
                if virtual is not None:
                    yield ip_interface(f"{virtual.ip}/{found.network.prefixlen}")

    def _address(self, node: Node, version: int) -> IpInterface | None:
        if "eui-64" in node:
            self.reading.unmodelled(node, f"the host part of `{shown(node.word)}` comes from the hardware")
        try:
            found = (IPv4Interface if version == 4 else IPv6Interface)(node.word.replace("%", " "))
        except ValueError:
            self.reading.bad_value(node, f"IPv{version} address")
            return None
        return found


@dataclass(slots=True)
class Uses:
    """What one interface does to packets that come in and go out, while its families are read."""

    name: str
    reading: Reading
    filters_: Filters
    arriving: list[FilterUse]
    leaving: list[FilterUse]

    def __init__(self, name: str, reading: Reading, filters: Filters) -> None:
        self.name, self.reading, self.filters_ = name, reading, filters
        self.arriving, self.leaving = [], []

    def of_family(self, family: Node) -> None:
        """The filters of a family, and everything else there that may touch packets."""
        self.filters(family.get("filter"), family.word)
        for each in family.statements():
            if each.word == "rpf-check":
                what = "`rpf-check` drops sources that no route leads back to"
                self._doubtful(each, family.word, self.arriving, Verdict.DROP, what)
            elif each.word == "policer":
                for direction, uses in (("input", self.arriving), ("output", self.leaving)):
                    for limit in each.below(direction):
                        if not self.filters_.actions.dropping.get(limit.word, True):
                            continue
                        what = f"`policer {shown(limit.word)}` may drop what exceeds its rate"
                        self._doubtful(limit, family.word, uses, Verdict.DROP, what)
            elif each.word == "service":
                what = "`service` hands packets to a service that may filter or translate them"
                for direction, uses in (("input", self.arriving), ("output", self.leaving)):
                    for service in each.below(direction):
                        self._doubtful(service, family.word, uses, Unclear(), what)
            elif each.word not in silent.FAMILY:
                self.reading.unmodelled(each, f"`{shown(each.word)}` of interface `{shown(self.name)}`")

    def filters(self, node: Node | None, family: str) -> None:
        """``filter { input …; output-list [ … ]; }``."""
        for each in node.statements() if node is not None else ():
            uses = self.arriving if each.word.startswith("input") else self.leaving
            names = [*each.statements()]
            if each.word in ("input", "output"):
                for name in names[-1:]:
                    uses.append(self._use(self.filters_.chain(family, name), name, family))
            elif each.word in ("input-list", "output-list") and names:
                uses.append(self._use(self.filters_.list_of(family, names), names[0], family))
            elif each.word.startswith(("input", "output")):
                self._doubtful(each, family, uses, Unclear(), f"`filter {shown(each.word)}`")
            elif each.word != "group":
                self._doubtful(each, family, self.arriving, Unclear(), f"`filter {shown(each.word)}`")

    def _doubtful(self, node: Node, family: str, uses: list[FilterUse], action: Action, what: str) -> None:
        doubt = self.reading.unmodelled(node, what)
        version = VERSIONS.get(family)
        direction = "out" if uses is self.leaving else "in"
        chain = self.filters_.doubtful(f"{self.name} {node.word} {direction}", action, node, doubt, version)
        uses.append(self._use(chain, node, family))

    def _use(self, chain: str, node: Node, family: str) -> FilterUse:
        version = VERSIONS.get(family)
        return FilterUse(chain, node.where, frozenset({version}) if version else _BOTH)


def _text(node: Node, word: str) -> str:
    found = node.value(word)
    return shown(found.word, 200) if found is not None else ""
