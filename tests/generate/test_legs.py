"""Legs of hosts: `ip` makes them."""

import json
import shutil
import subprocess

import pytest

from tests.generate.test_eqiad1 import plain

SCRIPT = "ip link add eno1 type dummy && ip -batch - && ip -j -d addr show"


def test_every_declared_leg_is_there() -> None:
    text = plain().generated.files["legs/cloudlb1001/legs.batch"]
    lines = [each for each in text.splitlines() if not each.startswith("#")]

    assert lines == [
        "addr replace 10.64.151.11/24 dev eno1",
        "link add link eno1 name vlan1151 type vlan id 1151",
        "addr replace 172.20.1.11/24 dev vlan1151",
        "link set vlan1151 up",
    ]


@pytest.mark.skipif(not (shutil.which("ip") and shutil.which("unshare")), reason="`ip` or `unshare` is not installed")
def test_ip_makes_them() -> None:
    text = plain().generated.files["legs/cloudrabbit1002/legs.batch"]
    asked = ["unshare", "-rn", "sh", "-c", SCRIPT]
    done = subprocess.run(asked, input=text, capture_output=True, text=True, timeout=60, check=False)
    if "Operation not permitted" in done.stderr or "not supported" in done.stderr or "Unknown device" in done.stderr:
        pytest.skip(f"no such link may be made here: {done.stderr.strip()[:100]}")
    assert done.returncode == 0, done.stderr
    made = {each["ifname"]: each for each in json.loads(done.stdout)}

    assert made["vlan1154"]["linkinfo"]["info_data"]["id"] == 1154
    assert [each["local"] for each in made["vlan1154"]["addr_info"] if each["family"] == "inet"] == ["172.20.4.31"]
