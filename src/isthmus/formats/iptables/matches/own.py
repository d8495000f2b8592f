"""The options of every rule: addresses, protocol, interfaces, fragments."""

from isthmus.formats.iptables.asked import Asked
from isthmus.formats.iptables.interfaces import interface
from isthmus.formats.iptables.meet import blocks_met, intervals_met
from isthmus.formats.iptables.options import Option, Told, named
from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.iptables.values import block, protocol
from isthmus.network import InterfaceTest
from isthmus.packetset import Block, Interval, MaskedAddresses, other_addresses, other_masked, other_numbers


def _source(asked: Asked, told: Told) -> None:
    blocks = _blocks(asked, told)
    asked.source = blocks if asked.source is None else blocks_met(asked.source, blocks)


def _destination(asked: Asked, told: Told) -> None:
    blocks = _blocks(asked, told)
    asked.destination = blocks if asked.destination is None else blocks_met(asked.destination, blocks)


def _blocks(asked: Asked, told: Told) -> tuple[Block, ...]:
    blocks = tuple(block(each, asked.version) for each in told.word.split(","))
    return outside(blocks) if told.negated else blocks


def outside(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The addresses of the same version that are not in the one block."""
    if len(blocks) > 1:
        raise RefusedError("`!` stands before several addresses", "write a rule for each address")
    (only,) = blocks
    return other_masked(only) if isinstance(only, MaskedAddresses) else other_addresses(blocks, only.version)


def _protocol(asked: Asked, told: Told) -> None:
    wanted = protocol(told.word)
    if wanted == 0:
        if told.negated:
            raise RefusedError(f"`! -p {told.word[:40]}` would match no packet")
        return
    only = Interval(wanted, wanted)
    chosen = other_numbers([only], 255) if told.negated else (only,)
    asked.protocols = chosen if asked.protocols is None else intervals_met(asked.protocols, chosen)


def _arriving(asked: Asked, told: Told) -> None:
    asked.arriving = _interface(asked.arriving, told)


def _leaving(asked: Asked, told: Told) -> None:
    asked.leaving = _interface(asked.leaving, told)


def _interface(before: InterfaceTest | None, told: Told) -> InterfaceTest | None:
    if before is not None:
        raise RefusedError("a rule names one interface that packets come by, and one that they leave by")
    try:
        return interface(told.word, negated=told.negated)
    except ValueError as error:
        raise RefusedError(str(error)) from None


def _fragment(asked: Asked, _: Told) -> str:
    asked.unknown()
    return "`-f`: whether the packet is a fragment"


def _version(number: int) -> Option:
    def read(asked: Asked, _: Told) -> None:
        asked.is_skipped = asked.version not in (None, number)
        asked.version = number

    return Option(read, 0)


def _nothing(_: Asked, __: Told) -> None:
    pass


OPTIONS = {
    **named(Option(_source), "-s", "--source", "--src"),
    **named(Option(_destination), "-d", "--destination", "--dst"),
    **named(Option(_protocol), "-p", "--protocol", "--proto"),
    **named(Option(_arriving), "-i", "--in-interface"),
    **named(Option(_leaving), "-o", "--out-interface"),
    **named(Option(_fragment, 0), "-f", "--fragment", "--fragments"),
    **named(_version(4), "-4", "--ipv4"),
    **named(_version(6), "-6", "--ipv6"),
    **named(Option(_nothing, 2), "-c", "--set-counters"),
}
