"""The rules that a namespace's kernel holds, by the handles that traces name: `nft -a list ruleset`, line by line.

Rules that iptables loaded stand there too (iptables-nft(8)); their matches print as nft can tell them.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from isthmus.lab.kernel import inside_network

_OPENS = re.compile(r"^(table (?P<family>\S+)|\tchain) (?P<name>\S+) \{ # handle \d+$")
_RULE = re.compile(r"^\t\t(?P<text>.*) # handle (?P<handle>\d+)$")
_COMMENT = re.compile(r'comment "([^"]*)"')


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as the kernel holds it, and its place in its chain, the first being 0."""

    family: str
    table: str
    chain: str
    handle: int
    place: int
    text: str

    @property
    def comment(self) -> str:
        """What its author wrote beside it.

        >>> Rule("ip", "t", "c", 4, 0, 'drop comment "cr1-eqiad/junos.conf:41"').comment
        'cr1-eqiad/junos.conf:41'
        """
        found = _COMMENT.search(self.text)
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of one namespace."""

    rules: dict[tuple[str, str, int], Rule]

    def find(self, family: str, table: str, handle: int) -> Rule | None:
        """A rule by its handle, which is unique in its table."""
        return self.rules.get((family, table, handle))


def read_rulebook(namespace: Path) -> Rulebook:
    """The rules in a namespace. Raises OSError where `nft` is missing, RuntimeError where it will not list them."""
    with inside_network(namespace):
        done = subprocess.run(["nft", "-a", "list", "ruleset"], capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise RuntimeError(f"`nft` does not list the rules: {done.stderr.strip()[:200]}")
    return Rulebook({(each.family, each.table, each.handle): each for each in listed(done.stdout)})


def listed(text: str) -> Iterator[Rule]:
    r"""The rules of a listing with handles.

    >>> [each.text for each in listed("table ip t { # handle 1\n\tchain c { # handle 2\n\t\taccept # handle 3\n\t}\n}")]
    ['accept']
    """
    family = table = chain = ""
    place = 0
    for line in text.splitlines():
        opens = _OPENS.match(line)
        if opens and opens["family"]:
            family, table, chain = opens["family"], opens["name"], ""
        elif opens:
            chain, place = opens["name"], 0
        elif line == "\t}":
            chain = ""
        elif chain and (rule := _RULE.match(line)):
            yield Rule(family, table, chain, int(rule["handle"]), place, rule["text"])
            place += 1
