"""Where the things that packets meet in the kernel stand in the estate's files: interfaces, networks, rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import PurePosixPath

from isthmus.estate import Estate
from isthmus.guidelines.exercise import Behind, Refusal, Stop
from isthmus.lab.plan.shape import LabPlan, NodeKind
from isthmus.lab.probes import Met, Role, Sighting
from isthmus.network import DeviceKind, Network
from isthmus.packetset import Address


@dataclass(frozen=True)
class Places:
    """The estate, its snapshot and its lab, side by side. ``root`` is the folder that files are named from."""

    estate: Estate
    network: Network
    plan: LabPlan
    root: str

    @cached_property
    def switches(self) -> frozenset[str]:
        """The nodes that stand for wires and for the filters on them."""
        return frozenset(each.name for each in self.plan.nodes.values() if each.kind is NodeKind.SWITCH)

    def stop(self, sighting: Sighting) -> Stop | None:
        """The interface by which a packet came in; None for switches and for wires of the lab's own."""
        node = self.plan.nodes[sighting.node]
        if node.name in self.switches:
            return None
        port = next((each for each in node.ports if each.device == sighting.interface), None)
        if port is None:
            return None
        networks = {network.id for each in port.addresses for network in self.estate.plan.find(each.ip)}
        return Stop(node.owner, port.name, tuple(sorted(networks)))

    def unread(self) -> Iterator[str]:
        """The hosts whose own filters nobody has read; those of an instance are its security groups."""
        for owner in sorted({each.owner for each in self.plan.nodes.values() if each.kind is not NodeKind.SWITCH}):
            device = self.network.devices.get(owner)
            if device is None or not (device.reads_host or device.kind is DeviceKind.INSTANCE):
                yield owner

    def behind(self) -> Iterator[Behind]:
        """The servers behind each address and port where a proxy takes connections."""
        for device in self.network.devices.values():
            held = sorted({each.ip for one in device.interfaces.values() for each in one.addresses}, key=_by_version)
            for proxy in device.proxies:
                servers = [server for path in proxy.paths for server in path.servers]
                for bind, server in product(proxy.binds, servers):
                    for front in held if bind.address is None else [bind.address]:
                        if server.address is not None and server.port:
                            yield Behind(front, f"tcp/{bind.ports.first}", server.address, f"tcp/{server.port}")

    def refusal(self, met: Met) -> Refusal:
        """The rule that ended a packet, by its text and its line."""
        owner = self.plan.nodes[met.node].owner
        return Refusal(owner, rule_told(met), self.where(met), is_of_reply=met.seen.role is not Role.PROBE)

    def where(self, met: Met) -> str:
        """File and line of a rule, as far as they are known; of one that the lab rendered, its comment tells them."""
        owner = self.plan.nodes[met.node].owner
        if met.rule is not None and met.rule.comment:
            return self._shortened(met.rule.comment)
        device = self.network.devices.get(owner)
        chain = device.chains.get(f"{met.family} {met.table} {met.chain}") if device else None
        if chain is None:
            return ""
        if met.rule is None:
            return self._shortened(f"{chain.where.file}:{chain.where.line}")
        if met.rule.place >= len(chain.rules):
            return ""
        where = chain.rules[met.rule.place].where
        return self._shortened(f"{where.file}:{where.line}")

    def _shortened(self, place: str) -> str:
        path, colon, rest = place.partition(":")
        given = PurePosixPath(path)
        return f"{given.relative_to(self.root)}{colon}{rest}" if given.is_relative_to(self.root) else place


def rule_told(met: Met) -> str:
    """A rule, or a chain's policy, with the chain that holds it."""
    rule = f"rule `{_spoken(met.rule.text)}`" if met.rule else f"policy {met.verdict}"
    return f"{met.family} {met.table} {met.chain}: {rule}"


def _by_version(address: Address) -> tuple[int, int]:
    return address.version, int(address)


def _spoken(rule: str) -> str:
    """A rule as the kernel lists it, without its counter and its comment.

    >>> _spoken('tcp dport 22 counter packets 1 bytes 40 drop comment "cr1.conf:4"')
    'tcp dport 22 drop'
    """
    words = rule.split(' comment "')[0].split()
    while "counter" in words:
        at = words.index("counter")
        words[at : at + (5 if words[at + 1 : at + 2] == ["packets"] else 1)] = []
    return " ".join(words)
