"""What several checks ask of an exercise: as what clients arrived, by which way, who was let in, who was not.

What was not sent says nothing, and what the lab does not do as it is configured makes a good answer unknown.
"""

from collections.abc import Callable, Iterable, Iterator

from isthmus.decide import Question
from isthmus.estate import Crossing, Endpoint, IPAddress, Network, Sphere
from isthmus.evidence import Answer, Exhibit, Waypoint, gravest, met, unknown, unmet
from isthmus.guidelines.exercise import Back, Exercise, Probed


def arrived_ones(exercise: Exercise, crossing: Crossing) -> tuple[Probed, ...] | Answer:
    """The probes of a crossing that arrived; an answer where there are none."""
    probes = exercise.of(crossing.id)
    if not probes:
        unplaced = [each for each in crossing.client.networks if each in exercise.unplaced]
        why = f": the lab has no place in `{unplaced[0]}`" if unplaced else ""
        return unknown(f"nothing was sent for `{crossing.id}` in the lab{why}", crossing.where)
    arrived = tuple(each for each in probes if each.admitted_by)
    return arrived or unknown(
        f"no packet of `{crossing.id}` arrived in the lab, so nothing can be said of those that do"
    )


def arrived_only_as(
    question: Question, exercise: Exercise, crossing: Crossing, realm: str, roles: Iterable[str]
) -> Answer:
    """Every packet of a crossing that arrived did so from networks of some roles of a realm."""
    probes = arrived_ones(exercise, crossing)
    if isinstance(probes, Answer):
        return probes
    named = tuple(roles)

    def is_allowed(network: Network) -> bool:
        return network.realm == realm and network.role in named

    seen = sorted({str(each.seen_as) for each in probes})
    told = f"clients arrived as {', '.join(seen[:4])}{' and others' if len(seen) > 4 else ''}"
    doubts = (doubt for each in probes for doubt in _strange_source(question, each, is_allowed, named))
    return gravest([*doubts, *_left_out(exercise, probes)], met(told))


def _strange_source(
    question: Question, probe: Probed, is_allowed: Callable[[Network], bool], roles: tuple[str, ...]
) -> Iterator[Answer]:
    assert probe.seen_as is not None, "what arrived was seen"
    networks = question.facts.estate.plan.find(probe.seen_as)
    told = f"{probe} arrived as {probe.seen_as}"
    if probe.seen_as.version == 6 and all(each.sphere is Sphere.PUBLIC for each in networks):
        yield unknown(f"{told}, and the page speaks of IPv4 only", exhibit=exhibit(probe))
    elif not networks or not all(is_allowed(each) for each in networks):
        of = f" of `{networks[0].id}` (role {networks[0].role})" if networks else ""
        yield unmet(f"{told}{of}, not as {' or '.join(roles)}", exhibit=exhibit(probe))


def stayed_inside(question: Question, exercise: Exercise, realm: str) -> Answer:
    """No packet of the crossing came by an interface in a network of another realm."""
    probes = arrived_ones(exercise, question.crossing)
    if isinstance(probes, Answer):
        return probes
    estate = question.facts.estate
    outside = [
        unmet(f"{each} came to `{name}` at {stop.device}, outside realm {realm}", exhibit=exhibit(each))
        for each in exercise.of(question.crossing.id)
        for stop in each.path
        for name in stop.networks
        if name in estate.networks and estate.networks[name].realm != realm
    ]
    told = met(f"every packet stayed inside realm {realm}: {len(probes)} were followed")
    return gravest([*outside, *_left_out(exercise, probes)], told)


def passed_by(question: Question, exercise: Exercise, roles: Iterable[str]) -> Answer:
    """Every packet of the crossing that arrived came by an interface in a network of some roles."""
    probes = arrived_ones(exercise, question.crossing)
    if isinstance(probes, Answer):
        return probes
    networks, named = question.facts.estate.networks, tuple(roles)
    edges = {name for name, each in networks.items() if each.role in named}
    round_about = [
        unmet(f"{each} arrived without passing an edge network", exhibit=exhibit(each))
        for each in probes
        if not any(edges.intersection(stop.networks) for stop in each.path)
    ]
    passed = sorted({stop.device for each in probes for stop in each.path if edges.intersection(stop.networks)})
    told = met(f"every packet passed an edge network, at {', '.join(passed[:4])}")
    return gravest([*round_about, *_left_out(exercise, probes)], told)


def private_seen(question: Question, exercise: Exercise, probes: Iterable[Probed]) -> Iterator[Answer]:
    """The packets that showed one side's private address to the other."""
    plan = question.facts.estate.plan
    for each in probes:
        assert each.seen_as is not None, "what arrived was seen"
        for network in plan.find(each.seen_as):
            if network.sphere is Sphere.PRIVATE:
                told = f"{each} arrived as {each.seen_as}, a private address of `{network.id}`"
                yield unmet(told, exhibit=exhibit(each))
        for network in plan.find(each.destination):
            if network.sphere is Sphere.PRIVATE:
                told = f"{each} arrived, sent to a private address of `{network.id}`"
                yield unmet(told, exhibit=exhibit(each))
    yield from _left_out(exercise, probes)


def let_in_only(question: Question, exercise: Exercise, is_allowed: Callable[[Network], bool]) -> Answer:
    """Of everybody who tried the service, those of some networks got in, or its own fronts, and nobody else."""
    facts, service = question.facts, question.service
    estate = facts.estate
    named = (estate.load_balancers.get(service.load_balancer or ""), estate.web_proxies.get(service.web_proxy or ""))
    fronts = {address for each in named if each for address in facts.addresses_of(each)}
    listening = [each.address for each in facts.reached(question.crossing) if each.address is not None]
    tried = list(_tried(question, exercise, listening))
    answers = []
    for probe in tried:
        if not probe.admitted_by or probe.seen_as in fronts:
            continue
        networks = estate.plan.find(probe.seen_as) if probe.seen_as else ()
        if not networks or not all(is_allowed(each) for each in networks):
            of = f" of `{networks[0].id}`" if networks else " of the internet"
            told = f"{probe} got in as {probe.seen_as}{of}, which is not of the audience"
            answers.append(_admitted(exercise, probe, told))
    senders = _senders(question, exercise, listening)
    if not senders:
        return unknown(f"nobody tried `{service.id}` in the lab")
    alone = met(f"of {len(senders)} who tried, only the audience got in")
    return gravest([*answers, *_left_out(exercise, tried)], alone)


def kept_off_leg(question: Question, exercise: Exercise, role: str, leg: Iterable[IPAddress]) -> Answer:
    """Nobody reached the service on its hosts' addresses of a leg, and nobody from that leg reached it at all."""
    plan, addresses = question.facts.estate.plan, tuple(leg)
    listening = [each.address for each in question.facts.reached(question.crossing) if each.address is not None]
    answers = [
        _admitted(exercise, each, f"{each} reached the service on its {role} address")
        for each in _tried(question, exercise, addresses)
        if each.admitted_by
    ]
    answers += [
        _admitted(exercise, each, f"{each} reached the service from {role}")
        for each in _tried(question, exercise, listening)
        if each.admitted_by and any(network.role == role for network in plan.find(each.source))
    ]
    senders = _senders(question, exercise, (*addresses, *listening))
    from_leg = any(network.role == role for each in senders for network in plan.find(each))
    if not senders or (addresses and not _senders(question, exercise, addresses)):
        return unknown(f"nobody tried the service on {role} in the lab")
    if not from_leg:
        answers.append(unknown(f"nobody tried the service from {role} in the lab"))
    return gravest(answers, met(f"nothing reached the service on {role}, or from there"))


def balanced_and_alone(question: Question, exercise: Exercise) -> Answer:
    """A proxy answered on every exposed address, and the servers behind it let in nobody but it."""
    facts, service = question.facts, question.service
    balancer = facts.estate.load_balancers.get(service.load_balancer or "")
    own = facts.addresses_of(balancer) if balancer else frozenset()
    probes = arrived_ones(exercise, question.crossing)
    if isinstance(probes, Answer):
        return probes
    ports = {(each.destination, each.at) for each in probes if each.back is Back.ANSWER}
    servers = {(each.server, each.server_port) for each in exercise.behind if (each.front, each.port) in ports}
    if not servers:
        return unknown(f"no proxy of the lab answered for `{service.id}`")
    stray = [
        _admitted(exercise, each, f"{each} got in to a server of `{service.id}` without the load balancer")
        for each in exercise.probes
        if each.admitted_by and (each.destination, each.at) in servers and each.source not in own
    ]
    untried = [each for each in sorted(servers, key=str) if not exercise.sources_tried(*each) - own]
    doubts = [unknown(f"nobody tried the server {address} {port} in the lab") for address, port in untried]
    told = f"a proxy answered on {len(ports)} exposed ports, and its {len(servers)} servers let nobody else in"
    return gravest([*stray, *doubts, *_left_out(exercise, probes)], met(told))


def _tried(question: Question, exercise: Exercise, addresses: Iterable[IPAddress]) -> Iterator[Probed]:
    """The kept probes to some addresses at the ports by which the crossing reaches its service."""
    ports = [port for each in question.facts.endpoints(question.crossing).values() for port in [_reach(each)]]
    return (each for each in exercise.to(addresses) if any(reaches(each) for reaches in ports))


def _reach(endpoint: Endpoint) -> Callable[[Probed], bool]:
    protocol = endpoint.protocol.value.removesuffix("v6")
    return lambda probe: (
        probe.protocol == protocol
        and (endpoint.port is None or (probe.port is not None and probe.port in endpoint.port))
    )


def _senders(question: Question, exercise: Exercise, addresses: Iterable[IPAddress]) -> frozenset[IPAddress]:
    """Who tried some addresses at the crossing's ports."""
    endpoints = question.facts.endpoints(question.crossing).values()
    ports = [f"{each.protocol.value}/{each.port.first}" for each in endpoints if each.port is not None]
    return frozenset().union(*(exercise.sources_tried(each, port) for each in addresses for port in ports))


def _admitted(exercise: Exercise, probe: Probed, told: str) -> Answer:
    """Not met, unless the host that let it in is one whose own filters nobody has read."""
    if probe.admitted_by in exercise.unread:
        return unknown(f"{told}; what {probe.admitted_by} itself admits was not read", exhibit=exhibit(probe))
    return unmet(told, exhibit=exhibit(probe))


def _left_out(exercise: Exercise, probes: Iterable[Probed]) -> Iterator[Answer]:
    """Doubts about probes that met a device which the lab does not do as it is configured."""
    devices = {stop.device: None for each in probes for stop in each.path}
    for name in devices:
        if name in exercise.left_out:
            yield unknown(f"the lab does not do everything that {name} does: {exercise.left_out[name]}")


def exhibit(probe: Probed) -> Exhibit:
    """A probe as evidence: the interfaces by which it came in, and its end."""
    path = [Waypoint(_told(stop.device, stop.interface, stop.networks)) for stop in probe.path]
    end = f"let in by {probe.admitted_by}, seen as {probe.seen_as}" if probe.admitted_by else "not let in"
    if probe.refused is not None:
        end = f"{end}: {probe.refused}"
    return Exhibit(f"{probe.source} > {probe.destination} {probe.at}", probe.client, (*path, Waypoint(end)))


def _told(device: str, interface: str, networks: tuple[str, ...]) -> str:
    return f"{device}: comes in by {interface}" + (f" ({', '.join(networks)})" if networks else "")
