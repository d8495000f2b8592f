"""From a proposal to the consent of both owners, and what ends it: in a real repository, with real keys."""

import json
from pathlib import Path

import pytest

from isthmus.decide import Decision
from isthmus.workflows.refusal import Refused
from tests.agreements.world import CLOUD, NETWORK, World, git, isthmus, key, needs_ssh, public

pytestmark = needs_ssh
DAY = ("--today", "2026-12-01")


def crossing_of(root: Path) -> dict[str, object]:
    done = isthmus("check", root, "--evidence", "declared,attested", "--format", "json", *DAY)
    found: dict[str, object] = json.loads(done.stdout)["crossings"][0]
    return found


def test_the_whole_story(world: World) -> None:
    """Propose, one owner signs, the other is still to ask, both sign, the port changes, both agree anew."""
    root = world.root
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-qm", "propose")
    assert crossing_of(root)["owners_to_ask"] == [NETWORK, CLOUD]

    done = isthmus("agree", "mirror", root, "--as", "production", "--key", key("ann"), *DAY)
    assert done.returncode == 0, done.stderr
    assert f"{NETWORK} agrees to crossing `mirror`, by ann: " in done.stdout
    assert crossing_of(root)["owners_to_ask"] == [CLOUD]
    assert crossing_of(root)["decision"] == "cannot tell"

    assert isthmus("agree", "mirror", root, "--as", CLOUD, "--key", key("ben"), *DAY).returncode == 0
    git(root, "add", ".")
    git(root, "commit", "-qm", "agreed")
    assert crossing_of(root)["owners_to_ask"] == []
    assert crossing_of(root)["decision"] == "conforms"

    world.edit("services.yaml", "port: 443", "port: 8443")
    assert crossing_of(root)["decision"] == "cannot tell"
    told = isthmus("check", root, "--evidence", "declared,attested", *DAY).stdout
    for owner in (NETWORK, CLOUD):
        assert f"AGR001 {owner}'s agreement to crossing `mirror` is void" in told.replace("\n", " ").replace("  ", "")
    assert "entries.services.mirror.endpoints.https.port: 443 → 8443" in " ".join(told.split())

    diff = isthmus("diff", "HEAD:.", ".", *DAY, cwd=root)
    assert diff.returncode == 1
    assert "XR002 both-owners-agree: met → unknown" in diff.stdout

    world.both_sign()
    assert crossing_of(root)["decision"] == "conforms"
    assert world.findings() == []


def test_building_it_does_not_void_what_was_agreed(world: World) -> None:
    world.both_sign()
    world.edit("crossings.yaml", "state: proposed", "state: running")
    assert world.judged().decision is Decision.CONFORMS


def test_taking_the_change_back_mends_the_agreement(world: World) -> None:
    world.both_sign()
    world.edit("services.yaml", "port: 443", "port: 8443")
    assert world.to_ask() == (NETWORK, CLOUD)
    world.edit("services.yaml", "port: 8443", "port: 443")
    assert world.to_ask() == ()


def test_an_agreement_counts_from_its_day_on(world: World) -> None:
    world.both_sign()
    before = world.report().judgement
    assert before is not None
    day_before = before.asked_on.replace(year=2025)
    assert world.to_ask(today=day_before) == (NETWORK, CLOUD)
    assert "it is dated 2026-12-01, which is yet to come" in world.because(today=day_before)


def test_one_person_signs_for_both_owners_only_if_the_list_says_so(world: World) -> None:
    with pytest.raises(Refused, match=f"may not sign for `{CLOUD}`") as refused:
        world.sign("ann", CLOUD)
    assert f"it may sign as {NETWORK}/ann" in refused.value.help
    with pytest.raises(Refused, match="does not let this key sign"):
        world.sign("ann", CLOUD, by="ben")
    assert not world.statement(CLOUD).parent.exists() or not list(world.statement(CLOUD).parent.iterdir())
    world.allow(f"{NETWORK}/ann,{CLOUD}/ann {public('ann')}")
    world.sign("ann", NETWORK)
    world.sign("ann", CLOUD)
    assert world.to_ask() == ()


def test_a_pattern_needs_the_person_named(world: World) -> None:
    world.allow(f"{NETWORK}/*@example.org {public('ann')}")
    with pytest.raises(Refused, match="may not sign"):
        world.sign("ann", NETWORK)
    assert world.sign("ann", NETWORK, by="ann@example.org").by == "ann@example.org"
    assert world.to_ask() == (CLOUD,)


@pytest.mark.parametrize("name", ["*", "a b", "ann,ben", "!ann", "a?", "", "a\nb", "../ann", '"ann"', "\ud800"])
def test_a_person_has_a_plain_name(world: World, name: str) -> None:
    if name:
        with pytest.raises(Refused, match="cannot be a person's name"):
            world.sign("ann", NETWORK, by=name)
    else:
        assert world.sign("ann", NETWORK, by=name).by == "ann"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("agree", "mirrro", "--as", NETWORK), "the estate has no crossing or exception `mirrro`"),
        (("agree", "mirror"), "who agrees is not said"),
        (("agree", "mirror", "--as", "netwrk-team"), "there is no owner or realm `netwrk-team`"),
        (("agree", "mirror", "--as", NETWORK, "--key", "no-such-key"), "there is no key `no-such-key`"),
        (("agree", "mirror", "--as", NETWORK, "--key", "-f"), "there is no key `-f`"),
        (("agree", "mirror", "--as", NETWORK, "--key", "estate.yaml"), "may not sign for"),
        (("agree", "mirror", "--as", NETWORK, "--key", "estate.yaml", "--by", "ann"), "did not sign"),
    ],
)  # fmt: skip
def test_what_cannot_be_signed_is_told(world: World, words: tuple[str, ...], message: str) -> None:
    done = isthmus(*words[:2], ".", *words[2:], cwd=world.root)
    assert done.returncode == 2
    assert message in done.stderr
    assert not list(world.root.glob("agreements/*/*/*"))


def test_without_a_list_of_signers_nobody_signs(world: World) -> None:
    (world.root / "owners" / "allowed_signers").unlink()
    with pytest.raises(Refused, match=r"there is no .*allowed_signers.*, so nobody may sign") as refused:
        world.sign("ann", NETWORK)
    assert "add a line such as" in refused.value.help


def test_a_folder_whose_name_looks_like_an_option(tmp_path: Path) -> None:
    World(tmp_path / "-n")
    done = isthmus("agree", "mirror", "./-n", "--as", NETWORK, "--key", key("ann"), *DAY, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "met: XR001" in isthmus("check", "./-n", "--evidence", "declared,attested", *DAY, cwd=tmp_path).stdout


def test_a_folder_in_the_way_is_told(world: World) -> None:
    (world.root / "agreements").write_text("a file")
    with pytest.raises(Refused, match="cannot write"):
        world.sign("ann", NETWORK)


def test_nothing_is_written_through_a_link_that_leads_out(world: World, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (world.root / "agreements").symlink_to(elsewhere)
    with pytest.raises(Refused, match="leads out of the estate"):
        world.sign("ann", NETWORK)
    assert not list(elsewhere.rglob("*.json"))


def test_what_would_be_signed_is_shown(world: World) -> None:
    done = isthmus("agree", "mirror", world.root, "--show")
    shown = json.loads(done.stdout)
    assert shown["entries"]["services"]["mirror"]["endpoints"]["https"]["port"] == "443"
    world.sign("ann", NETWORK)
    assert json.loads(world.statement().read_text())["content"] == shown


def test_what_is_recorded_counts_only_without_a_list_of_signers(world: World) -> None:
    """`agreed` is anybody's word as soon as the estate says who may sign."""
    recorded = "".join(f"      - {{owner: {each}, by: A, on: 2026-01-31}}\n" for each in (NETWORK, CLOUD))
    world.edit("crossings.yaml", "    state: proposed\n", f"    state: proposed\n    agreed:\n{recorded}")
    assert world.to_ask() == (NETWORK, CLOUD)
    [told] = [each for each in world.findings() if each.startswith("AGR003")]
    assert f"the agreements of {NETWORK}, {CLOUD} to crossing `mirror` are recorded and not signed" in told

    world.sign("ann", NETWORK)
    [told] = [each for each in world.findings() if each.startswith("AGR003")]
    assert f"the agreements of {CLOUD} to" in told
    world.sign("ben", CLOUD)
    assert world.findings() == []

    for file in world.root.glob("agreements/*/*/*"):
        file.unlink()
    (world.root / "owners" / "allowed_signers").unlink()
    assert world.to_ask() == ()
    assert world.findings() == []


def test_recorded_consent_does_not_come_back_when_the_list_of_signers_is_removed(world: World) -> None:
    recorded = "".join(f"      - {{owner: {each}, by: A, on: 2026-01-31}}\n" for each in (NETWORK, CLOUD))
    world.edit("crossings.yaml", "    state: proposed\n", f"    state: proposed\n    agreed:\n{recorded}")
    world.sign("ann", NETWORK)
    (world.root / "owners" / "allowed_signers").unlink()
    assert world.to_ask() == (NETWORK, CLOUD)
    assert "there is no file `allowed_signers`, so nobody may sign" in world.because()
