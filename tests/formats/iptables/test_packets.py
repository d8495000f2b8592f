"""Lines of iptables as packets: one packet a line, grouped under the sentence that they test."""

from dataclasses import replace

import pytest

from isthmus.packetset import Packet, PacketSet, Space, State, TcpFlags, ping, tcp, udp
from tests.formats.iptables.rules import possibly, rules, surely

SPACE = Space(max_nodes=1 << 18)
ACK = TcpFlags.ACK
SYN = TcpFlags.SYN
A, B = "10.0.0.1", "192.0.2.1"


def sets(line: str, *texts: str) -> tuple[PacketSet, PacketSet]:
    """What the line matches surely and what it matches possibly."""
    found = rules(f"-A FORWARD {line}", *texts)
    return surely(SPACE, found), possibly(SPACE, found)


EXACT = [
    # a range of ports and a state ask for both
    ("-p tcp -m tcp --dport 1024:65535 -m conntrack --ctstate NEW", tcp(A, B, 1024), True),
    ("-p tcp -m tcp --dport 1024:65535 -m conntrack --ctstate NEW", tcp(A, B, 65535), True),
    ("-p tcp -m tcp --dport 1024:65535 -m conntrack --ctstate NEW", tcp(A, B, 1023), False),
    ("-p tcp -m tcp --dport 1024:65535 -m conntrack --ctstate NEW", udp(A, B, 1024), False),
    (
        "-p tcp -m tcp --dport 1024:65535 -m conntrack --ctstate NEW",
        replace(tcp(A, B, 1024), state=State.INVALID),
        False,
    ),
    # either end may have the port; without `!` one is enough, with it none may
    ("-p tcp -m multiport --ports 22,80:90", tcp(A, B, 85), True),
    ("-p tcp -m multiport --ports 22,80:90", tcp(A, B, 1, source_port=22), True),
    ("-p tcp -m multiport --ports 22,80:90", tcp(A, B, 1, source_port=2), False),
    ("-p tcp -m multiport ! --ports 22,80:90", tcp(A, B, 1, source_port=22), False),
    ("-p tcp -m multiport ! --ports 22,80:90", tcp(A, B, 22, source_port=1), False),
    ("-p tcp -m multiport ! --ports 22,80:90", tcp(A, B, 1, source_port=2), True),
    # `! --dport` is about packets of the protocol
    ("-p tcp -m tcp ! --dport 22", tcp(A, B, 23), True),
    ("-p tcp -m tcp ! --dport 22", udp(A, B, 23), False),
    # `! --syn` is every other segment, `! --tcp-flags` too
    ("-p tcp ! --syn", tcp(A, B, 80), False),
    ("-p tcp ! --syn", replace(tcp(A, B, 80), flags=ACK), True),
    ("-p tcp ! --syn", replace(tcp(A, B, 80), flags=SYN | ACK), True),
    ("-p tcp -m tcp --tcp-flags SYN,ACK SYN,FIN", tcp(A, B, 80), False),
    ("-p tcp -m tcp ! --tcp-flags SYN,ACK SYN,FIN", tcp(A, B, 80), True),
    ("-p tcp -m tcp --tcp-flags ALL NONE", replace(tcp(A, B, 80), flags=TcpFlags(0)), True),
    # masks that are no prefix
    ("-s 10.0.0.1/255.0.0.255", tcp("10.9.9.1", B, 80), True),
    ("-s 10.0.0.1/255.0.0.255", tcp("10.9.9.2", B, 80), False),
    ("! -s 10.0.0.1/255.0.0.255", tcp("10.9.9.1", B, 80), False),
    ("! -s 10.0.0.1/255.0.0.255", tcp("10.9.9.2", B, 80), True),
    # several addresses, and two tests of one end
    ("-s 10.0.0.1,10.0.0.3", tcp("10.0.0.3", B, 80), True),
    ("-s 10.0.0.1,10.0.0.3", tcp("10.0.0.2", B, 80), False),
    ("-s 10.0.0.0/8 -m iprange --src-range 10.0.0.5-11.0.0.5", tcp("11.0.0.1", B, 80), False),
    ("-s 10.0.0.0/8 -m iprange --src-range 10.0.0.5-11.0.0.5", tcp("10.0.0.6", B, 80), True),
    ("-s 10.0.0.0/255.0.0.255 -m iprange --src-range 10.0.0.5-10.1.0.5", tcp("10.0.7.0", B, 80), True),
    ("-s 10.0.0.0/255.0.0.255 -m iprange --src-range 10.0.0.5-10.1.0.5", tcp("10.0.7.1", B, 80), False),
    # ICMP types and codes
    ("-p icmp -m icmp ! --icmp-type 3/4", ping(A, B), True),
    ("-p icmp -m icmp --icmp-type any", ping(A, B), True),
    ("-p icmp -m icmp --icmp-type 255", ping(A, B), True),
    ("-p icmp -m icmp ! --icmp-type any", ping(A, B), False),
    ("-p icmp -m icmp --icmp-type 0", ping(A, B), False),
    # only the rule's own IP version
    ("-p tcp", tcp("2001:db8::1", "2001:db8::2", 80), False),
    ("! -s 10.0.0.0/8", tcp("2001:db8::1", "2001:db8::2", 80), False),
    # protocol 0 is every protocol, `-p all` too
    ("-p 0", udp(A, B, 53), True),
    ("-p all", udp(A, B, 53), True),
    ("! -p udp", udp(A, B, 53), False),
    # states, and both ways to ask for them
    ("-m state --state NEW -m conntrack --ctstate NEW,RELATED", tcp(A, B, 80), True),
    ("-m state ! --state NEW", tcp(A, B, 80), False),
    ("-m conntrack ! --ctstate RELATED,ESTABLISHED", replace(tcp(A, B, 80), state=State.ESTABLISHED), False),
]


@pytest.mark.parametrize(("line", "packet", "matches"), EXACT)
def test_a_packet_matches_or_not(line: str, packet: Packet, matches: bool) -> None:
    sure, possible = sets(f"{line} -j ACCEPT")
    assert sure == possible
    assert (packet in sure) == matches


DOUBTED = [
    # a limit may stop any packet that matches the rest, and lets no other in
    ("-p tcp -m limit --limit 5/sec", tcp(A, B, 80), True),
    ("-p tcp -m limit --limit 5/sec", udp(A, B, 80), False),
    # the order of options does not matter
    ("-m owner --uid-owner 5 -s 10.0.0.0/8", tcp(A, B, 80), True),
    ("-m owner --uid-owner 5 -s 10.0.0.0/8", tcp(B, A, 80), False),
    # what looks like an option in a string is none
    ('-p tcp -m string --string "-p udp" --algo bm', tcp(A, B, 80), True),
    ("-p tcp -m string --string -p --algo bm --to 80", tcp(A, B, 80), True),
    ("-p tcp -m frobnicate --dport-like 80", tcp(A, B, 81), True),
]


@pytest.mark.parametrize(("line", "packet", "may_match"), DOUBTED)
def test_a_packet_may_match_or_not_at_all(line: str, packet: Packet, may_match: bool) -> None:
    sure, possible = sets(f"{line} -j ACCEPT")
    assert not sure
    assert (packet in possible) == may_match


SETS = """
create hosts hash:ip family inet
add hosts 10.0.0.1
create nets hash:net family inet
add nets 10.0.0.0/8
add nets 10.5.0.0/16 nomatch
add nets 10.5.5.0/24
create ends hash:ip,port family inet
add ends 10.0.0.1,tcp:80
add ends 10.0.0.1,udp:53-60
add ends 10.0.0.2,icmp:8/0
create passing hash:net family inet timeout 300
add passing 10.0.0.0/8 timeout 0
add passing 10.5.0.0/16 timeout 5 nomatch
create pairs hash:net,net family inet
add pairs 10.0.0.0/8,192.0.2.0/24
add pairs 10.0.0.0/24,192.0.2.0/28 nomatch
create blocks bitmap:ip range 10.0.0.0-10.0.255.255 netmask 24
add blocks 10.0.5.0
create numbers bitmap:port range 0-65535
add numbers 80-90
create six hash:net family inet6
add six 2001:db8::/32
create both list:set size 8
add both hosts
add both nets
"""

MEMBERS = [
    ("hosts src", tcp("10.0.0.1", B, 80), "yes"),
    ("hosts dst", tcp("10.0.0.1", B, 80), "no"),
    # the longest prefix counts, whichever it is
    ("nets src", tcp("10.1.0.1", B, 80), "yes"),
    ("nets src", tcp("10.5.1.1", B, 80), "no"),
    ("nets src", tcp("10.5.5.1", B, 80), "yes"),
    # protocol and port are one part; a range stands for each port of it
    ("ends src,dst", tcp("10.0.0.1", B, 80), "yes"),
    ("ends src,dst", udp("10.0.0.1", B, 80), "no"),
    ("ends src,dst", udp("10.0.0.1", B, 60), "yes"),
    ("ends src,src", tcp("10.0.0.1", B, 80), "no"),
    ("ends src,dst", ping("10.0.0.2", B), "yes"),
    ("ends src,dst", ping("10.0.0.1", B), "no"),
    # fewer directions than parts find nothing; more do no harm
    ("ends src", tcp("10.0.0.1", B, 80), "no"),
    ("hosts src,dst", tcp("10.0.0.1", B, 80), "yes"),
    # what passes may be gone, and then what lies around it counts
    ("passing src", tcp("10.1.0.1", B, 80), "yes"),
    ("passing src", tcp("10.5.0.1", B, 80), "maybe"),
    ("passing src", tcp("11.0.0.1", B, 80), "no"),
    # both ends, and an exception inside both
    ("pairs src,dst", tcp("10.1.0.1", "192.0.2.1", 80), "yes"),
    ("pairs src,dst", tcp("10.0.0.1", "192.0.2.1", 80), "no"),
    ("pairs src,dst", tcp("10.0.0.1", "192.0.2.17", 80), "yes"),
    ("blocks src", tcp("10.0.5.77", B, 80), "yes"),
    ("blocks src", tcp("10.0.6.77", B, 80), "no"),
    # a set of ports knows TCP and UDP
    ("numbers dst", tcp(A, B, 85), "yes"),
    ("numbers dst", udp(A, B, 85), "yes"),
    ("numbers dst", ping(A, B), "no"),
    # a set of the other IP version holds nothing
    ("six src", tcp(A, B, 80), "no"),
    # a list of sets holds what one of them holds
    ("both src", tcp("10.5.1.1", B, 80), "no"),
    ("both src", tcp("10.5.5.1", B, 80), "yes"),
    ("nowhere src", tcp(A, B, 80), "maybe"),
]


@pytest.mark.parametrize(("asked", "packet", "belongs"), MEMBERS)
def test_a_packet_is_in_a_set_or_not_and_the_negation_says_the_opposite(
    asked: str, packet: Packet, belongs: str
) -> None:
    sure, possible = sets(f"-m set --match-set {asked} -j ACCEPT", SETS)
    outside, perhaps_outside = sets(f"-m set ! --match-set {asked} -j ACCEPT", SETS)
    assert (packet in sure, packet in possible) == (belongs == "yes", belongs != "no")
    assert (packet in outside, packet in perhaps_outside) == (belongs == "no", belongs != "yes")


@pytest.mark.parametrize("asked", sorted({asked for asked, _, _ in MEMBERS}))
def test_inside_and_outside_are_everything(asked: str) -> None:
    """What is surely inside and what may be outside make the whole, and so do the others."""
    sure, possible = sets(f"-m set --match-set {asked} -j ACCEPT", SETS)
    outside, perhaps_outside = sets(f"-m set ! --match-set {asked} -j ACCEPT", SETS)
    everything, _ = sets("-j ACCEPT")
    assert sure | perhaps_outside == everything == possible | outside
    assert not sure & perhaps_outside
    assert not possible & outside
