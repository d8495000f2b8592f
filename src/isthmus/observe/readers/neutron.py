"""Logs of OpenStack's security groups: of OVN (``acl_log`` of ovn-controller) and of Neutron's agent for Open vSwitch.

Source: Neutron's administration guide, *Packet logging*; ovn-nb(5), ACL logging; ovs-fields(7). Recognised by those
words in a line. A line is one packet of which the group's rule logs the first, so its counters are 1 packet and
unknown octets. A record's position is its line. A time without a zone is taken as UTC. Other lines of the same log
file are counted as skipped.
"""

import re
from collections.abc import Iterator

from isthmus.observe.readers import rows, values
from isthmus.observe.readers.columns import Does, LineFile
from isthmus.observe.readers.reader import EXCERPT, FlowFile, Item, Quarantined, Reader, Skipped
from isthmus.observe.readers.streams import Lines, lines

COLUMNS: tuple[Does, ...] = (
    (values.TIME, rows.START_MS),
    (values.SOURCE, 0),
    (values.TARGET, 0),
    (values.PROTOCOL, 0),
    (values.PORT, rows.SRC_PORT),
    (values.PORT, rows.DST_PORT),
    (values.COUNT, rows.ICMP_TYPE),
    (values.COUNT, rows.ICMP_CODE),
    (values.FLAGS, 0),
    (values.OUTCOME, 0),
    (values.EXPORTER, 0),
    (values.COUNT, rows.PACKETS),
)
"""Every line becomes one of these fields between tabs, which the compiled loop reads."""

_TIME = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?")
_NAME = re.compile(rb'name="?([^",]{0,200})')
_VERDICT = re.compile(rb"(?:verdict|action|event)=(\w{1,20})")
_FIRST = re.compile(rb": (\w{1,20}),")
_PORT = re.compile(rb"vm_port=([\w-]{1,60})")
LONGEST = 8192
"""The longest line that is looked into."""
_LAYER = re.compile(rb"(\w{1,20})\(([^()]{0,1000})\)")
_PAIR = re.compile(rb"(\w{1,20})=(?:'([^']{0,100})'|([^,\s]{1,100}))")
_ICMP6 = (b"icmp6", b"icmpv6")


def looks_like(beginning: bytes) -> bool:
    """Whether one of the first lines is of such a log."""
    return b"|acl_log(" in beginning or (b"pkt=ethernet(" in beginning and b"log_resource_ids=" in beginning)


def read(file: FlowFile) -> Iterator[Item]:
    """Yield a row for each packet that was logged."""
    reading = LineFile(file)
    others = 0
    for block in lines(file.stream):
        if isinstance(block, Quarantined):
            yield block
            continue
        for number, line in enumerate(block.text.splitlines(), block.first):
            fields = _fields(line)
            if fields is None:
                if b"acl_log(" in line or b"pkt=" in line:
                    yield Quarantined(number, "a line of a security group's log is malformed", 1, line[:EXCERPT])
                elif line.strip():
                    others += 1
                continue
            yield from reading.delimited(Lines(b"\t".join(fields) + b"\n", number), b"\t", COLUMNS, _no_comment)
    yield from reading.end()
    if others:
        yield Skipped("other lines of the log", others)


def _no_comment(line: bytes) -> None:
    del line


def _fields(line: bytes) -> list[bytes] | None:
    """The line as :data:`COLUMNS`; None if it is no such line."""
    verdict, time = _VERDICT.search(line), _TIME.search(line)
    if verdict is None or len(line) > LONGEST:
        return None
    if b"|acl_log(" in line:
        told = _of_ovn(line)
    elif (at := line.find(b"pkt=")) >= 0:
        told = _of_agent(line, line[at + 4 :])
    else:
        return None
    if told is None or not told[0] or not told[1]:
        return None
    packet, who = told[:-1], told[-1]
    return [time[0] if time else b"", *packet, verdict[1], who, b"1"]


def _of_ovn(line: bytes) -> list[bytes] | None:
    """Addresses, protocol, ports, ICMP, flags and the name of the rule."""
    first, name = _FIRST.search(line), _NAME.search(line)
    if first is None:
        return None
    packet = _pairs(line[first.end() :])
    source = packet.get(b"nw_src") or packet.get(b"ipv6_src", b"")
    target = packet.get(b"nw_dst") or packet.get(b"ipv6_dst", b"")
    rest = [packet.get(each, b"") for each in (b"tp_src", b"tp_dst", b"icmp_type", b"icmp_code", b"tcp_flags")]
    return [source, target, _protocol(first[1].lower(), packet), *rest, name[1] if name else b""]


def _of_agent(line: bytes, packet: bytes) -> list[bytes]:
    """The same of a packet as os-ken prints it, and the port of the instance."""
    layers = {name: _pairs(text) for name, text in _LAYER.findall(packet)}
    network = layers.get(b"ipv4") or layers.get(b"ipv6") or {}
    transport = layers.get(b"tcp") or layers.get(b"udp") or layers.get(b"sctp") or {}
    icmp = layers.get(b"icmp") or layers.get(b"icmpv6") or {}
    port = _PORT.search(line)
    return [
        network.get(b"src", b""),
        network.get(b"dst", b""),
        network.get(b"proto") or network.get(b"nxt", b""),
        transport.get(b"src_port", b""),
        transport.get(b"dst_port", b""),
        icmp.get(b"type", icmp.get(b"type_", b"")),
        icmp.get(b"code", b""),
        transport.get(b"bits", b""),
        port[1] if port else b"",
    ]


def _pairs(text: bytes) -> dict[bytes, bytes]:
    return {key: quoted or plain for key, quoted, plain in _PAIR.findall(text)}


def _protocol(name: bytes, packet: dict[bytes, bytes]) -> bytes:
    """OVN names the protocol with its IP version; others are told by number."""
    if name in _ICMP6:
        return b"58"
    if name in (b"ip", b"ipv6"):
        return packet.get(b"nw_proto", b"")
    return name.removesuffix(b"6") if name in (b"tcp6", b"udp6", b"sctp6") else name


READER = Reader("neutron", "security-group logs of OVN and Neutron", looks_like, read, appended=True)
