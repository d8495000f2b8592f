"""conntrack's lines: both tuples, translation, the events of one connection as one record."""

from collections import Counter

import pytest

from tests.observe.readers.workshop import FLOWS, needs_real_data, read, read_file

LISTED = (
    b"ipv4     2 tcp      6 112 TIME_WAIT src=172.16.0.10 dst=208.80.154.224 sport=37723 dport=443 packets=7 bytes=382 "
    b"src=208.80.154.224 dst=185.15.56.1 sport=443 dport=1024 packets=6 bytes=20372 [ASSURED] mark=0 use=1 id=9\n"
)
NEW = (
    b"[1795457263.977424]\t    [NEW] ipv4     2 tcp      6 120 SYN_SENT src=10.0.0.1 dst=192.0.2.1 sport=5 dport=443 "
    b"[UNREPLIED] src=10.0.0.7 dst=10.0.0.1 sport=8443 dport=5 id=77\n"
)
UPDATE = NEW.replace(b"    [NEW]", b" [UPDATE]").replace(b"SYN_SENT", b"ESTABLISHED").replace(b"263.9", b"264.9")
DESTROY = (
    b"[1795457272.355879]\t[DESTROY] ipv4     2 tcp      6 26 src=10.0.0.1 dst=192.0.2.1 sport=5 dport=443 packets=3 "
    b"bytes=252 src=10.0.0.7 dst=10.0.0.1 sport=8443 dport=5 packets=2 bytes=180 delta-time=9 "
    b"[start=Mon Nov 23 18:07:48 2026] [stop=Mon Nov 23 18:07:52 2026] id=77\n"
)


def test_a_listed_connection_with_source_translation() -> None:
    row = read(LISTED).rows[0]
    assert (row["src"], row["src_port"], row["dst"], row["dst_port"]) == ("172.16.0.10", 37723, "208.80.154.224", 443)
    assert (row["nat_src"], row["nat_src_port"], row["nat_dst"], row["nat_dst_port"]) == (
        "185.15.56.1",
        1024,
        None,
        None,
    )
    assert (row["packets"], row["bytes"], row["reply_packets"], row["reply_bytes"]) == (7, 382, 6, 20372)
    assert (row["biflow"], row["outcome"], row["protocol"], row["record"], row["tcp_flags"]) == (1, 1, 6, 1, -1)
    assert (row["start_ms"], row["end_ms"]) == (0, 0)


def test_the_events_of_one_connection_are_one_record() -> None:
    found = read(NEW + UPDATE + DESTROY)
    row = found.rows[0]
    assert len(found.rows) == 1
    assert (row["start_ms"], row["end_ms"], row["packets"], row["reply_bytes"]) == (
        1795457263977,
        1795457272355,
        3,
        180,
    )
    assert (row["nat_src"], row["nat_dst"], row["nat_dst_port"]) == (None, "10.0.0.7", 8443)
    assert (row["tcp_flags"], row["record"]) == (2, 3)
    assert found.reading.skipped == {"events of connections that another event tells of": 2}


def test_a_connection_that_is_still_open_is_told_at_the_end() -> None:
    rows = read(NEW + LISTED).rows
    assert [(row["record"], row["biflow"], row["packets"]) for row in rows] == [(1, 0, -1), (2, 1, 7)]


def test_the_end_of_a_connection_alone_tells_its_beginning_by_its_age() -> None:
    row = read(DESTROY).rows[0]
    assert row["end_ms"] - row["start_ms"] == 9000


def test_a_second_connection_of_the_same_ports_is_another() -> None:
    found = read(NEW + DESTROY + NEW.replace(b"id=77", b"id=78") + DESTROY.replace(b"id=77", b"id=78"))
    assert len(found.rows) == 2


def test_icmp_and_ipv6() -> None:
    text = (
        b"icmp     1 27 src=10.0.0.1 dst=192.0.2.1 type=8 code=0 id=1 src=192.0.2.1 dst=10.0.0.1 type=0 code=0 id=1\n"
        b"ipv6     10 udp      17 30 src=2001:db8::1 dst=2001:db8::2 sport=1 dport=53 [UNREPLIED] "
        b"src=2001:db8::2 dst=2001:db8::1 sport=53 dport=1\n"
    )
    assert read(text).only("src", "protocol", "icmp_type", "icmp_code", "dst_port") == [
        ("10.0.0.1", 1, 8, 0, 0),
        ("2001:db8::1", 17, -1, -1, 53),
    ]


def test_a_protocol_without_ports() -> None:
    text = b"ipv4     2 gre      47 29 src=10.0.0.1 dst=192.0.2.1 srckey=0x0 src=192.0.2.1 dst=10.0.0.1 dstkey=0x0\n"
    assert read(text).only("protocol", "src_port", "dst_port") == [(47, 0, 0)]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"src=172.16.0.10", b"src=172.16.0.300", "an address is not one"),
        (b"dst=185.15.56.1", b"dst=2001:db8::1", "the addresses of a line are of both IP versions"),
        (b"dport=443", b"dport=70000", "a port or an ICMP type is not a number that fits"),
        (b"sport=37723", b"sport=", "a port or an ICMP type is not a number that fits"),
        (b"bytes=382", b"bytes=99999999999999999999", "a counter is not a number"),
        (b"tcp      6", b"tcp      x", "a line has no protocol"),
        (b"src=208.80.154.224 ", b"", "a line has not both tuples"),
        (b"ipv4", b"[17954572x] ipv4", "the time of an event is not one"),
        (b"ipv4", b"[17979795457264.405659] ipv4", "a value of a line is out of bounds"),
    ],
)
def test_a_malformed_line_is_set_aside_and_the_next_one_read(old: bytes, new: bytes, reason: str) -> None:
    bad = LISTED.replace(old, new, 1)
    found = read(LISTED + bad + LISTED, "conntrack")
    assert len(found.rows) == 2
    assert found.reasons == {reason: 1}
    assert (found.quarantined[0].record, found.quarantined[0].excerpt) == (2, bad[:48])


def test_what_conntrack_says_itself_is_no_entry() -> None:
    text = b"conntrack v1.4.7 (conntrack-tools): 1 flow entries have been shown.\n"
    found = read(LISTED + text + b"nonsense\n\n")
    assert found.reading.skipped == {"messages of conntrack": 1}
    assert found.reasons == {"a line is no entry of conntrack": 1}


def test_more_open_connections_than_places_grow_the_table_and_none_is_lost() -> None:
    def line(number: int) -> bytes:
        client = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}".encode()
        return NEW.replace(b"10.0.0.1", client).replace(b"id=77", f"id={number}".encode())

    def end(number: int) -> bytes:
        client = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}".encode()
        return DESTROY.replace(b"10.0.0.1", client).replace(b"id=77", f"id={number}".encode())

    text = b"".join(map(line, range(9000))) + b"".join(map(end, range(1000, 9000)))
    found = read(text)
    assert found.reading.records == 9000
    assert Counter(row["biflow"] for row in found.rows) == {0: 1000, 1: 8000}
    assert len({row["src"] for row in found.rows}) == 9000


@needs_real_data
def test_the_lab_seen_by_its_router() -> None:
    """Twelve connections through the general NAT, six through a floating address, and so on, as was dialled."""
    listed = read_file(FLOWS / "lab-a" / "conntrack-list.log")
    events = read_file(FLOWS / "lab-a" / "conntrack-events.log")
    assert (len(listed.rows), len(events.rows)) == (75, 79)
    assert not listed.quarantined
    assert not events.quarantined
    columns = ("src", "nat_src", "dst", "nat_dst", "protocol", "dst_port")
    counts = Counter(row for row in events.only(*columns) if row[0] != "127.0.0.1")
    assert counts == {
        ("172.16.0.10", "185.15.56.1", "208.80.154.224", None, 6, 443): 12,
        ("172.16.0.10", "185.15.56.1", "208.80.154.224", None, 17, 53): 8,
        ("172.16.0.20", "185.15.56.20", "208.80.154.224", None, 6, 443): 6,
        ("172.16.0.10", None, "172.16.0.20", None, 6, 5432): 9,
        ("208.80.154.224", None, "185.15.56.20", "172.16.0.20", 6, 8080): 5,
        ("203.0.113.7", None, "185.15.56.20", "172.16.0.20", 6, 22): 4,
        ("172.16.0.10", None, "10.64.0.10", None, 6, 3306): 3,
        ("172.16.0.10", None, "172.20.5.5", None, 6, 8774): 7,
        ("172.20.5.5", None, "10.64.0.10", None, 6, 443): 2,
        ("10.64.20.5", None, "10.64.0.10", None, 6, 8140): 6,
        ("10.64.20.5", None, "10.64.0.10", None, 6, 636): 4,
        ("2a02:ec80:a000:1::10", None, "2620:0:861:ed1a::1", None, 6, 443): 5,
        ("172.16.0.10", "185.15.56.1", "203.0.113.7", None, 6, 443): 3,
        ("10.64.0.10", None, "172.16.0.10", None, 6, 22): 2,
        ("172.16.0.10", "185.15.56.1", "208.80.154.224", None, 1, 0): 1,
    }
