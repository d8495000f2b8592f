"""Security groups, where hypervisors enforce them: on the bridge between instances and their network.

The bridge family tracks no connections, so it only notes by which ports a frame comes and goes, in the mark; the IP
layer, which bridged packets pass as well (``bridge-nf-call-iptables``), then takes both ports' chains.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.lab.render.chains import ChainWriter
from isthmus.network import FilterUse, Interface, Verdict

TABLE = "isthmus_groups"

_FROM = 16
"""The mark's upper half is the port that a frame comes from, the lower one the port that it goes to."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A port of the bridge behind which an instance is."""

    interface: Interface
    device: str
    """The bridge's port, in the kernel."""
    writer: ChainWriter


def groups(guarded: Sequence[Guarded]) -> str:
    """The ruleset of a bridge; empty where no port has groups."""
    if not guarded:
        return ""
    notes: list[str] = []
    chains: list[str] = []
    verdicts: dict[str, list[str]] = {"from": [], "to": []}
    for number, each in enumerate(guarded, 1):
        for word, uses in (("from", each.interface.filters_out), ("to", each.interface.filters_in)):
            value = number << _FROM if word == "from" else number
            test = "iifname" if word == "from" else "oifname"
            notes.append(f'    {test} "{each.device}" meta mark set meta mark | {value:#x}')
            chains += _chain(f"{word}{number}", [use for use in uses if use.tracks], each.writer)
            verdicts[word].append(f"{value:#x} : goto {word}{number}")
        chains += each.writer.body
        each.writer.body.clear()
    return "\n".join(
        [
            f"table bridge {TABLE} {{",
            "  chain note { type filter hook forward priority -250; policy accept;",
            *notes,
            "  }",
            "}",
            f"table inet {TABLE} {{",
            *chains,
            "  chain leaving { type filter hook forward priority -10; policy accept;",
            f"    meta mark & 0xffff0000 vmap {{ {', '.join(verdicts['from'])} }}",
            "  }",
            "  chain arriving { type filter hook forward priority 0; policy accept;",
            f"    meta mark & 0x0000ffff vmap {{ {', '.join(verdicts['to'])} }}",
            "  }",
            "}",
            "",
        ]
    )


def _chain(name: str, uses: list[FilterUse], writer: ChainWriter) -> list[str]:
    lines = [f"  chain {name} {{"]
    for version in (4, 6):
        mine = [each for each in uses if version in each.versions]
        lines += [f"    meta nfproto ipv{version} jump {writer.name(each.chain)}" for each in mine]
        if mine and writer.chains[mine[-1].chain].default in (Verdict.DROP, Verdict.REJECT):
            lines.append(f"    meta nfproto ipv{version} counter drop")
    return [*lines, "  }"]
