"""The matches of iptables that are understood, a file for each field of a packet, and the names of the others.

Adding a match is adding its options to one of the files, or a file, and its name here.
"""

from collections.abc import Mapping

from isthmus.formats.iptables.matches import icmp, iprange, marks, members, own, ports, state
from isthmus.formats.iptables.options import Extension, Option

OWN: Mapping[str, Option] = own.OPTIONS
"""Options that need no match."""

EXTENSIONS: Mapping[str, Extension] = {
    **ports.EXTENSIONS,
    **icmp.EXTENSIONS,
    **state.EXTENSIONS,
    **marks.EXTENSIONS,
    **members.EXTENSIONS,
    **iprange.EXTENSIONS,
}

IMPLIED = {
    1: "icmp", 6: "tcp", 17: "udp", 33: "dccp", 50: "esp", 51: "ah", 58: "icmp6", 132: "sctp",
    135: "mh", 136: "udplite",
}  # fmt: skip
"""The match whose options may follow ``-p`` without ``-m``, by protocol."""

_NOT_MODELLED = """
account addrtype ah bpf cgroup cluster connbytes connlabel connlimit connmark condition cpu devgroup dscp dst ecn esp
eui64 frag fuzzy geoip hashlimit hbh helper hl iface ipcomp ipv4options ipv6header ipvs layer7 length limit lscan mac mh
nth osf owner physdev pkttype policy psd quota quota2 random rateest realm recent rpfilter rt socket srh statistic
string tcpmss time tos ttl u32 unclean
"""

PERHAPS = frozenset(_NOT_MODELLED.split())
"""Matches that exist, and that ask for something that is not a field of our packets: they may hold or not."""

ALWAYS = frozenset({"comment", "nfacct", "standard"})
"""Matches that every packet passes."""
