"""Isthmus compares what two network realms declare, configure and observe at their border."""

__version__ = "0.1.0"
