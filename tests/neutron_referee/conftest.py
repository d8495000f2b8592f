"""The mark of tests that need Neutron's own code."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "neutron: needs .venv-neutron/, which tools/setup makes")
