"""Rulesets one after the other, as many as time allows: each is drawn from a number, so each can be had again."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from isthmus.packetset import Space
from tests.referee import constants, records
from tests.referee.drawing import draw_ruleset
from tests.referee.duel import Disagreement, Duel, Score, one_by_one
from tests.referee.minimise import minimised
from tests.referee.model import Model
from tests.referee.probing import draw_probes, own_probes
from tests.referee.stage import SELF, Stage
from tests.referee.written import Ruleset, text_of

PROBES = 3_000
"""Packets for a ruleset without translation; the engine for single packets is asked about each kind of them."""
TRANSLATED = 160
"""Packets for a ruleset with translation; the engine is asked about each."""
OWN = 40
"""Packets of the router's own."""
MOST_KEPT = 20
"""Mismatches that are minimised in one campaign."""


@dataclass(slots=True)
class Campaign:
    """A stage, and the rulesets that were fought over on it."""

    stage: Stage
    space: Space = field(default_factory=lambda: Space(1 << 20))
    score: Score = field(default_factory=Score)
    kept: dict[str, str] = field(default_factory=dict)
    """Minimised mismatches: the names and texts of regression files."""

    def run(self, seeds: range, is_over: Callable[[], bool]) -> None:
        """A ruleset for each number, until it is over."""
        for seed in seeds:
            if is_over():
                return
            self.one(seed)

    def one(self, seed: int) -> Score:
        """The ruleset of one number."""
        random = Random(seed)  # noqa: S311 a number gives the same case again
        made = constants.draw(random)
        ruleset = draw_ruleset(random, made, translates=seed % 3 == 0)
        logs = seed % 2 == 0
        text = text_of(ruleset, logs=logs)
        if self.stage.load(text.text):
            refused = Score(refused=1)
            self.score.add(refused)
            return refused
        duel = Duel(self.stage, Model.of(text.text, text.labels if logs else {}, self.space), proved=seed // 6 % 2)
        count = TRANSLATED if ruleset.translates else PROBES
        probes = draw_probes(random, made, count, tracks=ruleset.tracks)
        score = duel.translating(probes) if ruleset.translates else duel.filtering(probes, with_replies=True)
        self.stage.forget()
        duel.proved = SELF
        score = duel.translating(own_probes(random, made, OWN, tracks=ruleset.tracks))
        if score.found and len(self.kept) < MOST_KEPT:
            self.keep(seed, ruleset, score.found[0], logs=logs)
        self.score.add(score)
        return score

    def keep(self, seed: int, ruleset: Ruleset, found: Disagreement, *, logs: bool) -> None:
        """Make a mismatch small, and a file of it."""
        small = minimised(self.stage, self.space, ruleset, found.packet, found.side, logs=logs)
        if small is None:
            story = f"ruleset {seed}: {found.packet}: {found.what}\nthe packet alone does not show it"
            self.kept[f"ruleset-{seed}"] = records.written(text_of(ruleset, logs=logs).text, story, ())
            return
        ruleset, score = small
        text = text_of(ruleset, logs=logs).text
        outcome = kernel_says(self.stage, text, found)
        story = f"ruleset {seed}: {score.found[0].what}"
        probe = records.Probe(found.packet, found.side, outcome)
        name = hashlib.sha256(text.encode()).hexdigest()[:10]
        self.kept[name] = records.written(text, story, (probe,))


def kernel_says(stage: Stage, text: str, found: Disagreement) -> "tuple[int, tuple[object, ...]]":
    """What the kernel does with one packet."""
    refused = stage.load(text)
    if refused:
        raise RuntimeError(refused)
    return stage.outcome(found.packet, found.side)


def replayed(stage: Stage, space: Space, record: records.Record) -> list[str]:
    """What is wrong with a regression: kernel and model differ again, or the kernel does not what it did."""
    wrong = []
    for probe in record.probes:
        refused = stage.load(record.text)
        if refused:
            return [f"{record.name}: nft refuses it: {refused.splitlines()[0]}"]
        outcome = stage.outcome(probe.packet, probe.side)
        if outcome != probe.outcome:
            wrong.append(f"{record.name}: {probe.packet}: the kernel did otherwise when it was recorded")
        score = one_by_one(stage, record.text, {}, [(probe.packet, probe.side)], space)
        wrong += [f"{record.name}: {each.packet}: {each.what}" for each in (score.found if score else [])]
    return wrong


def clock(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds are over."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end
