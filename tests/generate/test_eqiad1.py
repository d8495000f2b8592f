"""eqiad1: what is generated from its declarations, put into the frame of its snapshot, is what is declared."""

import json
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from isthmus.decide import judge
from isthmus.evidence import Facts, Finding, Kind
from isthmus.formats import Text, read
from isthmus.generate import KINDS, framed, generate
from isthmus.guidelines.testify import configured_evidence
from isthmus.packetset import Space
from isthmus.prove import Prover
from isthmus.workflows.generate import Report, generated
from tests.formats.nftables.kernel import missing
from tests.prove.estates import TODAY, asked, edition

EXAMPLE = Path(__file__).parents[2] / "examples" / "eqiad1"
EXCEPTION = """
exceptions:
  wikis-see-instances:
    crossing: wikis
    requirements: [XR202]
    why: Rate limits tell instances apart by their own addresses.
    task: T209011
    owner: wmcs
    review: 2027-01-31
    agreed:
      - {owner: sre, by: Example statement, on: 2026-11-01}
      - {owner: wmcs, by: Example statement, on: 2026-11-01}
"""
LEFT_OUT = {"wikis", "puppet-compiler-ci"}


@cache
def plain() -> Report:
    return generated(EXAMPLE, today=TODAY)


@pytest.fixture(scope="module")
def excepted(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The same with an exception for the wikis, current and agreed."""
    folder = tmp_path_factory.mktemp("estate") / "eqiad1"
    shutil.copytree(EXAMPLE, folder)
    (folder / "exceptions.yaml").write_text(EXCEPTION)
    return generated(folder, today=TODAY)


def exact(report: Report) -> None:
    """Every built crossing works there and back; between the realms nothing else gets in."""
    found, space = report.generated, Space(1 << 22)
    prover = Prover(_facts(report), framed(report.frame, found.meant), space)
    for name in found.built:
        answer = prover.claims.works(prover.crossing(found.estate.crossings[name]), name)
        is_elsewhere = name == "wikis" and "packets and replies pass; what beyond" in answer.because
        assert answer.finding is Finding.MET or is_elsewhere, answer.because
    flows = (each.request((*each.dialled, *each.seen), each.to) for each in found.needs.flows)
    declared = space.union(space.match(each) for each in flows)
    for realm, other in prover.realm_pairs:
        journey = prover.journey((prover.from_realm(realm) & prover.to_realm(other)) - declared)
        answer = prover.claims.never_gets_in(journey, space.everything, f"from {realm} to {other} gets in")
        assert answer.finding is Finding.MET, answer.because


def _facts(report: Report) -> Facts:

    return Facts(report.generated.estate, edition().vocabulary, TODAY)


def test_it_admits_exactly_what_is_declared_and_conforms() -> None:
    assert set(plain().generated.estate.crossings) - set(plain().generated.built) == LEFT_OUT
    exact(plain())


def test_what_was_built_conforms_once_it_is_configured() -> None:
    """The guidelines' own checks ask the network that the texts make."""
    facts, found = _facts(plain()), plain().generated
    prover = Prover(facts, framed(plain().frame, found.meant), Space(1 << 22))
    heard = replace(facts, testimony=configured_evidence(facts, edition(), prover, found.built))
    judged = judge(heard, edition(), only=found.built, kinds=(Kind.DECLARED, Kind.ATTESTED, Kind.CONFIGURED))

    assert {each.crossing.id: each.decision for each in judged.crossings} == dict.fromkeys(found.built, "conforms")


def test_nothing_undeclared_crosses_by_the_guidelines_own_check(tmp_path: Path) -> None:
    """XR003, where the estate names the floating addresses as what instances arrive as."""
    folder = tmp_path / "eqiad1"
    shutil.copytree(EXAMPLE, folder)
    crossings = (folder / "crossings.yaml").read_text()
    (folder / "crossings.yaml").write_text(crossings.replace("[185.15.56.1/32]", "[185.15.56.0/25]"))
    report = generated(folder, today=TODAY)
    prover = Prover(_facts(report), framed(report.frame, report.generated.meant), Space(1 << 22))

    assert asked(prover, "XR003").finding is Finding.MET


def test_an_exception_opens_what_it_excuses_and_no_more(excepted: Report) -> None:
    assert set(excepted.generated.estate.crossings) - set(excepted.generated.built) == {"puppet-compiler-ci"}
    exact(excepted)


def test_rules_of_an_exception_tell_task_and_last_day(excepted: Report) -> None:
    files = excepted.generated.files
    says = "crossing wikis; exception wikis-see-instances until 2027-01-31 (T209011)"
    nat = files["hiera/cloudgw1001/cloudgw.yaml"]

    assert nat.count(says) == 10
    assert "  - 208.80.154.224\n" in nat
    assert says in files["devices/cloudgw1001/ruleset.nft"]
    assert says in files["devices/cr1-eqiad/policies/cloud-vrf-in.yaml"]
    assert says not in "".join(plain().generated.files.values())


def test_what_is_left_out_is_named_with_its_reason() -> None:
    told = {each.message for each in plain().generated.remarks}

    assert "`wikis` is left out: it does not conform, XR004, XR202 not met" in told
    assert plain().exit_code == 1


def test_the_same_estate_gives_the_same_bytes() -> None:
    assert generated(EXAMPLE, today=TODAY).generated.files == plain().generated.files


def test_generating_into_what_was_generated_changes_nothing() -> None:
    """The frame with generated parts in it is a frame that gives the same texts."""

    first = plain().generated
    frame = framed(plain().frame, first.meant)
    facts = _facts(plain())
    made = {path.removeprefix("devices/"): text for path, text in first.files.items()}
    folders = {
        name: [Text(each.name, made.get(each.name, each.text)) for each in texts]
        for name, texts in plain().folders.items()
    }
    again = generate(judge(facts, edition(), kinds=KINDS), facts, frame, first.head, folders)

    assert again.files == first.files


def test_what_is_made_for_devices_can_be_read_as_a_snapshot() -> None:
    folders: dict[str, list[Text]] = {}
    for path, text in plain().generated.files.items():
        if path.startswith("devices/"):
            folders.setdefault(path.split("/")[1], []).append(Text(path.removeprefix("devices/"), text))
    told = [each for name, texts in folders.items() for each in read(name, texts).diagnostics]

    assert {each.code for each in told} == {"NEU006"}, "lists of the controller that are not generated"


def test_instances_that_serve_are_in_their_groups_alone() -> None:
    ports = json.loads(plain().generated.files["devices/openstack/ports.json"])["ports"]
    held = {each["name"]: each["security_groups"] for each in ports}

    assert held["tools-db"] == ["default-tools", "tools-crossings-toolsdb-mysql"]
    assert held["proxy-04"] == ["default-proxy", "project-proxy-crossings-puppet-catalog-compiler-https"]
    assert held["pcc-worker1004"] == ["default-pcc", "puppet-diffs-crossings-puppet-compiler-workers-ssh"]
    assert held["bastion-eqiad1-03"] == ["default-bastion", "ssh"]


@pytest.mark.skipif(bool(missing()), reason=missing() or "nft is here")
def test_nft_takes_every_ruleset() -> None:
    for path, text in plain().generated.files.items():
        if path.endswith(".nft"):
            command = ["unshare", "-rn", "nft", "-c", "-f", "-"]
            done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, path + done.stderr


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="haproxy is not installed here")
def test_haproxy_takes_its_configuration(tmp_path: Path) -> None:
    text = plain().generated.files["devices/cloudlb1001/haproxy.cfg"]
    (tmp_path / "haproxy.cfg").write_text(text)
    command = ["haproxy", "-c", "-f", str(tmp_path / "haproxy.cfg")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    assert text.count("\tbind ") == text.count("bind ipv4@185.15.56.161:")
