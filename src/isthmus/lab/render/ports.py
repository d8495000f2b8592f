"""Filters of a router's interfaces: stateless, before connection tracking on the way in, at last on the way out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from isthmus.lab.render.chains import ChainWriter
from isthmus.network import FilterUse, Interface, Verdict

TABLE = "isthmus_filters"


def port_filters(
    interfaces: Iterable[tuple[Interface, str]], writer: ChainWriter, loopbacks: Iterable[Interface] = ()
) -> str:
    """The ruleset for some interfaces and their names in the kernel; empty where none has a filter.

    As in the model, the filters of one interface are one long list: the default of the last one alone counts. Those of
    a router's loopback judge what comes to the router itself, and what it sends.
    """
    inward, outward, to_itself, from_itself = _Entries(), _Entries(), _Entries(), _Entries()
    for number, (interface, device) in enumerate(interfaces):
        inward.add(f"in{number}", f'iifname "{device}"', interface.filters_in, writer)
        outward.add(f"out{number}", f'oifname "{device}"', interface.filters_out, writer)
    for number, interface in enumerate(loopbacks):
        to_itself.add(f"to{number}", 'iifname != "lo"', interface.filters_in, writer)
        from_itself.add(f"from{number}", 'oifname != "lo"', interface.filters_out, writer)
    hooks = [
        *inward.hook("inward", "prerouting", -400),
        *outward.hook("leaving", "forward", 400),
        *_Entries([*from_itself.rules, *outward.rules]).hook("own", "output", 400),
        *to_itself.hook("itself", "input", -400),
    ]
    return "\n".join([f"table inet {TABLE} {{", *writer.body, *hooks, "}", ""]) if hooks else ""


@dataclass(slots=True)
class _Entries:
    """The rules of one hook: each leads to the filters of one interface."""

    rules: list[str] = field(default_factory=list)

    def add(self, name: str, test: str, uses: Iterable[FilterUse], writer: ChainWriter) -> None:
        self.rules += _entry(name, test, [each for each in uses if not each.tracks], writer)

    def hook(self, name: str, point: str, priority: int) -> list[str]:
        head = f"  chain {name} {{ type filter hook {point} priority {priority}; policy accept;"
        return [head, *self.rules, "  }"] if self.rules else []


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
