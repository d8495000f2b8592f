"""What the configured network admits, as a theorem or a packet.

`lists` knows rules, `reach` follows sets of packets through devices, `replay` follows one packet by code of its own,
`claims` asks, and a `Prover` holds an estate against a network.

What needs sets of packets is loaded when somebody names it: following one packet needs none.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isthmus.prove.claims import Claims
    from isthmus.prove.prover import Prover
    from isthmus.prove.reach.explore import TooLongError
    from isthmus.prove.reach.journey import Journey
    from isthmus.prove.reach.places import Place
    from isthmus.prove.witness import DisagreementError

__all__ = ["Claims", "DisagreementError", "Journey", "Place", "Prover", "TooLongError"]

_WHERE = {
    "Claims": "claims",
    "DisagreementError": "witness",
    "Journey": "reach.journey",
    "Place": "reach.places",
    "Prover": "prover",
    "TooLongError": "reach.explore",
}
"""The modules that have the names of this room."""


def __getattr__(name: str) -> object:
    """One of the names of this room."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
