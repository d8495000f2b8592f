"""What the configured network admits, as a theorem or a packet.

`lists` knows rules, `reach` follows sets of packets through devices, `replay` follows one packet by code of its own,
`claims` asks, and a `Prover` holds an estate against a network.
"""

from isthmus.prove.claims import Claims
from isthmus.prove.prover import Prover
from isthmus.prove.reach.explore import TooLongError
from isthmus.prove.reach.journey import Journey
from isthmus.prove.reach.places import Place
from isthmus.prove.witness import DisagreementError

__all__ = ["Claims", "DisagreementError", "Journey", "Place", "Prover", "TooLongError"]
