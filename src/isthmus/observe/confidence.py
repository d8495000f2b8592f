"""What *not seen* is worth: the chance of having missed a flow under sampling, and in hours that nobody recorded.

An exporter that counts one packet in N at random misses a flow of n packets with the chance (1 - 1/N)^n (Duffield, Lund
and Thorup 2003). Nothing here ever says that a crossing is unused.
"""

import math

SMALL = 10
"""Packets of a small flow, such as a directory query: what the stated chance is about."""


def chance_missed(sampling: int, packets: int = SMALL, covered: float = 1.0) -> float:
    """The chance of having missed a flow of so many packets, at a time of which a share is covered.

    >>> round(chance_missed(1000), 3), chance_missed(1), chance_missed(1, covered=0.25)
    (0.99, 0.0, 0.75)
    """
    seen = 1.0 if sampling <= 1 else 1.0 - (1.0 - 1.0 / sampling) ** packets
    return 1.0 - covered * seen


def packets_needed(sampling: int, sure: float = 0.95) -> int:
    """So many packets must a flow have to be seen with that certainty.

    >>> packets_needed(1000), packets_needed(1)
    (2995, 1)
    """
    if sampling <= 1:
        return 1
    return math.ceil(math.log(1.0 - sure) / math.log(1.0 - 1.0 / sampling))
