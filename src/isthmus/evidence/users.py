"""Who has to do with what: the crossings of each service, host and network, gathered once."""

from collections.abc import Iterable

from isthmus.estate import Crossing, Estate, Service

Part = tuple[str, str]
"""A service, host or network, by its kind and id."""


def parts(services: Iterable[Service], hosts: Iterable[str], networks: Iterable[str]) -> tuple[Part, ...]:
    """Services with the hosts that they run on, further hosts, and networks; each once."""
    every = tuple(services)
    running = (host for service in every for host in service.hosts)
    named = (("service", (each.id for each in every)), ("host", (*hosts, *running)), ("network", networks))
    return tuple(dict.fromkeys((kind, name) for kind, names in named for name in names))


def users(estate: Estate) -> dict[Part, list[Crossing]]:
    """The crossings that use or offer each part, in the order of the files."""
    found: dict[Part, list[Crossing]] = {}
    for crossing in estate.crossings.values():
        client = crossing.client
        services = (estate.services[crossing.service], *(estate.services[name] for name in client.services))
        for part in parts(services, client.hosts, client.networks):
            found.setdefault(part, []).append(crossing)
    return found
