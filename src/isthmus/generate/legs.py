"""Legs of hosts: the VLANs that a host's interfaces carry, and its addresses in them, for ``ip -batch``.

Only what the estate declares: the untagged network stands on the interface itself, each tagged one that has a VLAN's
number on a leg of its own. A tagged network without a number is named as a comment, and its addresses are left out.
"""

from collections.abc import Iterator

from isthmus.estate import Estate, HostKind, Network
from isthmus.estate.hosts import Interface
from isthmus.formats import Text
from isthmus.generate.needs import Needs
from isthmus.generate.parts import Written

FILE = "legs.batch"


def legs(needs: Needs, estate: Estate, head: tuple[str, ...]) -> Iterator[Written]:
    """A batch for each piece of hardware with tagged networks that serves, or stands in front of what serves."""
    used = [estate.services[name] for name in dict.fromkeys(each.service for each in needs.flows)]
    names = {host for each in used for host in each.hosts}
    names |= {host for each in used if each.load_balancer for host in estate.load_balancers[each.load_balancer].hosts}
    for name in sorted(names):
        host = estate.hosts[name]
        lines = [line for one, each in host.interfaces.items() if each.tagged for line in _lines(one, each, estate)]
        if lines and host.kind is HostKind.HARDWARE:
            text = "\n".join([*(f"# {each}" for each in head), *lines, ""])
            yield Written(name, "legs", (Text(FILE, text),), ())


def _lines(name: str, interface: Interface, estate: Estate) -> Iterator[str]:
    native = [estate.networks[interface.native]] if interface.native else []
    yield from (f"addr replace {each} dev {name}" for each in _addresses(interface, native))
    for network in (estate.networks[each] for each in interface.tagged):
        if network.vlan is None:
            yield f"# {network.id} is tagged on {name}, and has no VLAN number"
            continue
        leg = f"vlan{network.vlan}"
        yield f"link add link {name} name {leg} type vlan id {network.vlan}"
        yield from (f"addr replace {each} dev {leg}" for each in _addresses(interface, [network]))
        yield f"link set {leg} up"


def _addresses(interface: Interface, networks: list[Network]) -> Iterator[str]:
    """The interface's addresses in some networks, each with the length of its prefix there."""
    for address in interface.addresses:
        for prefix in (prefix for each in networks for prefix in each.prefixes):
            if address.version == prefix.version and address in prefix:
                yield f"{address}/{prefix.prefixlen}"
