"""The guideline page's own examples come out as the page, and the real data, say."""

from datetime import date
from functools import cache

import pytest

from isthmus.decide import EVERY_KIND, Judgement
from isthmus.evidence import Finding, Kind
from isthmus.workflows.check import check
from tests.conftest import ROOT

DAY = date(2026, 11, 23)
EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())


FILES = (Kind.DECLARED, Kind.ATTESTED)


@cache
def judged(estate: str, kinds: tuple[Kind, ...] = FILES) -> Judgement:
    report = check(ROOT / "examples" / estate, today=DAY, kinds=kinds)
    assert report.judgement is not None, [each.headline() for each in report.problems]
    return report.judgement


# By the estate's files: estate, crossing, case, decision on the evidence at hand, requirements that are not met
PAGE = [
    ("toolsdb-before", "toolsdb", "1", "does not conform", {"XR101", "XR102", "XR004"}),
    ("toolsdb-after", "toolsdb", "1", "conforms", set()),
    ("eqiad1", "toolsdb", "1", "conforms", set()),
    ("eqiad1", "cloudinfra", "1", "conforms", set()),
    ("eqiad1", "dumps", "2", "conforms", set()),
    ("eqiad1", "dumps-nfs", "2", "conforms", set()),
    ("eqiad1", "wikis", "2", "does not conform", {"XR202", "XR004"}),
    ("wikis-excepted", "wikis", "2", "excepted", {"XR202"}),
    ("eqiad1", "puppet-catalog-compiler", "3", "conforms", set()),
    ("eqiad1", "puppet-compiler-ci", "3", "does not conform", {"XR302", "XR304", "XR004"}),
    ("eqiad1", "server-admin-log", "3", "conforms", set()),
    ("eqiad1", "openstack-apis", "4", "conforms", set()),
    ("eqiad1", "rabbitmq", "4", "conforms", set()),
]


@pytest.mark.parametrize(("estate", "name", "case", "decision", "unmet"), PAGE)
def test_example_comes_out_as_the_page_says(estate: str, name: str, case: str, decision: str, unmet: set[str]) -> None:
    crossing = next(each for each in judged(estate).crossings if each.crossing.id == name)
    found = {each.requirement.code for each in crossing.requirements if each.finding == "not met" and each.decides}
    assert crossing.case is not None
    assert (crossing.case.id, crossing.so_far.value, found) == (case, decision, unmet)


# What the configurations of eqiad1 add: both deviations of the APIs (bound to every address, and open to the management
# leg) are XR403; nothing keeps the management leg of either from the wikis; the rest is as the files say.
CONFIGURED = [
    ("openstack-apis", "does not conform", {"XR403", "XR404", "XR004"}),
    ("rabbitmq", "does not conform", {"XR404", "XR004"}),
    *((name, decision, unmet) for estate, name, _, decision, unmet in PAGE[2:11] if estate == "eqiad1"),
]


@pytest.mark.parametrize(("name", "decision", "unmet"), CONFIGURED)
def test_example_as_it_is_configured(name: str, decision: str, unmet: set[str]) -> None:
    crossing = next(each for each in judged("eqiad1", EVERY_KIND).crossings if each.crossing.id == name)
    found = {each.requirement.code for each in crossing.requirements if each.finding == "not met" and each.decides}
    assert (crossing.so_far.value, found) == (decision, unmet)


def test_each_packet_that_is_shown_names_its_rules() -> None:
    shown = [
        evidence.answer.exhibit
        for crossing in judged("eqiad1", EVERY_KIND).crossings
        for requirement in crossing.requirements
        for evidence in requirement.evidence
        if evidence.answer.exhibit and evidence.answer.finding is Finding.NOT_MET
    ]
    assert len(shown) >= 6
    assert all(exhibit.packet and sum(1 for each in exhibit.path if each.where) >= 2 for exhibit in shown)


def test_both_deviations_of_the_apis_are_shown() -> None:
    """One packet to a management address of the load balancer; the listeners that are bound to it are named."""
    judgement = judged("eqiad1", EVERY_KIND)
    apis = next(each for each in judgement.crossings if each.crossing.id == "openstack-apis")
    leg = next(each for each in apis.requirements if each.requirement.code == "XR403")
    assert any("on its cloud-hosts address" in each.answer.because for each in leg.evidence)
    bound = [each for each in judgement.findings if each.code == "PRV010" and "cloudlb1001" in each.message]
    assert len(bound) == 7
    undeclared = {each.message.split("`")[1] for each in judgement.findings if each.code == "PRV011"}
    assert undeclared == {"metadata_frontend", "mysql"}


def test_what_only_a_network_can_tell_stays_unknown() -> None:
    """Dumps conforms as far as files and people can say; its path through the network is for others to show."""
    every = tuple(kind for kind in EVERY_KIND if kind is not Kind.CONFIGURED)
    dumps = next(each for each in judged("eqiad1").crossings if each.crossing.id == "dumps")
    assert dumps.decision == "conforms"
    report = check(ROOT / "examples/eqiad1", today=DAY, only=["dumps"], kinds=every)
    assert report.judgement is not None
    waiting = {each.requirement.code for each in report.judgement.crossings[0].requirements if each.waits_for}
    assert waiting == {"XR206"}
    assert report.judgement.crossings[0].decision == "cannot tell"


def test_exposure_does_not_apply_to_rabbitmq() -> None:
    rabbitmq = next(each for each in judged("eqiad1").crossings if each.crossing.id == "rabbitmq")
    found = {each.requirement.code: each.finding.value for each in rabbitmq.requirements}
    assert (found["XR407"], found["XR408"]) == ("not applicable", "not applicable")


def test_the_firewall_of_dumps_nfs_is_remarked_as_wide() -> None:
    nfs = next(each for each in judged("eqiad1").crossings if each.crossing.id == "dumps-nfs")
    firewall = next(each for each in nfs.requirements if each.requirement.code == "XR203")
    assert firewall.finding == "met"
    assert "wider than what clients arrive as" in firewall.evidence[0].answer.remark


@pytest.mark.parametrize("estate", EXAMPLES)
def test_every_shipped_estate_reads_without_a_remark(estate: str) -> None:
    """Findings about the layers of a network apart: those are the story of its snapshot."""
    findings = judged(estate, EVERY_KIND).findings
    assert [each.headline() for each in findings if not each.code.startswith("PRV")] == []


def test_the_minimal_example_is_what_init_writes() -> None:
    scaffold = ROOT / "src/isthmus/sources/scaffold"
    for template in sorted(scaffold.glob("*.yaml")):
        written = (ROOT / "examples/minimal" / template.name).read_text()
        assert written == template.read_text().replace("ESTATE_NAME", "minimal")
