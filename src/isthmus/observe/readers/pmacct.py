"""JSON lines of pmacct: what nfacctd, sfacctd, pmacctd and uacctd print, write to files and send to Kafka.

Source: pmacct 1.7 (CONFIG-KEYS, ``print_output: json``). Recognised by the keys ``ip_src`` and ``ip_dst`` of the first
object. A record's position is its line. A time without a zone is taken as UTC (``timestamps_since_epoch`` and
``timestamps_rfc3339`` are clear). Counters that pmacct multiplied itself (``nfacctd_renormalize``) cannot be told from
others: turn that off, and let it tell ``sampling_rate``.
"""

from collections.abc import Iterator

from isthmus.observe.readers import rows, values
from isthmus.observe.readers.columns import LineFile, first_object
from isthmus.observe.readers.reader import FlowFile, Item, Reader

KEYS = {
    "ip_src": (values.SOURCE, 0),
    "ip_dst": (values.TARGET, 0),
    "src_host": (values.SOURCE, 0),
    "dst_host": (values.TARGET, 0),
    "ip_proto": (values.PROTOCOL, 0),
    "port_src": (values.PORT, rows.SRC_PORT),
    "port_dst": (values.PORT, rows.DST_PORT),
    "tcp_flags": (values.FLAGS, 0),
    "icmp_type": (values.COUNT, rows.ICMP_TYPE),
    "icmp_code": (values.COUNT, rows.ICMP_CODE),
    "packets": (values.COUNT, rows.PACKETS),
    "bytes": (values.COUNT, rows.BYTES),
    "timestamp_start": (values.TIME, rows.START_MS),
    "timestamp_end": (values.TIME, rows.END_MS),
    "timestamp_min": (values.TIME, rows.START_MS),
    "timestamp_max": (values.TIME, rows.END_MS),
    "stamp_inserted": (values.TIME, rows.START_MS),
    "stamp_updated": (values.TIME, rows.END_MS),
    "peer_ip_src": (values.EXPORTER, 0),
    "iface_in": (values.INTERFACE, rows.IN_INTERFACE),
    "iface_out": (values.INTERFACE, rows.OUT_INTERFACE),
    "sampling_rate": (values.SAMPLING, rows.SAMPLING),
    "fwd_status": (values.FORWARDING, 0),
    "post_nat_ip_src": (values.NAT_SOURCE, 0),
    "post_nat_ip_dst": (values.NAT_TARGET, 0),
    "post_nat_port_src": (values.NAT_PORT, rows.NAT_SRC_PORT),
    "post_nat_port_dst": (values.NAT_PORT, rows.NAT_DST_PORT),
}


def looks_like(beginning: bytes) -> bool:
    """Whether the first line is an object with pmacct's keys of addresses."""
    found = first_object(beginning)
    return found is not None and ("ip_src" in found or "ip_dst" in found)


def read(file: FlowFile) -> Iterator[Item]:
    """Yield a row for each line."""
    return LineFile(file).objects(file.stream, KEYS)


READER = Reader("pmacct", "JSON lines of pmacct", looks_like, read, appended=True)
