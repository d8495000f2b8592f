"""Traces of every kind, made by hand: what the writers of this room are tested with."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from isthmus.documents import parse_yaml
from isthmus.estate import read_estate
from isthmus.evidence import Facts
from isthmus.network import Action, Network, Verdict
from isthmus.packetset import Packet, ping, tcp
from isthmus.report.trace import Asked, Traced
from isthmus.workflows.load import load
from isthmus.workflows.trace import followed
from tests.prove.networks import (
    accept,
    border,
    chain,
    changed,
    drop,
    front,
    gateway,
    host,
    match,
    perhaps,
    two_realms,
)

ESTATE = Path(__file__).parent / "testdata" / "estate.yaml"
DAY = date(2026, 11, 23)


@cache
def facts() -> Facts:
    """What is known of the estate around the network; its file is called the same on every machine."""
    _, edition = load(ESTATE).usable()
    document = parse_yaml(ESTATE.read_text(encoding="utf-8"), ESTATE.name)
    estate = read_estate([document], edition.vocabulary).estate
    assert estate is not None
    return Facts(estate, edition.vocabulary, DAY)


def lines_of(network: Network) -> dict[str, list[str]]:
    """A text for each file that rules of the network come from: one line a rule."""
    texts: dict[str, list[str]] = {}
    for device in network.devices.values():
        for each in device.chains.values():
            rules = [f"    {_verb(rule.action)} {rule.name}".rstrip() for rule in each.rules]
            texts[each.where.file] = [f"chain {each.name} {{", *rules, "}"]
    return texts


def _verb(action: Action) -> str:
    return action.value if isinstance(action, Verdict) else type(action).__name__.lower()


def traced(network: Network, packet: Packet, source: str = "", destination: str = "") -> Traced:
    """A packet through a network, in the estate around it."""
    asked = Asked(source or str(packet.source), destination or str(packet.destination), packet)
    return followed(facts(), network, asked, lines_of(network))


def one_way() -> Network:
    """Its border drops what comes from port 873."""
    to_cloud = chain("to-cloud", drop(match(protocol="tcp", source_port=873), name="term replies"), accept())
    return changed(two_realms(), replace(border(), chains={**border().chains, "to-cloud": to_cloud}))


def closed() -> Network:
    """Gateway, border and host refuse, one behind the other."""
    stop = chain("forward", drop(match(port=25), name="no mail"), accept(), default=Verdict.DROP)
    made = replace(gateway(), chains={**gateway().chains, "forward": stop})
    from_cloud = chain("from-cloud", drop(match(protocol="tcp", port=25), name="term mail"), accept())
    edge = replace(border(), chains={**border().chains, "from-cloud": from_cloud})
    return changed(two_realms(), made, edge)


def doubtful() -> Network:
    """The host's firewall has a rule that nobody understands."""
    maybe = host("mirror", "192.0.2.10/24", "192.0.2.1", perhaps(Verdict.ACCEPT, match(port=873), name="whim"))
    return changed(two_realms(), maybe)


def hostile() -> Network:
    """Names that would be markup, if they could."""
    name = "term <b>&\"'|`x`\x1b[31m @team ]]> </svg>"
    bad = chain("from-cloud", drop(match(protocol="tcp"), name=name), file="acl<script>.txt")
    return changed(two_realms(), replace(border(), chains={**border().chains, "from-cloud": bad}))


def proxied() -> Network:
    """A proxy whose server refuses."""
    return changed(two_realms(), front(), host("web1", "10.0.0.11/24", "10.0.0.1"))


TO_MIRROR = tcp("172.16.0.20", "192.0.2.10", 873)

TRACES = {
    "through": lambda: traced(two_realms(), TO_MIRROR, destination="mirror"),
    "refused": lambda: traced(closed(), tcp("172.16.0.20", "192.0.2.10", 25)),
    "one-way": lambda: traced(one_way(), TO_MIRROR),
    "choices": lambda: traced(two_realms(), tcp("172.16.0.20", "192.0.2.80", 443)),
    "proxy": lambda: traced(two_realms(), tcp("172.16.0.20", "192.0.2.20", 8443)),
    "proxy-refused": lambda: traced(proxied(), tcp("172.16.0.20", "192.0.2.20", 8443)),
    "doubtful": lambda: traced(doubtful(), TO_MIRROR),
    "unread": lambda: traced(two_realms(), tcp("192.0.2.99", "192.0.2.77", 80)),
    "outside": lambda: traced(two_realms(), ping("172.16.0.10", "198.51.100.200")),
    "nobody": lambda: traced(two_realms(), tcp("203.0.113.10", "192.0.2.10", 873)),
    "hostile": lambda: traced(hostile(), TO_MIRROR),
}
"""By name; each is made when it is asked for."""
