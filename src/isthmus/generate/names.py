"""Names for addresses in router policies: whose they are, in the estate's words, so that a reviewer reads them."""

from collections.abc import Iterable

from isthmus.estate import Estate
from isthmus.generate.blocks import Blocks, of_networks
from isthmus.generate.needs import Needs
from isthmus.generate.rules import MADE
from isthmus.network import Chain, Definition


def definitions(chains: Iterable[Chain], needs: Needs, estate: Estate) -> dict[str, Definition]:
    """A definition for the addresses of rules that are some network's, or some crossing's clients or services."""
    asked = {blocks for chain in chains for rule in chain.rules for match in rule.matches
             for blocks in (match.source, match.destination) if blocks}  # fmt: skip
    named: dict[Blocks, str] = {}
    for network in estate.networks.values():
        named.setdefault(of_networks([network], estate.networks.values()), network.id)
    for need in needs.flows:
        if need.to not in named:
            taken = need.service in named.values()
            named[need.to] = f"{need.service}-{need.endpoint}" if taken else need.service
    for need in needs.flows:
        named.setdefault(need.seen, f"{need.crossing}-clients")
    return {name: Definition(name, "network", MADE, blocks) for blocks, name in named.items() if blocks in asked}
