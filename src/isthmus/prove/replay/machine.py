"""One device, made ready for single packets: tables, hooks in their order, what its rules can tell apart."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from isthmus.network import DEFAULT_VRF, Chain, Device, DeviceKind, Hook, HookPoint, Interface, Proxy, Verdict
from isthmus.prove.replay.chains import Judge
from isthmus.prove.replay.tables import Tables

TRACKING = -200
"""The priority at which Linux gives packets their connection state."""

_TRANSLATION = {HookPoint.PREROUTING: -100, HookPoint.OUTPUT: -100, HookPoint.INPUT: 100, HookPoint.POSTROUTING: 100}
"""The priority at which the translation of known connections is applied, or undone."""


class Act(Enum):
    """What happens at a hook point beside chains."""

    AWAIT = "await"
    """Packets that connection tracking has not seen yet count as invalid."""
    TRACK = "track"
    APPLY = "apply"
    """Apply the translation of a known connection, or undo it for a reply."""


@dataclass(frozen=True, slots=True)
class At:
    """One thing that happens at a hook point: a chain, or an act of connection tracking."""

    priority: int
    happens: Hook | Act


class Machine:
    """A device with what one packet after the other asks of it."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.tables = Tables(device)
        self._admissions: dict[str, tuple[Judge, Chain]] = {}

    @cached_property
    def tracks(self) -> bool:
        """Whether it has netfilter, and so a connection table."""
        return bool(self.device.hooks) or self.device.kind is DeviceKind.LINUX

    @cached_property
    def is_read(self) -> bool:
        """Whether it was read what it admits: by its own firewall or, of an instance, by its security groups."""
        return self.device.reads_host or self.device.kind is DeviceKind.INSTANCE

    @cached_property
    def tells_states(self) -> bool:
        """Whether any rule tells packets of one connection state from those of another, or translates."""
        if any(hook.translates for hook in self.device.hooks):
            return True
        return any(
            match.states is not None
            for chain in self.device.chains.values()
            for rule in chain.rules
            for match in (*rule.matches, *rule.perhaps)
        )

    @cached_property
    def sends_simply(self) -> bool:
        """Whether nothing tells its routes, so that it sends as a host that was not read: by its own segment."""
        return not self.device.forwards and not self.tables.has_routes

    @cached_property
    def judge(self) -> Judge:
        """Its chains, ready for packets."""
        return Judge(self.device.chains)

    def admission(self, proxy: Proxy) -> tuple[Judge, Chain]:
        """A proxy's own rules about clients, as a chain; who passes them all is admitted."""
        if proxy.name not in self._admissions:
            rules = Chain(proxy.name, proxy.admission, proxy.where, Verdict.ACCEPT)
            self._admissions[proxy.name] = (Judge({proxy.name: rules}), rules)
        return self._admissions[proxy.name]

    @cached_property
    def _points(self) -> dict[tuple[HookPoint, int], tuple[At, ...]]:
        return {(point, version): self._ordered(point, version) for point in HookPoint for version in (4, 6)}

    def at(self, point: HookPoint, version: int) -> tuple[At, ...]:
        """What happens at a hook point to packets of an IP version, in order."""
        return self._points[point, version]

    def _ordered(self, point: HookPoint, version: int) -> tuple[At, ...]:
        found = [At(hook.priority, hook) for hook in self.device.hooks if hook.at is point and version in hook.versions]
        if self.tracks and point in (HookPoint.PREROUTING, HookPoint.OUTPUT):
            first = min((each.priority for each in found), default=TRACKING)
            found += [At(first, Act.AWAIT)] if first < TRACKING else []
            found.append(At(TRACKING, Act.TRACK))
        if self.tracks and point is HookPoint.INGRESS and found:
            found.append(At(min(each.priority for each in found), Act.AWAIT))
        if self.tracks and point in _TRANSLATION:
            found.append(At(_TRANSLATION[point], Act.APPLY))
        return tuple(sorted(found, key=lambda each: (each.priority, isinstance(each.happens, Hook))))

    def names(self, interface: str) -> tuple[str, ...]:
        """An interface as rules see it: by its name and, inside a VRF, by the VRF's."""
        if not interface:
            return ()
        vrf = self.tables.vrf_of(interface)
        return (interface,) if vrf == DEFAULT_VRF else (interface, vrf)

    def interface(self, name: str) -> Interface | None:
        """An interface by its name."""
        return self.device.interfaces.get(name)
