"""Service catalogues: who is served where, in which state; and the real one, where it lies beside the checkout."""

import os
from functools import cache
from pathlib import Path

import pytest

from isthmus.formats import Text, every_format
from isthmus.formats.service_catalogue import FORMAT
from isthmus.network import Delivery, Device

NAMED = Path(os.environ.get("ISTHMUS_REALDATA") or Path(__file__).resolve().parents[4] / "shared" / "realdata")
ROOT = NAMED / "wikimedia" if (NAMED / "wikimedia").is_dir() else NAMED
REAL = ROOT / "puppet" / "hieradata" / "common" / "service.yaml"

ENTRY = """\
service::catalog:
  web:
    description: Pages
    encryption: true
    ip: {{north: {{default: 192.0.2.1}}, south: {{default: 198.51.100.1}}}}
    lvs:
      class: low-traffic
      conftool: {{cluster: web, service: web}}
      enabled: {enabled}
      ipip_encapsulation: [south]
    port: 443
    sites: [{sites}]
    state: {state}
"""


def device(text: str, file: str = "lvs/service.yaml") -> Device:
    return FORMAT.lower("lvs", [FORMAT.parse(Text(file, text)).tree]).devices[0]


def entry(
    state: str = "production", enabled: str = "true", sites: str = "north, south", file: str = "lvs/service.yaml"
) -> Device:
    return device(ENTRY.format(state=state, enabled=enabled, sites=sites), file)


@pytest.mark.parametrize(
    ("state", "enabled", "balancers", "being_set_up"),
    [
        # served: nothing but who the servers are is open
        ("production", "true", 2, False),
        # load balancers are being set up, so they may serve it
        ("lvs_setup", "true", 2, True),
        ("monitoring_setup", "true", 2, True),
        # no load balancer has it
        ("service_setup", "true", 0, False),
        ("production", "false", 0, False),
    ],
)
def test_what_a_state_means(state: str, enabled: str, balancers: int, being_set_up: bool) -> None:
    """A state tells whether load balancers have the service."""
    of = entry(state, enabled)

    assert len(of.balancers) == balancers
    assert all(len(each.doubts) == 1 + being_set_up for each in of.balancers)
    assert bool(of.interfaces) == bool(balancers)


def test_each_address_of_each_site_has_its_balancer() -> None:
    """Packets are handed on inside others at the sites that say so; the load balancer holds the addresses."""
    of = entry()

    assert [(each.name, str(each.bind.address), each.delivery) for each in of.balancers] == [
        ("web north default", "192.0.2.1", Delivery.DIRECT),
        ("web south default", "198.51.100.1", Delivery.TUNNEL),
    ]
    assert [str(each) for each in of.interfaces["lo"].addresses] == ["192.0.2.1/32", "198.51.100.1/32"]
    assert [str(each.bind.address) for each in entry(sites="south").balancers] == ["198.51.100.1"]


def test_who_the_servers_are_is_not_told() -> None:
    balancer = entry().balancers[0]

    assert [(each.name, each.address, each.port) for each in balancer.servers] == [("pool web/web", None, 443)]
    assert [each.what for each in balancer.doubts] == ["the servers of pool `web/web` are not told by the catalogue"]


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("lvs/service.yaml", ["web north default", "web south default"]),
        ("lvs/south/service.yaml", ["web south default"]),
        ("lvs/low-traffic/north/service.yaml", ["web north default"]),
        ("lvs/high-traffic/service.yaml", ["web north default", "web south default"]),
        ("north/snapshot/lvs/service.yaml", ["web north default", "web south default"]),
    ],
)
def test_folders_choose_site_and_class(file: str, names: list[str]) -> None:
    """Folders inside the device's own count, by the names that stand in the catalogue; others say nothing."""
    assert [each.name for each in entry(file=file).balancers] == names


@cache
def real() -> Device:
    if not REAL.is_file():
        pytest.skip("the real data is not here; ISTHMUS_REALDATA says where it is")
    parsed = FORMAT.parse(Text("lvs/service.yaml", REAL.read_text()))
    lowered = FORMAT.lower("lvs", [parsed.tree])
    assert (parsed.diagnostics, lowered.diagnostics) == ((), ())
    assert len(parsed.tree.services) == 136
    return lowered.devices[0]


def test_the_real_catalogue_is_read_wholly() -> None:
    """Not a field is unknown: what is open are the pools of servers, and the services that are being set up."""
    of = real()
    whats = {each.what.split("`")[0] for each in of.coverage.unmodelled}

    assert whats == {"the servers of pool ", "state "}
    assert (of.coverage.statements, round(of.coverage.share, 3)) == (1884, 0.944)


def test_the_real_load_balancers() -> None:
    """The directory is served at its own public address; pages of one site go by tunnel."""
    balancers = {each.name: each for each in real().balancers}
    ldap = balancers["ldap-ro-ssl eqiad default"]

    assert len(balancers) == len(real().balancers) == 295
    assert (str(ldap.bind.address), str(ldap.bind.ports), ldap.delivery) == ("208.80.154.252", "636", Delivery.TUNNEL)
    assert balancers["apertium eqiad default"].delivery is Delivery.DIRECT
    assert "mw-misc eqiad default" not in balancers


def test_one_format_recognises_the_real_catalogue() -> None:
    if not REAL.is_file():
        pytest.skip("the real data is not here; ISTHMUS_REALDATA says where it is")
    text = REAL.read_text()
    assert [each.name for each in every_format() if each.looks_like("service.yaml", text)] == ["service_catalogue"]
