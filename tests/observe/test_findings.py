"""What is told: one finding for one flow wherever it was seen, exceptions by their days, what silence is worth."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from ipaddress import IPv4Address, IPv6Address, ip_network

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from isthmus.guidelines.policy import policy_of
from isthmus.observe.aggregate import State
from isthmus.observe.classify import Classifier
from isthmus.observe.compile import compile_policy
from isthmus.observe.finish import finish
from isthmus.observe.policy import Excuse, Policy
from isthmus.observe.results import Audit
from isthmus.observe.schema import FLOWS_V4, FLOWS_V6, batch
from isthmus.observe.words import Attempt, Side, Verdict
from isthmus.workflows.agreements import facts_of
from isthmus.workflows.load import load
from tests.observe import lab

SIDES = {"vm-edge": "cloud", "core": "production", "second-core": "production"}


def at(day: int, hour: int = 12) -> int:
    return int(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp()) * 1000


def flow(
    src: str,
    dst: str,
    dport: int,
    sport: int = 40000,
    *,
    exporter: str = "core",
    when: int | None = None,
    nat_src: str | None = None,
    nat_dst: str | None = None,
    **columns: int,
) -> pa.RecordBatch:
    """One record."""
    is_v4 = ":" not in src
    when = at(20) if when is None else when
    made: dict[str, list[int] | list[str]] = {
        "protocol": [6],
        "src_port": [sport],
        "dst_port": [dport],
        "tcp_flags": [0x1B],
        "start_ms": [when],
        "end_ms": [when + 50],
        "packets": [5],
        "bytes": [500],
        "biflow": [0],
        "exporter": [exporter],
        "record": [1],
    }
    made |= {name: [value] for name, value in columns.items()}
    for name, text in (("src", src), ("dst", dst), ("nat_src", nat_src), ("nat_dst", nat_dst)):
        if text is not None:
            made |= _bits(name, text)
    return batch(FLOWS_V4 if is_v4 else FLOWS_V6, made, 1)


def _bits(name: str, text: str) -> dict[str, list[int]]:
    if ":" not in text:
        value = int(IPv4Address(text))
        return {name: [value - (1 << 32) if value >> 31 else value]}
    value = int(IPv6Address(text))
    halves = {f"{name}_hi": value >> 64, f"{name}_lo": value & (1 << 64) - 1}
    return {key: [half - (1 << 64) if half >> 63 else half] for key, half in halves.items()}


def audited(*records: pa.RecordBatch, change: Callable[[Policy], Policy] = lambda policy: policy) -> Audit:
    loaded = load(lab.ESTATE)
    assert loaded.edition is not None
    policy = policy_of(facts_of(loaded, date(2026, 11, 24)), loaded.edition)
    state = State(Classifier(compile_policy(change(replace(policy, exporters=SIDES)))))
    for each in records:
        state.update(each, "file")
    return finish(state)


def test_one_finding_before_and_after_translation_and_at_several_exporters() -> None:
    found = audited(
        flow("172.16.0.10", "208.80.154.225", 25, exporter="vm-edge"),
        flow("208.80.154.225", "172.16.0.10", 40000, 25, exporter="vm-edge"),
        flow("185.15.56.1", "208.80.154.225", 25, exporter="core"),
        flow("185.15.56.1", "208.80.154.225", 25, exporter="second-core"),
    )
    [violation] = found.violations
    assert violation.verdict is Verdict.UNDECLARED
    assert violation.flows == 1
    assert violation.codes == ("XR003",)
    assert violation.clients == ("172.16.0.10", "185.15.56.1") or set(violation.clients) == {
        "172.16.0.10",
        "185.15.56.1",
    }
    seen = [(each.exporter, each.side, each.client) for each in violation.sightings]
    assert seen == [
        ("core", Side.SERVICE, "egress"),
        ("second-core", Side.SERVICE, "egress"),
        ("vm-edge", Side.CLIENT, "instances"),
    ]


def test_a_service_behind_translation_is_one() -> None:
    """One exporter tells that a floating address leads to an instance, so both are the same service elsewhere, too."""
    found = audited(
        flow("208.80.154.224", "185.15.56.30", 25, nat_dst="172.16.0.30", exporter="second-core"),
        flow("208.80.154.224", "185.15.56.30", 25, exporter="core"),
        flow("208.80.154.224", "172.16.0.30", 25, exporter="vm-edge"),
    )
    [violation] = found.violations
    assert set(violation.addresses) == {"185.15.56.30", "172.16.0.30"}
    assert len(violation.sightings) == 3


def test_replies_are_no_violations() -> None:
    declared = flow("208.80.154.224", "185.15.56.1", 40000, 443)
    assert audited(declared).verdicts == {Verdict.DECLARED: 1}
    inferred = audited(flow("208.80.154.225", "185.15.56.1", 40000, 443)).violations[0]
    assert (inferred.client_realm, inferred.service_realm, inferred.port) == ("cloud", "production", 443)
    assert inferred.is_inferred


@pytest.mark.parametrize(
    ("day", "verdict"), [(9, Verdict.DEVIATES), (10, Verdict.EXCEPTED), (20, Verdict.EXCEPTED), (21, Verdict.DEVIATES)]
)
def test_exceptions_hold_on_the_day_of_the_flow(day: int, verdict: Verdict) -> None:
    excuse = Excuse("wikis-see-instances", "vms-to-text", ("XR202",), at(10, 0), at(21, 0) - 1)
    private = flow("172.16.0.10", "208.80.154.224", 443, when=at(day))
    found = audited(private, change=lambda policy: replace(policy, excuses=(excuse,)))
    assert found.verdicts == {verdict: 1}
    [hit] = found.hits
    assert hit.excused == ({"wikis-see-instances": 1} if verdict is Verdict.EXCEPTED else {})
    assert found.exit_code == (0 if verdict is Verdict.EXCEPTED else 1)


def test_an_exception_for_another_demand_excuses_nothing() -> None:
    excuse = Excuse("other", "vms-to-text", ("XR304",), 0, at(28))
    private = flow("172.16.0.10", "208.80.154.224", 443)
    found = audited(private, change=lambda policy: replace(policy, excuses=(excuse,)))
    assert [each.codes for each in found.wrong] == [("XR202",)]


def test_ipv6_is_neither_right_nor_wrong_until_it_is_declared() -> None:
    found = audited(flow("2a02:ec80:a000:1::10", "2620:0:861:ed1a::1", 443))
    assert found.verdicts == {Verdict.NOT_COVERED: 1}
    assert not found.wrong
    assert found.exit_code == 3
    assert "observed-cloud-to-2620-0-861-ed1a-1-https" in found.open_questions[0].draft


def test_attempts_stand_apart() -> None:
    found = audited(
        flow("10.64.0.10", "172.16.0.10", 22, tcp_flags=0x02, packets=1, bytes=60, exporter="vm-edge"),
        flow("172.16.0.10", "10.64.0.10", 40000, 22, tcp_flags=0x14, packets=1, bytes=40, exporter="vm-edge"),
        flow("10.64.0.11", "172.16.0.10", 80, outcome=2, exporter="vm-edge"),
    )
    assert not found.wrong
    assert {each.port: each.attempt for each in found.attempts} == {22: Attempt.REFUSED, 80: Attempt.REFUSED}
    assert found.exit_code == 0


def test_sampled_first_packets_are_no_proof_of_an_attempt() -> None:
    found = audited(flow("10.64.0.10", "172.16.0.10", 22, tcp_flags=0x02, sampling=1000, exporter="vm-edge"))
    assert [each.attempt for each in found.wrong] == [Attempt.PASSED]
    assert found.wrong[0].amount.packets == 5000


def test_what_silence_is_worth() -> None:
    found = audited(
        flow("172.16.0.10", "208.80.154.224", 443, when=at(20, 1), sampling=1000),
        flow("172.16.0.10", "208.80.154.224", 443, when=at(20, 4), sampling=1000),
    )
    unseen = {each.crossing: each for each in found.unseen}
    assert "vms-to-text" not in unseen
    idle = unseen["vms-to-idle"]
    assert idle.chance == pytest.approx(1 - 0.5 * (1 - 0.999**10))
    assert idle.because == (
        "`core` saw something in 2 of 4 hours, 1 in 1,000 packets counted: "
        "to be seen with 95 % a flow needs 2,995 packets"
    )
    untold = audited(flow("172.16.0.10", "208.80.154.224", 443))
    assert {each.chance for each in untold.unseen} == {None}


def test_private_addresses_that_no_network_covers_cannot_be_judged() -> None:
    found = audited(flow("192.168.7.7", "10.64.0.10", 443))
    assert found.verdicts == {Verdict.UNPLANNED: 1}
    assert found.exit_code == 3


def test_a_proposed_crossing_is_not_declared_yet() -> None:
    def propose(policy: Policy) -> Policy:
        flows = tuple(replace(each, is_running=each.id != "vms-to-text") for each in policy.flows)
        return replace(policy, flows=flows)

    found = audited(flow("172.16.0.10", "208.80.154.224", 443), change=propose)
    [violation] = found.wrong
    assert (violation.verdict, violation.crossing) == (Verdict.UNDECLARED, "vms-to-text")


def test_nonsense_times_and_counters_do_no_harm() -> None:
    edge = (1 << 63) - 1
    found = audited(
        flow("172.16.0.10", "208.80.154.225", 25, when=-edge, packets=edge, bytes=edge, sampling=(1 << 31) - 1),
        flow("172.16.0.10", "208.80.154.225", 25, when=edge - 100, packets=-(1 << 62)),
    )
    assert found.records == 2
    assert found.wrong[0].amount.uncounted == 2


def test_a_service_of_an_unassigned_address_is_looked_for_in_its_network() -> None:
    def move(policy: Policy) -> Policy:
        [text] = [each for each in policy.flows if each.id == "vms-to-text"]
        targets = tuple(replace(each, prefix=ip_network("208.80.154.224/27")) for each in text.targets)
        return replace(policy, flows=tuple(replace(f, targets=targets) if f is text else f for f in policy.flows))

    assert audited(flow("185.15.56.1", "208.80.154.230", 443), change=move).verdicts == {Verdict.DECLARED: 1}
