"""One ruleset, many packets: what the kernel does and what the model says, and every packet on which they differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from isthmus.packetset import Packet, Space
from isthmus.prove.replay.ways import flow_of
from tests.referee import probes as wire
from tests.referee.crowd import Crowd
from tests.referee.model import DROPPED, NOTHING, Model, Outcome, Said
from tests.referee.probes import REPLY, Rows
from tests.referee.stage import LEGS, SELF, Stage

SIDES = (*LEGS, "self")
MOST_REPLIES = 12
MOST_DOUBTFUL = 100


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A packet on which kernel and model differ, and how."""

    packet: Packet
    side: int
    what: str


@dataclass(slots=True)
class Score:
    """What was compared."""

    rulesets: int = 0
    verdicts: int = 0
    walked: int = 0
    """Packets that the single-packet engine was asked about, replies among them."""
    in_sets: int = 0
    """Questions to the sets of packets."""
    rules_told: int = 0
    """Packets of which the rules that they met were compared."""
    replies: int = 0
    translated: int = 0
    in_doubt: int = 0
    """Packets of which the model is not sure; what the kernel did was among what it holds possible."""
    refused: int = 0
    """Rulesets that nft refused."""
    found: list[Disagreement] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        """Both together."""
        for name in self.__slots__:
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, mine + theirs)


def squeezed(labels: Sequence[str]) -> list[str]:
    """Labels without repetitions: a rule for several marks is several rules in the model, one behind the other."""
    return [each for at, each in enumerate(labels) if at == 0 or labels[at - 1] != each]


def shown(outcome: Outcome) -> str:
    """An outcome in words."""
    side, flow = outcome
    return "is dropped" if side == DROPPED else f"comes out {SIDES[side]} as {' '.join(map(str, flow))}"


class Duel:
    """Kernel and model with the same rules."""

    def __init__(self, stage: Stage, model: Model, proved: int | None = None) -> None:
        """``proved`` is the side whose packets the sets are asked about; None: both. Sets take the most time."""
        self.proved = proved
        self.stage = stage
        self.model = model
        self.score = Score(rulesets=1)

    # Many packets, no translation

    def filtering(self, probes: Rows, *, with_replies: bool) -> Score:
        """Packets that keep their addresses: the kernel is asked about each, the model about each kind."""
        sides, met = self._sent(probes)
        fates = Crowd(self.model.network.devices["router"], probes).fates()
        self.score.verdicts += len(probes)
        sure = ~fates.is_doubtful
        self.score.in_doubt += int((~sure).sum())
        answering: list[tuple[int, Packet]] = []
        kinds, first, belongs = np.unique(fates.kinds, return_index=True, return_inverse=True)
        order = np.argsort(belongs, kind="stable")
        ends = np.searchsorted(belongs[order], np.arange(len(kinds) + 1))
        for at, index in enumerate(first.tolist()):
            members = order[ends[at] : ends[at + 1]]
            members = members[sure[members]]
            if not len(members):
                continue
            packet = wire.packet_of(probes[index])
            said = self._kind(probes, members, packet, sides, met)
            if said is not None and int(sides[index]) in (0, 1):
                answering.append((index, packet))
        for index in np.flatnonzero(~sure)[:MOST_DOUBTFUL].tolist():
            packet, side = wire.packet_of(probes[index]), int(probes[index]["side"])
            self._compare(packet, side, _unchanged(packet, int(sides[index])), self.model.says(packet, side))
        if with_replies:
            some = answering[:MOST_REPLIES]
            self._replies([(at, packet, int(probes[at]["side"]), int(sides[at])) for at, packet in some])
        return self.score

    def _kind(
        self, probes: Rows, members: np.ndarray, packet: Packet, sides: np.ndarray, met: dict[int, list[str]]
    ) -> Said | None:
        """All packets of one kind; None where something is wrong with them."""
        side = int(probes[members[0]]["side"])
        packet = wire.packet_of(probes[members[0]])
        said = self.model.says(packet, side)
        self.score.walked += 1
        expected = next(iter(said.outcomes))[0] if len(said.outcomes) == 1 else None
        wrong = members[sides[members] != expected]
        self._sets(packet, side, int(sides[members[0]]))
        if self.model.labels and said.labels is not None:
            self.score.rules_told += len(members)
            told = squeezed(said.labels)
            different = [each for each in members.tolist() if squeezed(met.get(each, [])) != told]
            for index in different[:1]:
                what = f"the kernel met rules {met.get(index, [])}, the model {told}"
                self._found(wire.packet_of(probes[index]), side, what)
        for index in wrong[:1].tolist():
            one = wire.packet_of(probes[index])
            self._compare(one, side, _unchanged(one, int(sides[index])), self.model.says(one, side), is_wrong=True)
        return None if len(wrong) else said

    def _sets(self, packet: Packet, side: int, out: int) -> None:
        """The same by sets of packets, for a packet that keeps its addresses and comes by the side that is proved."""
        if self.proved not in (None, side):
            return
        for each in (0, 1, SELF):
            surely, possibly = self.model.proof.admits(packet, side, each)
            self.score.in_sets += 1
            if (each == out and not possibly) or (each != out and surely):
                self._found(
                    packet, side, f"it {shown(_unchanged(packet, out))}; the sets say {SIDES[each]} {surely, possibly}"
                )

    # Packets one by one

    def translating(self, probes: Rows) -> Score:
        """Packets that may be translated: the model is asked about each before it is sent, so that none takes the
        connection of another."""
        packets = [(wire.packet_of(each), int(each["side"])) for each in probes]
        said = [self.model.says(packet, side) for packet, side in packets]
        keep = [at for at in _apart(packets, said) if not said[at].loops]
        self.each([packets[at] for at in keep], [said[at] for at in keep])
        return self.score

    def each(self, packets: Sequence[tuple[Packet, int]], said: Sequence[Said]) -> None:
        """Every packet by itself, and the replies to those that come out."""
        if not packets:
            return
        found, met = self._arrivals(wire.rows(packets))
        passing = []
        for at, ((packet, side), told) in enumerate(zip(packets, said, strict=True)):
            outcome = found.get(at, NOTHING)
            self.score.verdicts += 1
            self.score.walked += 1
            self.score.in_doubt += not told.is_sure
            self.score.translated += outcome[0] != DROPPED and outcome[1] != flow_of(packet)
            agreed = self._compare(packet, side, outcome, told)
            if agreed:
                self._labels(packet, side, met.get(at, []), told)
                self._origins(packet, side, outcome)
            if agreed and outcome[0] in (0, 1) and told.is_sure:
                passing.append((at, packet, side, outcome[0]))
        self._replies(passing[: 3 * MOST_REPLIES])

    def _labels(self, packet: Packet, side: int, met: list[str], told: Said) -> None:
        if self.model.labels and told.labels is not None:
            self.score.rules_told += 1
            if squeezed(met) != squeezed(told.labels):
                self._found(packet, side, f"the kernel met rules {met}, the model {list(told.labels)}")

    def _origins(self, packet: Packet, side: int, outcome: Outcome) -> None:
        """By sets of packets: what came out is among what may come out, and what was sent among what may have been."""
        if self.proved not in (None, side):
            return
        proof = self.model.proof
        for each in (0, 1) if side == SELF else (0, 1, SELF):  # what a device sends to itself crosses nothing
            is_sent = packet in proof.sent(side, each)
            self.score.in_sets += 1
            if each == outcome[0] and not is_sent:
                self._found(packet, side, f"it {shown(outcome)}; the sets have it come out there in no case")
            if (
                side != SELF
                and each != outcome[0]
                and is_sent
                and not self.model.doubts
                and not self.model.asks_for_flags
            ):
                self._found(packet, side, f"it {shown(outcome)}; the sets have it come out {SIDES[each]} too")

    def _replies(self, passed: Sequence[tuple[int, Packet, int, int]]) -> None:
        """Replies to packets that came out, sent back where they did: number, packet, side in and side out."""
        asked = []
        sides = []
        for number, packet, side, out in passed:
            found = self.model.says_of_reply(packet, side)
            if found is not None and (found[1].is_sure or len(passed) == 1):  # others may be new, and meet theirs
                asked.append((number + REPLY, packet, side, found[0], found[1]))
                sides.append(out)
        if not asked:
            return
        rows = wire.rows([(reply, out) for (_, _, _, reply, _), out in zip(asked, sides, strict=True)])
        numbers = np.asarray([number for number, *_ in asked], dtype=np.uint32)
        came = wire.read(self.stage.send(wire.frames(rows, numbers, self.stage.ether), sides))
        self.stage.met()
        for number, packet, side, reply, told in asked:
            outcome = _outcome(came.get(number, []))
            self.score.verdicts += 1
            self.score.walked += 1
            self.score.replies += 1
            if not told.allows(outcome) or (told.is_sure and len(told.outcomes) > 1):
                self._found(packet, side, f"its reply {reply} {shown(outcome)}; the model: {_words(told)}")

    # What is said

    def _compare(self, packet: Packet, side: int, outcome: Outcome, told: Said, *, is_wrong: bool = False) -> bool:
        if told.allows(outcome) and not is_wrong and not (told.is_sure and len(told.outcomes) > 1):
            return True
        self._found(packet, side, f"it {shown(outcome)}; the model: {_words(told)}")
        return False

    def _found(self, packet: Packet, side: int, what: str) -> None:
        self.score.found.append(Disagreement(packet, side, what))

    # The kernel

    def _sent(self, probes: Rows) -> tuple[np.ndarray, dict[int, list[str]]]:
        """By which side each came out, -1 for none; and the rules that each met."""
        numbers = np.arange(len(probes), dtype=np.uint32)
        came = self.stage.send(wire.frames(probes, numbers, self.stage.ether), probes["side"].tolist())
        sides = np.full(len(probes), DROPPED, dtype=np.int8)
        for side, data in came:
            number = wire.number_of(data)
            if number is not None and number < len(probes):
                sides[number] = side
        return sides, self.stage.met()

    def _arrivals(self, probes: Rows) -> tuple[dict[int, Outcome], dict[int, list[str]]]:
        numbers = np.arange(len(probes), dtype=np.uint32)
        came = self.stage.send(wire.frames(probes, numbers, self.stage.ether), probes["side"].tolist())
        found = {number: _outcome(arrivals) for number, arrivals in wire.read(came).items()}
        return found, self.stage.met()


def _outcome(arrivals: Sequence[wire.Arrival]) -> Outcome:
    if len(arrivals) > 1:
        return SELF + len(arrivals), ()
    return (arrivals[0].side, flow_of(arrivals[0].packet)) if arrivals else NOTHING


def _unchanged(packet: Packet, side: int) -> Outcome:
    return (side, flow_of(packet)) if side != DROPPED else NOTHING


def _words(said: Said) -> str:
    told = " or ".join(sorted(map(shown, said.outcomes)))
    return f"{told}{'' if said.is_sure else ', perhaps'}"


def _apart(packets: Sequence[tuple[Packet, int]], said: Sequence[Said]) -> list[int]:
    """Those whose connections share no address and port pair with another's, in either direction."""
    taken: set[object] = set()
    kept = []
    for at, ((packet, _), told) in enumerate(zip(packets, said, strict=True)):
        flows = {flow_of(packet), *(flow for _, flow in told.outcomes if flow)}
        keys = set[object]()
        for source, destination, protocol, one, other, kind, _ in flows:
            if kind is None:
                keys |= {(protocol, source, one, destination, other), (protocol, destination, other, source, one)}
        if not keys & taken:
            taken |= keys
            kept.append(at)
    return kept


def one_by_one(
    stage: Stage, text: str, labels: dict[int, str], packets: Iterable[tuple[Packet, int]], space: Space
) -> Score | None:
    """A text with single packets, each as the first one that the rules ever see; None where nft refuses the text."""
    total = Score()
    model = Model.of(text, labels, space)
    for packet, side in packets:
        if stage.load(text):
            return None
        duel = Duel(stage, model)
        duel.each([(packet, side)], [model.says(packet, side)])
        total.add(duel.score)
    return total
