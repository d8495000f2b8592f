"""The gateway's ruleset, as its values fill it in: what is translated on the way out, and what is forwarded.

Translation, first match decides; to accept is to leave a packet's source as it is:

1. IPv6;
2. what does not leave by the outer leg;
3. what does not come from the virtual networks;
4. what goes to an entry of ``dmz_cidr``, an exception each;
5. what goes to the cloud's public addresses, and
6. to its private ones;
7. everything else gets ``routing_source_ip`` for its source.

The first form of the profile (keys ``profile::openstack::…::cloudgw::…``) has no rules 2, 5 and 6. Forwarding: nothing
from or to ``cloud_filter``; between the legs; nothing else. With IPv6 keys there are two forms of that, an older one
that lets everything in and a newer one that lets in replies alone: what begins outside is in doubt.
"""

from collections.abc import Iterator

from isthmus.formats.cloudgw.entries import Entry, entries
from isthmus.formats.cloudgw.legs import VRF, Legs, typed_networks
from isthmus.formats.cloudgw.profile import PRIVATE, VIRTUAL_SUBNETS, Profile
from isthmus.formats.cloudgw.shapes import Said
from isthmus.network import (
    Action,
    Chain,
    Changes,
    Hook,
    HookPoint,
    InterfaceTest,
    Rule,
    Translate,
    Unclear,
    Unmodelled,
    Verdict,
)
from isthmus.packetset import AddressRange, Block, IpProtocol, Match, Rewrite, State, only, other_addresses

POSTROUTING = "inet cloudgw postrouting"
FORWARD = "inet cloudgw forward"
HOOKS = (
    Hook(POSTROUTING, HookPoint.POSTROUTING, 100, translates=True),
    Hook(FORWARD, HookPoint.FORWARD, 0),
)

_ANY4 = Match(version=4)


def ruleset(profile: Profile, legs: Legs) -> dict[str, Chain]:
    """Both chains."""
    where = profile.where
    postrouting = Chain(POSTROUTING, tuple(_postrouting(profile, legs)), where, Verdict.ACCEPT)
    forward = Chain(FORWARD, tuple(_forward(profile, legs)), where, Verdict.DROP)
    return {POSTROUTING: postrouting, FORWARD: forward}


def _postrouting(profile: Profile, legs: Legs) -> Iterator[Rule]:
    where = profile.where
    yield Rule((Match(version=6),), Verdict.ACCEPT, where, "IPv6 is not translated")
    if not profile.is_old:
        yield _not_outwards(profile, legs)
    yield _not_virtual(profile)
    yield from _exceptions(profile, "dmz_cidr", profile.texts("dmz_cidr"), "dmz_cidr", "which exceptions there are")
    if not profile.is_old:
        yield from _cloud(profile, "public_cidrs", "the cloud's public addresses")
        yield from _cloud(profile, "supernet", "the cloud's private addresses", "supernet_v4")
    yield _translation(profile)


def _not_outwards(profile: Profile, legs: Legs) -> Rule:
    name = "not out of the wan leg"
    found = profile.find("wan_vlan")
    if "wan" not in legs.names or found is None:
        return _perhaps(Match(), Verdict.ACCEPT, name, legs.unnamed["wan"])
    test = InterfaceTest((legs.names["wan"],), negated=True)
    return Rule((Match(),), Verdict.ACCEPT, found.where, name, leaving=test)


def _not_virtual(profile: Profile) -> Rule:
    """Sources that are no instance's keep their address."""
    name = "sources outside the virtual networks"
    texts = [said for kind, said in typed_networks(profile) if kind == "default"] or profile.texts(*VIRTUAL_SUBNETS)
    if texts is None:
        return _perhaps(
            _ANY4, Verdict.ACCEPT, name, profile.missing(VIRTUAL_SUBNETS[0], "which sources are translated")
        )
    read = [each for each in entries(texts, profile.problems) if each.version == 4]
    known = [each.destination for each in read if each.destination is not None and not each.said.doubt]
    doubts = tuple(profile.unsure(each.said) for each in read if each.said.doubt)
    outside = Match(source=other_addresses(known, 4), version=4)
    where = texts[0].where if texts else profile.where
    if doubts:
        return Rule((), Verdict.ACCEPT, where, name, perhaps=(outside,), doubts=doubts)
    return Rule((outside,), Verdict.ACCEPT, where, name)


def _exceptions(profile: Profile, name: str, texts: list[Said] | None, key: str, means: str) -> Iterator[Rule]:
    """A rule for each entry of a list."""
    if texts is None:
        yield _perhaps(_ANY4, Verdict.ACCEPT, name, profile.missing(key, means))
    for each in entries(texts or [], profile.problems):
        yield _accepting(profile, name, each)


def _accepting(profile: Profile, name: str, entry: Entry) -> Rule:
    said = entry.said
    title = f"{name} {said.text}"
    if said.doubt:
        doubt = profile.unsure(said)
        return Rule(
            (), Verdict.ACCEPT, said.where, title, perhaps=(entry.match,), doubts=(doubt,), comment=said.comment
        )
    return Rule((entry.match,), Verdict.ACCEPT, said.where, title, comment=said.comment)


def _cloud(profile: Profile, key: str, means: str, other: str = "") -> Iterator[Rule]:
    found = profile.hiera.find(f"{PRIVATE}::{key}", f"{PRIVATE}::{other or key}")
    texts = None if found is None else profile.hiera.texts(found)
    for rule in _exceptions(profile, "cloud " + key, texts, f"{PRIVATE}::{key}", means):
        if all(match.version == 4 for match in rule.matches + rule.perhaps):
            yield rule


def _translation(profile: Profile) -> Rule:
    """Everything that is left gets the one address that stands for all instances."""
    name = "routing_source_ip"
    said = profile.one("routing_source_ip")
    if said is None:
        doubt = profile.missing("routing_source_ip", "which address stands for the instances")
        return Rule((_ANY4,), Unclear(), doubt.where, name, doubts=(doubt,))
    read = entries([said], profile.problems)
    block = read[0].destination if len(read) == 1 else None
    if block is not None and not read[0].said.doubt and block.version == 4 and _is_one(block):
        return Rule((_ANY4,), Translate(Changes.SOURCE, Rewrite(source=block)), said.where, name, comment=said.comment)
    doubt = Unmodelled(said.where, said.doubt or f"`{said.text}` is not one IPv4 address")
    profile.unmodelled.append(doubt)
    return Rule((_ANY4,), Unclear(), said.where, name, doubts=(doubt,), comment=said.comment)


def _is_one(block: Block) -> bool:
    return not isinstance(block, AddressRange) and getattr(block, "num_addresses", 0) == 1


def _forward(profile: Profile, legs: Legs) -> Iterator[Rule]:
    for entry in entries(profile.texts("cloud_filter") or [], profile.problems):
        yield from _refusals(profile, entry)
    yield from _between_legs(profile, legs)


def _refusals(profile: Profile, entry: Entry) -> Iterator[Rule]:
    """Nothing from an entry of the list, and nothing to it."""
    said = entry.said
    block = entry.destination
    if block is None or said.doubt:
        doubt = profile.unsure(said)
        yield _perhaps(_ANY4, Verdict.DROP, f"cloud_filter {said.text}", doubt)
        return
    for end, match in (
        ("from", Match(source=(block,), version=block.version)),
        ("to", Match(destination=(block,), version=block.version)),
    ):
        yield Rule((match,), Verdict.DROP, said.where, f"cloud_filter {end} {said.text}", comment=said.comment)


def _between_legs(profile: Profile, legs: Legs) -> Iterator[Rule]:
    arriving = InterfaceTest((VRF,))
    names = tuple(legs.interfaces)
    where = next((each.where for each in legs.interfaces.values()), profile.where)
    if len(names) < 2:
        doubt = next(iter(legs.unnamed.values()))
        yield Rule(
            (), Verdict.ACCEPT, where, "between the legs", perhaps=(Match(),), doubts=(doubt,), arriving=arriving
        )
        return
    both = InterfaceTest(names)
    if not any(each.endswith("_v6") for each in profile.parameters) or legs.unnamed:
        yield Rule((Match(),), Verdict.ACCEPT, where, "between the legs", arriving=arriving, leaving=both)
        return
    yield Rule((_ANY4,), Verdict.ACCEPT, where, "IPv4 between the legs", arriving=arriving, leaving=both)
    outwards, inwards = InterfaceTest((legs.names["wan"],)), InterfaceTest((legs.names["virt"],))
    six = Match(version=6)
    yield Rule((six,), Verdict.ACCEPT, where, "IPv6 out of the wan leg", arriving=arriving, leaving=outwards)
    replies = Match(version=6, states=(State.ESTABLISHED, State.RELATED))
    pings = Match(version=6, protocols=(only(IpProtocol.ICMPV6),))
    yield Rule((replies, pings), Verdict.ACCEPT, where, "IPv6 replies", arriving=arriving, leaving=inwards)
    doubt = Unmodelled(where, "whether IPv6 connections may begin outside: the gateway's rulesets differ")
    profile.unmodelled.append(doubt)
    name = "IPv6 into the virtual networks"
    yield Rule((), Verdict.ACCEPT, where, name, perhaps=(six,), doubts=(doubt,), arriving=arriving, leaving=inwards)


def _perhaps(match: Match, action: Action, name: str, doubt: Unmodelled) -> Rule:
    return Rule((), action, doubt.where, name, perhaps=(match,), doubts=(doubt,))
