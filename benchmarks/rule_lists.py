"""Long lists of rules, made the same way every time: as the network model has them, and as configuration texts."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from random import Random

from isthmus.diagnostics import Span
from isthmus.network import Chain, Rule, Verdict
from isthmus.packetset import AddressRange, Block, Interval, Match, only

NAMES = {6: "tcp", 17: "udp"}

Blocks = tuple[Block, ...] | None


def enterprise(rules: int, seed: int = 1, name: str = "forward") -> Chain:
    """A list as companies have them: a tenth as many objects as rules, 20 % from any, 10 % to any, 25 % deny."""
    chance = Random(seed)
    pool = [_network(chance, 10 << 24, 8) for _ in range(max(1, rules // 10))]
    services = [_service(chance) for _ in range(60)]

    def match() -> Match:
        protocol, ports = chance.choice(services)
        open_end = chance.random()
        source = None if open_end < 0.2 else (chance.choice(pool),)
        destination = None if open_end > 0.9 else (chance.choice(pool),)
        return _match(source, destination, protocol, ports)

    return _chain(name, ((match(), chance.random() >= 0.25) for _ in range(rules)))


def independent(rules: int, seed: int = 1, name: str = "forward") -> Chain:
    """A list without any order to it: prefixes and port ranges by chance, as in ClassBench: harder than real ones."""
    chance = Random(seed)

    def match() -> Match:
        ends = [(_network(chance, 0, 0),) if chance.random() < 0.9 else None for _ in range(2)]
        first = chance.randrange(60000)
        some = Interval(first, first + chance.choice([0, 0, 100, 5000]))
        ports = chance.choice([some, some, Interval(0, 65535)])
        return _match(ends[0], ends[1], chance.choice([6, 17]), ports)

    return _chain(name, ((match(), chance.random() >= 0.4) for _ in range(rules)))


def adversarial(rules: int, seed: int = 1, name: str = "forward") -> Chain:
    """Ranges that begin and end anywhere in every field, no two alike: the hardest lists for every known method."""
    chance = Random(seed)

    def between(most: int) -> tuple[int, int]:
        first, last = sorted(chance.sample(range(most + 1), 2))
        return first, last

    def match() -> Match:
        source, destination = (tuple(map(IPv4Address, between((1 << 32) - 1))) for _ in range(2))
        return Match(
            source=(AddressRange(*source),),
            destination=(AddressRange(*destination),),
            protocols=(only(chance.choice([6, 17])),),
            source_ports=(Interval(*between(65535)),),
            destination_ports=(Interval(*between(65535)),),
        )

    return _chain(name, ((match(), chance.random() >= 0.5) for _ in range(rules)))


def site(number: int) -> IPv4Network:
    """The prefix of one of 1,000 sites."""
    return IPv4Network((10 << 24 | number << 14, 18))


def site_filter(number: int, rules: int, sites: int) -> Chain:
    """What one site lets in: from other sites or from any, to hosts and subnets of its own."""
    chance = Random(number)
    own = int(site(number).network_address)
    services = [_service(chance) for _ in range(20)]

    def match() -> Match:
        protocol, ports = chance.choice(services)
        other = site(chance.randrange(sites))
        source = chance.choice([None, other, other, _network(chance, int(other.network_address), 18)])
        return _match((source,) if source else None, (_network(chance, own, 18),), protocol, ports)

    return _chain(f"site{number}", ((match(), chance.random() >= 0.25) for _ in range(rules)))


def edited(chain: Chain, edits: int, seed: int = 1) -> Chain:
    """The same list with some rules turned round, some moved and some new ones."""
    chance = Random(seed)
    rules = list(chain.rules)
    for number in range(edits):
        at = chance.randrange(len(rules))
        if number % 3 == 0:
            rules[at] = _rule(rules[at].matches[0], accepts=rules[at].action is not Verdict.ACCEPT, line=at + 1)
        elif number % 3 == 1:
            rules.insert(chance.randrange(len(rules)), rules.pop(at))
        else:
            protocol, ports = _service(chance)
            new = _match((_network(chance, 10 << 24, 8),), (_network(chance, 10 << 24, 8),), protocol, ports)
            rules.insert(at, _rule(new, accepts=True, line=at + 1))
    return Chain(chain.name, tuple(rules), chain.where, chain.default)


def _network(chance: Random, base: int, length: int) -> IPv4Network:
    """A prefix inside of another, of the lengths that people use."""
    longer = chance.choice([each for each in (32, 32, 32, 28, 26, 24, 24, 22, 20, 16) if each >= length])
    number = base | chance.getrandbits(32 - length)
    return IPv4Network((number >> 32 - longer << 32 - longer, longer))


def _service(chance: Random) -> tuple[int, Interval]:
    first = chance.choice([22, 25, 53, 80, 443, chance.randrange(1024, 60000), chance.randrange(1024, 60000)])
    return chance.choice([6, 6, 17]), Interval(first, first + chance.choice([0, 0, 0, 10, 100]))


def _match(source: Blocks, destination: Blocks, protocol: int, ports: Interval) -> Match:
    return Match(
        source=source, destination=destination, protocols=(only(protocol),), destination_ports=(ports,), version=4
    )


def _chain(name: str, rules: Iterator[tuple[Match, bool]]) -> Chain:
    made = tuple(_rule(match, accepts=accepts, line=line) for line, (match, accepts) in enumerate(rules, 1))
    return Chain(name, made, Span(f"{name}.rules"), Verdict.DROP)


def _rule(match: Match, *, accepts: bool, line: int) -> Rule:
    return Rule((match,), Verdict.ACCEPT if accepts else Verdict.DROP, Span("list", line))


# The same lists as texts


def as_nftables(chain: Chain) -> str:
    """A table for nft(8)."""
    lines = ["table ip filter {", f"\tchain {chain.name} {{", "\t\ttype filter hook forward priority 0; policy drop;"]
    for rule in chain.rules:
        source, destination, protocol, ports = _told(rule)
        words = [f"ip saddr {source}"] if source else []
        words += [f"ip daddr {destination}"] if destination else []
        words += [f"{protocol} dport {ports}", _verdict(rule, "accept", "drop")]
        lines.append("\t\t" + " ".join(words))
    return "\n".join([*lines, "\t}", "}", ""])


def as_iptables(chain: Chain) -> str:
    """What iptables-save(8) prints."""
    lines = ["*filter", ":INPUT ACCEPT [0:0]", ":FORWARD DROP [0:0]", ":OUTPUT ACCEPT [0:0]"]
    for rule in chain.rules:
        source, destination, protocol, ports = _told(rule)
        words = ["-A FORWARD"]
        words += [f"-s {source}"] if source else []
        words += [f"-d {destination}"] if destination else []
        words += [f"-p {protocol} -m {protocol} --dport {ports.replace('-', ':')}"]
        words += ["-j", _verdict(rule, "ACCEPT", "DROP")]
        lines.append(" ".join(words))
    return "\n".join([*lines, "COMMIT", ""])


def as_junos(chain: Chain) -> str:
    """A firewall filter of a router, applied to an interface."""
    lines = ["firewall {", "    family inet {", f"        filter {chain.name} {{"]
    for rule in chain.rules:
        source, destination, protocol, ports = _told(rule)
        lines += [f"            term t{rule.where.line} {{", "                from {"]
        lines += [f"                    source-address {{ {source}; }}"] if source else []
        lines += [f"                    destination-address {{ {destination}; }}"] if destination else []
        lines += [f"                    protocol {protocol};", f"                    destination-port {ports};"]
        lines += ["                }", f"                then {_verdict(rule, 'accept', 'discard')};", "            }"]
    lines += ["        }", "    }", "}"]
    applied = f"interfaces {{ ge-0/0/0 {{ unit 0 {{ family inet {{ filter {{ input {chain.name}; }} }} }} }} }}"
    return "\n".join([*lines, applied, ""])


def as_aerleon(chain: Chain) -> dict[str, object]:
    """A policy as Aerleon's own Python interface takes it, for nftables; its definitions are in ``aerleon_tokens``."""
    terms = []
    for rule in chain.rules:
        source, destination, protocol, ports = _told(rule)
        term: dict[str, object] = {"name": f"t{rule.where.line}", "protocol": protocol}
        term |= {"source-address": _token(source)} if source else {}
        term |= {"destination-address": _token(destination)} if destination else {}
        terms.append(term | {"destination-port": _port_token(ports), "action": _verdict(rule, "accept", "deny")})
    return {"filename": chain.name, "filters": [{"header": {"targets": {"nftables": "inet forward"}}, "terms": terms}]}


def aerleon_tokens(chain: Chain) -> dict[str, dict[str, object]]:
    """The definitions that ``as_aerleon`` refers to."""
    networks: dict[str, object] = {}
    services: dict[str, object] = {}
    for rule in chain.rules:
        source, destination, _protocol, ports = _told(rule)
        networks |= {_token(each): {"values": [{"address": each}]} for each in (source, destination) if each}
        services[_port_token(ports)] = [{"protocol": name, "port": ports} for name in NAMES.values()]
    return {"networks": networks, "services": services}


def _token(prefix: str) -> str:
    return "N" + prefix.replace(".", "_").replace("/", "__")


def _port_token(ports: str) -> str:
    return "P" + ports.replace("-", "_")


def _told(rule: Rule) -> tuple[str, str, str, str]:
    """Source, destination, protocol and ports in words; empty for any."""
    match = rule.matches[0]
    assert match.protocols is not None
    assert match.destination_ports is not None
    source = str(match.source[0]) if match.source else ""
    destination = str(match.destination[0]) if match.destination else ""
    ports = match.destination_ports[0]
    told = str(ports.first) if ports.first == ports.last else f"{ports.first}-{ports.last}"
    return source, destination, NAMES[match.protocols[0].first], told


def _verdict(rule: Rule, yes: str, no: str) -> str:
    return yes if rule.action is Verdict.ACCEPT else no
