"""Probes: packets and connections sent through namespaces, and what they meet.

`volley` sends thousands of numbered packets and tells where each was seen, with which addresses; `connect` holds real
conversations with the nodes' echo servers; `rulepath` tells the rules that one packet met. Nothing here knows an
estate: nodes are names with network namespaces.
"""

from isthmus.lab.probes.capture import Sense, Sighting
from isthmus.lab.probes.connect import Call, Heard, Outcome, exchange
from isthmus.lab.probes.packets import Probe
from isthmus.lab.probes.rulepath import Met, Passage, RulePath, trace
from isthmus.lab.probes.sightings import Role, Seen
from isthmus.lab.probes.volley import Shot, Trail, Watch

__all__ = [
    "Call",
    "Heard",
    "Met",
    "Outcome",
    "Passage",
    "Probe",
    "Role",
    "RulePath",
    "Seen",
    "Sense",
    "Shot",
    "Sighting",
    "Trail",
    "Watch",
    "exchange",
    "trace",
]
