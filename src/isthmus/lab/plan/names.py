"""What names stand for in the lab: the estate's names, its services, its hosts and the nodes themselves."""

from collections.abc import Iterator

from isthmus.lab.plan.draft import Ground
from isthmus.lab.plan.endpoints import resolved
from isthmus.packetset import Address


def all_names(ground: Ground) -> dict[str, tuple[Address, ...]]:
    """Every name with its addresses; a name of the estate's DNS wins over one of ours."""
    found: dict[str, dict[Address, None]] = {}
    for name, addresses in (*_dns(ground), *_services(ground), *_nodes(ground)):
        if addresses and name not in found:
            found[name] = dict.fromkeys(addresses)
    return {name: tuple(addresses) for name, addresses in sorted(found.items())}


def _dns(ground: Ground) -> Iterator[tuple[str, tuple[Address, ...]]]:
    for name in ground.estate.names:
        yield name, ground.estate.resolve(name)


def _services(ground: Ground) -> Iterator[tuple[str, tuple[Address, ...]]]:
    for service in ground.estate.services.values():
        every = tuple(each for end in service.endpoints.values() for each in resolved(ground, end))
        for name in service.names:
            yield name, every
    for service in ground.estate.services.values():
        yield service.id, tuple(each for end in service.endpoints.values() for each in resolved(ground, end))


def _nodes(ground: Ground) -> Iterator[tuple[str, tuple[Address, ...]]]:
    for host in ground.estate.hosts.values():
        yield host.id, host.addresses[:1]
    for draft in ground.drafts.values():
        held = [each.ip for each in draft.held()]
        yield draft.name, tuple(held[:1])
