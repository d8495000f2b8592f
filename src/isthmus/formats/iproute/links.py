"""Records of ``ip -j link`` and ``ip -j addr`` → interfaces and VRFs."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Interface, IPv6Interface

from isthmus.diagnostics import Code, Diagnostic
from isthmus.formats.iproute.codes import NO_KIND, NOT_MODELLED, TOLD_TWICE
from isthmus.formats.iproute.fields import Fields
from isthmus.network import Interface, Unmodelled, Vrf

_ON_PARENT = frozenset({"vlan", "macvlan", "macvtap", "ipvlan", "ipvtap"})
"""Kinds of links whose packets come and go by another one."""

_TUNNELS = frozenset(
    {"gre", "gretap", "erspan", "ip6gre", "ip6gretap", "ip6erspan", "ipip", "sit", "ip6tnl", "vti", "vti6", "xfrm"}
    | {"vxlan", "geneve", "bareudp", "gtp", "wireguard", "l2tp", "ppp", "amt", "macsec", "ipoib"}
)
"""Kinds of links whose packets travel inside others, to somewhere that the link does not tell."""

_DOWN = frozenset({"DOWN", "LOWERLAYERDOWN", "NOTPRESENT"})


@dataclass(slots=True)
class Link:
    """What the texts tell of one interface, put together."""

    interface: Interface
    fields: Fields
    kind: str | None
    master: str | None
    slave_kind: str | None
    """What it tells of its master's kind."""
    table: str | None
    """The routing table of the VRF that it is, or is in."""
    is_vlan_aware: bool


@dataclass(slots=True)
class Links:
    """The interfaces of a device."""

    interfaces: dict[str, Interface] = field(default_factory=dict)
    vrfs: dict[str, Vrf] = field(default_factory=dict)
    bridges: tuple[str, ...] = ()
    """Those with two ports at least."""
    doubts: list[Unmodelled] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def doubt(self, link: Link, code: Code, what: str, help_: str) -> None:
        """What a link belongs to is not known."""
        where = link.fields.place("master")
        self.problems.append(Diagnostic(code, what, where, help_))
        self.doubts.append(Unmodelled(where, what))


def read_links(device: str, records: Iterable[Fields]) -> Links:
    """Put the records of each interface together, then look at what belongs to what."""
    found: dict[str, Link] = {}
    links = Links()
    for fields in records:
        name = fields.text("ifname")
        if name is not None:
            link = _link(name, fields)
            found[name] = _joined(found[name], link, links) if name in found else link
        links.doubts += fields.doubts
        links.problems += fields.problems
    for name, link in found.items():
        placed = _placed(device, link, found, links)
        links.interfaces[name] = placed
        if link.kind == "vrf" and link.table is not None:
            links.vrfs[name] = Vrf(name, link.table, placed.where)
    ports = Counter(link.master for link in found.values() if link.master is not None)
    links.bridges = tuple(name for name, link in found.items() if link.kind == "bridge" and ports[name] > 1)
    return links


def _link(name: str, fields: Fields) -> Link:
    kind = fields.text("linkinfo", "info_kind")
    is_up = ("UP" in fields.words("flags") or not fields.has("flags")) and fields.text("operstate") not in _DOWN
    interface = Interface(
        name,
        fields.where,
        tuple(_addresses(fields)),
        parent=fields.text("link") if kind in _ON_PARENT else None,
        vlan=fields.number("linkinfo", "info_data", "id", most=4094) if kind == "vlan" else None,
        is_up=is_up,
        description=fields.text("ifalias") or "",
    )
    slave_kind = fields.text("linkinfo", "info_slave_kind")
    table = fields.name("linkinfo", "info_data", "table") if kind == "vrf" else None
    if slave_kind == "vrf":
        table = fields.name("linkinfo", "info_slave_data", "table")
    aware = bool(kind == "bridge" and fields.number("linkinfo", "info_data", "vlan_filtering"))
    if kind == "vrf" and table is None:
        fields.bad("the table of a VRF", "linkinfo", "info_data")
    if fields.has("xdp"):
        fields.doubt(NOT_MODELLED, f"a program at `{name}` judges packets", "answers through it are unknown", "xdp")
    if kind in _TUNNELS and is_up:
        what = f"`{name}` is a tunnel ({kind}), and where it leads is not modelled"
        fields.doubt(NOT_MODELLED, what, "answers through the device are unknown", "linkinfo", "info_kind")
    return Link(interface, fields, kind, fields.text("master"), slave_kind, table, is_vlan_aware=aware)


def _addresses(fields: Fields) -> Iterator[IPv4Interface | IPv6Interface]:
    """Addresses that mean something beyond the link: every device has ``127.0.0.1``, and ``fe80::/64`` on each link."""
    for place in fields.objects("addr_info"):
        path = ("addr_info", place)
        found = fields.interface((*path, "local"), (*path, "prefixlen"))
        if found is None or fields.value(*path, "dadfailed"):
            continue
        if not (found.ip.is_loopback or (found.version == 6 and found.ip.is_link_local)):
            yield found


def _joined(one: Link, other: Link, links: Links) -> Link:
    """Two records of one interface: `link` and `addr` tell the same, and each a part of its own."""
    before, after = one.interface, other.interface
    if before.addresses and after.addresses and set(before.addresses) != set(after.addresses):
        message = f"`{after.name}` has other addresses here than at {before.where}"
        links.problems.append(Diagnostic(TOLD_TWICE, message, after.where, "keep the newer listing"))
    interface = replace(
        before,
        addresses=tuple(dict.fromkeys(before.addresses + after.addresses)),
        parent=before.parent or after.parent,
        vlan=before.vlan if before.vlan is not None else after.vlan,
        is_up=before.is_up and after.is_up,
        description=before.description or after.description,
    )
    return Link(
        interface,
        other.fields if one.kind is None else one.fields,
        one.kind or other.kind,
        one.master or other.master,
        one.slave_kind or other.slave_kind,
        one.table or other.table,
        is_vlan_aware=one.is_vlan_aware or other.is_vlan_aware,
    )


def _placed(device: str, link: Link, found: dict[str, Link], links: Links) -> Interface:
    """The interface with its VRF and segment, which its master tells."""
    interface = link.interface
    if link.kind == "vrf":
        return replace(interface, vrf=interface.name)
    if link.kind == "bridge":
        return replace(interface, segment=None if link.is_vlan_aware else f"{device} {interface.name}")
    if link.master is None:
        return interface
    master = found.get(link.master)
    kind = (master.kind if master is not None else None) or link.slave_kind
    if kind is None:
        what = f"the kind of `{link.master}`, the master of `{interface.name}`, is not told"
        links.doubt(link, NO_KIND, what, "collect `ip -j -d link`")
    elif kind == "vrf":
        if link.master not in links.vrfs and link.table is not None:
            links.vrfs[link.master] = Vrf(link.master, link.table, interface.where)
        return replace(interface, vrf=link.master)
    elif kind == "bridge" and master is not None and master.is_vlan_aware:
        what = f"the VLANs of `{interface.name}` in bridge `{link.master}` are not modelled"
        links.doubt(link, NOT_MODELLED, what, "answers through the bridge are unknown")
    elif kind == "bridge":
        return replace(interface, segment=f"{device} {link.master}")
    return interface
