"""Planning a lab: estate and snapshot in, nodes and wires out; nothing is touched.

``plan_lab`` is loaded when somebody asks for it: whoever only speaks of a lab that is up needs no reader of formats.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isthmus.lab.plan.planning import plan_lab

__all__ = ["plan_lab"]


def __getattr__(name: str) -> object:
    """The one name, loaded late."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from isthmus.lab.plan.planning import plan_lab

    return plan_lab
