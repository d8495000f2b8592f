"""Sending what is worth sending through a lab that is up, and telling what became of each probe."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import sleep

from isthmus.estate import IPAddress
from isthmus.guidelines.exercise import Back, Exercise, Probed, Refusal, Stop, Talk, Tried
from isthmus.lab.demands import LabError
from isthmus.lab.exercise.aims import Aim, Aims, Block
from isthmus.lab.exercise.places import Places
from isthmus.lab.exercise.usual import Usual
from isthmus.lab.lab import Lab
from isthmus.lab.plan.shape import LabPlan, NodeKind
from isthmus.lab.probes import Call, Probe, Role, RulePath, Shot, Trail, Watch, exchange, trace
from isthmus.packetset import IpProtocol

MOST_TRACED = 60
"""Probes of which the rules that refused them are looked for; of several from one network, the first."""
_BACK = {Role.ANSWER: Back.ANSWER, Role.REFUSAL: Back.REFUSAL}
_FIRST_NUMBER = 1 << 24
_CONVERGING = 2.0
"""Seconds that routing protocols have before the first probe."""
_APART = 997
"""Source ports between the beginnings of two turns."""
_TRACING, _UNDECLARED = 16, 17
"""The turns of probes that are sent once more to find their rules, and of those that nobody declares."""


@dataclass(frozen=True)
class Occasion:
    """Which estate is exercised, in which state, on which day."""

    estate: str
    digest: str
    on: date


def exercise(lab: Lab, aims: Aims, places: Places, occasion: Occasion) -> Exercise:
    """Send everything.

    Raises LabError where packets came faster than they could be seen, so that silence means nothing.
    """
    nodes = {node.name: node.netns for node in lab}
    hosts = {name: netns for name, netns in nodes.items() if lab.plan.nodes[name].kind is not NodeKind.SWITCH}
    with Watch(hosts) as watch:
        range_ = Range(nodes, places, watch)
        declared = range_.declared(aims.declared)
        undeclared, unusual, sent = range_.undeclared(list(aims.undeclared(lab.plan)))
    left_out: dict[str, str] = {}
    for each in lab.plan.left_out:
        left_out.setdefault(each.node.partition("@")[0], each.what)
    return Exercise(
        occasion.estate,
        occasion.on,
        occasion.digest,
        (*declared, *undeclared),
        tuple(_tried(each) for each in aims.blocks if each.clients and each.destinations),
        unusual,
        dict(sorted(left_out.items())),
        lab.plan.unplaced,
        tuple(places.unread()),
        tuple(places.behind()),
        len(aims.declared) + sent,
    )


def _tried(block: Block) -> Tried:
    return Tried(tuple(source for _, source in block.clients), block.destinations, block.ports)


class Range:
    """A lab to shoot in: every shot has a number and a source port of its own."""

    def __init__(self, nodes: Mapping[str, Path], places: Places, watch: Watch) -> None:
        self.nodes = nodes
        self.places = places
        self.plan: LabPlan = places.plan
        self.watch = watch
        self._numbers = 0

    def declared(self, aims: Sequence[Aim]) -> list[Probed]:
        """What became of declared flows: their way, what came back, the words of the server, what refused them."""
        sleep(_CONVERGING if self._speaks else 0)
        trails = self.fire(aims)
        for turn, pause in enumerate(self._pauses(), 1):
            again = [at for at, each in enumerate(trails) if each.admitted is None or each.answered is None]
            if not again:
                break
            sleep(pause)
            for at, trail in zip(again, self.fire([aims[at] for at in again], turn), strict=True):
                trails[at] = trail
        probed = [self.told(aim, trail) for aim, trail in zip(aims, trails, strict=True)]
        self._talk(aims, probed)
        self._explain(aims, probed)
        return probed

    def _pauses(self) -> tuple[float, ...]:
        """Seconds before each further try: neighbours find each other at once, routing protocols take their time."""
        return (0.0, *((0.5,) * 12 if self._speaks else ()))

    @property
    def _speaks(self) -> bool:
        """Whether routes are learnt, and not all of them told."""
        return any(daemon.program == "bird" for node in self.plan.nodes.values() for daemon in node.daemons)

    def undeclared(self, aims: Sequence[Aim]) -> tuple[list[Probed], tuple[tuple[IPAddress, IPAddress], ...], int]:
        """Of flows that nobody declares, those that get in; the ends between which nothing was sent; how many were.

        A host sends from an address of the interface by which it sends, or from one on its loopback interface.
        """
        usual = Usual(self.nodes, self.plan)
        chosen = [each for each in aims if usual.sends(each)]
        left = dict.fromkeys((each.source, each.destination) for each in aims if not usual.sends(each))
        trails = zip(chosen, self.fire(chosen, _UNDECLARED), strict=True)
        return [self.told(aim, trail) for aim, trail in trails if trail.admitted is not None], tuple(left), len(chosen)

    def fire(self, aims: Sequence[Aim], turn: int = 0) -> list[Trail]:
        """Send a probe for each aim; the same aim in the same place and turn has the same source port in every run."""
        if not aims:
            return []
        trails = self.watch.fire(self._shots(aims, turn))
        if self.watch.lost:
            raise LabError(
                f"{self.watch.lost} packets of the lab came too fast to be seen", "try again on a calmer machine"
            )
        return trails

    def _shots(self, aims: Iterable[Aim], turn: int) -> list[Shot]:
        shots = []
        for at, aim in enumerate(aims):
            self._numbers += 1
            shots.append(Shot(aim.node, Probe(_FIRST_NUMBER + self._numbers, aim.packet(turn * _APART + at))))
        return shots

    def told(self, aim: Aim, trail: Trail) -> Probed:
        """A trail in the words of the estate."""
        passed, admitted, answered = trail.passed, trail.admitted, trail.answered
        last = admitted or (passed[-1] if passed else None)
        return Probed(
            aim.crossing,
            self.plan.nodes[aim.node].owner,
            aim.source,
            aim.destination,
            aim.protocol,
            aim.number,
            self._path(trail),
            self.plan.nodes[admitted.node].owner if admitted else "",
            last.seen.source if last else None,
            _BACK[answered.seen.role] if answered else Back.NOTHING,
            trail.unsent,
        )

    def _path(self, trail: Trail) -> tuple[Stop, ...]:
        stops = (self.places.stop(each) for each in trail.passed)
        return tuple(dict.fromkeys(each for each in stops if each is not None))

    def _talk(self, aims: Sequence[Aim], probed: list[Probed]) -> None:
        """Hold a conversation beside each probe that was let in."""
        chosen = [at for at, aim in enumerate(aims) if aim.talks and probed[at].admitted_by]
        for at, heard in zip(chosen, exchange(self.nodes, (_call(aims[at]) for at in chosen)), strict=True):
            probed[at] = replace(probed[at], talk=Talk(heard.outcome.value, heard.peer, heard.forwarded_for))

    def _explain(self, aims: Sequence[Aim], probed: list[Probed]) -> None:
        """Look for the rule that refused a probe or its answer, once for all that go alike."""
        alike: dict[tuple[object, ...], list[int]] = {}
        for at, each in enumerate(probed):
            if not each.unsent and (not each.admitted_by or each.back is Back.NOTHING):
                networks = tuple(one.id for one in self.places.estate.plan.find(each.source))
                alike.setdefault((networks, each.destination, each.protocol, each.port), []).append(at)
        chosen = list(alike.values())[:MOST_TRACED]
        if not chosen:
            return
        for group, path in zip(
            chosen,
            trace(self.nodes, self._shots((aims[each[0]] for each in chosen), _TRACING), self.watch),
            strict=True,
        ):
            refusal = self._refusal(path)
            for at in group if refusal else ():
                probed[at] = replace(probed[at], refused=refusal)

    def _refusal(self, path: RulePath) -> Refusal | None:
        met = path.refusal
        return self.places.refusal(met) if met else None


def _call(aim: Aim) -> Call:
    assert aim.number is not None, "an echo request is no conversation"
    protocol = IpProtocol.TCP if aim.protocol == "tcp" else IpProtocol.UDP
    return Call(aim.node, aim.source, aim.destination, protocol, aim.number, aim.host)
