"""Reading a running lab back: a folder for each device in the shape of a snapshot, so that `check` and `diff` read it.

What the kernel and the programs tell replaces the texts that they were built from. What no program here can tell back
(Junos, Neutron, IPVS) is copied, and named. Beside them, in hidden files that no reader of snapshots takes, lies what
has no place in a snapshot: connections, and the routes that BIRD has learnt.
"""

from isthmus.lab.collecting.collect import Collected, collect

__all__ = ["Collected", "collect"]
