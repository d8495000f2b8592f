"""Proofs over many devices and many security groups, measured in this process: ``python -m benchmarks.prove_networks``.

The devices are sites with two filters each, behind four cores; the ports are instances of one virtual network, with
groups that refer to one another, read from the answers of Neutron's API, behind a gateway with a filter.

Each network is proved from scratch and then, in the same process, after one line of it has changed: what was proved
before is there, and the changed network is given, so that reading it is not part of the second figure.
"""

import gc
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import ip_network

from benchmarks.made_networks import border, groups, sites
from isthmus.formats import read
from isthmus.network import Device, Network, assemble
from isthmus.packetset import Match, PacketSet, Space
from isthmus.prove.certainty import Bounds
from isthmus.prove.reach.direction import Direction, first_packets
from isthmus.prove.reach.explore import Exploration
from isthmus.prove.reach.journey import ordinary
from isthmus.prove.reach.places import Explored, Place
from isthmus.prove.reach.reach import Reach

AFTER_A_CHANGE = 1.0
"""Seconds that a proof may take after one line has changed."""

Senders = tuple[PacketSet, tuple[bool, ...]]
"""What arrives somewhere, and of each source whether any of it does."""

Proof = Callable[[Network, Reach | None], tuple[Reach, str]]
"""Proves a network, from scratch or after another one; and what it says."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that goes: what it is, the device, the chain, and its index there."""

    told: str
    device: str
    chain: str
    index: int

    def taken_from(self, network: Network) -> Network:
        """The network without it, on all devices that share the chain; the others stay the same objects."""
        old = network.devices[self.device].chains[self.chain]
        new = replace(old, rules=(*old.rules[: self.index], *old.rules[self.index + 1 :]))

        def changed(device: Device) -> Device:
            if device.chains.get(self.chain) is not old:
                return device
            return replace(device, chains={**device.chains, self.chain: new})

        return Network({name: changed(device) for name, device in network.devices.items()})


def show(name: str, seconds: float, bound: float | None, said: str) -> None:
    """Print a row: its seconds, the peak so far, whether its bound was kept, and what came out."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    verdict = "" if bound is None else f"{bound:g} s {'kept' if seconds <= bound else 'PASSED'}"
    print(f"{name:68}{seconds:7.2f} s {peak:6,.0f} MB  {verdict:12} {said}", flush=True)


def prove(name: str, network: Network, proof: Proof, lines: tuple[Line, ...], bound: float | None) -> None:
    """Rows for a network from scratch, and after each of some lines has gone."""
    started = time.process_time()
    reach, said = proof(network, None)
    show(name, time.process_time() - started, bound, said)
    for line in lines:
        changed = line.taken_from(network)
        started = time.process_time()
        _, said = proof(changed, reach)
        show(f"  warm, without {line.told}", time.process_time() - started, AFTER_A_CHANGE, said)


def devices(count: int, length: int, bound: float | None = None) -> None:
    """Which sites reach which: all sources at once, then pair by pair."""
    lans = [ip_network(f"10.{number + 1}.0.0/16") for number in range(count)]
    pairs: dict[Place, Senders] = {}

    def proof(network: Network, before: Reach | None) -> tuple[Reach, str]:
        reach = Reach(network, before.space if before else Space(1 << 23), before)
        space = reach.space
        exploration = Exploration(reach, Direction.THERE, {})
        sent = [first_packets(space) & space.match(Match(source=(each,))) for each in lans]
        for lan, packets in zip(lans, sent, strict=True):
            exploration.begin(Place(segment=str(lan)), Bounds.exactly(packets))
        arrived = {place: each.possibly for place, each in exploration.run().arrived.items()}
        pairs.update({place: _senders(sent, packets, pairs.get(place)) for place, packets in arrived.items()})
        count = sum(sum(pairs[place][1]) for place in arrived)
        return reach, f"{count:,} of {len(sent) * len(arrived):,} pairs reach each other"

    lines = (Line("a line of a site's filter", "site7", "in", length // 2),)
    network = assemble(sites(count, length)).network
    prove(f"{count} sites, twice {length} rules each, all sources", network, proof, lines, bound)


def _senders(sent: list[PacketSet], arrived: PacketSet, before: Senders | None) -> Senders:
    """Of which sources packets arrived; only those are asked again of whose packets others arrive than before."""
    if before is None:
        return arrived, tuple(bool(arrived & packets) for packets in sent)
    was, flags = before
    change = arrived ^ was
    if not change:
        return before
    pairs = zip(sent, flags, strict=True)
    return arrived, tuple(bool(arrived & packets) if change & packets else flag for packets, flag in pairs)


def instances(ports: int, bound: float | None = None) -> None:
    """Everything between a realm of instances and another one, both ways."""
    texts = groups(ports)
    started = time.process_time()
    told = read("openstack", texts).devices
    network = assemble([*told, border(100)]).network
    show(f"{ports:,} instance ports, {ports * 10:,} group rules: reading", time.process_time() - started, None, "")
    inside, outside = (ip_network("172.16.0.0/16"), ip_network("192.0.2.0/29")), (ip_network("10.0.0.0/8"),)

    def proof(network: Network, before: Reach | None) -> tuple[Reach, str]:
        reach = Reach(network, before.space if before else Space(1 << 25), before)
        inward = _everything(reach, Match(source=outside, destination=inside))
        outward = _everything(reach, Match(source=inside, destination=outside))
        return reach, f"{len(inward.arrived):,} places inward, {len(outward.arrived):,} outward"

    lines = (
        Line("a rule of a security group", "vm7", "sg ingress g7", 40),
        Line("a line of the gateway's filter, about one subnet", "border", "in", 10),
        Line("a line of the gateway's filter, about all instances", "border", "in", 49),
    )
    prove(f"{ports:,} instance ports, {ports * 10:,} group rules: proof", network, proof, lines, bound)


def _everything(reach: Reach, match: Match) -> Explored:
    exploration = Exploration(reach, Direction.THERE, {})
    for place, packets in ordinary(reach, first_packets(reach.space) & reach.space.match(match)).items():
        exploration.begin(place, Bounds.exactly(packets))
    return exploration.run()


ROWS: dict[str, tuple[Callable[[], None], ...]] = {
    "devices": (lambda: devices(60, 100), lambda: devices(125, 100), lambda: devices(250, 100, 10)),
    "groups": (lambda: instances(1_000), lambda: instances(3_000), lambda: instances(10_000, 60)),
}


def main() -> None:
    """Print rows for each size; ``devices`` or ``groups`` chooses among them."""
    gc.disable()
    for kind, rows in ROWS.items():
        for row in rows if kind in sys.argv[1:] or not sys.argv[1:] else ():
            row()


if __name__ == "__main__":
    main()
