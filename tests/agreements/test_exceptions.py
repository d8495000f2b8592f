"""Exceptions: written by the program, worth nothing until both owners sign, nor past their date."""

from datetime import date
from pathlib import Path

import pytest

from isthmus.decide import Decision
from tests.agreements.world import CLOUD, NETWORK, TODAY, World, isthmus, needs_ssh

pytestmark = needs_ssh
GIVEN = ("--requirement", "XR202", "--why", "Rate limits tell instances apart.", "--task", "T209011",
         "--owner", CLOUD, "--review", "2027-06-30", "--today", "2026-12-01")  # fmt: skip
NAME = "mirror-xr202"


@pytest.fixture
def deviating(world: World) -> World:
    """Instances arrive untranslated; the crossing runs."""
    world.edit("crossings.yaml", "[198.51.100.1/32]", "[10.20.0.0/16]")
    world.edit("crossings.yaml", "state: proposed", "state: running")
    return world


def test_the_story_of_an_exception(deviating: World) -> None:
    world = deviating
    world.both_sign()
    assert world.judged().so_far is Decision.DOES_NOT_CONFORM

    done = isthmus("except", "mirror", world.root, *GIVEN)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == world.root / "exceptions" / f"{NAME}.yaml"
    assert f"isthmus agree {NAME} --as OWNER" in done.stderr
    assert world.to_ask() == (NETWORK, CLOUD)  # an exception is part of what was agreed to
    world.both_sign()
    assert world.judged().so_far is Decision.DOES_NOT_CONFORM

    world.sign("ann", NETWORK, NAME)
    assert world.judged().so_far is Decision.DOES_NOT_CONFORM
    assert [each for each in world.findings() if each.startswith("EXC002") and CLOUD in each]
    world.sign("ben", CLOUD, NAME)
    assert world.judged().so_far is Decision.EXCEPTED
    assert world.findings() == []

    assert world.judged(today=date(2027, 6, 30)).so_far is Decision.EXCEPTED  # its last day
    assert world.judged(today=date(2027, 7, 1)).so_far is Decision.DOES_NOT_CONFORM


@pytest.mark.parametrize(
    ("old", "new"),
    [("2027-06-30", "2028-06-30"), ("T209011", "T1"), ("XR202", "XR201"), ("owner: cloud-team", "owner: network-team")],
)
def test_a_changed_exception_excuses_nothing(deviating: World, old: str, new: str) -> None:
    world = deviating
    assert isthmus("except", "mirror", world.root, *GIVEN).returncode == 0
    world.both_sign()
    world.both_sign(NAME)
    assert world.judged().so_far is Decision.EXCEPTED
    world.edit(f"exceptions/{NAME}.yaml", old, new)
    assert world.judged().so_far is Decision.DOES_NOT_CONFORM
    void = [each for each in world.findings() if each.startswith("AGR001") and f"exception `{NAME}`" in each]
    assert len(void) == 2
    assert f"{old.rpartition(' ')[2]} → {new.rpartition(' ')[2]}" in void[0]


def test_a_changed_crossing_voids_its_exceptions(deviating: World) -> None:
    world = deviating
    assert isthmus("except", "mirror", world.root, *GIVEN).returncode == 0
    world.both_sign()
    world.both_sign(NAME)
    world.edit("services.yaml", "port: 443", "port: 8443")
    world.both_sign()
    assert world.judged().so_far is Decision.DOES_NOT_CONFORM


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"--review": "2026-12-01"}, "the review date 2026-12-01 is not ahead"),
        ({"--review": "soon"}, "`soon` is not a day"),
        ({"--requirement": "XR999"}, "there is no requirement `XR999`"),
        ({"--requirement": "XR002"}, "XR002 (both-owners-agree) cannot be excused"),
        ({"--owner": "nobody"}, "there is no owner `nobody`"),
        ({"--why": ""}, "an exception needs --why"),
        ({"--why": "x" * 5000}, "cannot be written as it was told"),
    ],
)
def test_what_cannot_be_an_exception_is_not_written(world: World, change: dict[str, str], message: str) -> None:
    given = dict(zip(GIVEN[::2], GIVEN[1::2], strict=True)) | change
    done = isthmus("except", "mirror", world.root, *(word for pair in given.items() for word in pair))
    assert done.returncode == 2
    assert message in done.stderr
    assert not list(world.root.glob("exceptions/*"))
    assert world.report().judgement is not None


def test_a_second_exception_gets_a_name_of_its_own(world: World) -> None:
    for name in (NAME, f"{NAME}-2"):
        assert isthmus("except", "mirror", world.root, *GIVEN).stdout.endswith(f"{name}.yaml\n")


def test_a_long_name_is_cut(world: World) -> None:
    long = "m" * 100
    world.edit("crossings.yaml", "  mirror:", f"  {long}:")
    assert isthmus("except", long, world.root, *GIVEN).returncode == 0
    assert world.report().judgement is not None


def test_an_estate_in_one_file_is_left_alone(world: World, tmp_path: Path) -> None:
    file = tmp_path / "one" / "estate.yaml"
    file.parent.mkdir()
    file.write_text("".join(each.read_text() for each in sorted(world.root.glob("*.yaml"))))
    done = isthmus("except", "mirror", file, *GIVEN)
    assert done.returncode == 2
    assert "name the estate's folder" in done.stderr
    assert not list(file.parent.glob("exceptions/*"))


def test_text_is_written_as_text(world: World) -> None:
    """What looks like YAML in a reason stays a reason."""
    why = 'x"\n- : {evil: [yes]} # no\n\tmore\x1b[2J'
    given = [why if each == "Rate limits tell instances apart." else each for each in GIVEN]
    assert isthmus("except", "mirror", world.root, *given).returncode == 0
    judgement = world.report(TODAY).judgement
    assert judgement is not None
    assert why in (world.root / "agreements").parent.joinpath("exceptions", f"{NAME}.yaml").read_text() or (
        isthmus("agree", NAME, world.root, "--show").stdout.count("evil") == 1
    )
