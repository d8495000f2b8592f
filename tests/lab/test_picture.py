"""The picture of a topology: the same bytes for the same plan, well formed, with every node and segment in it."""

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from isthmus.lab import NodeKind
from isthmus.workflows.lab import picture
from tests.lab.places import BALANCED, DUAL_STACK, EQIAD1, isthmus, plan_of


def test_the_picture_is_as_its_golden_file() -> None:
    golden, said = BALANCED / "map.svg", picture(BALANCED)
    if os.environ.get("ISTHMUS_ACCEPT"):
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("estate", [DUAL_STACK, EQIAD1], ids=["dual-stack", "eqiad1"])
def test_every_node_segment_and_interface_is_in_it(estate: Path) -> None:
    plan = plan_of(estate)
    drawn = ElementTree.fromstring(picture(estate))  # noqa: S314 - our own text
    texts = [(each.text or "").strip() for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {each.name for each in plan.nodes.values() if each.kind is not NodeKind.SWITCH} <= set(texts)
    assert {each.name for each in plan.wires} <= set(texts)
    dots = list(drawn.iter("{http://www.w3.org/2000/svg}circle"))
    assert len(dots) == sum(len(each.ports) for each in plan.wires)


def test_the_command_writes_it(tmp_path: Path) -> None:
    done = isthmus("lab", "map", str(DUAL_STACK), "--output", str(tmp_path / "lab.svg"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "lab.svg").read_text(encoding="utf-8") == picture(DUAL_STACK)
