"""What one device does to packets: filters, translation, routing, in the order of docs/packet-path.md."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from ipaddress import IPv4Network, IPv6Network

from isthmus.diagnostics import Span
from isthmus.network import DEFAULT_VRF, FilterUse, Hook, HookPoint, RouteKind, connected
from isthmus.packetset import Forgettable, Match, PacketSet, State
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists import Mark, Translated
from isthmus.prove.reach.compiled import Compiled, host_prefix
from isthmus.prove.reach.connections import Connections, union
from isthmus.prove.reach.direction import Direction, bare
from isthmus.prove.reach.routing import Hop
from isthmus.prove.reach.stages import STAGES, UNDONE, By, Loss, Passed, Stage
from isthmus.prove.reach.translating import ADDRESSES, ANY_ADDRESS, rewrites, written

TRACKING = -200
"""The priority at which Linux gives packets their connection state."""
LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
_TRACKING = (HookPoint.PREROUTING, HookPoint.OUTPUT)


class Passage:
    """One device and the packets of one direction. Connections are those of the first packets, filled or read."""

    def __init__(self, compiled: Compiled, connections: Connections) -> None:
        self.compiled = compiled
        self.device = compiled.device
        self.space = compiled.space
        self.direction = compiled.direction
        self.filters = compiled.filters
        self.routing = compiled.routing
        self.connections = connections

    @property
    def tracks(self) -> bool:
        """Whether the device keeps a connection table."""
        return self.compiled.tracks

    def arrive(self, packets: Mapping[str, Bounds]) -> Passed:
        """Packets that come in, by the interface by which they do.

        Where nothing behind the interfaces' filters can tell by which of them a packet came, they go on together.
        """
        passed = Passed()
        filtered = {name: self._filtered_in(name, part, passed) for name, part in packets.items()}
        for name, part in (self._together(filtered) if self.compiled.is_plain else filtered).items():
            self._come(name, part, None, passed)
        return passed

    def hand_over(self, interface: str, packets: Bounds) -> Passed:
        """Packets that a load balancer hands on: the device takes them for its own whatever their destination."""
        passed = Passed()
        self._come(interface, self._filtered_in(interface, packets, passed), self.space.everything, passed)
        return passed

    def _filtered_in(self, interface: str, packets: Bounds, passed: Passed) -> Bounds:
        at = self.device.interfaces[interface]
        if not at.is_up:
            self._lose(passed, Stage.FILTER_IN, packets, f"interface {interface} is down", at.where)
            return self.connections.nothing
        return self._uses(at.filters_in, self._recognised(self._weakened(packets)), Stage.FILTER_IN, passed)

    def _together(self, packets: Mapping[str, Bounds]) -> dict[str, Bounds]:
        """The packets of one VRF, as if they had come by the first of its interfaces."""
        joined: dict[str, tuple[str, Bounds]] = {}
        for name, part in packets.items():
            vrf = self.device.interfaces[name].vrf
            first, before = joined.get(vrf, (name, self.connections.nothing))
            joined[vrf] = first, before | part
        return dict(joined.values())

    def _come(self, interface: str, packets: Bounds, own: PacketSet | None, passed: Passed) -> None:
        vrf = self.device.interfaces[interface].vrf
        own = self.compiled.own(vrf) if own is None else own
        for mark, part in self._hooks((HookPoint.INGRESS, HookPoint.PREROUTING), packets, 0, By(interface), passed):
            self.take(part & own, mark, interface, passed)
            rest = part - own
            if not self.device.forwards:
                self._lose(passed, Stage.ROUTING, rest, f"{self.device.name} does not forward", self.device.where)
            elif rest:
                self._route(rest, mark, interface, vrf, passed)

    def take(self, packets: Bounds, mark: Mark, interface: str, passed: Passed) -> None:
        """Packets to one of the device's own addresses."""
        if not packets:
            return
        for _, taken in self._hooks((HookPoint.INPUT,), packets, mark, By(interface), passed):
            self._note(taken)
            passed.taken.append(taken)

    def emit(self, packets: Bounds) -> Passed:
        """Packets that the device itself sends; a host without any route told sends by each of its interfaces."""
        passed = Passed()
        packets = self._recognised(self._weakened(packets))
        for vrf, part in self._by_vrf(packets):
            self._emit(part, vrf, passed)
        return passed

    def _by_vrf(self, packets: Bounds) -> Iterator[tuple[str, Bounds]]:
        """What the device sends by the VRF of its source; of strange sources, by the default one."""
        for vrf in self.compiled.vrfs:
            if vrf != DEFAULT_VRF:
                yield vrf, packets & self.compiled.sent_from(vrf)
                packets = packets - self.compiled.sent_from(vrf)
        yield DEFAULT_VRF, packets

    def _emit(self, packets: Bounds, vrf: str, passed: Passed) -> None:
        own = self._own(vrf)
        for mark, part in self._hooks((HookPoint.OUTPUT,), packets & own, 0, By("lo", "lo"), passed):
            if self.direction is Direction.THERE:
                self._send_anew(part, mark, vrf, passed)
            else:
                self.take(part, mark, "lo", passed)
        packets = packets - own
        if not packets:
            return
        if self.compiled.is_simple_host:
            for name, part in self._by_leg(packets, vrf):
                self._leave(part, 0, None, Hop(name), passed)
        else:
            self._route(packets, 0, None, vrf, passed)

    def _own(self, vrf: str) -> PacketSet:
        """What a device that sends it takes itself; loopback addresses are everybody's own."""
        loopback = self.space.match(self.direction.toward(LOOPBACK))
        return self.compiled.own(vrf) | loopback

    def _by_leg(self, packets: Bounds, vrf: str) -> Iterator[tuple[str, Bounds]]:
        """A host without routes sends by the leg that holds the source; by each, where none does."""
        legs = [each for each in self.device.interfaces.values() if connected(each) and each.vrf == vrf]
        rest = packets
        for leg in legs:
            held = self.space.match(self.direction.coming_from([host_prefix(each.ip) for each in leg.addresses]))
            yield leg.name, packets & held
            rest = rest - held
        yield from ((leg.name, rest) for leg in legs)

    # Routing

    def _route(self, packets: Bounds, mark: Mark, interface: str | None, vrf: str, passed: Passed) -> None:
        for hop, part in self._hops(packets, mark, interface, vrf, passed).items():
            self._leave(part, mark, interface, hop, passed)

    def _hops(self, packets: Bounds, mark: Mark, interface: str | None, vrf: str, passed: Passed) -> dict[Hop, Bounds]:
        """What goes by which hop, as the tables say."""
        leaving: dict[Hop, Bounds] = {}
        left = packets
        for table, guard in self._choices(mark, interface, vrf):
            covered = self._look_up(table, left.within(guard), mark, passed, leaving)
            left = Bounds(left.surely - covered, left.possibly - (covered & guard.surely))
        self._lose(passed, Stage.ROUTING, left, f"{self.device.name} has no route", self.device.where)
        return leaving

    def _choices(self, mark: Mark, interface: str | None, vrf: str) -> Iterator[tuple[str, Bounds]]:
        """The tables to look in, in their order, each with the packets for which it is asked."""
        if vrf != DEFAULT_VRF or not self.device.choices:
            yield self.routing.table_of(vrf), Bounds.exactly(self.space.everything)
            return
        left = self.space.everything
        for choice in sorted(self.device.choices, key=lambda each: each.priority):
            by_interface = choice.arriving is None or choice.arriving.holds(interface or "lo")
            if by_interface and (choice.mark is None or mark is None or choice.mark.holds(mark)):
                matches = self.direction.seen(choice.match)
                asked = self.space.union(self.space.match(each) for each in matches)
                is_sure = not choice.doubts and (choice.mark is None or mark is not None)
                left = left - asked if is_sure else left
                yield choice.table, Bounds.exactly(asked) if is_sure else Bounds.perhaps(asked)
        yield self.routing.table_of(vrf), Bounds.exactly(left)

    def _look_up(
        self, table: str, packets: Bounds, mark: Mark, passed: Passed, leaving: dict[Hop, Bounds]
    ) -> PacketSet:
        """Send packets as a table says; the packets of which it says something."""
        covered = self.space.nothing
        for fate, guard in self.compiled.table(table):
            part = packets & guard
            if not part or fate.kind is RouteKind.THROW:
                continue
            covered |= part.possibly
            if fate.table is not None:
                covered -= part.possibly - self._look_up(fate.table, part, mark, passed, leaving)
            elif fate.kind is RouteKind.LOCAL:
                self.take(part, mark, next(iter(self.device.interfaces), ""), passed)
            elif fate.hops:
                for hop in fate.hops:
                    leaving[hop] = leaving[hop] | part if hop in leaving else part
            else:
                reason = "a route discards it" if fate.where else "its next hop is not reachable"
                self._lose(passed, Stage.ROUTING, part, reason, fate.where or self.device.where)
        return covered

    # Leaving

    def _leave(self, packets: Bounds, mark: Mark, arriving: str | None, hop: Hop, passed: Passed) -> None:
        through = HookPoint.OUTPUT if arriving is None else HookPoint.FORWARD
        is_own = arriving is None and self.direction is Direction.THERE and HookPoint.OUTPUT in self.compiled.hooks
        for each, part in self._hooks((through,), packets, mark, By(arriving, hop.interface, hop.neighbour), passed):
            if is_own:
                is_marked = each != mark and bool(self.device.choices)
                kept = self.space.nothing if is_marked else bare(packets.possibly)
                self._send_anew(part - kept, each, self.routing.vrf_of(hop.interface), passed)
                part = part & kept
            self._finish(part, each, arriving, hop, passed)

    def _send_anew(self, packets: Bounds, mark: Mark, vrf: str, passed: Passed) -> None:
        """The device's own packets to which output hooks gave another destination or mark: routed once more."""
        own = self._own(vrf)
        self.take(packets & own, mark, "lo", passed)
        beyond = packets - own
        for hop, part in self._hops(beyond, mark, None, vrf, passed).items() if beyond else ():
            self._finish(part, mark, None, hop, passed)

    def _finish(self, packets: Bounds, mark: Mark, arriving: str | None, hop: Hop, passed: Passed) -> None:
        points = (HookPoint.POSTROUTING, HookPoint.EGRESS)
        uses = self.device.interfaces[hop.interface].filters_out
        for _, part in self._hooks(points, packets, mark, By(arriving, hop.interface, hop.neighbour), passed):
            left = self._uses(uses, part, Stage.FILTER_OUT, passed)
            if left:
                self._note(left)
                passed.sent.append((hop, left))

    # Filters and translation

    def _uses(self, uses: Sequence[FilterUse], packets: Bounds, stage: Stage, passed: Passed) -> Bounds:
        """Interface filters, for each IP version as one list."""
        for version in (4, 6):
            names = [use.chain for use in uses if version in use.versions]
            part = packets & self.space.match(Match(version=version))
            if names and part:
                accepted = self._judged(names, part, passed, stage)
                packets = (packets - part.possibly) | accepted
        return packets

    def _judged(self, names: Sequence[str], packets: Bounds, passed: Passed, stage: Stage) -> Bounds:
        filtered = self.filters.listed(names, packets)
        for name, refused in filtered.refused:
            self._lose(passed, stage, refused, f"{name} refuses it", self.device.chains[name].where)
        return union(each for _, each in filtered.accepted)

    def _hooks(
        self, points: Iterable[HookPoint], packets: Bounds, mark: Mark, by: By, passed: Passed
    ) -> list[tuple[Mark, Bounds]]:
        """Places one after the other; what is left, by its mark."""
        left = {mark: packets}
        for point in points:
            marked: dict[Mark, list[Bounds]] = {}
            for mark_, part in left.items():
                for new_mark, after in self._hook(point, part, mark_, by, passed):
                    marked.setdefault(new_mark, []).append(after)
            left = {each: union(parts) for each, parts in marked.items()}
        return [(each, part) for each, part in left.items() if part]

    def _hook(self, point: HookPoint, packets: Bounds, mark: Mark, by: By, passed: Passed) -> list[tuple[Mark, Bounds]]:
        """The chains of one place by priority; replies have their translations undone on the way."""
        is_back = self.direction is Direction.BACK
        undo = UNDONE.get(point) if is_back else None
        left = [(mark, packets)]
        settled: list[tuple[Mark, Bounds]] = []  # what one chain has translated, no further chain of this place does
        for hook in self.compiled.hooks.get(point, []):
            if undo is not None and hook.priority >= undo[0]:
                left, undo = [(each, self._undone(undo[1], part)) for each, part in left], None
            if self._awaits_tracking(hook):
                left = [after for each, part in left for after in self._untold(hook, part, each, by, passed)]
            elif hook.translates and not is_back:
                for _, part in settled:
                    self.connections.note_kept(hook.chain, part)
                judged = [self._at_hook(hook, part, each, by, passed) for each, part in left]
                left = [after for kept, _ in judged for after in kept]
                settled += [after for _, translated in judged for after in translated]
            elif not hook.translates:
                left = [after for each, part in left for after in self._at_hook(hook, part, each, by, passed)[0]]
                settled = [after for each, part in settled for after in self._at_hook(hook, part, each, by, passed)[0]]
        if undo is not None:
            left = [(each, self._undone(undo[1], part)) for each, part in left]
        return [(each, part) for each, part in (*left, *settled) if part]

    def _at_hook(
        self, hook: Hook, packets: Bounds, mark: Mark, by: By, passed: Passed
    ) -> tuple[list[tuple[Mark, Bounds]], list[tuple[Mark, Bounds]]]:
        """What passes one chain as it is, perhaps with another mark; and what it has translated."""
        here = _stands_at(hook, by.arriving if hook.at is HookPoint.INGRESS else by.leaving)
        judged = packets & self._version(hook.versions if here else frozenset())
        if hook.translates:
            judged = judged - self.space.match(Match(states=(State.UNTRACKED,)))
        beside = packets - judged.possibly
        filtered = self.filters.hooked(hook.chain, judged, mark, self._names(by.arriving), self._names(by.leaving))
        for name, refused in filtered.refused:
            self._lose(passed, STAGES[hook.at], refused, f"{name} refuses it", self.device.chains[name].where)
        left = [(mark, beside), *filtered.accepted]
        if hook.translates:
            for _, kept in left:
                self.connections.note_kept(hook.chain, kept)
        translated = [(each, self._translated(hook.chain, part, by)) for each, part in filtered.translated]
        if filtered.rewritten or (hook.translates and filtered.disturbed):
            written = ANY_ADDRESS if filtered.rewritten else ADDRESSES[hook.at]
            left.append((mark, Bounds.perhaps(judged.possibly.forgetting(*written))))
            passed.rewritten += filtered.rewritten
        return left, translated

    def _awaits_tracking(self, hook: Hook) -> bool:
        """Whether a chain stands before connection tracking."""
        return self.tracks and (hook.at is HookPoint.INGRESS or (hook.at in _TRACKING and hook.priority < TRACKING))

    def _untold(self, hook: Hook, packets: Bounds, mark: Mark, by: By, passed: Passed) -> Iterator[tuple[Mark, Bounds]]:
        """A chain before connection tracking: packets that it is not kept from count as invalid there."""
        untracked, invalid = (self.space.match(Match(states=(each,))) for each in (State.UNTRACKED, State.INVALID))
        awaiting = packets - untracked
        coming = packets & untracked | awaiting.each(lambda each: each.forgetting(Forgettable.STATE) & invalid)
        for each, after in self._at_hook(hook, coming, mark, by, passed)[0]:
            told = (after - untracked).each(lambda part: part.forgetting(Forgettable.STATE)).within(awaiting)
            yield each, after & untracked | told

    def _version(self, versions: frozenset[int]) -> PacketSet:
        if len(versions) == 2:
            return self.space.everything
        return self.space.union(self.space.match(Match(version=version)) for version in versions)

    def _translated(self, place: str, translated: Translated, by: By) -> Bounds:
        parts = [self.connections.nothing]
        for rewrite, guard in rewrites(self.device, translated.action, by, self.space):
            part = translated.packets & guard
            after = part.each(partial(written, guard, rewrite))
            self.connections.note_translated(place, part, after, rewrite)
            parts.append(after)
        return union(parts)

    def _undone(self, point: HookPoint, packets: Bounds) -> Bounds:
        """Undo the translations of one hook, the last one first."""
        places = [hook.chain for hook in self.compiled.hooks.get(point, []) if hook.translates]
        if point is HookPoint.PREROUTING:
            places += [balancer.name for balancer in self.device.balancers]
        for place in reversed(places):
            packets = self.connections.undone(place, packets)
        return packets

    def _recognised(self, packets: Bounds) -> Bounds:
        """Replies to connections that the device did not see may count as anything: nothing is sure of them."""
        if self.direction is Direction.THERE or not self.tracks:
            return packets
        seen = self.connections.seen
        known = packets.within(seen)
        strange = packets.possibly - seen.possibly
        return known | Bounds.perhaps(strange.forgetting(Forgettable.STATE)) if strange else known

    def _names(self, interface: str | None) -> tuple[str, ...]:
        """An interface as rules see it: by its name and, in a VRF, by the VRF's."""
        if interface is None:
            return ()
        vrf = self.routing.vrf_of(interface)
        return (interface,) if vrf == DEFAULT_VRF else (interface, vrf)

    def _note(self, packets: Bounds) -> None:
        if self.direction is Direction.THERE and self.tracks:
            self.connections.note(packets)

    def _weakened(self, packets: Bounds) -> Bounds:
        return packets.weakened() if self.device.doubts else packets

    def _lose(self, passed: Passed, stage: Stage, packets: Bounds, reason: str, where: Span) -> None:
        if packets:
            passed.lost.append(Loss(self.device.name, stage, packets, reason, where))


def _stands_at(hook: Hook, interface: str | None) -> bool:
    return hook.interfaces is None or interface in hook.interfaces
