"""Faults sown into the configurations of eqiad1, one at a time: real packets find each, and so does the proof.

Where a requirement judges it, both name the same requirement of the same crossing. Where none does (a flow that does
not get through breaks no guideline), the lab and the proof each have a finding of their own for it.
"""

import gc
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from isthmus.decide import judge
from isthmus.evidence import Kind
from isthmus.prove import Prover
from isthmus.report import Report
from isthmus.workflows.agreements import facts_of
from isthmus.workflows.load import load
from isthmus.workflows.proving import proved
from tests.conftest import ROOT
from tests.lab.exercising import DAY, Exercises, Shown, judged, missing

EQIAD1 = ROOT / "examples/eqiad1"
pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

Edit = tuple[str, str, str]
"""A file of the snapshot, a text in it, and what stands there instead."""


@dataclass(frozen=True)
class Fault:
    """What is changed, and by what both witnesses know it."""

    name: str
    edits: tuple[Edit, ...]
    unmet: tuple[tuple[str, str], ...] = ()
    """Crossing and requirement that real packets and the proof both find not met."""
    lab: tuple[str, ...] = ()
    """Else: the code of the lab's finding, and words of its message."""
    proof: tuple[str, ...] = ()
    """Else: the code of the proof's finding, and words of its message."""


TERMS = """      - name: wikis
        comment: untranslated instances to the wikis (T209011)
        destination-address: cdn
        protocol: tcp
        destination-port: WEB
        action: accept
"""
DENY = """      - name: deny-from-instances
        source-address: CLOUD_VMs
        action: deny
"""
REPLIES = """      - name: ci-ssh-replies
        comment: replies of workers that CI logs in to
        destination-address: contint1002.wikimedia.org
        protocol: tcp
        source-port: SSH
        action: accept
"""
GATEWAY, BORDER = "cloudgw1001/ruleset.nft", "cr1-eqiad/policies/cloud-vrf.yaml"
OTHER = "cr2-eqiad/junos.conf"
OTHER_ORDER: Edit = (
    OTHER,
    "term wikis {",
    "term early { from { source-address { 172.16.0.0/16; } } then { discard; } }\n            term wikis {",
)
EXCEPTION: Edit = (GATEWAY, "208.80.154.132, # contint1002", "208.80.154.132, 208.80.154.142, # contint1002")

FAULTS = (
    Fault(
        "a NAT exception whose destination the border refuses",
        (EXCEPTION,),
        lab=("EXE003", "`dumps`", "208.80.154.142", "deny-from-instances"),
        proof=("PRV001", "`dumps`"),
    ),
    Fault(
        "a NAT exception, and a border that lets it pass",
        (
            EXCEPTION,
            (
                BORDER,
                "        source-address: CLOUD_VMs\n        action: deny",
                "        source-address: CLOUD_VMs\n        action: accept",
            ),
        ),
        unmet=(("dumps", "XR202"),),
    ),
    Fault(
        "egress translated to an address that is not for it",
        ((GATEWAY, "snat ip to 185.15.56.1\n", "snat ip to 185.15.56.245\n"),),
        unmet=(("dumps", "XR202"),),
    ),
    Fault(
        "a whole prefix goes untranslated",
        ((GATEWAY, "ip daddr 172.20.0.0/16 counter accept", "ip daddr 208.80.154.128/26 counter accept"),),
        lab=("EXE003", "`dumps`", "deny-from-instances"),
        proof=("PRV001", "`dumps`"),
    ),
    Fault(
        "the order of two filter terms swapped",
        ((BORDER, TERMS, ""), (BORDER, DENY, DENY + TERMS), OTHER_ORDER),
        lab=("EXE003", "`wikis`", "deny-from-instances"),
        proof=("PRV001", "`wikis`", "deny-from-instances"),
    ),
    Fault(
        "the term for replies is missing",
        ((BORDER, REPLIES, ""), (OTHER, "source-port 22;", "source-port 2222;")),
        lab=("EXE004", "`puppet-compiler-ci`", "deny-from-instances"),
        proof=("PRV001", "`puppet-compiler-ci`", "deny-from-instances"),
    ),
    Fault(
        "the way from the cloud to private space is open",
        (
            (
                BORDER,
                "        action: reject\n      - name: allow-vips",
                "        action: accept\n      - name: allow-vips",
            ),
        ),
        unmet=(("rabbitmq", "XR403"),),
        lab=("EXE007", "from cloud instances to production private"),
        proof=("PRV016", "deny-to-private"),
    ),
    Fault(
        "a route to the cloud's private space is leaked",
        (
            (
                "cr1-eqiad/junos.conf",
                "route 172.16.0.0/17 next-hop 185.15.56.225;",
                "route 172.16.0.0/17 next-hop 185.15.56.225;\n        route 172.20.0.0/16 next-hop 185.15.56.225;",
            ),
        ),
        lab=("EXE007", "from production public-services to cloud cloud-private"),
        proof=("PRV002", "cloud-private"),
    ),
    Fault(
        "a security group open to everybody",
        (
            (
                "openstack/security-group-rules.json",
                '"remote_ip_prefix": "208.80.154.132/32"',
                '"remote_ip_prefix": "0.0.0.0/0"',
            ),
        ),
        unmet=(("puppet-compiler-ci", "XR303"),),
    ),
    Fault(
        "a firewall open to everybody",
        (("clouddumps1001/iptables.save", "-m set --match-set nfs_clients src ", ""),),
        unmet=(("dumps-nfs", "XR203"),),
    ),
    Fault(
        "a firewall closed to those who are meant",
        (("clouddumps1001/iptables.save", "--dports 80,443", "--dports 80"),),
        lab=("EXE003", "`dumps`", "tcp/443", "clouddumps1001"),
        proof=("PRV001", "`dumps`"),
    ),
    Fault(
        "a service open on the management leg",
        (
            (
                "cloudrabbit1001/iptables.save",
                "-s 172.20.0.0/16 -p tcp -m multiport --dports 5671,5672",
                "-p tcp -m multiport --dports 5671,5672",
            ),
        ),
        unmet=(("rabbitmq", "XR403"),),
    ),
    Fault(
        "a backend open beside its load balancer",
        (
            (
                "cloudcontrol1005/ruleset.nft",
                "ip saddr { 172.20.1.11, 172.20.2.11 } tcp dport { 15000",
                "tcp dport { 15000",
            ),
        ),
        unmet=(("openstack-apis", "XR408"),),
    ),
    Fault(
        "a leg in the wrong routing instance",
        (("cloudsw1-e4-eqiad/junos.conf", "        interface irb.1153;\n", ""),),
        lab=("EXE003", "`rabbitmq`", "172.20.3.31"),
        proof=("PRV001", "`rabbitmq`"),
    ),
)

PINNED: tuple[Edit, ...] = tuple(
    edit
    for name in ("cloudlb1001", "cloudlb1002")
    for edit in (
        (f"{name}/haproxy/conf.d/openstack.cfg", "bind *:", "bind 185.15.56.161:"),
        (
            f"{name}/ruleset.nft",
            "tcp dport { 25000,",
            "ip saddr != 10.64.0.0/16 ip daddr 185.15.56.161 tcp dport { 25000,",
        ),
    )
)
"""What would keep the APIs off the management leg: the opposite of a VIP bound to every address."""


def sown(folder: Path, edits: tuple[Edit, ...]) -> Path:
    """A copy of eqiad1 in which some texts are others."""
    shutil.copytree(EQIAD1, folder, ignore=shutil.ignore_patterns("exercises"))
    for file, old, new in edits:
        path = folder / "snapshot" / file
        text = path.read_text()
        assert old in text, (file, old)
        path.write_text(text.replace(old, new))
    return folder


@dataclass(frozen=True)
class Both:
    """What real packets show of an estate, and what is proved of it."""

    lab: Shown
    proof: Report


class Witnesses:
    """Every fault, the estate as it is, and one with a pinned VIP: exercised in two labs side by side, and proved."""

    def __init__(self, folder: Path) -> None:
        wanted = {"as it is": (), "pinned": PINNED, **{each.name: each.edits for each in FAULTS}}
        self.estates = {name: sown(folder / f"eqiad1-{at}", edits) for at, (name, edits) in enumerate(wanted.items())}
        paths = list(self.estates.values())
        self.labs = {path: lab for part in (paths[::2], paths[1::2]) for lab in [Exercises(part)] for path in part}
        self.known: dict[str, Both] = {}
        self.first: Prover | None = None

    def of(self, name: str) -> Both:
        """What both witnesses say of an estate; without looking for garbage meanwhile, as the program itself does."""
        if name not in self.known:
            path = self.estates[name]
            gc.disable()
            try:
                proof = self._proof(path)
            finally:
                gc.enable()
            self.known[name] = Both(self.labs[path].of(path), proof)
        return self.known[name]

    def _proof(self, path: Path) -> Report:
        """The judgement by configurations alone; what an estate shares with the first one is proved once."""
        loaded = load(path)
        _, edition = loaded.usable()
        told = proved(facts_of(loaded, DAY), edition, path / "snapshot", (), self.first)
        assert not told.errors
        self.first = self.first or told.prover
        return Report(judge(told.facts, edition, kinds=(Kind.CONFIGURED,), remarks=told.remarks), ())


@pytest.fixture(scope="module")
def witnesses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witnesses]:
    made = Witnesses(tmp_path_factory.mktemp("faults"))
    yield made
    for lab in set(made.labs.values()):
        lab.close()


def finds(report: Report, code: str, words: tuple[str, ...]) -> bool:
    """Whether the proof has a finding whose code begins so, or finds the requirement not met."""
    assert report.judgement is not None
    if code.startswith("XR"):
        return any((word, code) in judged(report, "configured")["not met"] for word in words)
    return any(
        each.code.startswith(code) and all(word in each.message for word in words) for each in report.judgement.findings
    )


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
def test_a_fault_is_found_by_real_packets_and_by_the_proof(fault: Fault, witnesses: Witnesses) -> None:
    before, after = witnesses.of("as it is"), witnesses.of(fault.name)
    for each in fault.unmet:
        assert each in after.lab.unmet
        assert each in before.lab.met
        assert each in judged(after.proof, "configured")["not met"]
        assert each not in judged(before.proof, "configured")["not met"]
    if fault.lab:
        assert after.lab.tells(*fault.lab), after.lab.findings
        assert not before.lab.tells(*fault.lab)
        assert finds(after.proof, fault.proof[0], fault.proof[1:])


def test_a_vip_bound_to_every_address_is_found_and_a_pinned_one_is_not(witnesses: Witnesses) -> None:
    every, pinned = witnesses.of("as it is"), witnesses.of("pinned")
    assert ("openstack-apis", "XR403") in every.lab.unmet
    assert ("openstack-apis", "XR403") in judged(every.proof, "configured")["not met"]
    assert ("openstack-apis", "XR403") in pinned.lab.met
    assert ("openstack-apis", "XR403") in judged(pinned.proof, "configured")["met"]


SEEN = {
    # by example of the page: which addresses its servers see of its clients
    "toolsdb": r"172\.16\.[0-7]\.\d+",
    "cloudinfra": r"172\.16\.[0-7]\.\d+",
    "dumps": r"185\.15\.56\.(1|11|49|87)",
    "dumps-nfs": r"185\.15\.56\.(1|11|49|87)",
    "wikis": r"172\.16\.[0-7]\.\d+|185\.15\.56\.(11|49|87)",
    "puppet-catalog-compiler": r"208\.80\.154\.132",
    "puppet-compiler-ci": r"208\.80\.154\.132",
    "server-admin-log": r"208\.80\.15[45]\.\d+",
    "openstack-apis": r"172\.16\.[0-7]\.\d+|208\.80\.154\.150|185\.15\.56\.(11|49|87)",
    "rabbitmq": r"172\.16\.[0-7]\.\d+|172\.20\.[123]\.21|185\.15\.56\.(11|49|87)",
}
"""The egress address, floating ones, and where nothing translates the client's own."""


@pytest.mark.parametrize("example", SEEN)
def test_each_example_of_the_page_is_exercised_with_the_address_that_its_server_sees(
    example: str, witnesses: Witnesses
) -> None:
    witnesses.of("as it is")
    record = json.loads((witnesses.estates["as it is"] / "exercises/lab.json").read_text())
    probes = [each for each in record["probes"] if each["crossing"] == example]
    assert probes
    for each in probes:
        assert re.fullmatch(SEEN[example], each["seen_as"]), each
        assert (bool(each["admitted_by"]), each["back"], each["talk"]["outcome"]) == (True, "answer", "answered")
        if example != "openstack-apis":
            assert each["talk"]["seen_as"] == each["seen_as"]


def test_without_a_fault_everything_declared_gets_there_and_back(witnesses: Witnesses) -> None:
    lab = witnesses.of("as it is").lab
    assert not {code for code, _ in lab.findings} & {"EXE003", "EXE004", "EXE005"}
    assert lab.unmet == {("wikis", "XR202"), ("puppet-compiler-ci", "XR304"), ("openstack-apis", "XR403")}


@pytest.mark.parametrize("name", ["as it is", "pinned", *(each.name for each in FAULTS)])
def test_real_packets_and_the_proof_never_contradict_each_other(name: str, witnesses: Witnesses) -> None:
    """What packets did, the proof must hold possible; what the proof excludes, no packet may do."""
    both = witnesses.of(name)
    configured = judged(both.proof, "configured")
    assert not both.lab.unmet & set(configured["met"])
