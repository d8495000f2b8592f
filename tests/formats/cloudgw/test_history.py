"""Every version of the real list of exceptions, where they lie beside the checkout."""

import csv
import os
from pathlib import Path

import pytest

from isthmus.network import Device, Rule
from isthmus.packetset import Space, tcp
from tests.formats.cloudgw.folder import read, translated

NAMED = Path(os.environ.get("ISTHMUS_REALDATA") or Path(__file__).resolve().parents[4] / "shared" / "realdata")
ROOT = NAMED / "wikimedia" if (NAMED / "wikimedia").is_dir() else NAMED
HISTORY = ROOT / "history" / "dmz_cidr"
HIERA = ROOT / "puppet" / "hieradata"

pytestmark = pytest.mark.skipif(
    not HISTORY.is_dir(), reason="the real data is not here; ISTHMUS_REALDATA says where it is"
)

VERSIONS = sorted(HISTORY.iterdir()) if HISTORY.is_dir() else []
EARLY_MISTAKES = ["2018-07-06", "2018-07-06", "2018-07-11", "2018-07-11", "2018-07-11"]
"""In its first week the list had an entry without a source, and prefixes with host bits."""


def _exceptions(device: Device) -> list[Rule]:
    rules = [rule for each in device.chains.values() for rule in each.rules]
    return [each for each in rules if each.name.startswith("dmz_cidr ")]


@pytest.mark.parametrize("path", VERSIONS, ids=lambda each: each.name)
def test_every_version_is_read(path: Path) -> None:
    """Each entry is a rule, at its own line, unless the agent's list is switched off."""
    device, told = read({path.name: path.read_text()})
    lines = path.read_text().splitlines()
    rules = _exceptions(device)
    written = "enable_hacks: false" not in path.read_text()

    assert {each.code for each in told} <= {"CGW006", "CGW005"} or path.name[:10] in EARLY_MISTAKES
    for rule in rules:
        assert rule.name.removeprefix("dmz_cidr ") in lines[rule.where.line - 1]
    if path.name >= "2021-01-07" and written:
        assert len(rules) == sum(line.strip().startswith("- ") for line in _block(lines))
        assert all(rule.comment for rule in rules)


def _block(lines: list[str]) -> list[str]:
    """The lines of the list."""
    start = next(number for number, line in enumerate(lines) if "dmz_cidr:" in line)
    block: list[str] = []
    for line in lines[start + 1 :]:
        if line and not line.startswith(" "):
            break
        block.append(line)
    return block


def test_mistakes_of_the_first_week_are_found() -> None:
    found = [
        path.name[:10]
        for path in VERSIONS
        if {"CGW002", "CGW004"} & {each.code for each in read({path.name: path.read_text()})[1]}
    ]
    assert found == EARLY_MISTAKES


def test_every_event_of_the_list_is_a_rule() -> None:
    """The timeline was written by hand from the same files: what it says was added is a rule on that day."""
    with (ROOT / "history" / "timeline.csv").open(encoding="utf-8") as file:
        events = [row for row in csv.DictReader(file) if row["layer"] == "dmz_cidr" and row["event"] == "add"]
    listed = {
        (path.name[:10], path.name[11:21]): {rule.name for rule in _exceptions(read({path.name: path.read_text()})[0])}
        for path in VERSIONS
    }
    checked = 0
    for row in events:
        names = listed.get((row["commit_date"], row["commit"][:10]))
        if names is not None and row["object"][:1].isdigit():
            assert any(row["object"] in name for name in names), row
            checked += 1
    assert checked > 50


def _gateway(version: str, host: str) -> Device:
    """A gateway with the list of a day and everything else as of late 2024."""
    paths = (
        f"hosts/{host}.yaml", "role/eqiad/wmcs/cloudgw.yaml", "eqiad/profile/wmcs/cloud_private_subnet.yaml",
        "common/profile/wmcs/cloud_private_subnet.yaml",
    )  # fmt: skip
    files = {path: (HIERA / path).read_text() for path in paths}
    files["role/common/wmcs/cloudgw.yaml"] = next(each for each in VERSIONS if version in each.name).read_text()
    device, told = read(files, host)
    assert not told
    assert device.coverage.share == 1
    return device


@pytest.mark.parametrize("host", ["cloudgw1001", "cloudgw1002"])
def test_the_gateways_of_late_2024(host: str) -> None:
    """Nothing of them is in doubt; the wikis of one site see instances, those of the newest site do not."""
    device = _gateway("2024-06-26", host)
    found, possibly = translated(device.chains["inet cloudgw postrouting"], Space(1 << 18), "vlan1120")

    assert not device.doubts
    assert tcp("172.16.5.10", "208.80.154.224", 443) not in possibly
    assert tcp("172.16.5.10", "195.200.68.224", 443) in found["185.15.56.1"]
    assert sorted(device.interfaces) == ["vlan1107", "vlan1120"]
    assert len(_exceptions(device)) == 18
