"""What every test of agreements starts from."""

from pathlib import Path

import pytest

from tests.agreements.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An estate in a folder whose name has a space, not agreed by anybody."""
    return World(tmp_path / "an estate")
