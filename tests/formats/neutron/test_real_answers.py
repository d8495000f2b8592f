"""The sample answers of the API's own documentation, where they lie beside the checkout."""

import os
from pathlib import Path

import pytest

from isthmus.diagnostics import Severity
from isthmus.formats.format import Text
from isthmus.formats.neutron import FORMAT

ROOT = Path(os.environ.get("ISTHMUS_REALDATA") or Path(__file__).resolve().parents[4] / "shared" / "realdata")
FILES = sorted(ROOT.rglob("openstack-neutron-lib/*.json"))

pytestmark = pytest.mark.skipif(not FILES, reason="the real data is not here; ISTHMUS_REALDATA says where it is")


def test_the_samples_are_read_without_an_error() -> None:
    texts = [Text(f"openstack/{each.name}", each.read_text()) for each in FILES]
    assert all(FORMAT.looks_like(each.name, each.text) for each in texts)
    parsed = [FORMAT.parse(each) for each in texts]
    made = FORMAT.lower("openstack", [each.tree for each in parsed])
    devices = {each.name: each for each in made.devices}

    assert not any(each.diagnostics for each in parsed)
    assert {each.severity for each in made.diagnostics} == {Severity.WARNING}, "they refer to records of other samples"
    assert {each.code for each in made.diagnostics} == {"NEU007"}
    assert {"openstack", "router1", "router2"} < set(devices)
    assert devices["router1"].forwards
