"""Reading a gateway's folder that a test writes as text, and what its chains do to packets."""

from collections.abc import Mapping
from ipaddress import IPv4Network

from isthmus.diagnostics import Diagnostic, Span
from isthmus.formats.cloudgw import FORMAT
from isthmus.formats.format import Text
from isthmus.network import Chain, Device, Rule, Translate, Unclear, Verdict
from isthmus.packetset import PacketSet, Space


def read(files: Mapping[str, str], device: str = "gw") -> tuple[Device, list[Diagnostic]]:
    """What hiera files say, by their path in the folder, and what reading them had to say."""
    parsed = [FORMAT.parse(Text(f"{device}/{path}", text)) for path, text in sorted(files.items())]
    lowered = FORMAT.lower(device, [each.tree for each in parsed if each.tree is not None])
    told = [problem for each in parsed for problem in each.diagnostics]
    nothing = Device(device, Span(device))
    return next(iter(lowered.devices), nothing), told + list(lowered.diagnostics)


def translated(chain: Chain, space: Space, out: str = "wan") -> tuple[dict[str, PacketSet], PacketSet]:
    """What surely gets each new source where it leaves by an interface, and what possibly gets any."""
    found: dict[str, PacketSet] = {}
    left = possibly_left = space.everything
    possibly = space.nothing
    for rule in chain.rules:
        if rule.leaving is not None and not rule.leaving.holds(out):
            continue
        surely, may_match = _matched(rule, space)
        if isinstance(rule.action, Translate):
            target = rule.action.rewrite.source
            assert isinstance(target, IPv4Network)
            name = str(target.network_address)
            found[name] = found.get(name, space.nothing) | (surely & left)
        if isinstance(rule.action, Translate | Unclear):
            possibly |= may_match & possibly_left
        left -= may_match
        possibly_left -= surely if isinstance(rule.action, Verdict | Translate) else space.nothing
    return found, possibly


def _matched(rule: Rule, space: Space) -> tuple[PacketSet, PacketSet]:
    surely = space.union(space.match(each) for each in rule.matches)
    return surely, surely | space.union(space.match(each) for each in rule.perhaps)
