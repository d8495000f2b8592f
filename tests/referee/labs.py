"""Whole networks: what comes of packets on their way over several routers, and what the model says, there and back."""

from dataclasses import dataclass, field
from ipaddress import ip_interface, ip_network
from random import Random

from isthmus.packetset import Packet, Space, TcpFlags
from isthmus.prove.replay import Ways
from isthmus.prove.replay.ways import flow_of
from tests.referee.duel import Score
from tests.referee.lab_built import OWN, Built, RefusedError
from tests.referee.lab_drawing import Lab, draw_lab, outside
from tests.referee.lab_model import LabModel
from tests.referee.model import NOTHING, Outcome
from tests.referee.probes import REPLY

PROBES = 160


@dataclass(slots=True)
class Labs:
    """Labs one after the other."""

    space: Space
    score: Score = field(default_factory=Score)
    mismatches: list[str] = field(default_factory=list)

    def one(self, seed: int) -> None:
        """The lab of one number."""
        random = Random(f"lab {seed}")  # noqa: S311 a number gives the same case again
        lab = draw_lab(random)
        try:
            built = Built(lab)
        except RefusedError:
            self.score.add(Score(refused=1))
            return
        try:
            self._fight(seed, random, built)
        finally:
            built.close()

    def _fight(self, seed: int, random: Random, built: Built) -> None:
        model = LabModel(built, self.space)
        score = Score(rulesets=1)
        sent = _apart([(packet, leaf, model.ways(packet, leaf)) for packet, leaf in draw_packets(random, built.lab)])
        came = built.send([(at, packet, leaf) for at, (packet, leaf, _) in enumerate(sent)])
        answering = []
        for at, (packet, leaf, ways) in enumerate(sent):
            did, says = came.get(at, NOTHING), {model.outcome(way) for way in ways.ways}
            score.verdicts += 1
            score.walked += 1
            is_sure = all(way.is_sure for way in ways.ways)
            score.in_doubt += not is_sure
            score.translated += did != NOTHING and did[1] != flow_of(packet)
            if any(_is_anycast(built.lab, each) for each in (did, *says)):
                continue
            if did not in says or (is_sure and len(says) > 1):
                self._differ(seed, f"{packet} from leaf {leaf}: the kernel {did}, the model {says}")
                continue
            if did != NOTHING:
                score.in_sets += 1
                if not model.may_come_out(packet, leaf, did[0]):
                    self._differ(seed, f"{packet} from leaf {leaf}: {did}; the sets have it come out there in no case")
            if did[0] in range(OWN) and is_sure:
                answering.append((at, packet, leaf, did[0]))
        self._replies(seed, built, model, answering, score)
        self.score.add(score)

    def _replies(
        self, seed: int, built: Built, model: LabModel, passed: list[tuple[int, Packet, int, int]], score: Score
    ) -> None:
        asked = []
        for at, packet, leaf, out in passed[:40]:
            back = model.back(packet, leaf)
            stays = back is not None and _is_on(built.lab, out, back.packet)  # hosts of a leaf talk without a router
            if back is not None and not stays and all(way.is_sure for way in back.ways):
                asked.append((at + REPLY, back.packet, out, {model.outcome(way) for way in back.ways}))
        came = built.send([(number, packet, leaf) for number, packet, leaf, _ in asked])
        for number, packet, leaf, says in asked:
            score.verdicts += 1
            score.replies += 1
            did = came.get(number, NOTHING)
            if any(_is_anycast(built.lab, each) for each in (did, *says)):
                continue
            if says != {did}:
                self._differ(seed, f"reply {packet} from leaf {leaf}: the kernel {did}, the model {says}")

    def _differ(self, seed: int, what: str) -> None:
        self.mismatches.append(f"lab {seed}: {what}")


def draw_packets(random: Random, lab: Lab) -> list[tuple[Packet, int]]:
    """Packets from leaves to leaves, to routers and outside; each flow once."""
    found: dict[object, tuple[Packet, int]] = {}
    own = {v: [ip_interface(leg.addresses[v]).ip for each in lab.routers for leg in each.legs] for v in (4, 6)}
    ports = lab.constants.port_edges()
    for _ in range(PROBES):
        version, leaf = random.choice((4, 4, 6)), random.randrange(len(lab.routers))
        mine = [
            each
            for each in lab.hosts[version]
            if each in ip_network(lab.routers[leaf].legs[0].addresses[version], strict=False)
        ]
        source = random.choice(mine if random.random() < 0.85 else outside(version))
        destination = random.choice(
            [*lab.hosts[version], *lab.hosts[version], *outside(version), random.choice(own[version])]
        )
        if source == destination:
            continue
        protocol = random.choice((6, 6, 17, 17, 1))
        if protocol == 1:
            number, kind = (1, 8) if version == 4 else (58, 128)
            packet = Packet(source, destination, number, icmp_type=kind, icmp_code=0)
        else:
            flags = TcpFlags.SYN if protocol == 6 else None
            packet = Packet(source, destination, protocol, random.choice(ports), random.choice(ports), flags=flags)
        ends = sorted([(int(source), packet.source_port or 0), (int(destination), packet.destination_port or 0)])
        found.setdefault((packet.protocol, version, tuple(ends)), (packet, leaf))
    return list(found.values())


def _is_anycast(lab: Lab, outcome: Outcome) -> bool:
    """Whether a packet goes to the first or last address of a leaf: Linux may take it, and the model does not know."""
    edges = set()
    for router in lab.routers:
        for address in router.legs[0].addresses.values():
            prefix = ip_network(address, strict=False)
            edges |= {prefix.network_address, prefix.broadcast_address}
    return bool(edges & set(outcome[1][:2]))


def _is_on(lab: Lab, leaf: int, packet: Packet) -> bool:
    """Whether a packet goes to the leaf itself."""
    prefix = ip_network(lab.routers[leaf].legs[0].addresses[packet.version], strict=False)
    return packet.destination in prefix


def _apart(every: list[tuple[Packet, int, Ways]]) -> list[tuple[Packet, int, Ways]]:
    """Those whose connections share nothing with another's on any router, in either direction."""
    taken: set[object] = set()
    kept = []
    for packet, leaf, ways in every:
        keys = set[object]()
        for way in ways.ways:
            for each in way.connections:
                for side in (each.before, each.after):
                    ends = (side.source, side.source_port), (side.destination, side.destination_port)
                    if side.icmp_type is None:
                        keys |= {(each.device, side.protocol, *ends), (each.device, side.protocol, *ends[::-1])}
        if not keys & taken:
            taken |= keys
            kept.append((packet, leaf, ways))
    return kept
