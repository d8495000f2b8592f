"""Which crossings are built: examples, each one word away from the estate of the wikis with their exception."""

from pathlib import Path

import pytest

from isthmus.generate.needs import needs
from isthmus.workflows.generate import Report, generated
from tests.generate import world
from tests.generate.test_eqiad1 import EXAMPLE
from tests.prove.estates import TODAY, facts_of

ESTATE = (EXAMPLE.parent / "wikis-excepted" / "estate.yaml").read_text(encoding="utf-8")


def report(folder: Path, before: str = "", after: str = "", *, count: int = 1) -> Report:
    """What is generated once a word of the estate is another."""
    assert before in ESTATE
    (folder / "estate.yaml").write_text(ESTATE.replace(before, after, count) if before else ESTATE)
    return generated(folder, today=TODAY)


def codes(found: Report) -> list[str]:
    return [each.code for each in found.generated.remarks if each.code not in ("GEN005", "GEN007")]


def test_a_crossing_that_is_agreed_and_excused_is_built(tmp_path: Path) -> None:
    found = report(tmp_path)

    assert found.generated.built == ("wikis",)
    assert codes(found) == []
    assert found.generated.choice.built[0].says.startswith("crossing wikis; exception wikis-see-instances until ")


@pytest.mark.parametrize(
    ("before", "after", "code", "says"),
    [
        ("    agreed: &both\\n      - {owner: sre, by: Example statement, on: 2026-11-01}\\n", "    agreed: &both\\n",
         "GEN001", "sre have not agreed"),
        ("requirements: [XR202]", "requirements: [XR205]", "GEN002", "XR004, XR202 not met"),
        ("state: running", "state: retired", "GEN003", "it is retired"),
        ("state: running", "state: proposed", "GEN002", "XR202 not met"),
        ("addresses: [208.80.154.240], port", "addresses: [text.example.net], port", "GEN002", "XR201 cannot be told"),
    ],
    ids=["not-agreed", "excused-elsewhere", "retired", "exceptions-excuse-what-runs", "cannot-tell"],
)  # fmt: skip
def test_what_speaks_against_it_is_told(tmp_path: Path, before: str, after: str, code: str, says: str) -> None:
    found = report(tmp_path, before.replace("\\n", "\n"), after.replace("\\n", "\n"))
    told = {each.code: each.message for each in found.generated.remarks}

    assert code in told
    assert says in told[code]
    assert found.generated.built == ()
    assert "wikis" not in "".join(found.generated.files.values()).replace("wikis-excepted", "")


def test_what_conforms_and_is_agreed_is_built_before_it_runs(tmp_path: Path) -> None:
    found = report(tmp_path, "    arrives_as: [172.16.0.0/21]", "    arrives_as: [185.15.56.1/32]")
    text = (tmp_path / "estate.yaml").read_text().replace("state: running", "state: proposed")
    (tmp_path / "estate.yaml").write_text(text)

    assert found.generated.built == ("wikis",)
    assert generated(tmp_path, today=TODAY).generated.built == ("wikis",)


def test_an_address_that_nobody_knows_is_no_rule() -> None:
    text = world.ESTATE.replace("{addresses: [10.0.0.11], port: 443}", "{addresses: [web.example.net], port: 443}")
    facts = facts_of(f"{text}  inner: {world.CROSSINGS['inner']}\n  login: {world.CROSSINGS['login']}\n")
    found = needs(world.built(facts), facts)

    assert [each.crossing for each in found.flows] == ["login"]
    assert [each.code for each in found.problems] == ["GEN004"]
    assert found.problems[0].message == "`inner` is left out: the address of web.example.net is not known"
