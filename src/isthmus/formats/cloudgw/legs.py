"""The gateway's legs: one into the virtual networks, one to the rest of the world, both in a VRF of their own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_interface, ip_network

from isthmus.diagnostics import Diagnostic, shown
from isthmus.formats.cloudgw.codes import BAD_VALUE
from isthmus.formats.cloudgw.entries import block_of
from isthmus.formats.cloudgw.profile import VIRTUAL_SUBNETS, Profile
from isthmus.formats.cloudgw.shapes import Said
from isthmus.network import Interface, NextHop, Route, RouteKind, Unmodelled, Vrf
from isthmus.packetset import Prefix

VRF = "vrf-cloudgw"
TABLE = "cloudgw"

LEGS = {"virt": "the leg into the virtual networks", "wan": "the leg to the outside"}

_VIP = re.compile(r"(\S+)\s+dev\s+(\S+)")
_NAMED_AFTER_VLAN = re.compile(r"(?:vlan|.*\.)([0-9]{1,4})")


@dataclass(slots=True)
class Legs:
    """What is told of the legs: ``names`` are their interfaces, by leg; ``unnamed`` says why one is not known."""

    names: dict[str, str] = field(default_factory=dict)
    unnamed: dict[str, Unmodelled] = field(default_factory=dict)
    interfaces: dict[str, Interface] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)

    def vrfs(self) -> dict[str, Vrf]:
        """The routing domain of both."""
        first = next(iter(self.interfaces.values()), None)
        return {VRF: Vrf(VRF, TABLE, first.where)} if first is not None else {}


def legs_of(profile: Profile) -> Legs:
    """Read the legs and the routes of a gateway; what is missing is told, and is a doubt about every packet."""
    legs = Legs()
    told = {leg for leg in LEGS for each in profile.parameters if each.startswith(f"{leg}_") and each not in _NETWORKS}
    for leg in LEGS:
        if told:
            _take_leg(leg, profile, legs)
    _take_vips(profile, legs)
    if told:
        _take_routes(profile, legs)
    else:
        doubt = profile.missing("wan_vlan", "which legs the gateway has")
        legs.unnamed = dict.fromkeys(LEGS, doubt)
    return legs


_NETWORKS = {*VIRTUAL_SUBNETS, "virt_subnets_cidr_v6", "virt_floating", "virt_floating_additional", "virt_networks"}


def _take_leg(leg: str, profile: Profile, legs: Legs) -> None:
    vlan = _number(profile, f"{leg}_vlan", f"the name of {LEGS[leg]}")
    if isinstance(vlan, Unmodelled):
        legs.unnamed[leg] = vlan
        return
    addresses: list[IPv4Interface | IPv6Interface] = []
    where = None
    for family in ("", "_v6"):
        said = profile.one(f"{leg}_addr{family}")
        if said is not None and (address := _address(profile, leg, family, said)) is not None:
            addresses.append(address)
            where = where or said.where
    if not {f"{leg}_addr", f"{leg}_addr_v6"} & profile.parameters:
        _needed(profile, f"{leg}_addr", f"the address of {LEGS[leg]}")
    name = legs.names[leg] = f"vlan{vlan[0]}"
    legs.interfaces[name] = Interface(
        name, where or vlan[1].where, tuple(addresses), VRF, vlan=vlan[0], description=LEGS[leg]
    )


def _number(profile: Profile, parameter: str, means: str) -> tuple[int, Said] | Unmodelled:
    """A VLAN's number; a doubt about every packet where it is not known."""
    said = profile.one(parameter)
    if said is None:
        return _needed(profile, parameter, means)
    if not said.doubt and said.text.isascii() and said.text.isdigit() and 0 < int(said.text[:5]) < 4095:
        return int(said.text), said
    return _bad(profile, said, "is not the number of a VLAN", "VLANs are numbered from 1 to 4094")


def _needed(profile: Profile, parameter: str, means: str) -> Unmodelled:
    """A key that is missing beside others of the legs: a doubt about every packet."""
    doubt = profile.missing(parameter, means)
    profile.doubts.append(doubt)
    return doubt


def _address(profile: Profile, leg: str, family: str, said: Said) -> IPv4Interface | IPv6Interface | None:
    """The address of a leg with the length of its prefix, which may stand beside it or under a key of its own."""
    text = said.text
    if "/" not in text:
        length = profile.one(f"{leg}_netm{family}")
        if length is None and not family:
            _needed(profile, f"{leg}_netm", f"the prefix of {LEGS[leg]}")
            return None
        text = f"{text}/{length.text if length is not None else _DEFAULT_V6}"
    try:
        if not said.doubt:
            return ip_interface(text)
    except ValueError:
        pass
    _bad(profile, said, "is not an address with the length of its prefix", "write `192.0.2.1/29`")
    return None


_DEFAULT_V6 = 64
"""The length that the profile takes for IPv6 where none is told."""


def _take_vips(profile: Profile, legs: Legs) -> None:
    """The addresses that the gateways share: each holds them while it is the active one."""
    for said in (*(profile.texts("vrrp_vips") or ()), *(profile.texts("vrrp_vips_v6") or ())):
        found = _VIP.fullmatch(said.text) if not said.doubt else None
        try:
            address = ip_interface(found[1]) if found else None
        except ValueError:
            address = None
        if found is None or address is None:
            _bad(profile, said, "is not an address with its interface", "write `192.0.2.1/29 dev vlan1107`")
            continue
        interface = _interface_of(found[2], said, legs)
        held = tuple(dict.fromkeys((*interface.addresses, address)))
        legs.interfaces[interface.name] = replace(interface, addresses=held)


def _interface_of(device: str, said: Said, legs: Legs) -> Interface:
    """The leg that an interface's name means: by its name, or by the VLAN in it; else a new one."""
    vlan = _NAMED_AFTER_VLAN.fullmatch(device)
    number = int(vlan[1]) if vlan else None
    same = (each for each in legs.interfaces.values() if each.name == device or number in (each.vlan or -1,))
    return next(same, Interface(device, said.where, vrf=VRF, vlan=number))


def _take_routes(profile: Profile, legs: Legs) -> None:
    """Out by the gateway of the outer leg; to the virtual networks by the router at the inner one."""
    for family, default in (("", "0.0.0.0/0"), ("_v6", "::/0")):
        hop = _hop(profile, "wan", f"wan_gw{family}", legs)
        if hop is not None:
            legs.routes += _routes([(ip_network(default), hop[1])], hop[0])
        peer = _hop(profile, "virt", f"virt_peer{family}", legs)
        if peer is not None:
            version = 6 if family else 4
            legs.routes += _routes([each for each in virtual_networks(profile) if each[0].version == version], peer[0])


def _hop(profile: Profile, leg: str, parameter: str, legs: Legs) -> tuple[NextHop, Said] | None:
    said = profile.one(parameter)
    if said is None:
        if not parameter.endswith("_v6"):
            _needed(profile, parameter, f"where packets go by {LEGS[leg]}")
        return None
    try:
        if not said.doubt:
            return NextHop(ip_address(said.text), legs.names.get(leg)), said
    except ValueError:
        pass
    _bad(profile, said, "is not an address", "write the neighbour's address")
    return None


def _routes(networks: list[tuple[Prefix, Said]], hop: NextHop) -> Iterator[Route]:
    for prefix, said in networks:
        yield Route(prefix, RouteKind.FORWARD, said.where, (hop,))


def virtual_networks(profile: Profile) -> list[tuple[Prefix, Said]]:
    """Every prefix behind the inner leg: of instances, and of their floating addresses."""
    texts = [said for each in ("virt_subnets_cidr_v6", "virt_floating", "virt_floating_additional")
             for said in profile.texts(each) or ()]  # fmt: skip
    texts += profile.texts(*VIRTUAL_SUBNETS) or ()
    texts += [said for _, said in typed_networks(profile)]
    found = [(block_of(said.text), said) for said in texts if not said.doubt]
    blocks = [(block[0], said) for block, said in found if block is not None]
    return [(block, said) for block, said in blocks if isinstance(block, Prefix)]


def typed_networks(profile: Profile) -> list[tuple[str, Said]]:
    """The networks of ``virt_networks``, each with its type: those of type `default` are translated."""
    found = profile.find("virt_networks")
    typed: list[tuple[str, Said]] = []
    for each in found.node.elements() if found is not None else ():
        kind, networks = each.child("type"), each.child("networks")
        if kind is not None and networks is not None and found is not None:
            typed += [(kind.spelled, said) for said in profile.hiera.texts(replace(found, node=networks))]
    return typed


def _bad(profile: Profile, said: Said, says: str, help_: str) -> Unmodelled:
    """A value that cannot be used: a doubt about every packet."""
    message = f"`{shown(said.text)}` {says}"
    profile.problems.append(Diagnostic(BAD_VALUE, message, said.where, help_))
    doubt = Unmodelled(said.where, message)
    profile.unmodelled.append(doubt)
    profile.doubts.append(doubt)
    return doubt
