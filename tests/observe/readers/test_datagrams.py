"""Templates, options, sequence numbers and damage in export datagrams, told by an exporter of our own."""

import struct
from typing import Any

import pytest

from isthmus.observe.readers import UnreadableError
from tests.observe.readers.exporter import (
    EXPORTED,
    FIELDS,
    UPTIME,
    a_set,
    flow,
    ipfix,
    options,
    pcap,
    pcapng,
    template,
    udp,
    v9,
)
from tests.observe.readers.workshop import Read, read, with_bytes


def received(*messages: bytes, **told: Any) -> Read:
    return read(pcap(*map(udp, messages)), **told)


def one(*fields: tuple[int, int] | tuple[int, int, int], body: bytes) -> Any:
    """The row that one record of IPFIX becomes."""
    found = received(ipfix(template(300, *fields), a_set(300, body)))
    assert not found.quarantined, found.quarantined
    return found.rows[0]


ENDS = ((8, 4), (12, 4), (4, 1))
HERE = bytes((10, 0, 0, 1, 192, 0, 2, 9, 6))


def test_times_count_from_the_start_of_the_exporter_in_version_9() -> None:
    body = HERE + struct.pack(">II", 1000, 1500)
    row = received(v9(template(300, *ENDS, (22, 4), (21, 4), kind=0), a_set(300, body))).rows[0]
    start = EXPORTED * 1000 - UPTIME
    assert (row["start_ms"], row["end_ms"], row["exporter"]) == (start + 1000, start + 1500, "192.0.2.1")


@pytest.mark.parametrize(
    ("fields", "body", "start", "end"),
    [
        (
            ((152, 8), (153, 8)),
            struct.pack(">QQ", 1_600_000_000_123, 1_600_000_000_999),
            1_600_000_000_123,
            1_600_000_000_999,
        ),
        (((150, 4), (151, 4)), struct.pack(">II", 1_600_000_000, 1_600_000_001), 1_600_000_000_000, 1_600_000_001_000),
        (
            ((154, 8), (155, 8)),
            struct.pack(">IIII", 3_808_988_800, 1 << 31, 3_808_988_801, 0),
            1_600_000_000_500,
            1_600_000_001_000,
        ),
        (((158, 4),), struct.pack(">I", 2_500_000), EXPORTED * 1000 - 2500, EXPORTED * 1000 - 2500),
        (((152, 8), (161, 4)), struct.pack(">QI", 1_600_000_000_000, 77), 1_600_000_000_000, 1_600_000_000_077),
        (
            ((160, 8), (22, 4), (21, 4)),
            struct.pack(">QII", 1_600_000_000_000, 5, 9),
            1_600_000_000_005,
            1_600_000_000_009,
        ),
        ((), b"", EXPORTED * 1000, EXPORTED * 1000),
    ],
)
def test_every_way_to_tell_a_time(fields: tuple[tuple[int, int], ...], body: bytes, start: int, end: int) -> None:
    row = one(*ENDS, *fields, body=HERE + body)
    assert (row["start_ms"], row["end_ms"]) == (start, end)


def test_counters_of_any_size_and_of_the_way_back() -> None:
    fields = ((2, 3), (1, 8), (2, 4, 29305), (1, 4, 29305))
    row = one(*ENDS, *fields, body=HERE + b"\0\1\0" + struct.pack(">QII", 70_000, 2, 900))
    assert (row["packets"], row["bytes"], row["reply_packets"], row["reply_bytes"], row["biflow"]) == (
        256,
        70_000,
        2,
        900,
        1,
    )


def test_fields_of_variable_length_and_of_enterprises_are_skipped() -> None:
    fields = ((8, 4), (82, 65535), (999, 3, 4242), (12, 4), (371, 65535), (4, 1), (11, 2))
    long = b"\xff" + struct.pack(">H", 300) + bytes(300)
    record = bytes((10, 0, 0, 1)) + b"\x03eth" + b"abc" + bytes((192, 0, 2, 9)) + long + b"\x06" + b"\x01\xbb"
    found = received(ipfix(template(300, *fields), a_set(300, record + record)))
    assert found.only("src", "dst", "protocol", "dst_port") == [("10.0.0.1", "192.0.2.9", 6, 443)] * 2


def test_translation_and_outcome_of_a_firewall() -> None:
    fields = ((7, 2), (225, 4), (226, 4), (227, 2), (233, 1))
    row = one(*ENDS, *fields, body=HERE + struct.pack(">H4s4sHB", 5, b"\xb9\x0f\x38\x01", b"\xc0\0\2\x09", 6, 3))
    assert (row["nat_src"], row["nat_dst"], row["nat_src_port"], row["outcome"]) == ("185.15.56.1", None, 6, 2)


@pytest.mark.parametrize(("status", "outcome"), [(0, 0), (64, 1), (130, 2), (192, 1)])
def test_the_forwarding_status(status: int, outcome: int) -> None:
    assert one(*ENDS, (89, 1), body=HERE + bytes((status,)))["outcome"] == outcome


def test_icmp_is_in_its_own_field_or_in_the_port() -> None:
    ping = HERE[:8] + b"\x01"
    assert one(*ENDS, (32, 2), body=ping + b"\x08\x00")["icmp_type"] == 8
    row = one(*ENDS, (11, 2), body=ping + b"\x03\x01")
    assert (row["icmp_type"], row["icmp_code"], row["dst_port"]) == (3, 1, 0)


def test_a_frame_in_the_record_is_read() -> None:
    frame = udp(b"hello")
    row = one((315, 65535), (10, 4), body=bytes((len(frame),)) + frame + struct.pack(">I", 3))
    assert (row["src"], row["dst_port"], row["protocol"], row["bytes"], row["packets"]) == (
        "192.0.2.1",
        2055,
        17,
        33,
        1,
    )


def test_the_version_that_is_not_zero_counts_where_a_template_has_both() -> None:
    both = ((8, 4), (12, 4), (27, 16), (28, 16), (4, 1))
    six = bytes(8) + bytes.fromhex("20010db8") + bytes(11) + b"\1" + bytes.fromhex("20010db8") + bytes(11) + b"\2\6"
    assert one(*both, body=six)["src"] == "2001:db8::1"
    assert one(*both, body=HERE[:8] + bytes(32) + b"\6")["src"] == "10.0.0.1"


def test_a_template_of_another_exporter_or_domain_does_not_count() -> None:
    definition = ipfix(template(300, *FIELDS))
    data = ipfix(a_set(300, flow()), domain=8)
    assert not received(definition, data).rows
    other = pcap(udp(definition), udp(ipfix(a_set(300, flow())), sender=b"\xc0\0\2\2"))
    assert read(other).reasons == {"data records whose template never came": 1}


def test_data_that_comes_before_its_template_waits_for_it() -> None:
    found = received(ipfix(a_set(300, flow(1) + flow(2))), ipfix(template(300, *FIELDS)), ipfix(a_set(300, flow(3))))
    assert [row["src"] for row in found.rows] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert not found.quarantined


def test_a_withdrawn_template_is_forgotten_and_a_new_one_takes_its_place() -> None:
    withdrawal = a_set(2, struct.pack(">HH", 300, 0))
    found = received(ipfix(template(300, *FIELDS)), ipfix(withdrawal), ipfix(a_set(300, flow())))
    assert found.reasons == {"data records whose template never came": 1}
    other = template(300, *ENDS)
    found = received(ipfix(template(300, *FIELDS)), ipfix(other), ipfix(a_set(300, HERE)))
    assert found.only("src", "packets") == [("10.0.0.1", -1)]


def test_a_template_that_changes_does_not_change_what_came_before() -> None:
    found = received(
        ipfix(template(300, *FIELDS), a_set(300, flow(1)), template(300, (12, 4), (8, 4), (4, 1)), a_set(300, HERE))
    )
    assert found.only("src") == [("10.0.0.1",), ("192.0.2.9",)]


def test_sampling_rates_of_option_data() -> None:
    told = options(400, 1, (149, 4), (302, 8), (305, 4), (306, 4))
    value = a_set(400, struct.pack(">IQII", 7, 3, 1, 99))
    found = received(ipfix(told, value), ipfix(template(300, *ENDS, (302, 4)), a_set(300, HERE + struct.pack(">I", 3))))
    assert found.rows[0]["sampling"] == 100
    assert found.reading.skipped == {"option data": 1}


def test_a_problem_before_option_data_is_told_once() -> None:
    told = options(400, 1, (149, 4), (302, 8), (305, 4), (306, 4))
    value = a_set(400, struct.pack(">IQII", 7, 3, 1, 99))
    data = a_set(300, flow())
    found = received(ipfix(template(300, *FIELDS), a_set(4, b"1234"), told, data, value, value, data))
    assert found.reasons == {"the number of a set is reserved": 1}
    assert len(found.rows) == 2


def test_lost_messages_are_counted() -> None:
    definition = template(300, *FIELDS)
    found = received(v9(definition, sequence=1), v9(sequence=2), v9(sequence=9), v9(sequence=8), v9(sequence=10))
    assert found.reading.lost == {"datagrams": 6}
    found = received(
        ipfix(template(300, *FIELDS), sequence=0), ipfix(a_set(300, flow() * 3)), ipfix(a_set(300, flow()), sequence=5)
    )
    assert found.reading.lost == {"flow records": 2}


def test_version_5() -> None:
    record = struct.pack(
        ">4s4s4sHHIIIIHHBBBBHHBBH",
        bytes((10, 0, 0, 1)),
        bytes((192, 0, 2, 9)),
        bytes(4),
        3,
        4,
        5,
        500,
        10,
        20,
        40_000,
        443,
        0,
        18,
        6,
        0,
        0,
        0,
        0,
        0,
        0,
    )
    header = struct.pack(">HHIIIIBBH", 5, 2, UPTIME, EXPORTED, 500_000_000, 1, 0, 0, 0x4064)
    found = received(header + record + record)
    row = found.rows[0]
    assert (row["src"], row["dst"], row["src_port"], row["dst_port"]) == ("10.0.0.1", "192.0.2.9", 40_000, 443)
    assert (row["packets"], row["bytes"], row["sampling"], row["tcp_flags"]) == (5, 500, 100, 18)
    assert (row["in_interface"], row["out_interface"]) == (3, 4)
    assert row["start_ms"] == EXPORTED * 1000 + 500 - UPTIME + 10
    assert found.rows[1]["record"] - row["record"] == 48
    cut = received(header + record)
    assert (len(cut.rows), cut.reasons) == (1, {"a datagram of NetFlow v5 is shorter than its records": 2})


def sflow(*samples: bytes, sequence: int = 1) -> bytes:
    return struct.pack(">IIIIIII", 5, 1, 0xC0000209, 0, sequence, 1000, len(samples)) + b"".join(samples)


def sample(kind: int, body: bytes) -> bytes:
    return struct.pack(">II", kind, len(body)) + body


def raw_packet(frame: bytes, *, rate: int = 512, out: int = 9) -> bytes:
    padded = frame + bytes(-len(frame) % 4)
    record = struct.pack(">IIIIII", 1, 16 + len(padded), 1, len(frame), 0, len(frame)) + padded
    return sample(1, struct.pack(">IIIIIIII", 1, 0, rate, 0, 0, 8, out, 1) + record)


def test_a_sample_of_sflow_is_a_flow_of_one_packet() -> None:
    found = received(sflow(raw_packet(udp(b"hello")), sample(2, bytes(16))))
    row = found.rows[0]
    assert (row["src"], row["dst_port"], row["packets"], row["bytes"]) == ("192.0.2.1", 2055, 1, 33)
    assert (row["sampling"], row["in_interface"], row["out_interface"]) == (512, 8, 9)
    assert (row["exporter"], row["start_ms"]) == ("192.0.2.9", EXPORTED * 1000 + 500)
    assert found.reading.skipped == {"samples without an IP packet": 1}


def test_a_packet_that_was_dropped_is_refused() -> None:
    row = received(sflow(raw_packet(udp(b""), out=(1 << 30) + 1))).rows[0]
    assert (row["outcome"], row["out_interface"]) == (2, -1)


def test_damaged_samples_are_set_aside() -> None:
    good = raw_packet(udp(b"hello"))
    found = received(sflow(good[:-8]))
    assert found.reasons == {"a sample of sFlow is cut off": 1}
    assert received(sflow(good, sequence=1), sflow(good, sequence=4)).reading.lost == {"datagrams": 2}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [0xA1B2C3D4, 0xA1B23C4D])
def test_captures_of_both_orders_and_units(order: str, magic: int) -> None:
    row = read(pcap(udp(sflow(raw_packet(udp(b"")))), order=order, magic=magic)).rows[0]
    assert row["start_ms"] == EXPORTED * 1000 + (500 if magic == 0xA1B2C3D4 else 0)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("resolution", [None, 3, 6, 9])
def test_captures_of_the_newer_kind(order: str, resolution: int | None) -> None:
    frames = [udp(sflow(raw_packet(udp(b""))))] * 3
    rows = read(pcapng(frames, order=order, resolution=resolution)).rows
    assert [row["start_ms"] for row in rows] == [EXPORTED * 1000 + 500] * 3


def test_vlan_tags_and_later_fragments() -> None:
    frame = udp(ipfix(template(300, *FIELDS), a_set(300, flow())))
    tagged = frame[:12] + b"\x88\xa8\0\1\x81\0\0\2" + frame[12:]
    assert len(read(pcap(tagged)).rows) == 1
    assert read(pcap(with_bytes(frame, 20, b"\0\x10"))).reasons == {"a later fragment of a datagram": 1}


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (ipfix(struct.pack(">HH", 300, 3)), "the length of a set does not fit its datagram"),
        (ipfix(struct.pack(">HH", 300, 99)), "the length of a set does not fit its datagram"),
        (ipfix(a_set(4, b"1234")), "the number of a set is reserved"),
        (ipfix(template(255, (8, 4))), "a template is malformed"),
        (ipfix(a_set(2, struct.pack(">HHHH", 300, 9, 8, 4))), "a template is malformed"),
        (ipfix(template(300, (8, 0))), "a template is malformed"),
        (ipfix()[:10], "a datagram ends inside its header"),
        (with_bytes(ipfix(), 2, b"\xff\xff"), "the length of an IPFIX message does not fit its datagram"),
        (ipfix(template(300, (4, 1)), a_set(300, b"\6")), "a data record has no addresses"),
        (ipfix(template(300, *ENDS, (82, 65535)), a_set(300, HERE + b"\x09abc")), "a data record is cut off"),
        (
            ipfix(template(300, *ENDS[:2], (4, 2)), a_set(300, HERE[:8] + b"\1\1")),
            "a value of a data record is out of bounds",
        ),
    ],
)
def test_damage_is_told_and_the_next_datagram_read(message: bytes, reason: str) -> None:
    good = ipfix(template(500, *FIELDS), a_set(500, flow()))
    found = received(message, good)
    assert found.reasons == {reason: 1}
    assert len(found.rows) == 1


def test_a_capture_that_ends_early_or_lies_about_lengths() -> None:
    whole = pcap(udp(ipfix(template(300, *FIELDS), a_set(300, flow()))))
    assert read(whole[:-3]).reasons == {"the capture ends inside a packet": 1}
    assert read(with_bytes(whole, 32, b"\xff\xff\xff\x7f")).reasons == {
        "the length of a packet is out of all bounds: the rest is not read": 1
    }
    with pytest.raises(UnreadableError, match="link layer 147"):
        read(pcap(link=147))
    with pytest.raises(UnreadableError, match="ends inside its header"):
        read(whole[:20])
    with pytest.raises(UnreadableError, match="no capture"):
        read(b"nothing", "datagrams")


def test_what_waits_for_a_template_is_bounded() -> None:
    body = bytes(60_000)
    found = received(*(ipfix(a_set(256 + each, body)) for each in range(600)))
    assert found.reasons == {"data records whose template never came": 600}
