"""Building a planned lab in the kernel, and taking it away."""

from isthmus.lab.up.building import build, running, tear_down

__all__ = ["build", "running", "tear_down"]
