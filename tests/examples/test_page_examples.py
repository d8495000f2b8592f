"""The guideline page's own examples come out as the page, and the real data, say."""

from datetime import date

import pytest

from isthmus.decide import Judgement
from isthmus.workflows.check import check
from tests.conftest import ROOT

DAY = date(2026, 11, 23)
EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())


def judged(estate: str) -> Judgement:
    report = check(ROOT / "examples" / estate, today=DAY)
    assert report.judgement is not None, [each.headline() for each in report.problems]
    return report.judgement


# estate, crossing, case, decision on the evidence at hand, requirements that are not met
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


def test_what_only_a_network_can_tell_stays_unknown() -> None:
    """Dumps conforms as far as files and people can say; its path through the network is for others to show."""
    dumps = next(each for each in judged("eqiad1").crossings if each.crossing.id == "dumps")
    waiting = {each.requirement.code for each in dumps.requirements if each.waits_for}
    assert waiting == {"XR206"}
    assert dumps.decision == "cannot tell"


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
    assert [each.headline() for each in judged(estate).findings] == []


def test_the_minimal_example_is_what_init_writes() -> None:
    scaffold = ROOT / "src/isthmus/sources/scaffold"
    for template in sorted(scaffold.glob("*.yaml")):
        written = (ROOT / "examples/minimal" / template.name).read_text()
        assert written == template.read_text().replace("ESTATE_NAME", "minimal")
