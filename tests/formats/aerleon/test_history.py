"""Every version of the real border filters and definitions, where they lie beside the checkout."""

import os
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from isthmus.diagnostics import Diagnostic
from isthmus.network import Chain, Verdict
from isthmus.packetset import Packet, Space, ping, tcp
from tests.formats.aerleon.folder import read
from tests.formats.aerleon.verdicts import accepted

NAMED = Path(os.environ.get("ISTHMUS_REALDATA") or Path(__file__).resolve().parents[4] / "shared" / "realdata")
ROOT = NAMED / "wikimedia" if (NAMED / "wikimedia").is_dir() else NAMED

pytestmark = pytest.mark.skipif(
    not (ROOT / "history").is_dir(), reason="the real data is not here; ISTHMUS_REALDATA says where it is"
)

UNDEFINED = {"AER006", "AER007", "AER018"}
"""What the snapshot lacks: addresses from an inventory that is not public, services of later and earlier years."""


def _versions(kind: str) -> list[Path]:
    return sorted((ROOT / "history" / kind).iterdir()) if (ROOT / "history").is_dir() else []


def _as_of(kind: str, day: str) -> Path | None:
    return next((each for each in reversed(_versions(kind)) if each.name[:10] <= day), None)


@cache
def _read(path: Path) -> tuple[dict[str, Chain], list[Diagnostic]]:
    """The filters of a version with the definitions of its day."""
    files = {f"policies/{path.name[22:]}": path.read_text()}
    definitions = _as_of("static.net", path.name[:10])
    if definitions is not None:
        files["definitions/static.net"] = definitions.read_text()
    services = ROOT / "homer-public" / "definitions" / "SERVICES.svc"
    device, told = read(files | {"definitions/SERVICES.svc": services.read_text()})
    return dict(device.chains), told


POLICIES = _versions("cr-cloud-vrf") + _versions("cr-cloud-hosts")


@pytest.mark.parametrize("path", POLICIES, ids=lambda each: each.name)
def test_every_version_is_read(path: Path) -> None:
    """Each term is a rule of some filter, and the end discards."""
    chains, told = _read(path)
    written = path.read_text()
    names = {line.split()[-1] for line in written.splitlines() if line.lstrip().startswith("- name:")}
    names |= {line.split()[1] for line in written.splitlines() if line.startswith("term ")}

    assert names
    assert names <= {rule.name.removeprefix("term ") for each in chains.values() for rule in each.rules}
    assert all(each.default is Verdict.DROP for each in chains.values())
    assert {each.code for each in told} <= UNDEFINED | {"AER002", "AER003"}


@pytest.mark.parametrize("path", _versions("static.net"), ids=lambda each: each.name)
def test_every_version_of_the_definitions_is_read(path: Path) -> None:
    device, told = read({"definitions/static.net": path.read_text()})
    names = [line.partition("=")[0].strip() for line in path.read_text().splitlines() if "=" in line.partition("#")[0]]

    assert list(device.definitions) == names
    assert {each.code for each in told} <= UNDEFINED


def _days_with(code: str) -> list[tuple[str, int, str]]:
    found = [(path, each) for path in POLICIES for each in _read(path)[1] if each.code == code]
    return [(path.name[:10], each.where.line, each.message) for path, each in found]


def test_the_duplicate_key_is_found_as_long_as_it_stood() -> None:
    """Left behind when a term was deleted, it stood for two years; both values are the same, so the term is read."""
    found = _days_with("AER002")

    assert [day for day, _, _ in found] == [
        "2024-01-26", "2024-06-18", "2024-06-20", "2024-06-25", "2024-10-28", "2025-06-16",
    ]  # fmt: skip
    assert {says for _, _, says in found} == {"`action` is written twice in term `dbproxy`, with the same value"}
    assert (date(2026, 3, 10) - date(2024, 1, 26)).days == 774
    assert "2026-03-10" in {path.name[:10] for path in POLICIES}


def test_the_term_without_an_action_is_found() -> None:
    assert _days_with("AER003") == [("2024-01-23", 149, "term `cloudrabbit` has no action")]


def _fate(day: str, packet: Packet) -> str:
    """What the filter on the cloud's VRF of that day does to a packet."""
    path = _as_of("cr-cloud-vrf", day)
    assert path is not None
    chain = next(each for name, each in _read(path)[0].items() if not name.endswith("6"))
    surely, possibly = accepted(chain, Space(1 << 18))
    return "accept" if packet in surely else "perhaps" if packet in possibly else "refuse"


@pytest.mark.parametrize(
    ("day", "packet", "fate"),
    [
        # public addresses of the cloud could reach production's private space from one reorder of terms to the next
        ("2023-09-20", ping("185.15.56.161", "10.64.48.98"), "refuse"),
        ("2023-09-21", ping("185.15.56.161", "10.64.48.98"), "accept"),
        ("2026-03-03", ping("185.15.56.161", "10.64.48.98"), "accept"),
        ("2026-03-04", ping("185.15.56.161", "10.64.48.98"), "refuse"),
        # dumps by NFS, long after nothing came with that address any more
        ("2026-04-06", tcp("172.16.5.10", "208.80.154.142", 2049), "perhaps"),
        ("2026-04-07", tcp("172.16.5.10", "208.80.154.142", 2049), "refuse"),
        # one site of the wikis was never added to the term for the others
        ("2026-04-07", tcp("172.16.5.10", "208.80.154.224", 443), "accept"),
        ("2026-04-07", tcp("172.16.5.10", "195.200.68.224", 443), "refuse"),
        # translated instances go anywhere public
        ("2026-04-07", tcp("185.15.56.1", "208.80.154.151", 29418), "accept"),
        ("2026-04-07", tcp("185.15.56.87", "10.64.0.5", 80), "refuse"),
    ],
)
def test_packets_on_their_day(day: str, packet: Packet, fate: str) -> None:
    assert _fate(day, packet) == fate
