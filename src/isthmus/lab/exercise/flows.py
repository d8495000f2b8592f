"""Flow records of real traffic, as exporters of real networks make them, beside the truth about what was sent.

At each leg of a gateway that translates, pmacctd exports NetFlow 9 or IPFIX to an nfcapd in the same node. One leg sees
private addresses, the other their translations: both files together are what an auditor of the border has.
"""

import csv
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from isthmus.lab.demands import LabError
from isthmus.lab.exercise.aims import Aim
from isthmus.lab.kernel import inside_network
from isthmus.lab.lab import Lab, Node
from isthmus.lab.plan.shape import LabPlan, PortPlan
from isthmus.lab.probes import Call, Heard, exchange
from isthmus.network import HookPoint, Masquerade, Network, Translate
from isthmus.packetset import IpProtocol

VERSIONS = {"netflow9": 9, "ipfix": 10}
TRUTH = "truth.csv"
COLUMNS = ("node", "source", "source_port", "destination", "destination_port", "protocol", "outcome", "seen_as")
_PACKAGES = {"pmacctd": "pmacct", "nfcapd": "nfdump"}
_PORT = 9995
_PATIENCE = 10.0
_EXPIRY = 5.0
"""Seconds after which every flow has left the exporter: its longest time-out, and a bit."""
_CONFIG = """daemonize: false
pcap_interface: {interface}
aggregate: src_host,dst_host,src_port,dst_port,proto,tos,tcpflags
plugins: nfprobe
nfprobe_receiver: 127.0.0.1:{port}
nfprobe_version: {version}
nfprobe_timeouts: tcp=2:tcp.rst=1:tcp.fin=1:udp=2:icmp=2:general=2:maxlife=3:expint=1
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """The files that were written."""

    records: tuple[Path, ...]
    truth: Path
    sent: int
    """Conversations that were held."""


def gateway_legs(network: Network, plan: LabPlan) -> Iterator[tuple[str, PortPlan]]:
    """The legs of the nodes that forward and translate sources: where a client's address ends."""
    for node in plan.nodes.values():
        device = network.devices.get(node.owner)
        if device is None or not device.forwards:
            continue
        hooks = [each.chain for each in device.hooks if each.at is HookPoint.POSTROUTING]
        rules = (rule for name in hooks if name in device.chains for rule in device.chains[name].rules)
        legs = [port for port in node.ports if port.segment is not None and port.addresses]
        if len(legs) > 1 and any(isinstance(rule.action, Translate | Masquerade) for rule in rules):
            yield from ((node.name, port) for port in legs)


def export(lab: Lab, network: Network, aims: Sequence[Aim], out: Path, version: str) -> Exported:
    """Hold every declared conversation, and write what the legs of the gateways export of it into a folder.

    Raises LabError where a program is missing, or nothing translates.
    """
    for program, package in _PACKAGES.items():
        if shutil.which(program) is None:
            raise LabError(f"`{program}` is not installed", f"install the package `{package}`")
    legs = list(gateway_legs(network, lab.plan))
    if not legs:
        raise LabError("no device of the snapshot translates on the way", "flows are exported where one does")
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        for at, (name, port) in enumerate(legs):
            stack.enter_context(_exporting(lab.node(name), port, _PORT + at, VERSIONS[version], out))
        heard = exchange({each.name: each.netns for each in lab}, (_call(each) for each in aims if each.talks))
        time.sleep(_EXPIRY)
    return Exported(tuple(sorted(out.glob("*.nfcapd"))), _write_truth(out / TRUTH, heard), len(heard))


def _call(aim: Aim) -> Call:
    assert aim.number is not None, "conversations have ports"
    protocol = IpProtocol.TCP if aim.protocol == "tcp" else IpProtocol.UDP
    return Call(aim.node, aim.source, aim.destination, protocol, aim.number, aim.host)


@contextmanager
def _exporting(node: Node, leg: PortPlan, port: int, version: int, out: Path) -> Iterator[None]:
    """An exporter and a collector at one leg; when they end, the collector's file has the leg's name."""
    name = f"{node.name}.{leg.name}".replace("/", "-")
    folder = out / f".{name}"
    folder.mkdir(exist_ok=True)
    config = folder / "pmacctd.conf"
    config.write_text(_CONFIG.format(interface=leg.device, port=port, version=version), encoding="utf-8")
    collector = _started(node, ["nfcapd", "-w", str(folder), "-p", str(port), "-b", "127.0.0.1", "-t", "3600"])
    try:
        _await_udp(node, port, collector)
        before = _sniffers(node)
        exporter = _started(node, ["pmacctd", "-f", str(config)])
        try:
            _await_sniffer(node, exporter, before)
            yield
        finally:
            _end(exporter, signal.SIGINT)
    finally:
        _end(collector, signal.SIGTERM)
    for each in folder.glob("nfcapd.*"):
        each.replace(out / f"{name}.nfcapd")
    shutil.rmtree(folder)


def _started(node: Node, argv: Sequence[str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(node.command(argv), stdin=quiet, stdout=quiet, stderr=quiet)


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _await_udp(node: Node, port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens on a port of the node's loopback."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with inside_network(node.netns), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trying:
            try:
                trying.bind(("127.0.0.1", port))
            except OSError:
                return
        time.sleep(0.02)
    raise LabError(f"{node.name}: nfcapd does not listen")


def _await_sniffer(node: Node, process: subprocess.Popen[bytes], before: int) -> None:
    """Wait until somebody more looks at packets in the node."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if _sniffers(node) > before:
            return
        time.sleep(0.02)
    raise LabError(f"{node.name}: pmacctd does not run")


def _sniffers(node: Node) -> int:
    """How many sockets look at packets in a node (packet(7))."""
    with inside_network(node.netns):
        return len(Path("/proc/thread-self/net/packet").read_text("ascii").splitlines()) - 1


def _write_truth(path: Path, heard: Sequence[Heard]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for each in heard:
            call = each.call
            protocol = call.protocol.name.lower()
            ends = (call.node, call.source, each.source_port, call.destination, call.port, protocol)
            writer.writerow((*ends, each.outcome.value, each.peer or ""))
    return path
