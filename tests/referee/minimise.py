"""From a ruleset on which kernel and model differ to the smallest part of it on which they still do."""

from dataclasses import replace

from isthmus.packetset import Packet, Space
from tests.referee.duel import Score, one_by_one
from tests.referee.stage import Stage
from tests.referee.written import Line, Ruleset, Text, parts, text_of, without

MOST_ROUNDS = 12


def disagrees(stage: Stage, space: Space, text: Text, packet: Packet, side: int, *, logs: bool) -> Score | None:
    """What is found with one packet; None where there is nothing, or where the text is refused."""
    score = one_by_one(stage, text.text, text.labels if logs else {}, [(packet, side)], space)
    return score if score is not None and score.found else None


def minimised(
    stage: Stage, space: Space, ruleset: Ruleset, packet: Packet, side: int, *, logs: bool
) -> tuple[Ruleset, Score] | None:
    """The smallest ruleset that was found, and what differs there; None where one packet alone shows nothing."""
    found = disagrees(stage, space, text_of(ruleset, logs=logs), packet, side, logs=logs)
    if found is None:
        return None
    for _ in range(MOST_ROUNDS):
        smaller = False
        for path in parts(ruleset):
            try:
                tried = without(ruleset, path)
            except IndexError:
                continue
            still = disagrees(stage, space, text_of(tried, logs=logs), packet, side, logs=logs)
            if still is not None:
                ruleset, found, smaller = tried, still, True
        ruleset, found, shorter = _with_shorter_lists(stage, space, ruleset, found, packet, side, logs=logs)
        if not smaller and not shorter:
            break
    return ruleset, found


def _with_shorter_lists(
    stage: Stage, space: Space, ruleset: Ruleset, found: Score, packet: Packet, side: int, *, logs: bool
) -> tuple[Ruleset, Score, bool]:
    """The same with fewer elements in the sets that stand in rules themselves."""
    shorter = False
    for one, table in enumerate(ruleset.tables):
        for two, chain in enumerate(table.chains):
            for three, line in enumerate(chain.lines):
                for tried_line in _shorter(line):
                    lines = (*chain.lines[:three], tried_line, *chain.lines[three + 1 :])
                    chains = (*table.chains[:two], replace(chain, lines=lines), *table.chains[two + 1 :])
                    tables = (*ruleset.tables[:one], replace(table, chains=chains), *ruleset.tables[one + 1 :])
                    tried = replace(ruleset, tables=tables)
                    still = disagrees(stage, space, text_of(tried, logs=logs), packet, side, logs=logs)
                    if still is not None:
                        return tried, still, True
    return ruleset, found, shorter


def _shorter(line: Line) -> list[Line]:
    found = []
    for at, test in enumerate((*line.tests, line.does)):
        head, opened, rest = test.partition("{ ")
        body, closed, tail = rest.partition(" }")
        elements = body.split(", ")
        if not opened or not closed or len(elements) < 2:
            continue
        for each in range(len(elements)):
            kept = ", ".join(elements[:each] + elements[each + 1 :])
            made = f"{head}{{ {kept} }}{tail}"
            if at == len(line.tests):
                found.append(replace(line, does=made))
            else:
                found.append(replace(line, tests=(*line.tests[:at], made, *line.tests[at + 1 :])))
    return found
