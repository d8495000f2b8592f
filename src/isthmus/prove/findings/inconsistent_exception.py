"""An exception for some of several siblings: a site that is treated unlike the others."""

from collections.abc import Iterator, Mapping, Sequence

from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.network import Chain, Device, Verdict
from isthmus.packetset import Address, Block
from isthmus.prove.blocks import holds, is_single
from isthmus.prove.prover import Prover
from isthmus.prove.siblings import families

INCONSISTENT = Code(
    "PRV012",
    Severity.WARNING,
    "one of several siblings is left out of an exception",
    "Names that differ in one label only (a site, most often) stand for the same service in several places. A list of "
    "rules excepts most of them and not the rest, so that the same request is treated differently by where it goes. "
    "Names are those of the estate, and those of definitions on any device.",
)
CODES = (INCONSISTENT,)

Named = Mapping[str, tuple[Address, ...]]
Excepted = tuple[Block, Span]


def find(prover: Prover) -> Iterator[Diagnostic]:
    """Each list of rules that excepts most siblings of a family."""
    everywhere = dict(_estate_names(prover))
    for device in prover.network.devices.values():
        everywhere.update(_definitions(device))
    for device in prover.network.devices.values():
        named = everywhere | _definitions(device)
        for chain in device.chains.values():
            excepted = list(_excepted(chain))
            if excepted:
                yield from _left_out(f"`{chain.name}` of {device.name}", excepted, named)


def _excepted(chain: Chain) -> Iterator[Excepted]:
    """The single addresses that a chain excepts, each with its rule's place."""
    for rule in chain.rules:
        for match in rule.matches if rule.action is Verdict.ACCEPT else ():
            yield from ((block, rule.where) for block in match.destination or () if is_single(block))


def _left_out(where: str, excepted: Sequence[Excepted], named: Named) -> Iterator[Diagnostic]:
    """What of each family is left out; of families that say the same, the one with the shortest name."""
    held = {
        name: [place for block, place in excepted if any(holds(block, each) for each in addresses)]
        for name, addresses in named.items()
    }
    told: set[frozenset[Address]] = set()
    for family, members in sorted(families(name for name in named if named[name]).items(), key=_by_length):
        outside = [name for name in members if not held[name]]
        inside = [name for name in members if held[name]]
        addresses = frozenset(each for name in outside for each in named[name])
        if outside and len(inside) >= 2 and len(inside) > len(outside) and addresses not in told:
            told.add(addresses)
            left = ", ".join(f"`{name}` ({', '.join(map(str, named[name]))})" for name in outside)
            message = f"{where} excepts {len(inside)} of `{family}` and not {left}"
            place = max((each for name in inside for each in held[name]), key=lambda each: (each.file, each.line))
            yield Diagnostic(INCONSISTENT, message, place, "treat all of them the same, or say why not")


def _by_length(family: tuple[str, tuple[str, ...]]) -> tuple[int, str]:
    return len(family[0]), family[0]


def _estate_names(prover: Prover) -> Named:
    estate = prover.estate
    return {name: tuple(each for each in estate.resolve(name) if each.version == 4) for name in estate.names}


def _definitions(device: Device) -> dict[str, tuple[Address, ...]]:
    """Definitions that hold a few single IPv4 addresses each."""
    found: dict[str, tuple[Address, ...]] = {}
    for definition in device.definitions.values():
        single = [each for each in definition.blocks if each.version == 4 and is_single(each)]
        if single and len(single) <= 4 and not definition.uses:
            found[definition.name] = tuple(getattr(each, "network_address", None) or each.first for each in single)  # type: ignore[union-attr]
    return found
