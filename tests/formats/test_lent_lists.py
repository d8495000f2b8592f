"""Prefix lists that one text of a device's folder holds and another one, of another format, names."""

import pytest

from isthmus.diagnostics import Severity
from isthmus.formats import Text, read
from isthmus.network import Chain, Network, assemble
from isthmus.packetset import Match, PacketSet, Space

POLICY = """\
header { target:: juniper border inet }
term no-private { destination-prefix:: private4 action:: deny }
term rest { action:: accept }
"""
ROUTER = "set policy-options prefix-list private4 10.0.0.0/8\nset policy-options prefix-list private4 192.168.0.0/16\n"


def _network(**files: str) -> tuple[Network, list[str]]:
    texts = [Text(f"cr/{name.replace('__', '.')}", text) for name, text in files.items()]
    lowered = read("cr", texts)
    made = assemble(lowered.devices)
    told = [*lowered.diagnostics, *made.diagnostics]
    assert not [each for each in told if each.severity is Severity.ERROR]
    return made.network, [each.code for each in told]


def _refused(chain: Chain, space: Space) -> tuple[PacketSet, PacketSet]:
    """What the first rule surely refuses, and what it possibly does."""
    rule = chain.rules[0]
    surely = space.union(space.match(each) for each in rule.matches)
    return surely, surely | space.union(space.match(each) for each in rule.perhaps)


def test_a_policy_knows_the_lists_of_the_router_beside_it() -> None:
    """Whatever the order of the files, and as used by the rule that names them."""
    network, told = _network(a__pol=POLICY, junos__set=ROUTER)
    device, space = network.devices["cr"], Space()

    blocks = device.definitions["private4"].blocks
    assert _refused(device.chains["border"], space) == (space.match(Match(destination=blocks)),) * 2
    assert device.chains["border"].rules[0].uses == ("private4",)
    assert told == []


def test_a_list_that_nobody_holds_stays_unknown() -> None:
    network, told = _network(a__pol=POLICY, junos__set=ROUTER.replace("private4", "private6"))
    surely, possibly = _refused(network.devices["cr"].chains["border"], Space())

    assert (bool(surely), possibly) == (False, possibly.space.match(Match(version=4)))
    assert told == ["AER006"]


@pytest.mark.parametrize("doubtful", ["10.0.0.9/255.0.0.255", "nonsense"])
def test_what_is_not_known_of_a_list_is_not_known_of_the_rule(doubtful: str) -> None:
    """The rest of the list is."""
    network, _ = _network(a__pol=POLICY, junos__set=f"{ROUTER}set policy-options prefix-list private4 {doubtful}\n")
    device, space = network.devices["cr"], Space()
    surely, possibly = _refused(device.chains["border"], space)

    assert surely < possibly == space.match(Match(version=4))
    assert any("private4" in each.what for each in device.chains["border"].rules[0].doubts)
