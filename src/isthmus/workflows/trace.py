"""`isthmus trace`: one packet through the configured network of an estate, there and back."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from isthmus.estate import Estate, State
from isthmus.evidence import Facts
from isthmus.network import Network
from isthmus.packetset import Address, Packet
from isthmus.prove.replay import EndKind, Journey, Walker
from isthmus.report.trace import Asked, Belonging, Traced, Whereabouts
from isthmus.report.trace.traced import every_way
from isthmus.sources.snapshot import FOLDER
from isthmus.workflows.declared import declaring
from isthmus.workflows.load import Loaded, load
from isthmus.workflows.network import Configured, load_network
from isthmus.workflows.packet_words import Ends, packet_of
from isthmus.workflows.refusal import Refused


def trace(
    path: Path, source: str, destination: str, flow: str, *, today: date, source_port: int | None = None
) -> Traced:
    """Follow one packet. Raises Refused where the words, the estate or its snapshot cannot be used."""
    loaded = load(path)
    estate, edition = loaded.usable(f"the estate at `{path}`")
    configured = _configured(loaded)
    network = configured.usable()
    facts = Facts(estate, edition.vocabulary, today)
    asked = packet_of(Ends(facts, network), source, destination, flow, source_port)
    return followed(facts, network, asked, {**loaded.texts, **configured.texts})


def _configured(loaded: Loaded) -> Configured:
    root = loaded.root / FOLDER
    configured = load_network(root)
    if configured is None:
        help_ = f"put the configurations of its devices there, a folder for each: `{root}/DEVICE/…`"
        raise Refused(f"the estate has no snapshot at `{root}`", help_)
    if not configured.network.devices:
        raise Refused(f"the snapshot at `{root}` holds no device", "each device has a folder with its configurations")
    return configured


def followed(facts: Facts, network: Network, asked: Asked, texts: dict[str, list[str]]) -> Traced:
    """One packet there and back through a network, with what the estate says of it."""
    walker = Walker(network)
    journey = walker.there_and_back(asked.packet)
    lifted = walker.there_and_back(asked.packet, regardless=True)
    estate = facts.estate
    return Traced(
        estate.name,
        asked,
        journey,
        lifted,
        belongings(estate, network, (asked.packet, *_packets(journey))),
        whereabouts(estate, network),
        tuple(each for each in declaring(facts, asked.packet) if each.state is not State.RETIRED),
        texts,
        tuple(dict.fromkeys(_unread(estate, journey))),
    )


def _packets(journey: Journey) -> Iterable[Packet]:
    for way in every_way(journey):
        for step in way.steps:
            yield from (step.before, step.after)
        yield way.packet


def belongings(estate: Estate, network: Network, packets: Iterable[Packet]) -> dict[Address, Belonging]:
    """Whose the addresses of some packets are, in the order in which they are met."""
    named = names(estate, network)
    found: dict[Address, Belonging] = {}
    for packet in packets:
        for address in (packet.source, packet.destination):
            if address not in found:
                networks = tuple((each.id, each.realm) for each in estate.plan.find(address))
                found[address] = Belonging(address, networks, named.get(address, ()))
    return found


def names(estate: Estate, network: Network) -> dict[Address, tuple[str, ...]]:
    """What each address is called: its hosts, then the devices, fronts and services that have it."""
    found: dict[Address, dict[str, None]] = {}
    for address, name in (*_holders(estate, network), *_listeners(estate)):
        found.setdefault(address, {})[name] = None
    return {address: tuple(called) for address, called in found.items()}


def _holders(estate: Estate, network: Network) -> Iterator[tuple[Address, str]]:
    for host in estate.hosts.values():
        yield from ((address, host.id) for address in host.addresses)
    for device in network.devices.values():
        for interface in device.interfaces.values():
            yield from ((held.ip, device.name) for held in interface.addresses)


def _listeners(estate: Estate) -> Iterator[tuple[Address, str]]:
    for front in (*estate.load_balancers.values(), *estate.web_proxies.values()):
        yield from ((address, front.id) for written in front.addresses for address in estate.resolve(written))
    for service in estate.services.values():
        for endpoint in service.endpoints.values():
            yield from ((address, service.id) for written in endpoint.addresses for address in estate.resolve(written))


def whereabouts(estate: Estate, network: Network) -> Whereabouts:
    """In which realms the devices of a network are."""
    devices: dict[str, dict[str, str]] = {}
    for device in network.devices.values():
        for interface in device.interfaces.values():
            realms = {each.realm for held in interface.addresses for each in estate.plan.find(held.ip)}
            if len(realms) == 1:
                devices.setdefault(device.name, {})[interface.name] = realms.pop()
    return Whereabouts({host.id: host.realm for host in estate.hosts.values()}, devices)


def _unread(estate: Estate, journey: Journey) -> Iterable[str]:
    """Ways that leave the snapshot towards addresses of the estate: what becomes of them there is not known."""
    for way in every_way(journey):
        networks = estate.plan.find(way.packet.destination)
        if way.end.kind is EndKind.LEFT and networks:
            names_ = ", ".join(each.id for each in networks)
            yield f"the snapshot does not hold the way on to {way.packet.destination} in {names_}"
