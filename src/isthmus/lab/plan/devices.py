"""Nodes of the snapshot's devices: a namespace for each VRF, with its interfaces and what stands in its texts."""

from ipaddress import ip_interface

from isthmus.lab.plan.draft import Draft, Ground
from isthmus.lab.plan.shape import InterfaceAddress, NodeKind
from isthmus.network import DEFAULT_VRF, Device, DeviceKind, Interface, Port
from isthmus.packetset import Address


def add_devices(ground: Ground) -> None:
    """Add the nodes of every device that has interfaces."""
    for device in ground.network.devices.values():
        if device.interfaces or device.name in ground.estate.hosts:
            _add(ground, device)
    _give_shared_addresses_to_one(ground)


def _add(ground: Ground, device: Device) -> None:
    used = [each.vrf for each in device.interfaces.values()]
    for vrf in sorted({DEFAULT_VRF, *used}, key=lambda each: (each != DEFAULT_VRF, each)):
        draft = ground.add(device.name, NodeKind.DEVICE, vrf, device)
        for interface in device.interfaces.values():
            if interface.vrf == vrf:
                _add_interface(ground, draft, device, interface)
        if device.kind is not DeviceKind.ROUTER:
            _add_parents(draft, device)
        draft.sysctls += ground.texts_of(device.name).settings
    _name_what_is_not_modelled(ground, device)


def _name_what_is_not_modelled(ground: Ground, device: Device) -> None:
    """What no reader understood is not in the model, and so not in the lab, unless the text itself is loaded."""
    used = ground.texts_of(device.name).used
    draft = ground.of(device.name)
    for each in dict.fromkeys((*device.doubts, *device.coverage.unmodelled)):
        if each.where.file not in used and draft is not None:
            ground.leave_out(draft, each.what, each.where)


def _add_interface(ground: Ground, draft: Draft, device: Device, interface: Interface) -> None:
    if interface.name == draft.vrf:
        draft.vrf_device = draft.add_port(interface.name, [], None).device
        return
    segment = ground.segment_of(Port(device.name, interface.name))
    addresses = _possible(ground, draft, interface)
    is_router = device.kind is DeviceKind.ROUTER
    if interface.name == "lo" or (is_router and segment is None and addresses):
        draft.loopback += addresses
    elif addresses or segment or not is_router:
        port = draft.add_port(interface.name, addresses, segment.name if segment else None)
        port.is_up = interface.is_up


def _possible(ground: Ground, draft: Draft, interface: Interface) -> list[InterfaceAddress]:
    """The addresses that Linux lets an interface have: IPv6 keeps loopback ones to the loopback."""
    possible: list[InterfaceAddress] = []
    for each in interface.addresses:
        if each.version == 6 and each.ip.is_loopback and interface.name != "lo":
            ground.leave_out(draft, f"`{each}` cannot be an address of `{interface.name}`", interface.where)
        else:
            possible.append(each)
    return possible


def _add_parents(draft: Draft, device: Device) -> None:
    """The interfaces that VLANs lie on, for rules that name them."""
    parents = {each.parent for each in device.interfaces.values() if each.vrf == draft.vrf and each.parent}
    for parent in sorted(parents - set(draft.ports) - set(device.interfaces)):
        draft.add_port(parent, [], None)


def _give_shared_addresses_to_one(ground: Ground) -> None:
    """An address that several routers share (VRRP) is held by one of them at a time: here by the first."""
    holders: dict[tuple[str, Address], tuple[str, str]] = {}
    for draft in ground.drafts.values():
        for port in draft.ports.values():
            port.addresses = list(dict.fromkeys(port.addresses))
            for each in list(port.addresses) if port.segment else ():
                first = holders.setdefault((str(port.segment), each.ip), (draft.name, port.name))
                if first != (draft.name, port.name):
                    port.addresses.remove(each)
                    ground.remarks.append(f"{each.ip} is of {first[0]} and {draft.name}: {first[0]} has it")


def host_address(address: Address, prefix_length: int | None = None) -> InterfaceAddress:
    """An address with its prefix; alone without one."""
    return ip_interface(f"{address}/{address.max_prefixlen if prefix_length is None else prefix_length}")
