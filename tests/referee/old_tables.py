"""The same with the older language: random rules for iptables-restore and ip6tables-restore."""

import subprocess
from dataclasses import dataclass, field
from random import Random

from isthmus.formats import Text
from isthmus.packetset import Space
from tests.referee import constants
from tests.referee.conditions import WORDS, Draw
from tests.referee.duel import Disagreement, Duel, Score
from tests.referee.model import Model
from tests.referee.probing import draw_probes
from tests.referee.stage import Stage

TOOLS = {4: "iptables", 6: "ip6tables"}
PROBES, TRANSLATED = 1_500, 120
_STATES = ("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED")
_FLAGS = ("SYN", "ACK", "FIN", "RST", "PSH", "URG")
_TABLES = {
    "raw": ("PREROUTING",), "mangle": ("PREROUTING", "FORWARD", "POSTROUTING", "INPUT"),
    "filter": ("FORWARD", "FORWARD", "INPUT"), "nat": ("PREROUTING", "POSTROUTING"),
}  # fmt: skip

Texts = dict[int, tuple[str, ...]]
"""The lines for each IP version."""


@dataclass(slots=True)
class Drawn:
    """Rules of both versions."""

    texts: Texts
    translates: bool
    tracks: bool


def draw_tables(random: Random, made: constants.Constants, *, translates: bool) -> Drawn:
    """Rules for both IP versions."""
    tracks = translates or random.random() < 0.5
    texts = {}
    for version in (4, 6):
        draw = Draw(random, made, WORDS[version], tracks)
        lines = []
        for table in ("raw", "mangle", "filter") + ("nat",) * translates:
            lines += _table(draw, version, table)
        texts[version] = tuple(lines)
    return Drawn(texts, translates, tracks)


def _table(draw: Draw, version: int, table: str) -> list[str]:
    random = draw.random
    targets = [f"U{at}" for at in range(random.randint(0, 2))] if table in ("filter", "mangle") else []
    lines = [f"*{table}"]
    for chain in dict.fromkeys(_TABLES[table]):
        policy = "DROP" if table == "filter" and random.random() < 0.4 else "ACCEPT"
        lines.append(f":{chain} {policy} [0:0]")
    lines += [f":{each} - [0:0]" for each in targets]
    for at, name in enumerate(targets):
        lines += [_rule(draw, version, table, name, targets[at + 1 :]) for _ in range(random.randint(1, 4))]
    for _ in range(random.randint(0, 6) + 2 * (table == "filter")):
        lines.append(_rule(draw, version, table, random.choice(_TABLES[table]), targets))
    return [*lines, "COMMIT"]


def _rule(draw: Draw, version: int, table: str, chain: str, targets: list[str]) -> str:
    protocol = draw.random.choice(("tcp", "tcp", "udp", "udp", "icmp", "", "", "47"))
    words = _matches(draw, version, chain, protocol)
    return " ".join([f"-A {chain}", *words, _target(draw, version, table, chain, targets, protocol)])


def _not(draw: Draw) -> str:
    return "! " if draw.chance(0.2) else ""


def _matches(draw: Draw, version: int, chain: str, protocol: str) -> list[str]:
    random, words = draw.random, []
    if draw.chance(0.4):
        words.append(f"{_not(draw)}-s {draw.prefix(version)}")
    if draw.chance(0.4):
        words.append(f"{_not(draw)}-d {draw.prefix(version)}")
    if draw.chance(0.1) and chain not in ("POSTROUTING",) and not chain.startswith("U"):
        words.append(f"{_not(draw)}-i {random.choice(('west', 'ea+', 'lo'))}")
    if draw.chance(0.1) and chain in ("FORWARD", "POSTROUTING"):
        words.append(f"{_not(draw)}-o {random.choice(('west', 'east', 'w+'))}")
    if protocol:
        words.append(f"-p {_protocol(protocol, version)}")
    if protocol in ("tcp", "udp") and draw.chance(0.7):
        words.append(_ports(draw, protocol))
    if protocol == "tcp" and draw.chance(0.2):
        some = random.sample(_FLAGS, 3)
        words.append(random.choice(("--syn", "! --syn", f"--tcp-flags {','.join(some)} {some[0]}")))
    if protocol == "icmp" and draw.chance(0.6):
        word = "--icmp-type" if version == 4 else "--icmpv6-type"
        words.append(
            f"{_not(draw)}{word} {random.choice(('8', '0', '3', '3/1') if version == 4 else ('128', '129', '1/4'))}"
        )
    if draw.chance(0.12):
        found = draw.prefix(version)
        last = found.broadcast_address - (found.num_addresses > 1)
        words.append(f"-m iprange {_not(draw)}--src-range {found.network_address}-{last}")
    if draw.chance(0.1):
        words.append(f"-m mark {_not(draw)}--mark {random.choice(('0x1', '0x2/0x3', '0x0'))}")
    if draw.tracks and draw.chance(0.3):
        states = ",".join(random.sample(_STATES, random.randint(1, 2)))
        words.append(random.choice((f"-m conntrack {_not(draw)}--ctstate {states}", f"-m state --state {states}")))
    return words


def _protocol(name: str, version: int) -> str:
    return "icmpv6" if name == "icmp" and version == 6 else name


def _ports(draw: Draw, protocol: str) -> str:
    end = draw.random.choice(("dport", "dport", "sport"))
    if draw.chance(0.3):
        several = ",".join(each.replace("-", ":") for each in draw.some([draw.ports() for _ in range(4)], 4))
        return f"-m multiport {_not(draw)}--{end}s {several}"
    return f"-m {protocol} {_not(draw)}--{end} {draw.ports().replace('-', ':')}"


def _target(draw: Draw, version: int, table: str, chain: str, targets: list[str], protocol: str) -> str:
    random = draw.random
    if table == "nat":
        address = random.choice([each.network_address for each in draw.constants.prefixes[version]])
        port = f":{draw.port() or 1}" if protocol in ("tcp", "udp") and draw.chance(0.4) else ""
        shown = f"[{address}]{port}" if version == 6 and port else f"{address}{port}"
        if chain == "PREROUTING":
            redirect = "-j REDIRECT" + (f" --to-ports {port[1:]}" if port else "")
            return random.choice((f"-j DNAT --to-destination {shown}", redirect, "-j ACCEPT"))
        return random.choice((f"-j SNAT --to-source {shown}", "-j MASQUERADE", "-j RETURN"))
    if targets and draw.chance(0.25):
        return f"{random.choice(('-j', '-j', '-g'))} {random.choice(targets)}"
    if table == "raw":
        return random.choice(("-j CT --notrack", "-j ACCEPT", "-j DROP") if draw.tracks else ("-j ACCEPT", "-j DROP"))
    if table == "mangle" and draw.chance(0.6):
        return f"-j MARK {random.choice(('--set-mark 0x1', '--set-xmark 0x2/0x3', '--or-mark 0x4', '--set-mark 0x0'))}"
    kinds = ["-j ACCEPT", "-j ACCEPT", "-j DROP", "-j RETURN", "-j ACCEPT"]
    return random.choice([*kinds, "-j REJECT"] if table == "filter" else kinds)


# What becomes of them


@dataclass(slots=True)
class OldTables:
    """The stage, for the older language."""

    stage: Stage
    space: Space
    score: Score = field(default_factory=Score)
    mismatches: list[str] = field(default_factory=list)

    def one(self, seed: int) -> None:
        """The rules of one number."""
        random = Random(f"tables {seed}")  # noqa: S311 a number gives the same case again
        made = constants.draw(random)
        drawn = draw_tables(random, made, translates=seed % 3 == 0)
        if not self._load(drawn.texts):
            self.score.add(Score(refused=1))
            return
        probes = draw_probes(random, made, TRANSLATED if drawn.translates else PROBES, tracks=drawn.tracks)
        duel = Duel(self.stage, self._model(drawn.texts), proved=seed // 3 % 2)
        score = duel.translating(probes) if drawn.translates else duel.filtering(probes, with_replies=True)
        if score.found and len(self.mismatches) < 20:
            self._minimise(seed, drawn, score.found[0])
        self.score.add(score)

    def _load(self, texts: Texts) -> bool:
        self.stage.load("")
        for version, lines in texts.items():
            text = "\n".join(lines) + "\n"
            done = subprocess.run(
                [f"{TOOLS[version]}-restore"], input=text, text=True, capture_output=True, timeout=30, check=False
            )
            if done.returncode:
                return False
        self.stage.forget()
        return True

    def _model(self, texts: Texts) -> Model:
        named = {
            version: f"# Generated by {TOOLS[version]}-save\n" + "\n".join(each) for version, each in texts.items()
        }
        return Model.reading(
            [Text(f"router/{TOOLS[version]}-save", f"{text}\n") for version, text in named.items()], self.space
        )

    def _differs(self, texts: Texts, found: Disagreement) -> str:
        """What is wrong with one packet alone; empty where nothing is."""
        if not self._load(texts):
            return ""
        duel = Duel(self.stage, self._model(texts))
        duel.each([(found.packet, found.side)], [duel.model.says(found.packet, found.side)])
        return duel.score.found[0].what if duel.score.found else ""

    def _minimise(self, seed: int, drawn: Drawn, found: Disagreement) -> None:
        """The rules without those that do not matter."""
        what, texts = self._differs(drawn.texts, found), drawn.texts
        for version, lines in drawn.texts.items() if what else ():
            for line in [each for each in lines if each.startswith("-A")]:
                shorter = list(texts[version])
                shorter.remove(line)
                tried = {**texts, version: tuple(shorter)}
                still = self._differs(tried, found)
                if still:
                    what, texts = still, tried
        rules = "; ".join(each for lines in texts.values() for each in lines if each.startswith("-A"))
        self.mismatches.append(f"tables {seed}: {found.packet}: {what or found.what}: {rules}")
