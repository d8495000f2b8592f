"""Filters of a router's interfaces: stateless, before connection tracking on the way in, at last on the way out."""

from collections.abc import Iterable, Iterator

from isthmus.lab.render.chains import ChainWriter
from isthmus.network import FilterUse, Interface, Verdict

TABLE = "isthmus_filters"


def port_filters(interfaces: Iterable[tuple[Interface, str]], writer: ChainWriter) -> str:
    """The ruleset for some interfaces and their names in the kernel; empty where none has a filter.

    As in the model, the filters of one interface are one long list: the default of the last one alone counts.
    """
    inward: list[str] = []
    outward: list[str] = []
    for number, (interface, device) in enumerate(interfaces):
        for word, uses, jumps in (
            ("iifname", interface.filters_in, inward),
            ("oifname", interface.filters_out, outward),
        ):
            stateless = [each for each in uses if not each.tracks]
            jumps += _entry(f"{'in' if word == 'iifname' else 'out'}{number}", f'{word} "{device}"', stateless, writer)
    if not inward and not outward:
        return ""
    hooks = [
        "  chain inward { type filter hook prerouting priority -400; policy accept;",
        *inward,
        "  }",
        "  chain leaving { type filter hook forward priority 400; policy accept;",
        *outward,
        "  }",
        "  chain own { type filter hook output priority 400; policy accept;",
        *outward,
        "  }",
    ]
    return "\n".join([f"table inet {TABLE} {{", *writer.body, *hooks, "}", ""])


def _entry(name: str, test: str, uses: list[FilterUse], writer: ChainWriter) -> Iterator[str]:
    """A chain for the filters of one interface and version, and the rule that leads to it."""
    for version in (4, 6):
        mine = [each for each in uses if version in each.versions]
        if mine:
            last = writer.chains[mine[-1].chain].default
            lines = [f"    jump {writer.name(each.chain)}" for each in mine]
            lines += [f"    counter {_DEFAULTS[last]}"] if last is not None else []
            writer.body += [f"  chain {name}_{version} {{", *lines, "  }"]
            yield f"    {test} meta nfproto ipv{version} jump {name}_{version}"


_DEFAULTS = {Verdict.ACCEPT: "accept", Verdict.DROP: "drop", Verdict.REJECT: "reject with icmpx type admin-prohibited"}
