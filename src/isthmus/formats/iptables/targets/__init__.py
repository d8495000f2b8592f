"""The targets of iptables that are understood, a file for each kind, and the names of the harmless ones.

Adding a target is adding it to one of the files, or a file, and its name here.
"""

from collections.abc import Mapping

from isthmus.formats.iptables.targets import marks, tracking, translation, verdicts
from isthmus.formats.iptables.targets.outcome import Target

TARGETS: Mapping[str, Target] = {
    **verdicts.TARGETS,
    **translation.TARGETS,
    **marks.TARGETS,
    **tracking.TARGETS,
}

_NOT_MODELLED = """
CHAOS CLUSTERIP CONNSECMARK DELUDE DNETMAP DNPT ECHO HMARK MIRROR NFQUEUE QUEUE RAWDNAT RAWSNAT SAME SECMARK SNPT
SYNPROXY SYSRQ TARPIT TEE TPROXY XOR
"""

UNMODELLED = frozenset(_NOT_MODELLED.split())
"""Targets that exist, and whose effect on packets is not modelled."""
