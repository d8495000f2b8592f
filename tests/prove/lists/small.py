"""Strategies for rule lists over a small header space, and one way to settle every doubt in them."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from ipaddress import IPv4Address, ip_network

from hypothesis import strategies as st

from isthmus.diagnostics import Span
from isthmus.network import (
    Action,
    Chain,
    Changes,
    Continue,
    InterfaceTest,
    Jump,
    MarkTest,
    Masquerade,
    Return,
    Rule,
    SetMark,
    Translate,
    Unclear,
    Unmodelled,
    Untrack,
    Verdict,
)
from isthmus.packetset import (
    AddressRange,
    FlagTest,
    IcmpType,
    Interval,
    MaskedAddresses,
    Match,
    Rewrite,
    State,
    only,
)
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists import Compiler, Outcome
from tests.packetset.small import space

NAMES = ("first", "second", "third")
INTERFACES = (("eth0",), ("eth1", "vrf1"), ("vlan7",), ())

verdicts = st.sampled_from(Verdict)
below = {"first": ["second", "second", "third"], "second": ["third"], "third": []}
marks = st.sampled_from([SetMark(1), SetMark(2), SetMark(3, 2)])
translations = st.sampled_from(
    [Masquerade(), Translate(Changes.DESTINATION, Rewrite(destination=ip_network("10.0.0.1/32")))]
)

ASKED: list[dict[str, object]] = [
    {"destination": (ip_network("10.0.0.0/8"),)},
    {"destination": (ip_network("10.0.0.0/24"), ip_network("2001:db8::/64"))},
    {"destination": (AddressRange(IPv4Address("10.0.0.1"), IPv4Address("10.0.1.1")), ip_network("192.0.2.9/32"))},
    {"source": (ip_network("10.0.0.0/24"), ip_network("::/0"))},
    {"source": (MaskedAddresses(4, 2, 3), ip_network("2001:db8::/64"))},
    {"source": (ip_network("0.0.0.0/0"),)},
    {"protocols": (only(6),)},
    {"protocols": (Interval(6, 47),)},
    {"destination_ports": (only(80), only(2048))},
    {"destination_ports": (Interval(0, 80),)},
    {"source_ports": (Interval(1024, 65535),)},
    {"source_ports": (only(2048),)},
    {"icmp": (IcmpType(8), IcmpType(128))},
    {"flags": (FlagTest(18, 2),)},
    {"states": (State.NEW, State.UNTRACKED)},
    {"states": (State.ESTABLISHED,)},
    {"version": 4},
    {"version": 6},
]
"""What rules ask for: little, so that they meet often, and some take all of others."""

questions = st.lists(st.sampled_from(ASKED), max_size=2).map(lambda each: Match(**ChainMap(*each)))  # type: ignore[arg-type]
asked = st.lists(questions, min_size=1, max_size=2).map(tuple)

interface_tests = st.none() | st.none() | st.none() | st.builds(
    InterfaceTest, st.lists(st.sampled_from(["eth0", "eth*", "vrf1", "vlan7"]), min_size=1, max_size=2).map(tuple),
    st.booleans(),
)  # fmt: skip
mark_tests = st.none() | st.none() | st.builds(MarkTest, st.integers(0, 2), st.sampled_from([3, 1]), st.booleans())


def actions(chain: str, *, changes: bool) -> st.SearchStrategy[Action]:
    """What rules do: mostly decide, jump down, and now and then in a circle or to a chain that is not there."""
    anywhere = st.sampled_from(below[chain] * 6 + [*NAMES, "nowhere"])
    leaving: st.SearchStrategy[Action] = st.just(Return())
    found: st.SearchStrategy[Action] = st.one_of(verdicts, verdicts, leaving, translations)
    if below[chain]:
        down = st.sampled_from(below[chain])
        found |= (
            st.builds(Jump, anywhere, st.booleans()) | st.builds(Jump, down) | st.builds(Jump, down, st.just(False))
        )
    return found | marks | st.just(Continue()) | st.just(Untrack()) if changes else found


@st.composite
def rules(draw: st.DrawFn, chain: str = "first", *, doubts: bool, changes: bool) -> Rule:
    """A rule of a chain; one in four is in doubt where doubts are wanted."""
    where = Span("rules", draw(st.integers(1, 99)))
    action = draw(actions(chain, changes=changes))
    perhaps: tuple[Match, ...] = ()
    if doubts and draw(st.integers(0, 3)) == 0:
        perhaps = draw(asked)
        action = action if bool(perhaps) and draw(st.booleans()) else Unclear()
    uncertain = bool(perhaps) or isinstance(action, Unclear)
    return Rule(
        draw(asked | asked | asked | st.just(())),
        action,
        where,
        perhaps=perhaps,
        doubts=(Unmodelled(where, "`something`"),) if uncertain else (),
        arriving=draw(interface_tests),
        leaving=draw(interface_tests),
        mark=draw(mark_tests) if changes else None,
    )


@st.composite
def devices(draw: st.DrawFn, *, doubts: bool = True, changes: bool = True) -> dict[str, Chain]:
    """Chains that jump to one another."""
    chains = {}
    for name in NAMES:
        own = draw(st.lists(rules(name, doubts=doubts, changes=changes), min_size=2, max_size=8))
        default = draw(st.none() | verdicts) if name == "first" else draw(st.sampled_from([None] * 5 + [Verdict.DROP]))
        chains[name] = Chain(name, tuple(own), Span(name), default)
    return chains


@cache
def compiler(engine: str) -> Compiler:
    return Compiler(space(engine))


def everything(engine: str) -> Bounds:
    return Bounds.exactly(space(engine).everything)


def ends(outcome: Outcome) -> dict[object, Bounds]:
    """An outcome as sets that can be compared."""
    found: dict[object, Bounds] = {"drop": outcome.dropped, "reject": outcome.rejected}
    for mark, fate in outcome.by_mark.items():
        found["accept", mark] = fate.accepted
        found["undecided", mark] = fate.undecided
        found |= {(each.place, mark): each.packets for each in fate.translated}
    return {end: packets for end, packets in found.items() if packets}


def settled(chains: Mapping[str, Chain], data: st.DataObject) -> dict[str, Chain]:
    """The chains as they may be in truth: of each rule some of ``perhaps`` match, and its effect is known."""
    known: list[Action] = [Verdict.ACCEPT, Verdict.DROP, Verdict.REJECT, Continue()]
    effects = st.sampled_from(known)

    def settle(rule: Rule) -> Rule:
        some = tuple(each for each in rule.perhaps if data.draw(st.booleans()))
        action = data.draw(effects) if isinstance(rule.action, Unclear) else rule.action
        return replace(rule, matches=rule.matches + some, perhaps=(), doubts=(), action=action)

    return {name: replace(chain, rules=tuple(map(settle, chain.rules))) for name, chain in chains.items()}
