"""Rules of border filters that only matter for packets that cannot arrive: open doors that nobody notices."""

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.diagnostics import Code, Diagnostic, Severity
from isthmus.network import Device, Port, Rule, Verdict
from isthmus.packetset import Block, Interval, Match, PacketSet
from isthmus.packetset.packets import WITH_TYPES
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists import Place, TooLarge
from isthmus.prove.lists.effect import rule_effect
from isthmus.prove.prover import Prover
from isthmus.prove.reach.direction import Direction

LATENT = Code(
    "PRV015",
    Severity.WARNING,
    "an accept rule waits for packets that cannot arrive",
    "Removing the rule changes the verdict of some packets, and none of those can come to the filter as the rest of "
    "the network is configured. Its counter may move all the same, by packets that later rules would accept too. One "
    "of two guards is gone and nothing breaks: when the other layer changes, the door is open. It usually served an "
    "exception that is gone. Of a rule with several destinations, those that wait in vain are told.",
)
BROAD = Code(
    "PRV016",
    Severity.WARNING,
    "an accept rule overrides a refusal without asking for much",
    "Packets that a later rule refuses on purpose are accepted here, by a rule that asks for one thing only: a source, "
    "or a destination, or a protocol with its ports. It lets far more through than a crossing needs. Ask for "
    "both ends and the ports, or move it below the refusal.",
)
CODES = (LATENT, BROAD)


EPHEMERAL = 32768
"""The first port from which clients open connections (Linux, ``ip_local_port_range``; RFC 6335 says 49152)."""


MOST_DESTINATIONS = 1_000
"""Of a rule with more destinations it is not asked which of them wait in vain."""


@dataclass(frozen=True, slots=True)
class _Effect:
    """A rule of a filter, with what its removal changes in each direction, and what comes to the filter."""

    device: Device
    place: Place
    rule: Rule
    changes: tuple[Bounds, Bounds]
    comes: tuple[PacketSet, PacketSet]

    @property
    def name(self) -> str:
        """How messages call the rule."""
        return f"{self.rule.name or 'the rule'} of `{self.place.chain}` on {self.device.name}"

    @property
    def arriving(self) -> tuple[PacketSet, ...]:
        """The packets whose verdict the rule possibly changes and that can come, each way."""
        return tuple(change.possibly & come for change, come in zip(self.changes, self.comes, strict=True))


def find(prover: Prover) -> Iterator[Diagnostic]:
    """Every accept rule of an interface's filter that is latent, or too broad."""
    for effect in _effects(prover):
        if not any(effect.changes):
            continue
        if not any(effect.arriving):
            yield _latent(effect)
            continue
        yield from _latent_in_part(prover, effect)
        if _asks_for_little(effect.rule):
            yield from _broad(prover, effect)


def _effects(prover: Prover) -> Iterator[_Effect]:
    """Every accept rule of every stateless filter, with what comes to it by any interface that it stands at."""
    for device in prover.network.devices.values():
        ports: dict[str, list[Port]] = {}
        for interface in device.interfaces.values():
            for use in interface.filters_in:
                if not use.tracks:
                    ports.setdefault(use.chain, []).append(Port(device.name, interface.name))
        for chain, places in ports.items():
            there, back = zip(*(_coming(prover, port) for port in places), strict=True)
            yield from _of_chain(prover, device, chain, (prover.space.union(there), prover.space.union(back)))


def _coming(prover: Prover, port: Port) -> tuple[PacketSet, PacketSet]:
    """What can come to a port: first packets, and replies said of the packets that they answer.

    Clients open connections from ports that nobody listens on; a reply to a server's own port that opened one would
    keep every rule alive that names the port.
    """
    traffic = prover.all_traffic
    found = (traffic.there.entered.get(port), traffic.back.entered.get(port))
    there, back = (each.possibly if each else prover.space.nothing for each in found)
    low = prover.space.match(Match(source_ports=(Interval(0, EPHEMERAL - 1),)))
    return there - low, back - low


def _of_chain(prover: Prover, device: Device, chain: str, comes: tuple[PacketSet, PacketSet]) -> Iterator[_Effect]:
    for index, rule in enumerate(device.chains[chain].rules):
        if rule.action is not Verdict.ACCEPT:
            continue
        place = Place(chain, index)
        found = [
            rule_effect(prover.reach.compiled(device.name, direction).filters.ruleset(chain), place)
            for direction in Direction
        ]
        changes = [each for each in found if not isinstance(each, TooLarge)]
        if len(changes) == 2:
            yield _Effect(device, place, rule, (changes[0], changes[1]), comes)


def _latent(effect: _Effect) -> Diagnostic:
    rows = next(each.possibly for each in effect.changes if each).describe(3)
    told = "; ".join(str(each) for each in rows.rows)
    message = f"{effect.name} matters only for what cannot arrive: {told}"
    return Diagnostic(LATENT, message, effect.rule.where, "remove it; the exception that it served is gone")


def _latent_in_part(prover: Prover, effect: _Effect) -> Iterator[Diagnostic]:
    """Destinations of the rule for which it changes something, and nothing of that can come."""
    blocks = tuple(dict.fromkeys(block for match in effect.rule.matches for block in match.destination or ()))
    if not 1 < len(blocks) <= MOST_DESTINATIONS:
        return
    waiting: list[Block] = []
    for block in blocks:
        toward = [prover.space.match(direction.toward((block,))) for direction in Direction]
        changed = [change.possibly & each for change, each in zip(effect.changes, toward, strict=True)]
        arriving = [packets & each for packets, each in zip(effect.arriving, toward, strict=True)]
        if any(changed) and not any(arriving):
            waiting.append(block)
    if waiting:
        told = ", ".join(map(str, waiting[:12])) + (f" and {len(waiting) - 12} more" if len(waiting) > 12 else "")
        message = f"{effect.name} waits for what cannot arrive at {told}"
        yield Diagnostic(LATENT, message, effect.rule.where, "take them out; the exceptions that they served are gone")


def _asks_for_little(rule: Rule) -> bool:
    """Whether every match asks for at most one of: a source, a destination, a protocol or ports; ICMP is little."""
    if not rule.matches or all(
        match.protocols and all(each.first in WITH_TYPES for each in match.protocols) for match in rule.matches
    ):
        return False
    return all(
        sum((match.source is not None, match.destination is not None, match.protocols is not None)) <= 1
        for match in rule.matches
    )


def _broad(prover: Prover, effect: _Effect) -> Iterator[Diagnostic]:
    """Where what it lets through would be refused by a rule, and not only by the end of the list."""
    refused = prover.space.union(
        prover.space.match(match)
        for rule in effect.device.chains[effect.place.chain].rules[effect.place.index + 1 :]
        if isinstance(rule.action, Verdict) and not rule.action.lets_pass
        for match in rule.matches
    )
    packet = (effect.changes[0].surely & effect.comes[0] & refused).sample()
    if packet is not None:
        help_ = f"ask for both ends and the ports, or move it below the refusal; for example {packet} passes"
        yield Diagnostic(BROAD, f"{effect.name} accepts what later rules refuse", effect.rule.where, help_, str(packet))
