"""The tasks of ``benchmarks.prove``, each run by ``python -m benchmarks.prove_tasks ROW FOLDER`` in its own process."""

import gc
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import rule_lists
from isthmus.formats import Text, read
from isthmus.network import Chain
from isthmus.packetset import Block, Match, Packet, PacketSet, Space, tcp
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists import Compiler, Method, Place, Ruleset, TooLarge, dead_rules, difference, rule_effect
from isthmus.prove.replay.chains import Judge


class Work:
    """One row: its lists, and the time of the work itself."""

    def __init__(self, row: dict[str, object], folder: Path) -> None:
        self.row = row
        self.folder = folder
        self.seconds = 0.0
        self.making = 0.0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """What happens here is the work."""
        start = time.process_time()
        yield
        self.seconds += time.process_time() - start

    @contextmanager
    def made(self) -> Iterator[None]:
        """Here lists are made, which does not count; they stay, and the collector of garbage need not look again."""
        start = time.process_time()
        yield
        gc.freeze()
        self.making += time.process_time() - start

    @property
    def rules(self) -> int:
        """How many rules the row has."""
        return int(str(self.row["rules"]))

    def chain(self, device: str = "old", seed: int = 1) -> Chain:
        """The list: made, or read from the text, which is a part of the work."""
        if not self.row["text"]:
            with self.made():
                chain: Chain = getattr(rule_lists, str(self.row["kind"]))(self.rules, seed)
                return rule_lists.edited(chain, 100) if device == "new" else chain
        with self.timed():
            (path,) = (self.folder / device).iterdir()
            (part,) = read(device, [Text(f"{device}/{path.name}", path.read_text(encoding="utf-8"))]).devices
            return max(part.chains.values(), key=lambda each: len(each.rules))


def start(work: Work) -> str:
    """Nothing but the imports of this file."""
    return ""


def dead(work: Work) -> str:
    """Every rule that can never decide anything, with the rules that cover it."""
    chain = work.chain()
    with work.timed():
        found = dead_rules(Ruleset(Compiler(Space()), {chain.name: chain}), chain.name)
    together = sum(len(each.covered_by) > 1 for each in found.found)
    against = sum(each.against is not None for each in found.found)
    rest = f"; {len(found.undecided):,} unknown, because {found.reason}" if found.undecided else ""
    return f"{len(found.found):,} dead, {together:,} by several together, {against:,} against others{rest}"


def permit_set(work: Work) -> str:
    """What a whole list accepts, as one set."""
    chain = work.chain()
    with work.timed():
        compiler = Compiler(Space())
        ruleset = Ruleset(compiler, {chain.name: chain})
        found = compiler.answer(
            lambda: ruleset.evaluate(chain.name, Bounds.exactly(compiler.space.everything)).accepted
        )
    return f"unknown, because {found}" if isinstance(found, TooLarge) else f"{found.possibly.size():,} nodes"


def edits(work: Work) -> str:
    """What a version with 100 edits opens and closes."""
    return _difference(work, work.chain(), work.chain("new"))


def strangers(work: Work) -> str:
    """What one list lets pass and another, of the same company, does not."""
    return _difference(work, work.chain(), work.chain(seed=2))


def _difference(work: Work, old: Chain, new: Chain) -> str:
    with work.timed():
        compiler = Compiler(Space())
        found = difference(Ruleset(compiler, {old.name: old}), Ruleset(compiler, {new.name: new}), old.name, new.name)
        assert not isinstance(found, TooLarge)
        opened, closed = found.newly_accepted.possibly, found.newly_refused.possibly
        samples = [each.sample() for each in (opened, closed)]
    rows = [len(each.describe(20).rows) for each in (opened, closed)] if opened.size() < 50_000 else "many"
    return f"{len(found.removed):,} and {len(found.added):,} rules differ; rows {rows}; for example {samples[0]}"


def matrix(work: Work) -> str:
    """What each of three zones may send to each; each has a sixteenth of the addresses of the list."""
    zones = [IPv4Network(each) for each in ("10.0.0.0/12", "10.64.0.0/12", "10.192.0.0/12")]
    return _matrix(work, zones, Method.AUTOMATIC)


def whole_matrix(work: Work) -> str:
    """The same of three zones that have all addresses of the list: no rule is left out."""
    zones = [IPv4Network(each) for each in ("10.0.0.0/10", "10.64.0.0/10", "10.128.0.0/9")]
    return _matrix(work, zones, Method.WHOLE)


def _matrix(work: Work, zones: list[IPv4Network], method: Method) -> str:
    chain = work.chain()
    with work.timed():
        ruleset = Ruleset(Compiler(Space()), {chain.name: chain}, method=method)
        found = [_passing(ruleset, chain.name, (one,), (other,)) for one in zones for other in zones]
    nodes = max(each.size() for each in found)
    return f"something passes between {sum(map(bool, found))} of {len(found)} pairs; {nodes:,} nodes at most"


def claims(work: Work) -> str:
    """For each of 1,000 pairs of sites: what gets into the one from the other, and back."""
    sites = 1000
    with work.made():
        chains = [rule_lists.site_filter(number, work.rules // sites, sites) for number in range(sites)]
    times = []
    with work.timed():
        compiler = Compiler(Space())
        rulesets = [Ruleset(compiler, {chain.name: chain}) for chain in chains]
        reached = 0
        for number in range(sites):
            begun = time.perf_counter()
            there, back = number, (number * 7 + 13) % sites
            ends = (rule_lists.site(back),), (rule_lists.site(there),)
            passing = _passing(rulesets[there], chains[there].name, *ends)
            mirrored = _passing(rulesets[back], chains[back].name, ends[1], ends[0])
            reached += bool(passing) + bool(mirrored)
            times.append(time.perf_counter() - begun)
    return f"something passes {reached} of {2 * sites} times; {_spread(times)}"


def _passing(ruleset: Ruleset, chain: str, source: tuple[IPv4Network], destination: tuple[IPv4Network]) -> PacketSet:
    packets = ruleset.space.match(Match(source=source, destination=destination))
    return ruleset.evaluate(chain, Bounds.exactly(packets)).accepted.possibly


def effects(work: Work) -> str:
    """What 500 rules are each good for."""
    chain = work.chain()
    ruleset = Ruleset(Compiler(Space()), {chain.name: chain})
    rule_effect(ruleset, Place(chain.name, 0))
    times = []
    with work.timed():
        for index in range(0, len(chain.rules), max(1, len(chain.rules) // 500)):
            begun = time.perf_counter()
            rule_effect(ruleset, Place(chain.name, index))
            times.append(time.perf_counter() - begun)
    return _spread(times)


def packets(work: Work) -> str:
    """What becomes of 500 packets, one by one."""
    chain = work.chain()
    judge = Judge({chain.name: chain})
    asked = [_packet(rule.matches[0]) for rule in chain.rules[:: max(1, len(chain.rules) // 500)]]
    judge.judge(chain.name, asked[0])
    times = []
    with work.timed():
        for packet in asked:
            begun = time.perf_counter()
            judge.judge(chain.name, packet)
            times.append(time.perf_counter() - begun)
    return _spread(times)


def _packet(match: Match) -> Packet:
    """A packet as the match asks for, of TCP."""
    source, destination = (_first(each) for each in (match.source, match.destination))
    assert match.destination_ports is not None
    return tcp(source, destination, match.destination_ports[0].first)


def _first(blocks: tuple[Block, ...] | None) -> str:
    if blocks is None:
        return "192.0.2.7"
    assert isinstance(blocks[0], IPv4Network)
    return str(blocks[0].network_address)


def _spread(times: list[float]) -> str:
    ordered = sorted(times)
    most = ordered[len(ordered) * 99 // 100], ordered[-1]
    return f"median {median(times) * 1000:.2f} ms, 99 % {most[0] * 1000:.1f} ms, most {most[1] * 1000:.1f} ms"


def aerleon(work: Work) -> str:
    """Aerleon's own check for terms that an earlier term covers, by its Python interface."""
    from aerleon.lib import naming, policy
    from aerleon.lib.policy_builder import PolicyBuilder

    chain = work.chain()
    said: list[str] = []
    listener = logging.Handler()
    listener.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(listener)
    definitions = naming.Naming()
    definitions.ParseDefinitionsObject(rule_lists.aerleon_tokens(chain), "tokens")
    terms: Any = rule_lists.as_aerleon(chain)
    with work.timed():
        policy.FromBuilder(PolicyBuilder(terms, definitions, shade_check=True))
    return f"{sum('shaded' in each for each in said):,} pairs told"


TASKS: dict[str, Callable[[Work], str]] = {
    "start": start,
    "dead rules": dead,
    "permit set": permit_set,
    "difference of 100 edits": edits,
    "difference of strangers": strangers,
    "matrix of 3 zones": matrix,
    "matrix of 3 zones that have all": whole_matrix,
    "1,000 claims": claims,
    "effects of rules": effects,
    "single packets": packets,
    "Aerleon shade check": aerleon,
}


def main() -> None:
    """Run one row and print what it says; nothing looks for garbage, as in the program itself."""
    gc.disable()
    row = json.loads(sys.argv[1])
    work = Work(row, Path(sys.argv[2]))
    said = TASKS[row["task"]](work)
    print(json.dumps({"work": work.seconds, "making": work.making, "said": said}))


if __name__ == "__main__":
    main()
