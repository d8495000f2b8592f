"""JSON lines of goflow2 (and of goflow, its predecessor): NetFlow, IPFIX and sFlow as one flat object a line.

Source: goflow2's documentation (docs/protocols.md, ``-format json``), with the names of version 2 (``src_addr``) and of
version 1 (``SrcAddr``). Recognised by its keys of the sampler and of addresses. A record's position is its line.
Counters are not multiplied by the sampling rate; octets of sFlow are those of the frame.
"""

from collections.abc import Iterator

from isthmus.observe.readers import rows, values
from isthmus.observe.readers.columns import LineFile, first_object
from isthmus.observe.readers.reader import FlowFile, Item, Reader

_NEW = {
    "src_addr": (values.SOURCE, 0),
    "dst_addr": (values.TARGET, 0),
    "proto": (values.PROTOCOL, 0),
    "src_port": (values.PORT, rows.SRC_PORT),
    "dst_port": (values.PORT, rows.DST_PORT),
    "tcp_flags": (values.FLAGS, 0),
    "icmp_type": (values.COUNT, rows.ICMP_TYPE),
    "icmp_code": (values.COUNT, rows.ICMP_CODE),
    "packets": (values.COUNT, rows.PACKETS),
    "bytes": (values.COUNT, rows.BYTES),
    "time_flow_start_ns": (values.NANOS, rows.START_MS),
    "time_flow_end_ns": (values.NANOS, rows.END_MS),
    "sampling_rate": (values.SAMPLING, rows.SAMPLING),
    "sampler_address": (values.EXPORTER, 0),
    "in_if": (values.INTERFACE, rows.IN_INTERFACE),
    "out_if": (values.INTERFACE, rows.OUT_INTERFACE),
    "forwarding_status": (values.FORWARDING, 0),
}
_OLD = {
    "SrcAddr": (values.SOURCE, 0),
    "DstAddr": (values.TARGET, 0),
    "Proto": (values.PROTOCOL, 0),
    "SrcPort": (values.PORT, rows.SRC_PORT),
    "DstPort": (values.PORT, rows.DST_PORT),
    "TCPFlags": (values.FLAGS, 0),
    "IcmpType": (values.COUNT, rows.ICMP_TYPE),
    "IcmpCode": (values.COUNT, rows.ICMP_CODE),
    "Packets": (values.COUNT, rows.PACKETS),
    "Bytes": (values.COUNT, rows.BYTES),
    "TimeFlowStart": (values.SECONDS, rows.START_MS),
    "TimeFlowEnd": (values.SECONDS, rows.END_MS),
    "TimeFlowStartMs": (values.MILLIS, rows.START_MS),
    "TimeFlowEndMs": (values.MILLIS, rows.END_MS),
    "SamplingRate": (values.SAMPLING, rows.SAMPLING),
    "SamplerAddress": (values.EXPORTER, 0),
    "InIf": (values.INTERFACE, rows.IN_INTERFACE),
    "OutIf": (values.INTERFACE, rows.OUT_INTERFACE),
    "ForwardingStatus": (values.FORWARDING, 0),
}
KEYS = _NEW | _OLD


def looks_like(beginning: bytes) -> bool:
    """Whether the first line is an object that names a sampler and addresses as goflow2 does."""
    found = first_object(beginning)
    if found is None:
        return False
    return ("sampler_address" in found and "src_addr" in found) or ("SamplerAddress" in found and "SrcAddr" in found)


def read(file: FlowFile) -> Iterator[Item]:
    """Yield a row for each line."""
    return LineFile(file).objects(file.stream, KEYS)


READER = Reader("goflow2", "JSON lines of goflow2", looks_like, read, appended=True)
