"""Where should a service live? The advice as service owners get it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from isthmus.decide import Option
from isthmus.report.advice import draft_yaml, text
from isthmus.workflows.check import check
from isthmus.workflows.plan import Plan, ground, plan, read_answers, understand
from isthmus.workflows.refusal import Refused
from tests.conftest import ROOT

DAY = date(2026, 11, 23)
EQIAD1 = ROOT / "examples/eqiad1"

NOTHING_SPECIAL = {
    "per_client_access": False, "per_client_policing": False, "runs_the_cloud": False, "data": "20 GB",
    "replication": "0 B",
}  # fmt: skip


def planned(estate: str = "eqiad1", placement: str | None = None, **answers: Any) -> Plan:
    on = ground(ROOT / "examples" / estate, DAY)
    return plan(understand({"port": 443, "application": "https", **NOTHING_SPECIAL, **answers}, on), on, placement)


# what the service is like, and the case that it should be
ADVICE: list[tuple[str, dict[str, Any], str]] = [
    ("for instances only", {"clients": ["cloud"]}, "1"),
    ("for instances, 40 TB of data", {"clients": ["cloud"], "data": "40 TB"}, "2"),
    ("for instances, 40 TB, a lock each", {"clients": ["cloud"], "data": "40 TB", "per_client_access": True}, "4"),
    ("runs the cloud, limits each", {"clients": ["cloud"], "runs_the_cloud": True, "per_client_policing": True}, "4"),
    ("for production, small", {"clients": ["production"]}, "3"),
    ("for production, not HTTP", {"clients": ["production"], "application": "irc", "port": 6697}, "3"),
    ("for the internet and instances, 100 TB", {"clients": ["internet", "cloud"], "data": "100 TB"}, "2"),
]  # fmt: skip


@pytest.mark.parametrize(("story", "answers", "case"), ADVICE, ids=[row[0] for row in ADVICE])
def test_best_placement(story: str, answers: dict[str, Any], case: str) -> None:
    best = planned(service="thing", **answers).chosen
    assert (best.case.id, best.objections) == (case, ())


def test_every_placement_is_told_with_what_speaks_against_it() -> None:
    options = planned(service="files", clients=["cloud"], data="40 TB", per_client_access=True).advice.options
    assert {option.case.id for option in options} == {"1", "2", "3", "4"}
    against = {option.case.id: {each.source for each in option.objections} for option in options}
    assert "data" in against["1"]
    assert "granular-access" in against["2"]
    assert "case 3" in against["3"]
    assert against["4"] == set()


def test_what_rules_out_the_preferred_places_is_the_text_to_sign() -> None:
    made = planned(service="files", clients=["cloud"], data="40 TB", per_client_access=True)
    told = text(made.advice, made.chosen, made.changes)
    assert "not instance (case 1): it holds or replicates terabytes of data" in told
    assert "approved" not in told


def test_unknown_answers_are_not_taken_for_a_no() -> None:
    """Without any fact about the service, dedicated hardware stays undecided: nothing shows a reason."""
    on = ground(EQIAD1, DAY)
    made = plan(understand({"service": "x", "clients": ["cloud"], "port": 1}, on), on, "dedicated-hardware")
    open_codes = {code for _, code, _, _ in made.chosen.open_points()}
    assert "XR401" in open_codes


def test_toolsdb_is_advised_to_leave_production_hardware() -> None:
    on = ground(ROOT / "examples/toolsdb-before", DAY)
    made = plan(understand({"existing": "toolsdb"}, on), on)
    assert made.chosen.placement.id == "instance"
    assert [each.so_far.value for each in made.advice.today] == ["does not conform"]
    changes = {each.what: (each.now, each.then) for each in made.changes}
    assert changes["runs on"] == ("hardware", "instance")
    assert changes["realm"] == ("production", "cloud")


@pytest.mark.parametrize("placement", ["instance", "production", "instance-for-production", "dedicated-hardware"])
@pytest.mark.parametrize("clients", [["cloud"], ["production"], ["cloud", "production", "internet"]], ids="+".join)
def test_every_draft_loads_and_is_judged(placement: str, clients: list[str], tmp_path: Path) -> None:
    made = planned(service="thing", clients=clients, placement=placement, title="no", maintainers=["wmcs"])
    for file in EQIAD1.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "proposal.yaml").write_text(draft_yaml(made.chosen))
    report = check(tmp_path, today=DAY)
    assert report.judgement is not None, [each.headline() for each in report.problems]
    as_drafted = {each.crossing.id: each.so_far for each in made.chosen.judged}
    as_loaded = {each.crossing.id: each.so_far for each in report.judgement.crossings if each.crossing.id in as_drafted}
    assert as_loaded == as_drafted


def test_a_draft_says_whom_to_ask() -> None:
    assert "To ask before anything is built: sre, wmcs" in draft_yaml(_option(clients=["cloud"]))


def _option(**answers: Any) -> Option:
    return planned(service="thing", **answers).chosen


# answers, what is said about them
WRONG = [
    ("service: x y\nclients: [cloud]\nport: 1\n", "answers.yaml:1:10: PLN101 `x y` cannot be an id"),
    ("service: x\nclients: [clod]\nport: 1\n", "did you mean `cloud`?"),
    ("service: x\nclients: [cloud]\nport: 99999\n", "answers.yaml:3:7: PLN101"),
    ("service: x\nclients: []\nport: 1\n", "PLN101"),
    ("service: x\nclients: [cloud]\n", "`port` is missing"),
    ("service: x\nclients: [cloud]\nport: 1\ndta: 5\n", "did you mean `data`?"),
    ("service: x\nclients: [cloud]\nport: 1\ndata: lots\n", "`lots` is not a size in bytes"),
    ("- service: x\n", "PLN101"),
    ("service: [x\n", "DOC001"),
    ("", "PLN101"),
    ("existing: toolsbd\n", "did you mean `toolsdb`?"),
]


@pytest.mark.parametrize(("answers", "told"), WRONG)
def test_wrong_answers_are_shown_at_their_place(answers: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(answers)
    with pytest.raises(Refused) as refused:
        read_answers(file, ground(EQIAD1, DAY))
    assert told in refused.value.message


def test_an_estate_that_cannot_be_used_is_no_ground_for_a_plan(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text("estate: x\nedition: wikimedia\nrealm: {}\n")
    with pytest.raises(Refused, match="EST101"):
        ground(tmp_path, DAY)
