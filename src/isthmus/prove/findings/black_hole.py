"""A NAT exception or a route that leads packets to where a later layer loses all of them."""

from collections.abc import Iterable, Iterator, Sequence

from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.network import (
    Chain,
    Device,
    InterfaceTest,
    Masquerade,
    Port,
    RouteKind,
    Rule,
    Translate,
    Verdict,
    connected,
)
from isthmus.packetset import Block, Match, PacketSet, Prefix
from isthmus.prove.differences import getting_through
from isthmus.prove.lists import Place, TooLarge
from isthmus.prove.lists.effect import remainder
from isthmus.prove.prover import Prover
from isthmus.prove.reach.direction import Direction
from isthmus.prove.reach.journey import Journey
from isthmus.prove.reach.stages import Loss, Stage
from isthmus.prove.witness import start_of

EXCEPTION_HOLE = Code(
    "PRV003",
    Severity.WARNING,
    "a NAT exception leads into a black hole",
    "Packets to the exception's address leave untranslated, and a later filter or route loses all of them: clients "
    "that would get through translated do not get through at all. Open the filter first and the exception then; close "
    "them in the other order.",
)
ROUTE_HOLE = Code(
    "PRV004",
    Severity.WARNING,
    "a route leads into a black hole",
    "One device sends packets to another that has no route for them. Withdraw the route, or add the missing one. A "
    "discarding route with longer ones inside it is an aggregate, which does what it should.",
)
CODES = (EXCEPTION_HOLE, ROUTE_HOLE)

Names = tuple[str, ...]


def find(prover: Prover) -> Iterator[Diagnostic]:
    """Every exception and route that leads nowhere."""
    for device in prover.network.devices.values():
        for hook in device.hooks:
            if hook.translates:
                yield from _exceptions(prover, device, device.chains[hook.chain])
    yield from _routes(prover)


def _exceptions(prover: Prover, device: Device, chain: Chain) -> Iterator[Diagnostic]:
    """Of the destinations that rules except from translation, those at which nothing arrives."""
    found = ((at, _excepted(prover, device, chain, at)) for at in range(len(chain.rules)))
    excepted = {at: packets for at, packets in found if packets}
    journey = prover.journey(prover.space.union(excepted.values()))
    if not journey.begun:
        return
    through = getting_through(journey)
    entered = [packets.possibly for port, packets in journey.there.entered.items() if port.device == device.name]
    comes = journey.packets & prover.space.union(entered)
    for at, packets in excepted.items():
        rule = chain.rules[at]
        for block in dict.fromkeys(block for match in rule.matches for block in match.destination or ()):
            toward = packets & comes & prover.space.match(Match(destination=(block,)))
            if toward and not toward & through:
                yield from _told(prover, journey, device, rule, block, toward)


def _excepted(prover: Prover, device: Device, chain: Chain, at: int) -> PacketSet:
    """The packets that a rule surely decides, and that a later one would translate."""
    later = [each for each in chain.rules[at + 1 :] if isinstance(each.action, Translate | Masquerade)]
    if chain.rules[at].action is not Verdict.ACCEPT or not later:
        return prover.space.nothing
    ruleset = prover.reach.compiled(device.name, Direction.THERE).filters.ruleset(chain.name)
    ways = [(here, there) for here in _ports(device, chain, "arriving") for there in _ports(device, chain, "leaving")]
    found = [remainder(ruleset, Place(chain.name, at), arriving=here, leaving=there) for here, there in ways]
    surely = prover.space.union(each.surely for each in found if not isinstance(each, TooLarge))
    return surely & prover.space.union(prover.space.match(each) for one in later for each in one.matches)


def _ports(device: Device, chain: Chain, end: str) -> Iterable[Names]:
    """The names of interfaces that the chain's rules tell apart, one for each answer that their tests give."""
    tests: list[InterfaceTest | None] = [getattr(rule, end) for rule in chain.rules]
    named = [(each.name, each.vrf) for each in device.interfaces.values()] if any(tests) else [()]
    return {tuple(test.holds(*names) for test in tests if test): names for names in named}.values()


def _told(
    prover: Prover, journey: Journey, device: Device, rule: Rule, block: Block, packets: PacketSet
) -> Iterator[Diagnostic]:
    """A packet, and by what it is lost behind the device; nothing where it is lost before, or nobody can tell."""
    for start, begun in journey.begun.items():
        packet = (begun & packets).sample()
        ways = prover.walker.walk(packet, [start_of(start)]).ways if packet is not None else ()
        lost = (each for each in ways if each.is_sure and each.end.device != device.name)
        way = next((each for each in lost if device.name in each.devices), None)
        if way is not None:
            where = f" ({way.end.where})" if way.end.where else ""
            message = f"untranslated packets to {block} are all lost: {way.end}{where}"
            help_ = "let the filter accept them before the exception opens, or remove the exception"
            yield Diagnostic(EXCEPTION_HOLE, message, rule.where, help_, str(packet))
            return


def _routes(prover: Prover) -> Iterator[Diagnostic]:
    """Packets that came to a device from another one, and for which it has no route."""
    lost: dict[tuple[str, str, Span], list[Loss]] = {}
    for loss in prover.all_traffic.there.lost:
        if loss.stage is Stage.ROUTING and loss.where is not None and not _is_meant(prover, loss):
            lost.setdefault((loss.device, loss.reason, loss.where), []).append(loss)
    for (device, reason, where), losses in lost.items():
        packets = prover.space.union(each.packets.surely for each in losses)
        senders, packet = _senders(prover, device, packets), packets.sample()
        if senders and packet is not None:
            told, verb = ", ".join(senders), "sends" if len(senders) == 1 else "send"
            message = f"{told} {verb} packets to {device} that end there: {reason}"
            yield Diagnostic(ROUTE_HOLE, message, where, "withdraw the route, or add the missing one", str(packet))


def _is_meant(prover: Prover, loss: Loss) -> bool:
    """Whether a host lost them, which forwards nothing, or an aggregate: a discarding route around longer ones."""
    device = prover.network.devices[loss.device]
    own = [prefix for interface in device.interfaces.values() for prefix in connected(interface)]
    return not device.forwards or any(
        each.where == loss.where
        and each.kind is not RouteKind.FORWARD
        and _holds_longer(each.prefix, [*own, *(other.prefix for other in table)])
        for table in device.tables.values()
        for each in table
    )


def _holds_longer(prefix: Prefix, others: Sequence[Prefix]) -> bool:
    return any(
        each.version == prefix.version and each.prefixlen > prefix.prefixlen and each.network_address in prefix
        for each in others
    )


def _senders(prover: Prover, device: str, packets: PacketSet) -> list[str]:
    """The other devices from which some of the packets came."""
    moves = prover.all_traffic.there.moves
    found = {
        move.device
        for move in moves
        if isinstance(move.target, Port) and move.target.device == device and move.device not in ("", device)
        if move.packets & packets
    }
    return sorted(found)
