"""What several checks ask of a configured network: as what clients arrive, who gets in, by which way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from isthmus.decide import Question
from isthmus.estate import Crossing, Endpoint, Host, IPAddress, Network, Sphere
from isthmus.evidence import Answer, gravest, met, unknown, unmet

if TYPE_CHECKING:
    from isthmus.packetset import PacketSet
    from isthmus.prove import Journey, Prover


def arriving(
    question: Question, prover: Prover, crossing: Crossing, endpoints: Mapping[str, Endpoint] | None = None
) -> Journey | Answer:
    """A crossing's packets on their way; an answer where nobody can say anything of them."""
    facts = question.facts
    service = facts.service(crossing)
    target = prover.target(service, facts.endpoints(crossing) if endpoints is None else endpoints)
    clients = prover.clients(crossing)
    for each in (*target.unresolved, *clients.unresolved):
        return unknown(f"{each.text} is not resolved", each.where)
    journey = prover.journey(target.packets & clients.packets)
    if not journey.begun:
        return unknown(f"the snapshot holds no place where the clients of `{crossing.id}` are", crossing.span("client"))
    if not journey.there.arrived:
        return unknown(f"no packet of `{crossing.id}` arrives, so nothing can be said of those that do")
    return journey


def arrives_only_as(question: Question, prover: Prover, crossing: Crossing, realm: str, roles: Iterable[str]) -> Answer:
    """No packet of a crossing arrives with an IPv4 source outside a realm's networks of some roles."""
    journey = arriving(question, prover, crossing)
    if isinstance(journey, Answer):
        return journey
    zones, named = prover.zones, tuple(roles)
    allowed = zones.sent_from(zones.where(lambda network: network.realm == realm and network.role in named))
    told = f"arrives as another address than {' or '.join(named)}"
    version_4, version_6 = prover.versions
    answers = [prover.claims.never_arrives(journey, version_4 - allowed, told)]
    if is_seen_as(journey, version_6):
        answers.append(unknown("packets arrive over IPv6, and the page speaks of IPv4 only"))
    return gravest(answers, met(f"clients arrive as {' or '.join(named)} by every way"))


def is_seen_as(journey: Journey, packets: PacketSet) -> bool:
    """Whether some packet can arrive as one of these."""
    return any(arrived.possibly & packets for arrived in journey.there.arrived.values())


def admitted_only(
    question: Question, prover: Prover, allowed: Iterable[Network], fronts: Iterable[IPAddress]
) -> Answer:
    """Packets from everywhere to the service get in with a source in some networks, or of a front, and no other."""
    target = prover.target(question.service, question.facts.endpoints(question.crossing))
    for each in target.unresolved:
        return unknown(f"{each.text} is not resolved", each.where)
    journey = prover.journey(target.packets)
    if not journey.there.arrived:
        return unknown("no packet gets to the service, so nothing can be said of those that do")
    meant = prover.zones.sent_from(allowed) | prover.sent_by(fronts)
    told = f"from outside the audience gets in to `{question.service.id}`"
    return prover.claims.never_gets_in(journey, ~meant, told)


def devices_holding(prover: Prover, addresses: Iterable[IPAddress | None]) -> frozenset[str]:
    """The devices of the snapshot that hold one of the addresses."""
    owners = prover.reach.topology.owners
    return frozenset(port.device for each in addresses if each is not None for port in owners.get(each, ()))


def to_addresses(question: Question, prover: Prover, addresses: Iterable[IPAddress]) -> PacketSet:
    """Packets to other addresses at the protocols and ports on which the crossing reaches its service."""
    endpoints = question.facts.endpoints(question.crossing).values()
    return prover.space.union(prover.to_ports(endpoint) for endpoint in endpoints) & prover.sent_to(addresses)


def held_by_balancer(question: Question, prover: Prover) -> Answer:
    """A load balancer or proxy of the snapshot takes connections on every address of the service."""
    answers = [_held(prover, each.address, each.text) for each in question.facts.reached(question.crossing)]
    return gravest(answers, answers[0])


def _held(prover: Prover, address: IPAddress | None, text: str) -> Answer:
    for device in prover.network.devices.values():
        for each in device.balancers:
            if each.bind.address == address is not None:
                return met(f"load balancer {each.name} on {device.name} takes {text}", each.where)
    holders = devices_holding(prover, (address,))
    if not holders:
        return unknown(f"no device of the snapshot holds {text}")
    for name in sorted(holders):
        for proxy in prover.network.devices[name].proxies:
            if any(bind.address in (None, address) for bind in proxy.binds):
                return met(f"proxy {proxy.name} on {name} takes {text}", proxy.where)
    device = prover.network.devices[min(holders)]
    return unmet(f"{device.name} holds {text} and has no load balancer there", device.where)


def backends_admit_only(question: Question, prover: Prover) -> Answer:
    """The servers behind the proxies of the exposed addresses are reached from the load balancer's hosts alone."""
    facts, service = question.facts, question.service
    balancer = facts.estate.load_balancers.get(service.load_balancer or "")
    own = facts.addresses_of(balancer) if balancer else frozenset()
    own = own | prover.addresses_of(devices_holding(prover, own))
    servers = prover.servers_behind(question.facts.reached(question.crossing), facts.endpoints(question.crossing))
    if not servers:
        return unknown(f"the servers behind `{service.id}` are not in the snapshot")
    journey = prover.journey(servers - prover.sent_by(own))
    told = f"gets in to a server of `{service.id}` without the load balancer"
    answer = prover.claims.never_gets_in(journey, prover.space.everything, told)
    return gravest([answer], met("its servers take connections from it alone"))


def passes_only(prover: Prover, journey: Journey, is_inside: Callable[[Network], bool], told: str) -> Answer:
    """Packets pass interfaces in some networks, and no others."""
    plan = prover.estate.plan
    for port in journey.there.entered:
        interface = prover.reach.topology.interface(port)
        found = [network for each in interface.addresses for network in plan.find(each.ip)]
        strangers = [network for network in found if not is_inside(network)]
        if strangers:
            return prover.claims.passed(journey, port, f"{told}: {strangers[0].id}")
    leaving = prover.claims.never_arrives(journey, prover.space.everything, told, at=lambda each: each.edge is not None)
    return gravest([leaving], met("every packet stays inside"))


def untagged_and_tagged(question: Question, prover: Prover, host: Host) -> Answer:
    """The host's own configuration has an address of the one role untagged, and one of the other role tagged."""
    device = prover.device_of(host)
    if device is None:
        return unknown(f"the configuration of `{host.id}` is not in the snapshot", host.where)
    roles = {question.params.native: [], question.params.tagged: []}  # type: dict[str, list[tuple[int | None, Network]]]
    for interface in device.interfaces.values():
        for address in interface.addresses:
            for network in prover.estate.plan.find(address.ip):
                if network.role in roles:
                    roles[network.role].append((interface.vlan, network))
    where = next((each.where for each in device.interfaces.values()), device.where)
    native = [network for vlan, network in roles[question.params.native] if vlan is None]
    tagged = [(vlan, network) for vlan, network in roles[question.params.tagged] if vlan is not None]
    if not native:
        return unmet(f"`{host.id}` has no untagged interface in a network of role {question.params.native}", where)
    if not tagged:
        return unmet(f"`{host.id}` has no tagged interface in a network of role {question.params.tagged}", where)
    wrong = [(vlan, network) for vlan, network in tagged if network.vlan not in (None, vlan)]
    if wrong:
        vlan, network = wrong[0]
        return unmet(f"`{host.id}` carries `{network.id}` with VLAN {vlan}, declared is {network.vlan}", where)
    racks = {network.rack for network in (native[0], tagged[0][1]) if network.rack}
    if len(racks) > 1:
        return unmet(f"`{host.id}` is trunked across racks {', '.join(sorted(racks))}", where)
    return met(f"`{host.id}`: `{native[0].id}` untagged, `{tagged[0][1].id}` tagged {tagged[0][0]}", where)


def facility_only(question: Question, prover: Prover) -> Answer:
    """A management flow's clients reach the same addresses by declared crossings alone, pings apart."""
    crossing, facts = question.crossing, question.facts
    addresses = [each.address for each in facts.reached(crossing) if each.address is not None]
    clients = prover.clients(crossing).packets
    undeclared_ = clients & (prover.sent_to(addresses) - prover.all_declared - prover.pings)
    journey = prover.journey(undeclared_)
    if not prover.journey(prover.declared(crossing)).there.arrived:
        return unknown(f"no packet of `{crossing.id}` arrives, so nothing can be said of those that do")
    told = f"that no crossing declares gets from the clients of `{crossing.id}` to its hosts"
    answer = prover.claims.never_gets_in(journey, prover.space.everything, told)
    return gravest([answer], met(f"its clients reach those addresses as declared, facility `{crossing.facility}`"))


def undeclared(question: Question, prover: Prover) -> Answer:
    """No flow between two realms that no running crossing declares gets in; none shows or dials a private address."""
    return gravest(_between_realms(prover), met("every flow between realms that gets in is declared"))


def _between_realms(prover: Prover) -> Iterator[Answer]:
    zones, everything = prover.zones, prover.space.everything
    private = zones.where(lambda network: network.sphere is Sphere.PRIVATE)
    for realm, other in prover.realm_pairs:
        packets = prover.from_realm(realm) & prover.to_realm(other) - prover.all_declared
        journey, dialled = prover.journey(packets), prover.journey(packets & zones.sent_to(private))
        told = f"from {realm} to {other} that no crossing declares"
        yield prover.claims.never_arrives(journey, zones.sent_from(private), f"{told} arrives with a private source")
        yield prover.claims.never_arrives(dialled, everything, f"{told} arrives that was sent to a private address")
        yield prover.claims.never_gets_in(journey, everything, f"{told} gets in")
