"""What the proofs of one network leave for those of the next one, of which most devices are the same.

Everything here is remembered by all that it depends on, so that an answer is the same whether it was remembered or not:
compiled devices by the device itself, and what a device did to packets by the device, the packets that came, and the
connections that it had seen. A proof after a change takes the same steps as one from scratch, most of them looked up.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace

from isthmus.network import Chain, Device, Network
from isthmus.packetset import Space
from isthmus.prove.lists import Compiler
from isthmus.prove.reach.compiled import Compiled
from isthmus.prove.reach.connections import Connections
from isthmus.prove.reach.direction import Direction
from isthmus.prove.reach.filters import Rulesets
from isthmus.prove.reach.stages import Passed

_CROSSINGS = 400_000
_DEVICES = 100_000


@dataclass(frozen=True, slots=True)
class Crossed:
    """What a device did to packets, and what it remembered of them."""

    passed: Passed
    noted: Connections


class Memory:
    """Belongs to one space; `Reach` asks it."""

    def __init__(self, space: Space) -> None:
        self.compiler = Compiler(space)
        self.rulesets = Rulesets(self.compiler)
        self._compiled: dict[tuple[int, Direction], Compiled] = {}
        self._crossings: dict[Hashable, Crossed] = {}
        self.compiler.when_forgetting(self._crossings.clear)

    def compiled(self, device: Device, direction: Direction) -> Compiled:
        """A device as packets of one direction meet it."""
        key = (id(device), direction)
        known = self._compiled.get(key)
        if known is None:
            if len(self._compiled) >= _DEVICES:
                self._compiled.clear()
            known = self._compiled[key] = Compiled(device, self.rulesets, direction)
        return known

    def crossing(self, key: Hashable, work_out: Callable[[], Crossed]) -> Crossed:
        """What a device did to packets; ``key`` is all that this depends on."""
        known = self._crossings.get(key)
        if known is None:
            known = work_out()
            if len(self._crossings) >= _CROSSINGS:
                self._crossings.clear()
            self._crossings[key] = known
        return known


def interned(old: Network, new: Network) -> Network:
    """The new network, with the old one's own devices and chains wherever they are equal to the letter."""
    chains = _Chains()
    devices = {}
    for name, device in new.devices.items():
        before = old.devices.get(name)
        devices[name] = device if before is None or before is device else chains.shared(before, device)
    return Network(devices)


class _Chains:
    """Pairs of chains that were compared: thousands of ports behind one group hold the same two."""

    def __init__(self) -> None:
        self._equal: dict[tuple[int, int], bool] = {}

    def shared(self, old: Device, new: Device) -> Device:
        """The old device, if the new one is equal; else the new one with those of its chains that are."""
        chains = {name: self._shared(old.chains.get(name), chain) for name, chain in new.chains.items()}
        found = new if _are_same(chains, new.chains) else replace(new, chains=chains)
        return old if old == found else found

    def _shared(self, old: Chain | None, new: Chain) -> Chain:
        if old is None or old is new:
            return new
        key = (id(old), id(new))
        if key not in self._equal:
            self._equal[key] = old == new
        return old if self._equal[key] else new


def _are_same(one: Mapping[str, Chain], other: Mapping[str, Chain]) -> bool:
    return all(one[name] is other[name] for name in other)
