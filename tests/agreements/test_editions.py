"""Consent to the guidelines: what voids it, what does not, and what another edition would change."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from isthmus.decide import Comparison
from isthmus.report.comparison import document, markdown, text
from isthmus.workflows.diff import diff
from tests.agreements.world import CLOUD, NETWORK, TODAY, World, isthmus, needs_ssh
from tests.conftest import ROOT

pytestmark = needs_ssh
SHIPPED = (ROOT / "src/isthmus/guidelines/editions/wikimedia/edition.toml").read_text()


@pytest.fixture
def own(world: World) -> World:
    """The edition is a file of the estate, agreed by both owners."""
    (world.root / "edition.toml").write_text(SHIPPED)
    world.edit("estate.yaml", "edition: wikimedia", "edition: edition.toml")
    world.both_sign("edition")
    return world


def rewritten(world: World, pattern: str, new: str) -> None:
    """Change the edition in one place, or (for wording) in every place."""
    path = world.root / "edition.toml"
    old = path.read_text()
    changed = re.sub(pattern, new, old, flags=re.MULTILINE)
    assert changed != old, pattern
    path.write_text(changed)


def test_both_owners_agree(world: World) -> None:
    assert world.because("XR005").startswith("not met: edition `wikimedia` of ")
    assert world.because("XR005").endswith(f"is not agreed by {NETWORK}, {CLOUD}")
    world.sign("ann", NETWORK, "edition")
    assert world.because("XR005").endswith(f"is not agreed by {CLOUD}")
    world.sign("ben", CLOUD, "wikimedia")
    assert world.because("XR005").startswith("met: ")


def test_where_nobody_signs_silence_is_no_refusal(world: World) -> None:
    (world.root / "owners" / "allowed_signers").unlink()
    assert world.because("XR005").startswith("unknown: ")


TRIVIAL = {
    "the title": (r'^title = ".*"$', 'title = "Another title"'),
    "the date": (r"^dated .*$", 'dated = "2027-01-01"'),
    "the source": (r"^source .*$", 'source = "https://example.org/"'),
    "our readings": (r'^says +=.*$', 'says = "In other words."'),
    "comments": (r"\A", "# a comment\n"),
    "white space": (r" += +", "="),
    "when it applies, in words": (r"^applies .*$", 'applies = "sometimes"'),
    "a placement": (r'^speaks_for .*$', 'speaks_for = "nothing much"'),
}  # fmt: skip


@pytest.mark.parametrize("name", TRIVIAL)
def test_wording_does_not_void(own: World, name: str) -> None:
    pattern, new = TRIVIAL[name]
    if not re.search(pattern, SHIPPED, re.MULTILINE):
        pytest.fail(f"the shipped edition has nothing like {pattern}")
    rewritten(own, pattern, new)
    assert own.because("XR005").startswith("met: "), own.because("XR005")


def test_the_order_of_requirements_does_not_void(own: World) -> None:
    """Two requirements of one case change places."""
    parts = re.split(r"(?m)^(?=\[\[)", SHIPPED)
    is_one = [part.startswith("[[case.requirement]]") for part in parts]
    at = next(number for number, pair in enumerate(pairwise(is_one)) if all(pair))
    parts[at], parts[at + 1] = parts[at + 1], parts[at]
    (own.root / "edition.toml").write_text("".join(parts))
    assert own.because("XR005").startswith("met: ")


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('level     = "should"', 'level     = "must"', "level: should → must"),
        (
            'judged_by = ["declared", "configured"]',
            'judged_by = ["declared"]',
            "judged_by: configured, declared → decl",
        ),
        ('quote     = "', 'quote     = "Not ', "quote: "),
        ('name      = "public-ipv4"', 'name      = "public-v4"', "XR201.name: public-ipv4 → public-v4"),
        ('ask   = ["realm-owners"', 'ask   = ["service-maintainers", "realm-owners"', "ask: "),
        ('check     = "behind_load_balancer"', 'check     = "stated"', "check: behind_load_balancer → stated"),
    ],
)
def test_what_decides_voids(own: World, old: str, new: str, path: str) -> None:
    assert old in SHIPPED, old
    (own.root / "edition.toml").write_text(SHIPPED.replace(old, new, 1))
    if own.report().judgement is None:  # a check with other parameters: take them away as well
        text_ = SHIPPED.replace(old, new, 1)
        at = text_.index(new)
        (own.root / "edition.toml").write_text(text_[:at] + re.sub(r"(?m)^params.*\n", "", text_[at:], count=1))
    assert own.because("XR005").startswith("not met: ")
    void = [each for each in own.findings() if each.startswith("AGR001")]
    assert len(void) == 2
    assert path in void[0]
    assert own.because("XR005").count("void: what was agreed to has changed") == 2


def test_the_order_of_cases_voids(own: World) -> None:
    """The first case that fits is the crossing's, so their order decides."""
    parts = re.split(r"(?m)^(?=\[\[case\]\])", SHIPPED)
    assert len(parts) > 3
    parts[-1], rest = (parts[-1].partition("[[placement]]")[0], "".join(parts[-1].partition("[[placement]]")[1:]))
    parts[1], parts[2] = parts[2], parts[1]
    (own.root / "edition.toml").write_text("".join(parts) + rest)
    assert own.because("XR005").startswith("not met: ")
    assert "order: management 1 2 3 4 → 1 management 2 3 4" in "\n".join(own.findings())


def compared(world: World, old: str, new: str) -> Comparison:
    return diff(old, new, estate=world.root, today=TODAY)


def test_diff_says_before_anyone_signs_what_another_edition_would_change(own: World, tmp_path: Path) -> None:
    own.both_sign()
    own.edit("services.yaml", "    load_balancer: front\n", "")
    own.both_sign()
    balancer = 'level     = "should"\njudged_by = ["declared", "configured"]\ncheck     = "behind_load_balancer"'
    assert balancer in SHIPPED
    stricter = tmp_path / "next.toml"
    stricter.write_text(SHIPPED.replace(balancer, balancer.replace("should", "must"), 1))
    found = compared(own, str(own.root / "edition.toml"), str(stricter))
    [change] = found.crossings
    assert change.is_graver
    [whole] = found.whole
    assert (whole.code, str(whole.before), str(whole.after)) == ("XR005", "met", "not met")
    for told in (text(found), markdown(found), document(found)):
        assert "XR005" in told
        assert "mirror" in told
    assert "XR005 guidelines-agreed: met → not met" in text(found)


def test_an_edition_without_a_word_that_the_estate_uses(own: World, tmp_path: Path) -> None:
    """The estate cannot be read in the words of the other edition: said with the place, no traceback."""
    other = tmp_path / "other.toml"
    other.write_text(re.sub(r"\bnat-egress\b", "translated", SHIPPED))
    done = isthmus("diff", "wikimedia", other, "--estate", own.root)
    assert done.returncode == 2
    assert "cannot be used" in done.stderr
    assert "unknown role `nat-egress`" in done.stderr


def test_a_changed_list_of_signers_is_told(world: World, tmp_path: Path) -> None:
    other = World(tmp_path / "other")
    other.allow(*other.signers[:1], "# eve is new", f"{CLOUD}/eve {other.signers[0].split(' ', 1)[1]}")
    found = diff(str(world.root), str(other.root), estate=world.root, today=TODAY)
    assert found.differs
    assert [each[:42] for each in found.signers] == [
        f"allowed_signers: gone: {CLOUD}/ben ssh-",
        f"allowed_signers: new: {CLOUD}/eve ssh-e",
    ]
    assert "who may sign:" in text(found)
    assert "**who may sign** has changed" in markdown(found)
    same = diff(str(world.root), str(world.root), estate=world.root, today=TODAY)
    assert not same.differs
