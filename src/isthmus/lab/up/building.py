"""Building a lab step by step, each step timed; and taking it away."""

import os
import re
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from isthmus.lab.demands import LabError, check_demands
from isthmus.lab.features import check_kernel
from isthmus.lab.isolation import is_isolated
from isthmus.lab.kernel import MS_BIND, enter_network, mount
from isthmus.lab.lab import Lab, Node
from isthmus.lab.plan.shape import LabPlan, NodePlan, Ruleset, Tool
from isthmus.lab.up.batches import batches
from isthmus.lab.up.commands import everywhere, tell
from isthmus.lab.up.hosts import hosts_file
from isthmus.lab.up.programs import start_daemon, start_echo, wait_ready
from isthmus.lab.up.settling import settle

_TOO_LONG = "without rights the kernel takes no ruleset of this size at once: build the lab as root, with `--root`"

NETNS = Path("/run/netns")
FOLDER = Path("/run/isthmus")
ETC_NETNS = Path("/etc/netns")
"""Where ``ip netns exec`` looks for files that a namespace has instead of those in ``/etc`` (ip-netns(8))."""
HOSTS = Path("/etc/hosts")

_LOADERS = {
    Tool.NFT: ("nft", "-f", "-"),
    Tool.NFT_JSON: ("nft", "-j", "-f", "-"),
    Tool.IPTABLES: ("iptables-restore",),
    Tool.IP6TABLES: ("ip6tables-restore",),
    Tool.IPSET: ("ipset", "restore"),
}
"""The kernel's files of a network namespace are those of whoever opens them."""
_SETTINGS = Path("/proc/sys")
_OF_AN_INTERFACE = re.compile(r"net[./]ipv[46][./](conf|neigh)[./](?!all[./]|default[./])")
_SEPARATORS = str.maketrans("./", "/.")


@contextmanager
def running(plan: LabPlan, *, prefix: str = "", folder: Path = FOLDER) -> Iterator[Lab]:
    """Build a lab, and take it away at the end. Raises LabError where something of it cannot be."""
    check_demands(plan.tools(), rootless=False)
    check_kernel(plan)
    try:
        lab = build(plan, prefix=prefix, folder=folder)
        yield lab
    finally:
        tear_down(prefix, [prefix + each for each in plan.nodes], folder)


def build(plan: LabPlan, *, prefix: str = "", folder: Path = FOLDER) -> Lab:
    """Build a lab and leave it up."""
    nodes = {name: Node(each, NETNS / f"{prefix}{name}") for name, each in plan.nodes.items()}
    folder.mkdir(parents=True, exist_ok=True)
    seconds: dict[str, float] = {}
    lab = Lab(plan, nodes, folder, seconds)
    steps = (
        ("namespaces", _namespaces),
        ("settings", _settings),
        ("wires", _wires),
        ("addresses", _addresses),
        ("interfaces' settings", _settings_of_interfaces),
        ("routes", _routes),
        ("rulesets", _rulesets),
        ("names", _names),
        ("programs", _programs),
        ("settling", _settling),
    )
    for name, step in steps:
        began = time.perf_counter()
        step(lab, prefix)
        seconds[name] = time.perf_counter() - began
    return lab


def _namespaces(lab: Lab, prefix: str) -> None:
    tell(["ip", "-batch", "-"], [f"netns add {prefix}{name}" for name in lab.nodes], "the namespaces cannot be made")


def _wires(lab: Lab, prefix: str) -> None:
    tell(["ip", "-batch", "-"], batches(lab.plan, prefix).links, "the wires cannot be laid")


def _settings(lab: Lab, _: str) -> None:
    """Write every node's settings before it has interfaces, which inherit them."""
    _write_settings(lab, {node.name: _split(node.plan)[0] for node in lab})


def _settings_of_interfaces(lab: Lab, _: str) -> None:
    _write_settings(lab, {node.name: _split(node.plan)[1] for node in lab})


def _split(node: NodePlan) -> tuple[dict[str, str], dict[str, str]]:
    """The settings of a node as a whole, and those of single interfaces."""
    of_one = {key: value for key, value in node.sysctls if _OF_AN_INTERFACE.match(key)}
    return {key: value for key, value in node.sysctls if key not in of_one}, of_one


def _write_settings(lab: Lab, settings: dict[str, dict[str, str]]) -> None:
    """Settings of a namespace are those of the thread that opens their files."""
    if not any(settings.values()):
        return
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        failed = 1
        try:
            for name, mine in settings.items():
                enter_network(lab.nodes[name].netns)
                for key in _refused_settings(mine):
                    os.write(writable, f"{key}\n".encode())
            failed = 0
        finally:
            os._exit(failed)
    os.close(writable)
    with os.fdopen(readable, encoding="utf-8", errors="replace") as told:
        refused = Counter(told.read().split())
    if os.waitpid(child, 0)[1] != 0:
        raise LabError("the kernel's settings of the nodes cannot be written")
    lab.notes.extend(f"this kernel does not take `{key}` (on {count} nodes)" for key, count in refused.items())


def _refused_settings(settings: dict[str, str]) -> Iterator[str]:
    """Write settings into the namespace that this process is in; those that the kernel has not, or refuses."""
    for key, value in settings.items():
        try:
            (_SETTINGS / setting_path(key)).write_text(value, encoding="utf-8")
        except OSError:
            yield key


def setting_path(key: str) -> str:
    """Where a setting lies below ``/proc/sys`` (sysctl(8): after a first point, slashes stand for points in names)."""
    return key if "/" in key.split(".", 1)[0] else key.translate(_SEPARATORS)


def _addresses(lab: Lab, prefix: str) -> None:
    inside = batches(lab.plan, prefix).nodes
    _batch(lab, ["ip", "-batch", "-"], inside, "the interfaces cannot be set up")


def _routes(lab: Lab, _: str) -> None:
    plain, six = {}, {}
    for node in lab.plan.nodes.values():
        lines = [*node.routes, *(each for each in node.rules if not each.startswith("-6 "))]
        plain[node.name] = tuple(lines)
        six[node.name] = tuple(each.removeprefix("-6 ") for each in node.rules if each.startswith("-6 "))
    _batch(lab, ["ip", "-batch", "-"], plain, "the routes cannot be set")
    _batch(lab, ["ip", "-6", "-batch", "-"], six, "the routing rules cannot be set")
    _batch(lab, ["tc", "-batch", "-"], {each.plan.name: tuple(_redirections(each.plan)) for each in lab}, "VRF")


def _redirections(node: NodePlan) -> Iterator[str]:
    """Everything that arrives in a VRF comes by its own interface, but for what neighbours say to each other."""
    for port in node.ports:
        if node.vrf_device is None or port.device == node.vrf_device or port.segment is None:
            continue
        yield f"qdisc add dev {port.device} clsact"
        head = f"filter add dev {port.device} ingress"
        for kind in range(133, 138):
            test = f"match u8 58 0xff at 6 match u8 {kind} 0xff at 40"
            yield f"{head} pref 1 protocol ipv6 u32 {test} flowid :1"
        for pref, protocol in ((2, "ip"), (3, "ipv6")):
            action = f"action mirred ingress redirect dev {node.vrf_device}"
            yield f"{head} pref {pref} protocol {protocol} u32 match u32 0 0 {action}"


def _batch(lab: Lab, argv: list[str], lines: dict[str, tuple[str, ...]], what: str) -> None:
    jobs = [(lab.nodes[name].netns, argv, "\n".join([*each, ""]), name) for name, each in lines.items() if each]
    for (_, _, text, name), done in zip(jobs, everywhere(jobs), strict=True):
        if done.returncode != 0:
            said = done.stderr.strip().splitlines() or [f"`{argv[0]}` fails"]
            raise LabError(f"{name}: {what}: {said[0]}", _line(said, text))


def _line(said: list[str], text: str) -> str:
    number = said[-1].rpartition(":")[2].strip()
    lines = text.splitlines()
    return f"it is line `{lines[int(number) - 1]}`" if number.isdigit() and 0 < int(number) <= len(lines) else ""


def _rulesets(lab: Lab, _: str) -> None:
    """Load every ruleset; those of one node in their order, of several nodes at once."""
    longest = max((len(each.plan.rulesets) for each in lab), default=0)
    for turn in range(longest):
        chosen = [(node, node.plan.rulesets[turn]) for node in lab if turn < len(node.plan.rulesets)]
        jobs = [(node.netns, _LOADERS[one.tool], one.text, node.name) for node, one in chosen]
        for (node, one), done in zip(chosen, everywhere(jobs), strict=True):
            if done.returncode != 0:
                raise LabError(*_refused(node, one, done.stderr))


def _refused(node: Node, ruleset: Ruleset, stderr: str) -> tuple[str, str]:
    said = stderr.strip().splitlines() or ["no reason is given"]
    where = f"`{ruleset.source}`" if ruleset.is_verbatim else "what the lab rendered"
    help_ = _TOO_LONG if "Message too long" in stderr else "\n".join(said[1:4])
    return f"{node.name}: `{ruleset.tool.value}` refuses {where}: {said[0]}", help_


def _programs(lab: Lab, _: str) -> None:
    started = [(node, each, start_daemon(node, each, lab.folder)) for node in lab for each in node.plan.daemons]
    for node in lab:
        if node.plan.listeners:
            start_echo(node)
    for node, daemon, process in started:
        wait_ready(node, daemon, process, lab.folder)


def _settling(lab: Lab, _: str) -> None:
    settle(lab)


def _names(lab: Lab, prefix: str) -> None:
    """Every node resolves the estate's names: from ``/etc/hosts``, of all of them where the lab has its own mounts."""
    text = hosts_file(lab.plan)
    if is_isolated():
        path = lab.folder / "hosts"
        path.write_text(text, encoding="utf-8")
        if not os.path.ismount(HOSTS):
            mount(str(path), str(HOSTS), flags=MS_BIND)
        return
    for name in lab.nodes:
        folder = ETC_NETNS / f"{prefix}{name}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hosts").write_text(text, encoding="utf-8")


def tear_down(prefix: str, namespaces: list[str], folder: Path) -> None:
    """Take namespaces away, with everything that runs in them; those that are not there do not matter."""
    there = [each for each in namespaces if (NETNS / each).exists()]
    _end_processes({(NETNS / each).stat().st_ino for each in there})
    for each in namespaces if not is_isolated() else ():
        shutil.rmtree(ETC_NETNS / each, ignore_errors=True)
    with suppress(OSError):
        ETC_NETNS.rmdir()
    if there:
        tell(["ip", "-batch", "-"], [f"netns del {each}" for each in there], "the namespaces cannot be removed")


def _end_processes(inodes: set[int]) -> None:
    """Kill what runs in some network namespaces, and wait for those that are ours."""
    for each in Path("/proc").iterdir():
        if not each.name.isdigit() or int(each.name) == os.getpid():
            continue
        with suppress(OSError):
            if (each / "ns/net").stat().st_ino in inodes:
                os.kill(int(each.name), signal.SIGKILL)
                with suppress(ChildProcessError):
                    os.waitpid(int(each.name), 0)
