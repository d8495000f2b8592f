"""Reading a running lab back: what is as it was given, and what was changed in the kernel since."""

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from isthmus.lab.collecting.rulesets import without_lab_tables, without_time
from isthmus.lab.render import conditions
from isthmus.network import Device, Network, Rule, connected
from isthmus.workflows.diff import diff
from isthmus.workflows.network import load_network
from tests.lab.places import BALANCED, DUAL_STACK, EQIAD1, isthmus, needs_namespaces


def collected(estate: Path, folder: Path, change: str = "true") -> Path:
    """Build an estate's lab, change something in it, and read it back."""
    output = folder / "collected"
    script = f'{change} && exec "$0" -m isthmus lab collect {output}'
    done = isthmus("lab", "up", str(estate), "--", "sh", "-c", script, sys.executable, XDG_RUNTIME_DIR=str(folder))
    assert done.returncode == 0, done.stderr
    return output


def read(snapshot: Path) -> Network:
    """A snapshot's network, which must be usable."""
    configured = load_network(snapshot)
    assert configured is not None
    return configured.usable()


def content(rule: Rule) -> tuple[object, ...]:
    """What a rule asks and does, in one spelling, without the place that it is written at and what it has counted."""
    asked = sorted(each for match in rule.matches for each in conditions(match))
    tests = [(sorted(each.names), each.negated) if each else None for each in (rule.arriving, rule.leaving)]
    return asked, rule.action, tests, rule.mark, len(rule.perhaps), rule.comment


def routes(device: Device) -> set[tuple[str, str, str, tuple[str, ...], int]]:
    """A device's routes, but for those to the prefixes of its own interfaces, which the kernel adds."""
    own = {each for interface in device.interfaces.values() for each in connected(interface)}
    return {
        (table, str(each.prefix), each.kind.value, tuple(sorted(map(str, each.next_hops))), each.preference)
        for table, every in device.tables.items()
        for each in every
        if each.prefix not in own
    }


@needs_namespaces
def test_the_shipped_estate_comes_back_as_it_was_given(tmp_path: Path) -> None:
    before, after = read(EQIAD1 / "snapshot"), read(collected(EQIAD1, tmp_path))
    assert list(after.devices) == list(before.devices)
    for name, device in before.devices.items():
        other = after.devices[name]
        assert routes(other) == routes(device), name
        assert {each: str(one.addresses) + one.vrf for each, one in other.interfaces.items()} == {
            each: str(one.addresses) + one.vrf for each, one in device.interfaces.items()
        }, name
        for chain in device.chains:
            one, same = device.chains[chain].rules, other.chains[chain].rules
            assert [content(each) for each in same] == [content(each) for each in one], chain
            assert other.chains[chain].default == device.chains[chain].default
        assert sorted(other.hooks, key=str) == sorted(device.hooks, key=str)
        assert (other.forwards, other.reads_host, other.doubts) == (device.forwards, device.reads_host, device.doubts)


@needs_namespaces
def test_nothing_differs_between_realms(tmp_path: Path) -> None:
    output = collected(DUAL_STACK, tmp_path)
    compared = diff(str(DUAL_STACK / "snapshot"), str(output), estate=DUAL_STACK, today=date(2026, 11, 24))
    assert not compared.differs


@needs_namespaces
def test_what_changed_in_the_kernel_is_seen(tmp_path: Path) -> None:
    change = (
        "nsenter --net=/run/netns/gw1 nft delete element inet filter admitted { 10.2.0.0/24 }"
        " && nsenter --net=/run/netns/gw1 ip route add blackhole 10.88.0.0/16"
        " && nsenter --net=/run/netns/web1 iptables -D INPUT 4"
        " && nsenter --net=/run/netns/web1 ipset add clients 192.0.2.0/24"
    )
    output = collected(DUAL_STACK, tmp_path, change)
    after = read(output)
    gateway, web = after.devices["gw1"], after.devices["web1"]
    assert ("main", "10.88.0.0/16", "discard", (), 0) in routes(gateway)
    ruleset = (output / "gw1" / "ruleset.nft").read_text(encoding="utf-8")
    assert "10.2.0.0/24" not in ruleset.partition("table ip nat")[0]
    assert "--dport 53" not in (output / "web1" / "iptables.save").read_text(encoding="utf-8")
    assert "192.0.2.0/24" in (output / "web1" / "ipset.save").read_text(encoding="utf-8")
    assert len(web.chains["ip filter INPUT"].rules) == 3


@needs_namespaces
def test_what_has_no_place_in_a_snapshot_lies_in_hidden_files(tmp_path: Path) -> None:
    ping = "nsenter --net=/run/netns/app1 ping -c1 -W2 10.1.0.10"
    output = collected(DUAL_STACK, tmp_path, ping)
    assert "src=10.2.0.20 dst=10.1.0.10" in (output / "gw1" / ".connections").read_text(encoding="utf-8")
    assert (output / "r1" / "junos.conf").read_text(encoding="utf-8") == (
        DUAL_STACK / "snapshot" / "r1" / "junos.conf"
    ).read_text(encoding="utf-8")
    for path in output.rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))


@needs_namespaces
def test_what_programs_have_learnt_is_read_back(tmp_path: Path) -> None:
    wait = "for i in $(seq 50); do nsenter --net=/run/netns/rt1 ip route | grep -q bird && break; sleep 0.1; done"
    output = collected(BALANCED, tmp_path, wait)
    (learnt,) = [
        each
        for each in json.loads((output / "rt1" / "ip-route.json").read_text(encoding="utf-8"))
        if each.get("protocol") == "bird"
    ]
    assert (learnt["dst"], learnt["gateway"], learnt["dev"]) == ("192.0.2.100", "10.6.0.10", "eth2")
    assert "192.0.2.100/32" in (output / "rt1" / ".bird-routes").read_text(encoding="utf-8")
    for name in ("lb1/haproxy.cfg", "lb1/bird.conf", "lvs1/ipvsadm.save"):
        assert (output / name).read_text(encoding="utf-8") == (BALANCED / "snapshot" / name).read_text(encoding="utf-8")
    rules = (output / "lvs1" / "ip-rule.json").read_text(encoding="utf-8")
    assert "ipip" not in rules  # the lab's own wires are no rules of the device
    assert "isthmus_" not in (output / "lvs1" / "ruleset.nft").read_text(encoding="utf-8")


@needs_namespaces
def test_a_folder_with_something_in_it_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("", encoding="utf-8")
    done = isthmus(
        "lab", "up", str(DUAL_STACK), "--", "sh", "-c", f'"$0" -m isthmus lab collect {tmp_path / "full"}',
        sys.executable, XDG_RUNTIME_DIR=str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 2
    assert f"`{tmp_path / 'full'}` is not empty" in done.stderr


@pytest.mark.parametrize(
    ("listing", "kept"),
    [
        ("table inet isthmus_hooks {\n\tchain a {\n\t}\n}\ntable ip mine {\n}\n", "table ip mine {\n}\n"),
        (
            "# Warning: table ip filter is managed by iptables-nft, do not touch!\ntable ip filter {\n}\n"
            "table ip n {\n}\n",
            "table ip n {\n}\n",
        ),
        ("table inet isthmus_filters {\n}\n", "flush ruleset\n"),
    ],
)
def test_a_listing_has_only_the_device_s_own_tables(listing: str, kept: str) -> None:
    assert without_lab_tables(listing) == kept


def test_a_listing_of_iptables_does_not_tell_the_time() -> None:
    assert (
        without_time("# Generated by iptables-save v1 on Tue\n*filter\nCOMMIT\n# Completed on Tue\n")
        == "*filter\nCOMMIT\n"
    )
