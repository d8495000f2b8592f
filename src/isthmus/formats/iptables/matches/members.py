"""Sets of addresses and ports: ``set --match-set``."""

from isthmus.diagnostics import did_you_mean
from isthmus.formats.iptables.asked import Asked
from isthmus.formats.iptables.codes import NO_SET, TOO_FEW_DIRECTIONS
from isthmus.formats.iptables.ipset import listed
from isthmus.formats.iptables.options import Extension, Option, Told
from isthmus.formats.iptables.refused import RefusedError


def _match_set(asked: Asked, told: Told) -> str | None:
    name, written = told.words
    directions = tuple(written.split(","))
    if any(each not in ("src", "dst") for each in directions):
        raise RefusedError(f"`{written[:40]}` are not directions", "write `src` or `dst`, with commas between them")
    asked.uses.append(name)
    found = asked.sets.get(name)
    if found is None:
        asked.remark(
            NO_SET, f"set `{name[:60]}` is in no text of the device", did_you_mean(name, asked.sets, what="sets")
        )
        asked.unknown()
        return f"set `{name[:60]}`, whose entries are not known"
    if found.members and not found.is_changing:
        choice = listed(asked.sets, found.members, directions, negated=told.negated)
    else:
        choice = found.choice(directions, negated=told.negated)
    if len(directions) < len(found.parts):
        message = f"set `{name[:60]}` has {len(found.parts)} parts, and `{written}` names {len(directions)} of them"
        asked.remark(TOO_FEW_DIRECTIONS, message, f"name a direction for each of `{','.join(found.parts)}`")
    asked.choices.append(choice)
    if not choice.maybe:
        return None
    asked.doubts += found.doubts
    asked.doubts += [doubt for each in found.members if each in asked.sets for doubt in asked.sets[each].doubts]
    return f"set `{name[:60]}`, some of whose entries may not be there"


def _no_counters(_: Asked, __: Told) -> None:
    pass


_COUNTED = tuple(f"--{unit}-{test}" for unit in ("packets", "bytes") for test in ("eq", "lt", "gt"))

EXTENSIONS = {
    "set": Extension(
        {
            "--match-set": Option(_match_set, 2),
            "--update-counters": Option(_no_counters, 0),
            "--update-subcounters": Option(_no_counters, 0),
        },
        perhaps=("--return-nomatch", *_COUNTED),
    )
}
