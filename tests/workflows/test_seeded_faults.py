"""Faults sown into the configurations of eqiad1, one at a time: each is found, by its code, with a packet."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from isthmus.report import Report
from isthmus.workflows.check import check
from isthmus.workflows.diff import diff
from tests.conftest import ROOT

DAY = date(2026, 11, 23)
EQIAD1 = ROOT / "examples/eqiad1"


def sown(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of the estate in which one text of one file is another."""
    estate = folder / "eqiad1"
    shutil.copytree(EQIAD1, estate)
    path = estate / "snapshot" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return estate


def unmet(report: Report) -> set[tuple[str, str]]:
    """Crossing and code of what the configurations do not meet."""
    assert report.judgement is not None
    return {
        (crossing.crossing.id, requirement.requirement.code)
        for crossing in report.judgement.crossings
        for requirement in crossing.requirements
        if any(each.kind == "configured" and each.answer.finding == "not met" for each in requirement.evidence)
    }


def codes(report: Report) -> set[str]:
    """The codes of everything found beside the requirements."""
    assert report.judgement is not None
    return {each.code for each in report.judgement.findings}


# what is changed where; what is not met then that was met before; which finding appears
FAULTS = [
    pytest.param(
        "cloudgw1001/ruleset.nft", "208.80.154.132, # contint1002", "208.80.154.132, 208.80.154.142, # contint1002",
        {("dumps", "PRV001")}, "PRV003", id="a NAT exception whose destination the border refuses",
    ),
    pytest.param(
        "cloudgw1001/ruleset.nft",
        "208.80.154.132, # contint1002.wikimedia.org\n\t\t\t208.80.154.252 #", "208.80.154.132 #",
        set(), "PRV015", id="an exception goes and its term stays",
    ),
    pytest.param(
        "cr1-eqiad/policies/cloud-vrf.yaml", "        action: reject\n      - name: allow-vips",
        "        action: accept\n      - name: allow-vips",
        set(), "PRV016", id="the way to private space is open",
    ),
    pytest.param(
        "openstack/security-group-rules.json",
        '"remote_ip_prefix": "208.80.154.132/32"', '"remote_ip_prefix": "0.0.0.0/0"',
        {("puppet-compiler-ci", "XR303")}, None, id="a security group open to everybody",
    ),
    pytest.param(
        "clouddumps1001/iptables.save", "-m set --match-set nfs_clients src ", "",
        {("dumps-nfs", "XR203")}, None, id="a firewall open to everybody",
    ),
    pytest.param(
        "cloudgw1001/ruleset.nft", "ip daddr 172.20.0.0/16 counter accept", "ip daddr 208.80.154.128/26 counter accept",
        {("dumps", "PRV001")}, "PRV001", id="a whole prefix goes untranslated",
    ),
    pytest.param(
        "cloudcontrol1005/ruleset.nft", "ip saddr { 172.20.1.11, 172.20.2.11 } tcp dport { 15000", "tcp dport { 15000",
        {("openstack-apis", "XR408")}, None, id="a backend open beside its load balancer",
    ),
    pytest.param(
        "cloudlb1001/ip-addr.json", '"id": 1151', '"id": 1152',
        set(), None, id="a leg on another VLAN",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "worse", "finding"), FAULTS)
def test_a_fault_is_found(
    tmp_path: Path, file: str, old: str, new: str, worse: set[tuple[str, str]], finding: str | None
) -> None:
    estate = sown(tmp_path, file, old, new)
    report = check(estate, today=DAY)
    found = unmet(report)
    if finding is not None:
        assert finding in codes(report)
    for crossing, code in worse:
        if code.startswith("PRV"):
            assert report.judgement is not None
            told = [each for each in report.judgement.findings if each.code == code and f"`{crossing}`" in each.message]
            assert told
            assert told[0].packet
        else:
            assert (crossing, code) in found


def test_a_wrong_vlan_is_told_by_its_number(tmp_path: Path) -> None:
    """The estate declares VLAN 1151 for the leg in rack c8."""
    estate = sown(tmp_path, "cloudcontrol1005/ip-addr.json", '"id": 1151', '"id": 1152')
    report = check(estate, today=DAY, only=["openstack-apis"])
    assert ("openstack-apis", "XR402") in unmet(report)


def test_without_faults_none_of_these_is_found() -> None:
    report = check(EQIAD1, today=DAY)
    assert not {"PRV001", "PRV003", "PRV015", "PRV016"} & codes(report)
    assert not {("puppet-compiler-ci", "XR303"), ("dumps-nfs", "XR203"), ("openstack-apis", "XR408")} & unmet(report)


def test_a_file_with_an_error_is_not_judged_around(tmp_path: Path) -> None:
    """A routing table that is no JSON: nothing is judged, and the place is told."""
    estate = sown(
        tmp_path,
        "cumin1002/ip-route.json",
        "[",
        "[ not json",
    )
    report = check(estate, today=DAY)
    assert (report.judgement, report.exit_code) == (None, 2)
    assert any(each.where.file.endswith("cumin1002/ip-route.json") for each in report.problems)


def test_a_difference_tells_what_opens_with_a_packet(tmp_path: Path) -> None:
    """One host's shell is opened to everybody: what gets through now, and its way."""
    estate = sown(tmp_path, "clouddumps1001/iptables.save", "-A INPUT -s 10.64.48.98/32 -p tcp", "-A INPUT -p tcp")
    compared = diff(str(EQIAD1 / "snapshot"), str(estate / "snapshot"), estate=EQIAD1, today=DAY)
    [change] = [each for each in compared.traffic if each.opens]
    assert (change.source, change.destination) == ("cloud", "production")
    assert any("to 208.80.154.142/32 port 22" in row for row in change.rows)
    assert any("clouddumps1001" in each.text for each in change.exhibit.path)


def test_a_snapshot_does_not_differ_from_itself() -> None:
    compared = diff(str(EQIAD1 / "snapshot"), str(EQIAD1 / "snapshot"), estate=EQIAD1, today=DAY)
    assert not compared.differs
