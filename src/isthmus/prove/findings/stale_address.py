"""A definition or a comment names something by its DNS name, and holds another address than the name stands for."""

from collections.abc import Iterator

from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.estate import IPAddress
from isthmus.network import Device
from isthmus.packetset import Address, Block
from isthmus.prove.blocks import holds, is_single
from isthmus.prove.prover import Prover

STALE = Code(
    "PRV005",
    Severity.WARNING,
    "a name has moved and a definition has not",
    "A definition is named after a DNS name, or a rule's comment gives one, and the addresses that it holds are not "
    "those that the estate says the name stands for. Rules that use it speak of somebody else's address. Names are "
    "understood without a realm's domain too: `lb.site1` for `lb.site1.example.org`.",
)
CODES = (STALE,)


def find(prover: Prover) -> Iterator[Diagnostic]:
    """Every definition, and every rule with a comment, that disagrees with the estate's names."""
    for device in prover.network.devices.values():
        yield from _definitions(prover, device)
        yield from _comments(prover, device)


def _definitions(prover: Prover, device: Device) -> Iterator[Diagnostic]:
    for definition in device.definitions.values():
        stands_for = _resolved(prover, definition.name)
        if definition.blocks and stands_for:
            yield from _disagreeing(definition.name, stands_for, definition.blocks, definition.where)


def _comments(prover: Prover, device: Device) -> Iterator[Diagnostic]:
    for chain in device.chains.values():
        for rule in chain.rules:
            blocks = [block for match in rule.matches for block in match.destination or () if is_single(block)]
            for word in rule.comment.split() if blocks else ():
                name = word.strip("()[],;:").lower()
                stands_for = _resolved(prover, name) if "." in name else ()
                if stands_for:
                    yield from _disagreeing(name, stands_for, blocks, rule.where)


def _resolved(prover: Prover, name: str) -> tuple[IPAddress, ...]:
    """What a name stands for: as it is, or below the domain of one of the realms."""
    domains = (domain for realm in prover.estate.realms.values() for domain in realm.domains)
    asked = (name.lower(), *(f"{name.lower()}.{domain}" for domain in domains))
    known = next((each for each in asked if each in prover.estate.names), None)
    return prover.estate.resolve(known) if known else ()


def _disagreeing(
    name: str, stands_for: tuple[Address, ...], blocks: list[Block] | tuple[Block, ...], where: Span
) -> Iterator[Diagnostic]:
    """A remark where none of the addresses of one IP version agree."""
    for version in (4, 6):
        known = [each for each in stands_for if each.version == version]
        held = [each for each in blocks if each.version == version]
        if known and held and not any(holds(block, address) for block in held for address in known):
            told = ", ".join(str(each) for each in held[:3])
            message = f"`{name}` is {told} here and stands for {', '.join(map(str, known))} in the estate"
            yield Diagnostic(STALE, message, where, "correct the address, or the estate's `names`")
