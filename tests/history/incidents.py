"""The labelled incidents: by which finding each is known, and when it stood.

Nothing here is known to the engine. Days are those of `incidents-sample.yaml`, except that W01 begins with the first
filter that is published (its exception had gone four months before), and W14 with the commit's own day in the index.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.history.windows import Window

Period = tuple[str, str]
"""From one day until another; an empty end is none."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A finding's code, what its message says, and when it stood; ``also`` holds other times, which are explained."""

    id: str
    title: str
    code: str
    says: str
    period: Period
    also: tuple[Period, ...] = ()

    def is_seen_in(self, window: Window) -> bool:
        """Whether a window is of this finding."""
        return window.first.code == self.code and re.search(self.says, window.first.subject) is not None


INCIDENTS = (
    Incident(
        "W01", "accept terms outlive the exceptions for dumps", "PRV015", r"^term (dumps|NFS) of ",
        ("2021-06-23", "2026-04-07"),
    ),
    Incident(
        "W03", "an exception before its accept", "PRV003", r"to 208\.80\.154\.151/32 ", ("2023-04-20", "2023-05-11"),
        # The history of the NAT list ends in 2024; the filter took leave of this address together with the list.
        also=(("2026-02-10", ""),),
    ),
    Incident(
        "W05", "public service addresses reach private networks", "PRV016", r"^term allow-public ",
        ("2023-09-21", "2026-03-04"),
    ),
    Incident("W07", "a repair without a source", "PRV016", r"^term allow-cumin ", ("2026-03-16", "2026-03-17")),
    Incident("W10", "two actions in one term", "AER002", r"^`action` .* `dbproxy`", ("2024-01-26", "2026-03-10")),
    Incident(
        "W14", "a new site in the definitions alone", "PRV012", r"not `(text|upload)-lb\.magru` ", ("2024-04-16", "")
    ),
)  # fmt: skip


def periods(incident: Incident, found: Iterable[Window]) -> list[Period]:
    """When an incident's finding stood, whatever its message said from one day to the next."""
    return joined((each.since, each.until) for each in found if incident.is_seen_in(each))


def is_as_labelled(incident: Incident, found: Iterable[Window]) -> bool:
    """Whether the finding stood when the label says, and at no other time that is not explained."""
    return periods(incident, found) == [incident.period, *incident.also]


def joined(periods_: Iterable[Period]) -> list[Period]:
    """Periods that touch, as one.

    >>> joined([("2023-01-01", "2023-02-01"), ("2023-02-01", "2023-03-01"), ("2024-01-01", "")])
    [('2023-01-01', '2023-03-01'), ('2024-01-01', '')]
    """
    found: list[Period] = []
    for since, until in sorted(periods_, key=lambda each: (each[0], each[1] or "9")):
        if found and since <= (found[-1][1] or "9"):
            found[-1] = (found[-1][0], max(found[-1][1] or "9", until or "9").removeprefix("9"))
        else:
            found.append((since, until))
    return found


def others(found: Sequence[Window]) -> list[Window]:
    """The windows that belong to no labelled incident."""
    return [each for each in found if not any(one.is_seen_in(each) for one in INCIDENTS)]
