"""Long lists, made the same way every time, with rules that overlap in many ways."""

from ipaddress import IPv4Network, IPv6Network
from random import Random

from isthmus.diagnostics import Span
from isthmus.network import Chain, Rule, Verdict
from isthmus.packetset import AddressRange, Block, Interval, MaskedAddresses, Match, State, only

PORTS = [22, 53, 80, 443, 1023, 1024, 8000, 8080, 60000]


def mixed(rules: int, seed: int, *, default: Verdict | None = Verdict.DROP) -> Chain:
    """Prefixes, ranges, masks and groups of both IP versions, port ranges, some states."""
    chance = Random(seed)  # noqa: S311
    made = (
        Rule((_match(chance),), chance.choice([Verdict.ACCEPT, Verdict.DROP]), Span("list", at + 1))
        for at in range(rules)
    )
    return Chain("list", tuple(made), Span("list"), default)


def _match(chance: Random) -> Match:
    version = chance.choice([4, 4, 6])
    ports = chance.choice([None, None, _ports(chance), _ports(chance)])
    return Match(
        source=_blocks(chance, version),
        destination=_blocks(chance, version),
        protocols=chance.choice([None, (only(6),), (only(17),), (Interval(6, 17),)]),
        source_ports=chance.choice([None, None, None, _ports(chance)]),
        destination_ports=ports,
        states=chance.choice([None, None, None, (State.NEW,)]),
        version=chance.choice([None, version]),
    )


def _ports(chance: Random) -> tuple[Interval, ...]:
    ends = sorted(chance.sample(PORTS, 2))
    return chance.choice([(Interval(*ends),), (only(ends[0]),), (only(ends[0]), Interval(ends[1], 65535))])


def _blocks(chance: Random, version: int) -> tuple[Block, ...] | None:
    number = chance.choice([0, 1, 1, 1, 2, 3])
    return tuple(_block(chance, version) for _ in range(number)) or None


def _block(chance: Random, version: int) -> Block:
    if version == 6:
        length = chance.choice([32, 48, 64, 128])
        number = 0x20010DB8 << 96 | chance.getrandbits(2) << 80 | chance.getrandbits(2) << 64 | chance.getrandbits(1)
        return IPv6Network((number >> 128 - length << 128 - length, length))
    number = 10 << 24 | chance.getrandbits(2) << 16 | chance.getrandbits(2) << 8 | chance.getrandbits(2)
    kind = chance.randrange(8)
    if kind == 0:
        return AddressRange(
            IPv4Network(number).network_address, IPv4Network(number + chance.randrange(600)).network_address
        )
    if kind == 1:
        return MaskedAddresses(4, number & 0xFF0000FF, 0xFF0000FF)
    length = chance.choice([8, 16, 24, 32])
    return IPv4Network((number >> 32 - length << 32 - length, length))
