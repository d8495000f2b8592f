"""Asking every node of a device's, and putting together what they say."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from isthmus.lab.collecting.interfaces import addresses_text
from isthmus.lab.collecting.routes import routes_text, rules_text
from isthmus.lab.collecting.rulesets import without_lab_tables, without_time
from isthmus.lab.lab import Lab, Node
from isthmus.lab.plan.configuration import Configuration, Texts, device_texts
from isthmus.lab.plan.shape import NodeKind, Tool
from isthmus.lab.up.building import setting_path
from isthmus.lab.up.commands import everywhere
from isthmus.network import DEFAULT_VRF, Device, DeviceKind

_READ_BACK = ("ip-addr.json", "ip-link.json", "ip-route.json", "ip6-route.json", "ip-rule.json", "ip6-rule.json")
_ALWAYS_TOLD = ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding")
_NAMES = {
    Tool.NFT: "ruleset.nft",
    Tool.IPTABLES: "iptables.save",
    Tool.IP6TABLES: "ip6tables.save",
    Tool.IPSET: "ipset.save",
}


@dataclass(frozen=True, slots=True)
class Collected:
    """The files of a snapshot by their paths in it, and which of them are copies."""

    files: dict[str, str]
    copied: tuple[str, ...]


_COMMANDS = {
    "addresses": ("ip", "-j", "-d", "addr"),
    "routes": ("ip", "-j", "route", "show", "table", "all"),
    "routes6": ("ip", "-j", "-6", "route", "show", "table", "all"),
    "rules": ("ip", "-j", "rule"),
    "rules6": ("ip", "-j", "-6", "rule"),
    "nft": ("nft", "list", "ruleset"),
    "iptables": ("iptables-save", "-c"),
    "ip6tables": ("ip6tables-save", "-c"),
    "ipset": ("ipset", "save"),
    "connections": ("conntrack", "-L", "-o", "extended"),
}
_OF_RULES = {
    Tool.IPTABLES: ("iptables", "ip6tables"),
    Tool.IP6TABLES: ("iptables", "ip6tables"),
    Tool.IPSET: ("ipset",),
}


def collect(lab: Lab, configured: Configuration) -> Collected:
    """Read a running lab back."""
    texts = device_texts(configured)
    files: dict[str, str] = {}
    told = _asked(lab)
    for owner in dict.fromkeys(node.plan.owner for node in lab if node.plan.kind is NodeKind.DEVICE):
        device = configured.network.devices[owner]
        if owner in texts and _is_linux(device):
            mine = [node for node in lab if node.plan.owner == owner]
            for name, text in _device(device, mine, texts[owner], told, lab.folder):
                files[f"{owner}/{name}"] = text
    copied = dict(_copies(configured, set(files)))
    return Collected(dict(sorted((files | copied).items())), tuple(sorted(copied)))


def _is_linux(device: Device) -> bool:
    return device.kind is DeviceKind.LINUX


def _asked(lab: Lab) -> dict[tuple[str, str], str]:
    """What each node says to each question, by both names; nodes of the lab's own are not asked."""
    asked = [
        (node, question)
        for node in lab
        if node.plan.kind is NodeKind.DEVICE and node.plan.is_linux
        for question in _questions(node)
    ]
    jobs = [(node.netns, _COMMANDS[question], "", node.name) for node, question in asked]
    answers = everywhere(jobs)
    return {(node.name, question): done.stdout for (node, question), done in zip(asked, answers, strict=True)}


def _questions(node: Node) -> Iterator[str]:
    tools = {each.tool for each in node.plan.rulesets if each.is_verbatim}
    yield from ("addresses", "routes", "routes6", "rules", "rules6", "connections")
    yield from dict.fromkeys(each for tool in tools for each in _OF_RULES.get(tool, ("nft",)))


def _device(
    device: Device, nodes: list[Node], texts: Texts, told: dict[tuple[str, str], str], folder: Path
) -> Iterator[tuple[str, str]]:
    plans = [each.plan for each in nodes]
    home = next(each for each in nodes if each.plan.vrf == DEFAULT_VRF)

    def by_node(question: str) -> dict[str, str]:
        return {each.name: told.get((each.name, question), "") for each in nodes}

    yield "ip-addr.json", addresses_text(device, plans, by_node("addresses"))
    yield "ip-route.json", routes_text(device, plans, by_node("routes"))
    yield "ip-rule.json", rules_text(device, home.plan, told[home.name, "rules"])
    if any(address.version == 6 for each in plans for address in each.addresses):
        yield "ip6-route.json", routes_text(device, plans, by_node("routes6"))
        yield "ip6-rule.json", rules_text(device, home.plan, told[home.name, "rules6"])
    yield "sysctl.conf", "".join(_settings(home, texts))
    for question, name in (("iptables", Tool.IPTABLES), ("ip6tables", Tool.IP6TABLES), ("ipset", Tool.IPSET)):
        if (home.name, question) in told:
            yield _NAMES[name], without_time(told[home.name, question])
    if (home.name, "nft") in told:
        yield _NAMES[Tool.NFT], without_lab_tables(_busiest(by_node("nft")))
    for path, text in (*texts.haproxy, *texts.lists, *texts.bird):
        yield _inside(path, device.name), text
    yield ".connections", "".join(told[each.name, "connections"] for each in nodes)
    for each in nodes:
        socket = folder / each.name / "bird" / "bird.ctl"
        if socket.exists():
            yield ".bird-routes", each.run(["birdc", "-s", str(socket), "show", "route", "all"]).stdout


def _settings(node: Node, texts: Texts) -> Iterator[str]:
    with node.enter():
        for key in dict.fromkeys((*_ALWAYS_TOLD, *(key for key, _ in texts.settings))):
            path = Path("/proc/sys") / setting_path(key)
            if path.is_file():
                yield f"{key} = {path.read_text(encoding='utf-8').strip()}\n"


def _busiest(texts: dict[str, str]) -> str:
    """A device's ruleset is in each of its VRFs' namespaces: the one that has counted most tells most."""
    return max(texts.values(), key=_packets)


def _packets(text: str) -> int:
    words = text.split()
    return sum(int(after) for word, after in pairwise(words) if word == "packets" and after.isdigit())


def _inside(path: str, device: str) -> str:
    parts = PurePosixPath(path).parts
    return "/".join(parts[len(parts) - parts[::-1].index(device) :])


def _copies(configured: Configuration, collected: set[str]) -> Iterator[tuple[str, str]]:
    """The texts that nothing here tells back, of devices that were collected and of others."""
    told = {path.split("/")[0] for path in collected}
    texts = device_texts(configured)
    for path, lines in configured.texts.items():
        relative = PurePosixPath(path)
        if not relative.is_relative_to(PurePosixPath(str(configured.root))):
            continue
        inside = relative.relative_to(PurePosixPath(str(configured.root)))
        device = inside.parts[0]
        if len(inside.parts) < 2 or (device in told and (path in texts[device].used or inside.name in _READ_BACK)):
            continue
        yield str(inside), "\n".join([*lines, ""])
