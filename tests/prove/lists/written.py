"""Rules in one line, for tests: what is asked, what is done."""

from ipaddress import ip_network
from itertools import count

from isthmus.diagnostics import Span
from isthmus.network import Action, Chain, InterfaceTest, MarkTest, Rule, Unclear, Unmodelled, Verdict
from isthmus.packetset import Interval, Match, State, only

DOUBT = Unmodelled(Span("device.conf", 7), "`limit rate 10/second`")
_lines = count(1)


def asks(
    source: str = "", destination: str = "", port: str = "", protocol: int | None = None, state: State | None = None
) -> Match:
    """A match; what is empty asks nothing."""
    return Match(
        source=(ip_network(source),) if source else None,
        destination=(ip_network(destination),) if destination else None,
        protocols=None if protocol is None else (only(protocol),),
        destination_ports=(Interval.parse(port),) if port else None,
        states=None if state is None else (state,),
    )


def rule(
    action: Action, *matches: Match, mark: MarkTest | None = None, arriving: str = "", is_sure: bool = True
) -> Rule:
    """A rule; without matches, of every packet; not ``is_sure``, it matches perhaps."""
    every = matches or (Match(),)
    return Rule(
        every if is_sure else (),
        action,
        Span("device.conf", next(_lines)),
        perhaps=() if is_sure else every,
        doubts=() if is_sure and not isinstance(action, Unclear) else (DOUBT,),
        mark=mark,
        arriving=InterfaceTest((arriving,)) if arriving else None,
    )


def accept(*matches: Match, arriving: str = "") -> Rule:
    return rule(Verdict.ACCEPT, *matches, arriving=arriving)


def drop(*matches: Match, arriving: str = "") -> Rule:
    return rule(Verdict.DROP, *matches, arriving=arriving)


def chain(*rules: Rule, name: str = "list", default: Verdict | None = Verdict.DROP) -> Chain:
    return Chain(name, rules, Span("device.conf"), default)


def device(*chains: Chain) -> dict[str, Chain]:
    return {each.name: each for each in chains}
