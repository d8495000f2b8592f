"""What opens and what closes between realms when a configuration changes, each way with a packet that shows it."""

from dataclasses import replace

import pytest

from isthmus.evidence import TrafficChange
from isthmus.network import Device, Network, Rule, Verdict
from isthmus.packetset import Match, PacketSet, Space
from isthmus.prove import Prover
from isthmus.prove.differences import differences, getting_through
from tests.prove.estates import NODES, prover_of
from tests.prove.networks import accept, border, chain, changed, drop, host, match, perhaps, two_realms

SSH = match(destination="192.0.2.10/32", protocol="tcp", port=22)
OLD = border().chains["from-cloud"].rules


def with_rules(*rules: Rule) -> Network:
    """The two realms with more rules at the border for what comes from the cloud."""
    new = chain("from-cloud", *rules, *OLD, default=Verdict.DROP)
    return changed(two_realms(), replace(border(), chains={**border().chains, "from-cloud": new}))


def mirror(*admitted: Rule) -> Device:
    return host("mirror", "192.0.2.10/24", "192.0.2.1", *admitted)


def provers(before: Network, after: Network) -> tuple[Prover, Prover]:
    """Both networks under the estate around them, in one space."""
    space = Space(NODES)
    return prover_of(before, space=space), prover_of(after, space=space)


def compared(before: Network, after: Network) -> list[TrafficChange]:
    return list(differences(*provers(before, after)))


RSYNC = accept(match(protocol="tcp", port=873), name="rsync")
OPENER = changed(two_realms(), mirror(RSYNC, accept(match(protocol="tcp", port=22), name="ssh")))
CLOSED = changed(two_realms(), mirror())
CUT = with_rules(drop(match(destination="192.0.2.10/32"), name="term cut"))

# before, after, what changes, a row, the packet that is shown
CHANGES = [
    (two_realms(), OPENER, ["opens from cloud to production"], "to 192.0.2.10/32 port 22", ":22 syn new"),
    (OPENER, two_realms(), ["closes from cloud to production"], "to 192.0.2.10/32 port 22", ":22 syn new"),
    (two_realms(), CLOSED, ["closes from cloud to production"], "to 192.0.2.10/32 port 873", ":873 syn new"),
    (two_realms(), CUT, ["closes from cloud to production"], "to 192.0.2.10/32 port 873", ":873 syn new"),
    (CUT, two_realms(), ["opens from cloud to production"], "to 192.0.2.10/32 port 873", ":873 syn new"),
]


@pytest.mark.parametrize(("before", "after", "told", "row", "packet"), CHANGES)
def test_change(before: Network, after: Network, told: list[str], row: str, packet: str) -> None:
    found = compared(before, after)
    assert [str(each) for each in found] == told
    assert any(row in each for each in found[0].rows), found[0].rows
    assert found[0].exhibit.packet.endswith(packet)
    assert str(found[0].exhibit.path[-1]).startswith("delivered, at mirror")


def test_what_opens_and_what_closes_are_told_apart() -> None:
    """A port that moves opens on its new number and closes on its old one."""
    moved = changed(two_realms(), mirror(accept(match(protocol="tcp", port=874), name="rsync")))
    opens, closes = compared(two_realms(), moved)
    assert (opens.opens, closes.opens) == (True, False)
    assert all("port 874" in row for row in opens.rows)
    assert all("port 873" in row for row in closes.rows)


def test_nothing_changes_between_a_network_and_itself() -> None:
    assert compared(two_realms(), two_realms()) == []


def test_a_rule_that_is_written_otherwise_changes_nothing() -> None:
    halves = (accept(match(source="0.0.0.0/1", protocol="tcp", port=873)),
              accept(match(source="128.0.0.0/1", protocol="tcp", port=873)))  # fmt: skip
    assert compared(two_realms(), changed(two_realms(), mirror(*halves))) == []


def test_a_doubt_that_was_there_before_opens_nothing() -> None:
    """What perhaps got through and surely does now is no news; what surely did and perhaps does now closes nothing."""
    doubted = with_rules(perhaps(Verdict.DROP, SSH, name="term whim"))
    assert compared(doubted, two_realms()) == []
    assert compared(two_realms(), doubted) == []


def test_the_packets_are_exactly_those_that_get_through_on_one_side_only() -> None:
    """The rows say what the two sets differ by, as clients send it."""
    before, after = provers(two_realms(), OPENER)
    asked = before.from_realm("cloud") & before.to_realm("production")
    old, new = getting_through(before.journey(asked)), getting_through(after.journey(asked))
    ssh: PacketSet = before.space.match(Match(destination=SSH.destination, destination_ports=SSH.destination_ports))
    assert not old - new
    assert new - old
    assert new - old <= ssh
