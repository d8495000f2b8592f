"""Networks and subnets: where ports lie, and which ways out their hosts are told."""

from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.diagnostics import Span
from isthmus.documents import Record
from isthmus.formats.neutron.fields import Fields
from isthmus.formats.neutron.inventory import Inventory
from isthmus.formats.neutron.kinds import NETWORKS, SUBNETS
from isthmus.formats.neutron.labels import labels
from isthmus.network import Unmodelled
from isthmus.packetset import Address, Prefix


@dataclass(frozen=True, slots=True)
class Subnet:
    """Addresses of a network; ``ways`` are the prefixes and next hops that its hosts are told beside the gateway."""

    where: Span
    network: str
    prefix: Prefix | None
    gateway: Address | None
    ways: tuple[tuple[Prefix, Address], ...] = ()
    part: str = ""
    """The id of the broadcast domain, where a network has several (routed provider networks)."""
    doubts: tuple[Unmodelled, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A network as a broadcast domain; ``scopes`` are its address scopes, by IP version."""

    label: str
    scopes: tuple[str, str] = ("", "")
    doubts: tuple[Unmodelled, ...] = ()


class Segments:
    """The networks and subnets of a folder."""

    def __init__(self, inventory: Inventory) -> None:
        networks, subnets = inventory.all(NETWORKS), inventory.all(SUBNETS)
        self._inventory = inventory
        fields = {id_: Fields(each, NETWORKS, inventory.notes) for id_, each in networks.items()}
        names = labels([(id_, id_, each.text("name")) for id_, each in fields.items()])
        self.networks = {id_: self._network(names[id_], id_, each) for id_, each in fields.items()}
        self.subnets = {id_: self._subnet(Fields(each, SUBNETS, inventory.notes)) for id_, each in subnets.items()}
        self._on: dict[str, list[Subnet]] = {}
        for one in self.subnets.values():
            self._on.setdefault(one.network, []).append(one)
        told = [doubt for each in self.networks.values() for doubt in each.doubts]
        told += [doubt for each in self.subnets.values() for doubt in each.doubts]
        inventory.notes.shared.extend(told)

    def network(self, id_: str, asker: Record, *path: str | int) -> Segment:
        """The network that ``asker`` names at ``path``."""
        found = self.networks.get(id_)
        if found is None:
            if NETWORKS.key in self._inventory.held:
                self._inventory.notes.dangling(asker, path, "network", id_)
            found = self.networks[id_] = Segment(id_)
        return found

    def on(self, network: str) -> Sequence[Subnet]:
        """The subnets of a network."""
        return self._on.get(network, [])

    def _network(self, label: str, id_: str, fields: Fields) -> Segment:
        if not fields.flag("admin_state_up", default=True):
            fields.fault(
                "a network that is switched off", "admin_state_up", help_="drivers differ in what it still carries"
            )
        if fields.flag("pvlan", default=False):
            fields.fault("a private VLAN", "pvlan", help_="which of its ports reach each other is not modelled")
        scopes = (fields.text("ipv4_address_scope"), fields.text("ipv6_address_scope"))
        return Segment(label, scopes, (*fields.doubts, *self._inventory.touched.get(id_, ())))

    def _subnet(self, fields: Fields) -> Subnet:
        prefix, gateway = fields.prefix("cidr"), fields.address("gateway_ip")
        ways = []
        for path in fields.entries("host_routes"):
            to, via = fields.prefix(*path, "destination"), fields.address(*path, "nexthop")
            if to is not None and via is not None and to.version == via.version:
                ways.append((to, via))
            elif to is not None and via is not None:
                fields.fault("destination and next hop are of two families", *path)
        network, part = fields.text("network_id"), fields.text("segment_id")
        return Subnet(fields.record.where, network, prefix, gateway, tuple(ways), part, tuple(fields.doubts))
