"""Failure drills: what is there twice takes over, and sessions behave as the estate says."""

from pathlib import Path

import pytest

from tests.lab.drilling import Told, drilled
from tests.lab.exercising import missing
from tests.lab.redundant import BALANCERS, EGRESS, VM, write_redundant

pytestmark = pytest.mark.skipif(bool(missing("bird")), reason=missing("bird"))


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_redundant(tmp_path_factory.mktemp("redundant"))


def part(told: Told, name: str) -> Told:
    found = told[name]
    assert isinstance(found, dict)
    return found


def test_a_gateway_dies_and_the_other_goes_on_with_the_same_address(estate: Path) -> None:
    """Nobody sees another client, and sessions that were open go on: the new gateway takes them up in midstream."""
    told = drilled(estate, "gateway_failover")
    assert (told["between"], told["after"], told["seen_as"]) == ("silent", "answered", EGRESS)
    before, session = part(told, "before"), part(told, "session")
    assert before["client"] == session["client"] == EGRESS
    assert before["client_port"] == session["client_port"]


def test_an_address_that_is_withdrawn_moves_to_the_other_load_balancer(estate: Path) -> None:
    """New sessions find the other one; open ones are cut, as it knows nothing of them. Without any, nothing answers."""
    told = drilled(estate, "vip_withdrawal")
    before = part(told, "before")
    assert before["client"] in BALANCERS.values()
    assert before["forwarded_for"] == VM
    assert part(told, "session").keys() & {"error", "closed"}
    assert told["withdrawn"] == "prohibited"


def test_a_server_that_dies_is_left_out_and_comes_back(estate: Path) -> None:
    """No request is lost: what finds the server dead is handed to the other one."""
    told = drilled(estate, "backend_down")
    assert told["at_once"] == ["answered", "answered"]
    assert told["seen_as"] in BALANCERS.values()
    assert told["forwarded_for"] == VM
