"""What a device's translations write into packets."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from isthmus.network import Device, HookPoint, Masquerade, Redirect, Translate
from isthmus.packetset import Address, Forgettable, Match, PacketSet, Rewrite, Space
from isthmus.prove.reach.compiled import host_prefix
from isthmus.prove.reach.stages import By

_SOURCE = (Forgettable.SOURCE, Forgettable.SOURCE_PORT)
_DESTINATION = (Forgettable.DESTINATION, Forgettable.DESTINATION_PORT_OR_ICMP)
ADDRESSES = {
    HookPoint.PREROUTING: _DESTINATION,
    HookPoint.OUTPUT: _DESTINATION,
    HookPoint.POSTROUTING: _SOURCE,
    HookPoint.INPUT: _SOURCE,
}
"""What a translation at a place writes."""

ANY_ADDRESS = (*_SOURCE, *_DESTINATION)
"""What a statement that nobody could read may write."""


def rewrites(
    device: Device, action: Translate | Masquerade | Redirect, by: By, space: Space
) -> Iterator[tuple[Rewrite, PacketSet]]:
    """What a translation writes, and into which packets; of several addresses, the one beside the neighbour."""
    if isinstance(action, Translate):
        yield action.rewrite, space.everything
        return
    name = by.leaving if isinstance(action, Masquerade) else by.arriving
    interface = device.interfaces.get(name or "")
    if isinstance(action, Redirect) and (interface is None or name == "lo"):  # its own packets go to loopback
        for address in (IPv4Address("127.0.0.1"), IPv6Address("::1")):
            yield _rewrite(action, address), space.match(Match(version=address.version))
        return
    for version in (4, 6):
        held = [each for each in interface.addresses if each.version == version] if interface else []
        near = [each for each in held if by.neighbour is not None and by.neighbour in each.network]
        for each in (near or held)[:1]:
            yield _rewrite(action, each.ip), space.match(Match(version=version))


def written(guard: PacketSet, rewrite: Rewrite, packets: PacketSet) -> PacketSet:
    """What becomes of packets."""
    return packets.image(guard, rewrite)


def _rewrite(action: Masquerade | Redirect, held: Address) -> Rewrite:
    """What masquerading or redirecting writes where the interface holds this address.

    Linux keeps the source port of a masqueraded packet where it is free, and so do we.
    """
    if isinstance(action, Masquerade):
        return Rewrite(source=host_prefix(held), source_port=action.ports)
    return Rewrite(destination=host_prefix(held), destination_port=action.port)
