"""What load balancers announce: BIRD takes the piece inside a whole configuration."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.generate.test_eqiad1 import plain

WHOLE = """
router id 192.0.2.1;
protocol device {{ }}
include "{piece}";
protocol bgp uplink {{
    local as 64605;
    neighbor 172.20.1.1 as 64710;
    ipv4 {{ import none; export filter vips4; }};
}}
"""


def test_the_addresses_of_services_in_use_are_announced() -> None:
    text = plain().generated.files["bird/cloudlb1001/vips.conf"]

    assert "define VIPS4 = [ 185.15.56.161/32 ];" in text
    assert "\troute 185.15.56.161/32 blackhole;" in text
    assert "VIPS6" not in text


@pytest.mark.skipif(shutil.which("bird") is None, reason="bird (Debian package bird2) is not installed here")
def test_bird_takes_it(tmp_path: Path) -> None:
    piece = tmp_path / "vips.conf"
    piece.write_text(plain().generated.files["bird/cloudlb1001/vips.conf"])
    whole = tmp_path / "bird.conf"
    whole.write_text(WHOLE.format(piece=piece))
    done = subprocess.run(["bird", "-p", "-c", str(whole)], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr + done.stdout
