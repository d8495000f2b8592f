"""CSV of flow records, with a header that names the columns: the schema's own names, nfdump's, and common ones.

Recognised by a header that names both addresses. The separator is a comma, a semicolon, a bar or a tab. Units are told
by names: ``start_ms`` is milliseconds, ``start_us`` microseconds, ``start`` and ``first`` seconds or a date and time
(without a zone: UTC, so run nfdump with ``TZ=UTC``). A record's position is its line. nfdump's summary at the end is
skipped.
"""

from collections.abc import Iterator

from isthmus.observe.readers import rows, values
from isthmus.observe.readers.columns import Does
from isthmus.observe.readers.headed import has_ends, names_of, read_headed
from isthmus.observe.readers.reader import FlowFile, Item, Reader

_ALIKE: dict[Does, str] = {
    (values.SOURCE, 0): "src sa src_addr srcaddr src_ip source_ip srcip ip_src source source_address src_address saddr",
    (values.TARGET, 0): (
        "dst da dst_addr dstaddr dst_ip destination_ip dstip ip_dst destination destination_address dst_address daddr"
    ),
    (values.NAT_SOURCE, 0): "nat_src xsa src_xlt_ip post_nat_src_ip nat_src_ip post_nat_ip_src xsrcaddr",
    (values.NAT_TARGET, 0): "nat_dst xda dst_xlt_ip post_nat_dst_ip nat_dst_ip post_nat_ip_dst xdstaddr",
    (values.NAT_PORT, rows.NAT_SRC_PORT): "nat_src_port xsp post_nat_src_port post_nat_port_src xsrcport",
    (values.NAT_PORT, rows.NAT_DST_PORT): "nat_dst_port xdp post_nat_dst_port post_nat_port_dst xdstport",
    (values.PROTOCOL, 0): "protocol pr proto ip_proto prot",
    (values.PORT, rows.SRC_PORT): "src_port sp srcport sport source_port port_src",
    (values.PORT, rows.DST_PORT): "dst_port dp dstport dport destination_port port_dst",
    (values.COUNT, rows.ICMP_TYPE): "icmp_type icmptype",
    (values.COUNT, rows.ICMP_CODE): "icmp_code icmpcode",
    (values.FLAGS, 0): "tcp_flags flg flags tcpflags",
    (values.TIME, rows.START_MS): "start ts first start_time first_seen firstseen timestamp_start time starttime",
    (values.TIME, rows.END_MS): "end te last end_time last_seen lastseen timestamp_end endtime",
    (values.MILLIS, rows.START_MS): "start_ms first_ms ts_ms",
    (values.MILLIS, rows.END_MS): "end_ms last_ms te_ms",
    (values.MICROS, rows.START_MS): "start_us first_us",
    (values.MICROS, rows.END_MS): "end_us last_us",
    (values.NANOS, rows.START_MS): "start_ns first_ns",
    (values.NANOS, rows.END_MS): "end_ns last_ns",
    (values.DURATION, 0): "duration",
    (values.DURATION_MS, 0): "duration_ms",
    (values.COUNT, rows.PACKETS): "packets ipkt pkts in_packets packetcount",
    (values.COUNT, rows.BYTES): "bytes ibyt octets in_bytes bytecount",
    (values.COUNT, rows.REPLY_PACKETS): "reply_packets",
    (values.COUNT, rows.REPLY_BYTES): "reply_bytes",
    (values.SAMPLING, rows.SAMPLING): "sampling sampling_rate samplingrate",
    (values.OUTCOME, 0): "outcome action verdict",
    (values.FORWARDING, 0): "fwd fwd_status forwarding_status",
    (values.INTERFACE, rows.IN_INTERFACE): "in_interface in iface_in in_if input input_snmp",
    (values.INTERFACE, rows.OUT_INTERFACE): "out_interface out iface_out out_if output output_snmp",
    (values.EXPORTER, 0): "exporter ra peer_ip_src router exporter_address sampler_address ip_router",
}
NAMES: dict[str, Does] = {name: does for does, names in _ALIKE.items() for name in names.split()}

_ELSEWHERE = {"exporteraddress", "exportername", "timereceived", "account-id", "interface-id", "log-status", "vpc-id"}
"""Names that other readers know better."""


def looks_like(beginning: bytes) -> bool:
    """Whether the first line is a header of several columns that names both addresses."""
    line = beginning.partition(b"\n")[0]
    if line.startswith((b"{", b"#")) or b"\0" in line:
        return False
    names = names_of(line)
    return len(names) > 2 and has_ends(names, NAMES) and not _ELSEWHERE & set(names) and b" " not in line.strip()


def read(file: FlowFile) -> Iterator[Item]:
    """Yield a row for each line."""
    return read_headed(file, NAMES, stop=b"Summary")


READER = Reader("csv", "CSV with a header", looks_like, read, appended=True)
