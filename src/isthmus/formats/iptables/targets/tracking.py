"""Targets of connection tracking."""

from isthmus.formats.iptables.targets.outcome import Options, Outcome, Setting, Target, always, unclear
from isthmus.formats.iptables.targets.verdicts import GOES_ON
from isthmus.network import Untrack


def _ct(options: Options, _: Setting) -> Outcome:
    if "--notrack" in options:
        return Outcome((Untrack(),))
    zones = [each for each in options if each.startswith("--zone")]
    if zones:
        return unclear(f"`{zones[0]}`, which keeps connections apart that are otherwise one")
    return GOES_ON


TARGETS = {
    "NOTRACK": always(Outcome((Untrack(),))),
    "CT": Target(
        _ct,
        frozenset(
            {"--notrack", "--helper", "--ctevents", "--expevents", "--timeout", "--zone", "--zone-orig", "--zone-reply"}
        ),
    ),
}
