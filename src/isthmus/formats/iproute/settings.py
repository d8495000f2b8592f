"""Texts of ``sysctl -a``: which packets the kernel forwards at all, and what it may drop before any rule sees them.

Of IPv4, each interface says whether packets that come by it are forwarded (``net.ipv4.conf.eth0.forwarding``); of IPv6
only the setting for all of them decides. Where some packets are forwarded and others not, a chain before all others
drops the others. Reverse path filtering (``rp_filter``) drops packets whose source the device would not answer by the
same interface; where rules or VRFs have a say in that, packets from beyond an interface's own prefixes may be dropped.
Frames that a bridge hands on from port to port do not go through the device in the neutral model, so what
``bridge-nf-call-iptables`` does to them is named as not modelled.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from isthmus.diagnostics import Diagnostic, shown
from isthmus.formats.iproute.codes import BAD_SETTING, TOLD_TWICE
from isthmus.formats.iproute.parse import Setting, Settings
from isthmus.formats.iproute.reverse_path import answered, others
from isthmus.network import (
    Chain,
    Hook,
    HookPoint,
    Interface,
    InterfaceTest,
    Route,
    Rule,
    Unmodelled,
    Verdict,
)
from isthmus.packetset import Block, Match, other_addresses

BEFORE_ALL = -1000
"""A priority before every table of netfilter."""

_FORWARD_4 = ("net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding")
_FORWARD_6 = ("net.ipv6.conf.all.forwarding",)
_BRIDGED = {4: "net.bridge.bridge-nf-call-iptables", 6: "net.bridge.bridge-nf-call-ip6tables"}


@dataclass(slots=True)
class Kernel:
    """What the settings say, by name."""

    values: dict[str, Setting] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    unmodelled: list[Unmodelled] = field(default_factory=list)
    doubts: list[Unmodelled] = field(default_factory=list)
    chains: dict[str, Chain] = field(default_factory=dict)
    hooks: list[Hook] = field(default_factory=list)
    statements: int = 0
    forwards: bool = False


def read_settings(
    texts: Iterable[Settings],
    interfaces: Mapping[str, Interface],
    bridges: Sequence[str],
    routes: Sequence[Route] | None,
) -> Kernel:
    """Read what concerns packets; the other settings have no effect on which of them pass.

    ``routes`` are those that every source is looked up in; None where that is not one table.
    """
    kernel = Kernel()
    for setting in (each for text in texts for each in text.settings):
        if _concerns_packets(setting.name):
            _keep(setting, kernel)
    _forwarding(kernel)
    for interface in interfaces.values():
        _reverse_path(kernel, interface, routes)
    for version, name in _BRIDGED.items():
        bridged = _is_on(kernel, name)
        if bridged is not None and bridges:
            what = f"frames that bridges hand on go through the rules for IPv{version}"
            kernel.unmodelled.append(Unmodelled(bridged.where, what))
    kernel.unmodelled += kernel.doubts
    return kernel


def _concerns_packets(name: str) -> bool:
    if name in (*_FORWARD_4, *_FORWARD_6, *_BRIDGED.values()):
        return True
    parts = name.split(".")
    return parts[:3] in (["net", "ipv4", "conf"], ["net", "ipv6", "conf"]) and parts[-1] in (
        "forwarding", "force_forwarding", "rp_filter",
    )  # fmt: skip


def _keep(setting: Setting, kernel: Kernel) -> None:
    kernel.statements += 1
    before = kernel.values.setdefault(setting.name, setting)
    if setting.value not in ("0", "1", "2"):
        message = f"`{shown(setting.value)}` is no value of `{shown(setting.name)}`"
        kernel.problems.append(Diagnostic(BAD_SETTING, message, setting.where, "collect the text again"))
        kernel.doubts.append(Unmodelled(setting.where, f"`{shown(setting.name)}`"))
    elif before.value != setting.value:
        message = f"`{shown(setting.name)}` is `{before.value}` at {before.where}"
        kernel.problems.append(Diagnostic(TOLD_TWICE, message, setting.where, "keep the newer text"))


def _is_on(kernel: Kernel, *names: str) -> Setting | None:
    found = [kernel.values[name] for name in names if name in kernel.values]
    return next((each for each in found if each.value != "0"), None)


def _told(kernel: Kernel, *names: str) -> Setting | None:
    return next((kernel.values[name] for name in names if name in kernel.values), None)


def _forwarding(kernel: Kernel) -> None:
    """Who forwards, and the chain that drops what is not forwarded where something is."""
    by_4, by_6 = _by_interface(kernel, 4, "forwarding"), _by_interface(kernel, 6, "force_forwarding")
    all_4, all_6 = _is_on(kernel, *_FORWARD_4), _is_on(kernel, *_FORWARD_6)
    on_4, on_6 = ({name for name, each in by.items() if each.value != "0"} for by in (by_4, by_6))
    kernel.forwards = bool(all_4 or all_6 or on_4 or on_6)
    if not kernel.forwards:
        return
    if all_4 is None:
        _drops(kernel, 4, _told(kernel, *_FORWARD_4), _by_others(on_4))
    for name, setting in by_4.items() if all_4 is not None else ():
        if setting.value == "0":
            _drops(kernel, 4, setting, InterfaceTest((name,)))
    if all_6 is None:
        _drops(kernel, 6, _told(kernel, *_FORWARD_6), _by_others(on_6))


def _by_others(names: set[str]) -> InterfaceTest | None:
    return InterfaceTest(tuple(sorted(names)), negated=True) if names else None


def _by_interface(kernel: Kernel, version: int, key: str) -> dict[str, Setting]:
    """The setting of each interface, in whose name ``sysctl`` writes a dot as a slash."""
    start = f"net.ipv{version}.conf."
    found = {}
    for name, setting in kernel.values.items():
        if name.startswith(start) and name.endswith(f".{key}"):
            interface = name.removeprefix(start).removesuffix(f".{key}").replace("/", ".")
            if interface not in ("all", "default", "lo"):
                found[interface] = setting
    return found


def _of(kernel: Kernel, version: int, interface: str, key: str) -> Setting | None:
    """The setting of one interface, in whose name ``sysctl`` writes a dot as a slash."""
    return kernel.values.get(f"net.ipv{version}.conf.{interface.replace('.', '/')}.{key}")


def _drops(kernel: Kernel, version: int, setting: Setting | None, arriving: InterfaceTest | None) -> None:
    """What comes by these interfaces is not forwarded; where no setting tells so, perhaps not."""
    where = setting.where if setting is not None else next(iter(kernel.values.values())).where
    name = f"sysctl: no forwarding of IPv{version}"
    match = (Match(version=version),)
    if setting is not None:
        rule = Rule(match, Verdict.DROP, where, "not forwarded", arriving=arriving)
    else:
        doubt = Unmodelled(where, f"whether IPv{version} is forwarded")
        kernel.unmodelled.append(doubt)
        rule = Rule((), Verdict.DROP, where, "not forwarded", match, (doubt,), arriving)
    _add(kernel, name, HookPoint.FORWARD, version, rule)


def _reverse_path(kernel: Kernel, interface: Interface, routes: Sequence[Route] | None) -> None:
    """``rp_filter``: the greater of the interface's value and that for all counts; 1 is strict, 2 is loose."""
    settings = [_of(kernel, 4, name, "rp_filter") for name in ("all", interface.name)]
    told = [each for each in settings if each is not None and each.value in ("1", "2")]
    if not told or interface.name == "lo":
        return
    setting = max(told, key=lambda each: each.value)
    arriving = InterfaceTest((interface.name,))
    known = answered(routes, interface.name if setting.value == "1" else None) if routes is not None else None
    if known is not None:
        sources = others(known)
        rule = Rule((Match(source=sources, version=4),), Verdict.DROP, setting.where, "rp_filter", arriving=arriving)
        if sources:
            _add(kernel, "sysctl: rp_filter", HookPoint.PREROUTING, 4, rule)
        return
    own: list[Block] = [each.network for each in interface.addresses if each.version == 4]
    doubt = Unmodelled(setting.where, f"reverse path filtering of what comes by `{interface.name}`")
    match = Match(source=other_addresses(own, 4), version=4)
    rule = Rule((), Verdict.DROP, setting.where, "rp_filter", (match,), (doubt,), arriving)
    kernel.unmodelled.append(doubt)
    _add(kernel, "sysctl: rp_filter", HookPoint.PREROUTING, 4, rule)


def _add(kernel: Kernel, name: str, point: HookPoint, version: int, rule: Rule) -> None:
    before = kernel.chains.get(name)
    if before is None:
        kernel.hooks.append(Hook(name, point, BEFORE_ALL, frozenset({version})))
    where = rule.where if before is None else before.where
    rules = (rule,) if before is None else (*before.rules, rule)
    kernel.chains[name] = Chain(name, rules, where, Verdict.ACCEPT)
