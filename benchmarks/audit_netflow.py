"""Flow records as NetFlow v9 datagrams (RFC 3954), and nfcapd collecting them from the loopback interface."""

import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from benchmarks.audit_data import FIRST_MS

TOGETHER = 40
"""Records in a datagram."""

_TEMPLATES = {4: (256, ((8, 4), (12, 4))), 6: (257, ((27, 16), (28, 16)))}
_FIELDS = ((7, 2), (11, 2), (4, 1), (6, 1), (22, 4), (21, 4), (2, 4), (1, 4))
_REST = [("src_port", ">u2"), ("dst_port", ">u2"), ("protocol", "u1"), ("tcp_flags", "u1"),
         ("start_ms", ">u4"), ("end_ms", ">u4"), ("packets", ">u4"), ("bytes", ">u4")]  # fmt: skip
_V4 = np.dtype([("src", ">i4"), ("dst", ">i4"), *_REST])
_V6 = np.dtype([(f"{end}_{half}", ">i8") for end in ("src", "dst") for half in ("hi", "lo")] + _REST)
_HEADER = np.dtype([("version", ">u2"), ("count", ">u2"), ("uptime", ">u4"), ("seconds", ">u4"), ("sequence", ">u4"),
                    ("source", ">u4"), ("set", ">u2"), ("length", ">u2")])  # fmt: skip


def datagrams(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Templates first, then records, in as few datagrams as hold them; a batch's last may be smaller."""
    sequence = 0
    for version in (4, 6):
        yield _template(version, sequence)
        sequence += 1
    for batch in batches:
        records = _records(batch)
        full = len(records) // TOGETHER * TOGETHER
        for part in (records[:full].reshape(-1, TOGETHER), records[full:].reshape(1, -1)):
            if part.size:
                for row in _framed(part, sequence):
                    yield row.tobytes()
                sequence += len(part)


def _template(version: int, sequence: int) -> bytes:
    number, addresses = _TEMPLATES[version]
    fields = b"".join(struct.pack(">HH", *each) for each in (*addresses, *_FIELDS))
    body = struct.pack(">HHHH", 0, 8 + len(fields), number, len(fields) // 4) + fields
    return struct.pack(">HHIIII", 9, 1, 0, FIRST_MS // 1000, sequence, 1) + body


def _records(batch: pa.RecordBatch) -> "np.ndarray[tuple[int], np.dtype[np.void]]":
    kind = _V4 if "src" in batch.schema.names else _V6
    made = np.zeros(batch.num_rows, kind)
    for name in kind.names or ():
        values = batch.column(name).to_numpy()
        made[name] = (
            values - FIRST_MS if name.endswith("_ms") else np.maximum(values, 0) if name in _COUNTED else values
        )
    return made


_COUNTED = {"packets", "bytes", "tcp_flags"}


def _framed(
    part: "np.ndarray[tuple[int, int], np.dtype[np.void]]", sequence: int
) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    """A row for each row of records: header, set header, records, padding."""
    kind = part.dtype
    body = part.view(np.uint8).reshape(len(part), -1)
    padding = -body.shape[1] % 4
    head = np.zeros(len(part), _HEADER)
    uptime = (part["end_ms"].max(axis=1).astype(np.int64) // 1000 + 1) * 1000
    head["version"], head["count"], head["uptime"], head["source"] = 9, part.shape[1], uptime, 1
    head["seconds"] = FIRST_MS // 1000 + uptime // 1000
    head["sequence"] = np.arange(sequence, sequence + len(part))
    head["set"], head["length"] = 256 if kind == _V4 else 257, 4 + body.shape[1] + padding
    empty = np.zeros((len(part), padding), np.uint8)
    return np.concatenate([head.view(np.uint8).reshape(len(part), -1), body, empty], axis=1)


def collect(made: Iterable[bytes], folder: Path) -> Path:
    """The file that nfcapd (LZ4) makes of datagrams; none is lost, since its queue is watched."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["nfcapd", "-w", str(folder), "-p", str(port), "-b", "127.0.0.1", "-y", "-t", "86400"]
    command += ["-B", "200000"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as collector:
        try:
            _send(made, port)
        finally:
            collector.send_signal(signal.SIGTERM)
            collector.wait(120)
    found = [each for each in folder.iterdir() if each.name.startswith("nfcapd.") and "current" not in each.name]
    if len(found) != 1:
        raise RuntimeError(f"nfcapd left {[each.name for each in folder.iterdir()]}")
    return found[0]


def _send(made: Iterable[bytes], port: int) -> None:
    deadline = time.monotonic() + 30
    while _waiting(port) is None:
        if time.monotonic() > deadline:
            raise RuntimeError("nfcapd does not listen")
        time.sleep(0.05)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", port))
        for number, each in enumerate(made):
            sender.send(each)
            if number % 16 == 0:
                _drained(port, 40_000)
    _drained(port, 0)
    time.sleep(0.5)


def _drained(port: int, most: int) -> None:
    deadline = time.monotonic() + 60
    while (_waiting(port) or 0) > most:
        if time.monotonic() > deadline:
            raise RuntimeError("nfcapd does not read")
        time.sleep(0.0005)


def _waiting(port: int) -> int | None:
    """How many octets wait in the queue of a UDP port; None where nobody listens."""
    wanted = f":{port:04X}"
    for line in Path("/proc/net/udp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(wanted):
            return int(fields[4].split(":")[1], 16)
    return None


def capture(made: Iterable[bytes]) -> bytes:
    """A capture (pcap, raw IPv4) of the datagrams on their way to a collector."""
    whole = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)]
    for number, each in enumerate(made):
        udp = struct.pack(">HHHH", 40000, 2055, 8 + len(each), 0) + each
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes((192, 0, 2, 1)), bytes(4))
        seconds = FIRST_MS // 1000 + number
        whole.append(struct.pack("<IIII", seconds, 0, 20 + len(udp), 20 + len(udp)) + ip + udp)
    return b"".join(whole)
