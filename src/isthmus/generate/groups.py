"""Security groups: who may come in to instances that serve, by the ports and floating addresses of the controller.

Each endpoint of a service that instances serve has a group of its own: declared flows, those inside the cloud among
them, then what the service says in `admits`, or everybody where it is meant for the internet. Its ports are in that
group and in their project's default group, and in no other. A group only ever accepts, so a service that is open to the
internet is open to every address here; borders keep other realms out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address

from isthmus.estate import INTERNET, Estate, IPAddress, Service
from isthmus.evidence import Facts
from isthmus.formats import Text
from isthmus.formats.neutron import FORMAT
from isthmus.generate.hosts import own_sources
from isthmus.generate.needs import NUMBERS, Needs, ports_of
from isthmus.generate.rules import MADE, accept
from isthmus.generate.sides import Side, Sides
from isthmus.network import Chain, Device, Rule, Verdict
from isthmus.packetset import Match, only

PREFIX = "crossings-"
"""How the names of generated groups begin."""

Record = Mapping[str, object]


@dataclass(frozen=True)
class Controller:
    """A controller of virtual networks, as its folder of the snapshot tells it."""

    name: str
    texts: tuple[Text, ...]
    ports: tuple[Record, ...]
    groups: tuple[Record, ...]
    rules: tuple[Record, ...]
    floating: Mapping[IPAddress, IPAddress]
    """The fixed address behind each floating one."""

    @cached_property
    def by_id(self) -> dict[str, Record]:
        """The ports by their ids."""
        return {str(each.get("id")): each for each in self.ports}

    @cached_property
    def defaults(self) -> frozenset[str]:
        """The ids of projects' default groups."""
        return frozenset(str(each.get("id")) for each in self.groups if each.get("name") == "default")


def controllers(folders: Mapping[str, Sequence[Text]]) -> tuple[Controller, ...]:
    """Every controller of the snapshot, in the order of their names."""
    found = (_controller(name, texts) for name, texts in sorted(folders.items()))
    return tuple(each for each in found if each.ports)


def _controller(name: str, texts: Sequence[Text]) -> Controller:
    own = tuple(each for each in texts if FORMAT.looks_like(each.name, each.text))
    trees = [tree for each in own if (tree := FORMAT.parse(each).tree) is not None]

    def records(key: str) -> tuple[Record, ...]:
        return tuple(dict(each.values) for tree in trees for one in tree.of(key) for each in one.records)

    keys = ("floating_ip_address", "fixed_ip_address")
    pairs = [tuple(_address(each, key) for key in keys) for each in records("floatingips")]
    floating = {one: fixed for one, fixed in pairs if one is not None and fixed is not None}
    groups, rules = records("security_groups"), records("security_group_rules")
    return Controller(name, own, records("ports"), groups, rules, floating)


def _address(record: Record, key: str) -> IPAddress | None:
    try:
        return ip_address(str(record.get(key)))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Membership:
    """The generated groups of a port, by name."""

    port: str
    address: IPAddress
    project: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """What a controller has to be told: groups as chains ``PROJECT GROUP``, and which ports are in which."""

    controller: Controller
    device: Device
    members: tuple[Membership, ...]


def groups_of(controller: Controller, needs: Needs, facts: Facts) -> Groups:
    """The groups of all services that ports of a controller serve."""
    chains: dict[str, Chain] = {}
    members: dict[tuple[str, IPAddress, str], list[str]] = {}
    ports, sides = _by_address(controller), Sides(facts.estate)
    for service in facts.estate.services.values():
        for name in service.endpoints:
            group = f"{PREFIX}{service.id}-{name}"
            rules = tuple(_rules(service, name, needs, sides))
            for address in _serving(service, name, controller, facts):
                for port in ports.get(address, ()):
                    project = str(port.get("project_id") or "")
                    chain = Chain(f"{project} {group}", rules, MADE, Verdict.DROP)
                    chains[chain.name] = chain
                    members.setdefault((str(port["id"]), address, project), []).append(group)
    found = tuple(Membership(*key, tuple(names)) for key, names in members.items())
    return Groups(controller, Device(controller.name, MADE, chains=chains), found)


def _serving(service: Service, endpoint: str, controller: Controller, facts: Facts) -> Iterator[IPAddress]:
    """The fixed addresses at which an endpoint is served: its own, those behind floating ones, its proxies'."""
    estate = facts.estate
    found: dict[IPAddress, None] = {}
    for each in facts.listeners(service, {endpoint: service.endpoints[endpoint]}):
        if each.address is not None:
            found[controller.floating.get(each.address, each.address)] = None
    proxy = estate.web_proxies.get(service.web_proxy or "")
    for name in proxy.hosts if proxy else ():
        found |= dict.fromkeys(estate.hosts[name].addresses)
    yield from found


def _by_address(controller: Controller) -> dict[IPAddress, list[Record]]:
    """The ports of each fixed address."""
    found: dict[IPAddress, list[Record]] = {}
    for port in controller.ports:
        fixed = port.get("fixed_ips")
        for each in fixed if isinstance(fixed, list) else ():
            address = _address(each, "ip_address") if isinstance(each, dict) else None
            if address is not None:
                found.setdefault(address, []).append(port)
    return found


def _rules(service: Service, endpoint: str, needs: Needs, sides: Sides) -> Iterator[Rule]:
    asked = service.endpoints[endpoint]
    for need in needs.of_service(service.id):
        if need.endpoint == endpoint:
            yield accept(need.crossing, need.says, _incoming(need.request(need.seen, ())))
    if service.admits is None and INTERNET not in service.audience:
        return
    source = own_sources(service, sides, Side(service.realm))
    ports = ports_of(asked)
    if source != ():
        match = Match(source, None, (only(NUMBERS[asked.protocol]),), None, None if ports is None else (ports,))
        yield accept("audience", f"audience of {service.id}", _of_its_version(match))


def _incoming(match: Match) -> Match:
    """What a port's group is asked: the destination is the port itself."""
    return Match(match.source, None, match.protocols, None, match.destination_ports, match.icmp, version=match.version)


def _of_its_version(match: Match) -> Match:
    """ICMP belongs to one IP version."""
    versions = {number: 4 if number == 1 else 6 for number in (1, 58)}
    number = match.protocols[0].first if match.protocols else 0
    return Match(
        match.source, None, match.protocols, None, match.destination_ports, version=versions.get(number, match.version)
    )


def kept_groups(controller: Controller, port: str) -> tuple[str, ...]:
    """The groups that a port stays in: the default group of its project."""
    held = controller.by_id[port].get("security_groups")
    return tuple(str(each) for each in held if str(each) in controller.defaults) if isinstance(held, list) else ()


def floating_of(estate: Estate, controller: Controller) -> Iterator[tuple[IPAddress, IPAddress]]:
    """The floating addresses that services need, each with the fixed one behind it."""
    asked: dict[IPAddress, None] = {}
    for service in estate.services.values():
        for endpoint in service.endpoints.values():
            for written in endpoint.addresses:
                asked |= dict.fromkeys(estate.resolve(written))
    yield from ((each, controller.floating[each]) for each in asked if each in controller.floating)
