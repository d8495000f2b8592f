"""Many probes at once: send them from their nodes, notice them wherever they come, tell what became of each.

Packets between namespaces are delivered while they are sent, so a probe that is lost needs no waiting: when nothing
more comes, nothing will.
"""

import selectors
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Protocol, Self

from isthmus.lab.kernel import inside_network
from isthmus.lab.probes.capture import Ear, Sense, Sighting, Tap, ears
from isthmus.lab.probes.inject import Parcel, Stack
from isthmus.lab.probes.packets import Probe, encode
from isthmus.lab.probes.sightings import UNNUMBERED, Role
from isthmus.packetset import Address, Packet

AT_ONCE = 64
"""Probes between two looks at what came: few enough that small receive buffers hold all that they set off."""
PATIENCE = 0.1
"""Seconds without any news after which nothing is expected any more."""


_Ends = tuple[Address, int | None, Address, int | None]


class Sender(Protocol):
    """Something that sends packets: a host's stack, or a wire."""

    def send(self, parcels: Iterable[Parcel]) -> list[tuple[Parcel, OSError]]:
        """Send packets; those that were refused, with the reason."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A probe, and the node that sends it."""

    node: str
    probe: Probe


@dataclass(frozen=True, slots=True)
class Trail:
    """What became of one probe: every sighting of it and of what answered it, in order of time."""

    shot: Shot
    sightings: tuple[Sighting, ...] = ()
    unsent: str = ""
    """Why the sender's own host would not send it."""

    @property
    def passed(self) -> tuple[Sighting, ...]:
        """Where the probe came in, hop by hop."""
        return tuple(each for each in self.sightings if (each.sense, each.seen.role) == (Sense.PASSED, Role.PROBE))

    @property
    def admitted(self) -> Sighting | None:
        """Where a host let it in for itself: the end of its way, with the addresses as seen there."""
        found = [each for each in self.sightings if (each.sense, each.seen.role) == (Sense.ADMITTED, Role.PROBE)]
        return found[-1] if found else None

    @property
    def answered(self) -> Sighting | None:
        """The answer, or the refusal, that came back into the sender's host; None where nothing did."""
        back = [each for each in self.sightings if each.sense is Sense.ADMITTED and each.seen.role is not Role.PROBE]
        return next((each for each in back if each.node == self.shot.node), None)


class Watch:
    """Taps and ears in nodes, and the senders of those that send. To be used in ``with``."""

    def __init__(
        self, nodes: Mapping[str, Path], tapped: Collection[str] | None = None, switches: Collection[str] = ()
    ) -> None:
        """Watch ``nodes`` (name → network namespace), and of them only ``tapped`` ones hop by hop (default: all)."""
        self._switches = frozenset(switches)
        self._nodes = dict(nodes)
        self._tapped = self._nodes.keys() if tapped is None else frozenset(tapped)
        self._stack = ExitStack()
        self._selector = selectors.EpollSelector()
        self._senders: dict[str, Sender] = {}
        self._senses: list[Tap | Ear] = []
        self._asked: dict[tuple[str, _Ends], int] = {}

    def __enter__(self) -> Self:
        self._stack.callback(self._selector.close)
        try:
            for node, namespace in self._nodes.items():
                with inside_network(namespace):
                    self._listen(node)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _listen(self, node: str) -> None:
        for sense in (*((Tap(node, overhears=node in self._switches),) if node in self._tapped else ()), *ears(node)):
            self._senses.append(sense)
            self._stack.callback(sense.close)
            self._selector.register(sense, selectors.EVENT_READ, sense)
        sender = self._stack.enter_context(Stack())
        self._senders[node] = sender

    def by(self, node: str, sender: Sender) -> None:
        """Let a node send by another sender than its own stack."""
        self._senders[node] = sender

    @property
    def lost(self) -> int:
        """How many packets came and were not looked at in time; any makes silence worthless."""
        return sum(each.lost for each in self._senses)

    def fire(self, shots: Sequence[Shot], patience: float = PATIENCE) -> list[Trail]:
        """Send probes and tell what became of each, in the order given. Their numbers must differ."""
        found: dict[int, list[Sighting]] = {shot.probe.number: [] for shot in shots}
        assert len(found) == len(shots), "every probe has a number of its own"
        self._asked = {(each.node, _ends(each.probe.packet)): each.probe.number for each in shots}
        unsent: dict[int, str] = {}
        waiting = iter(shots)
        self._drain({}, 0)
        while chunk := list(islice(waiting, AT_ONCE)):
            for shot in chunk:
                packet = shot.probe.packet
                parcel = Parcel(packet.source, packet.destination, encode(shot.probe))
                for _, error in self._senders[shot.node].send((parcel,)):
                    unsent[shot.probe.number] = error.strerror or str(error)
            self._drain(found, 0)
        self._drain(found, patience)
        return [_trail(shot, found, unsent) for shot in shots]

    def drain(self, numbers: Iterable[int], patience: float = PATIENCE) -> list[Sighting]:
        """What has come, or still comes, of probes that were sent by other ways than ``fire``, in order of time."""
        found: dict[int, list[Sighting]] = {number: [] for number in numbers}
        self._drain(found, patience)
        return sorted((each for every in found.values() for each in every), key=lambda each: each.at)

    def _answered(self, sighting: Sighting) -> int:
        """The probe that a datagram without a number answers: the one that was sent from where it has come to."""
        seen = sighting.seen
        ends = (seen.destination, seen.destination_port, seen.source, seen.source_port)
        return self._asked.get((sighting.node, ends), UNNUMBERED)

    def _drain(self, found: dict[int, list[Sighting]], patience: float) -> None:
        """Take what has come, until for a while nothing has that belongs to a probe."""
        until = monotonic() + patience
        while ready := self._selector.select(max(until - monotonic(), 0)):
            for key, _ in ready:
                for sighting in key.data.read():
                    number = sighting.seen.number if sighting.seen.number >= 0 else self._answered(sighting)
                    if number in found:
                        found[number].append(sighting)
                        until = monotonic() + patience


def _ends(packet: Packet) -> _Ends:
    return packet.source, packet.source_port, packet.destination, packet.destination_port


def _trail(shot: Shot, found: Mapping[int, list[Sighting]], unsent: Mapping[int, str]) -> Trail:
    number = shot.probe.number
    return Trail(shot, tuple(sorted(found[number], key=lambda each: each.at)), unsent.get(number, ""))
