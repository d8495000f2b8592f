"""What records show of demands, worked out beforehand for every pair of ends, side and case."""

from collections.abc import Sequence

import numpy as np

from isthmus.evidence import Finding
from isthmus.observe.compiled import BUILT_IN, Ints
from isthmus.observe.matches import Numbers, ints
from isthmus.observe.policy import End, Policy, Seen
from isthmus.observe.words import Side

MOST_DEMANDS = 31
"""So many bits has a column of 32, apart from the sign."""


def effects(policy: Policy, classes: Sequence[End]) -> dict[str, Ints]:
    """The tables ``case_of_pair``, ``effect``, ``broken`` and ``kept``."""
    if len(policy.demands) > MOST_DEMANDS:
        raise ValueError(f"an edition may have at most {MOST_DEMANDS} requirements that flow records judge")
    rows = {case: row for row, case in enumerate(policy.cases)}
    none = len(rows)
    fitting = [[policy.case_of(client, service) for service in classes] for client in classes]
    masks: Numbers[tuple[int, int]] = Numbers()
    masks.of((0, 0))
    size = len(classes)
    table = np.zeros((2, none + 2, size, size, len(Side)), np.int32)
    used = tuple(dict.fromkeys(flow.case for flow in policy.flows if flow.is_running))
    for at, client in enumerate(classes):
        for beside, service in enumerate(classes):
            if client.realm in BUILT_IN[1:] or service.realm in BUILT_IN[1:]:
                continue
            for slot, case, is_declared in (
                (0, fitting[at][beside], False),
                *((1 + rows.get(case or "", none), case, True) for case in used),
            ):
                for version in (4, 6):
                    for side in Side:
                        seen = Seen(client, service, side, version, case, is_declared)
                        table[version // 6, slot, at, beside, side] = masks.of(_shown(policy, seen))
    return {
        "case_of_pair": ints(rows.get(case or "", none) for line in fitting for case in line),
        "effect": table.reshape(-1),
        "broken": ints(broken for broken, _ in masks),
        "kept": ints(kept for _, kept in masks),
    }


def _shown(policy: Policy, seen: Seen) -> tuple[int, int]:
    """The demands that are shown broken, and those that are shown kept."""
    broken = kept = 0
    for at, demand in enumerate(policy.demands):
        finding = demand.judge(seen)
        broken |= (finding is Finding.NOT_MET) << at
        kept |= (finding is Finding.MET) << at
    return broken, kept
