"""What a rule can ask about: each selector of the language, and the part of a packet that it stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from isthmus.formats.nftables import names
from isthmus.formats.services import PORTS, PROTOCOLS
from isthmus.packetset import Interval, only


class Kind(Enum):
    """How the values of a field are written, and which part of a packet they test."""

    ADDRESS = "address"
    PROTOCOL = "protocol"
    PORT = "port"
    TYPE = "type"
    CODE = "code"
    FLAGS = "flags"
    STATE = "state"
    VERSION = "version"
    INTERFACE = "interface"
    MARK = "mark"
    OTHER = "other"
    """Not modelled: a test of it may pass or fail."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One selector. ``slot`` is the part of a Box that its values go to.

    ``version`` and ``protocols`` are what asking implies: a packet of another kind fails the test. ``usual_version``
    is implied as well, unless the rule has settled the IP version before.
    """

    name: str
    kind: Kind
    slot: str = ""
    version: int | None = None
    usual_version: int | None = None
    protocols: tuple[Interval, ...] | None = None
    most: int = 0
    words: Mapping[str, int] | None = None
    is_mask: bool = False
    """A value alone asks for any of its bits, not for equality (``ct state``, ``tcp flags``)."""

    def __str__(self) -> str:
        return self.name


_HEADERS = {
    "ip": "saddr daddr protocol version hdrlength dscp ecn length id frag-off ttl checksum",
    "ip6": "saddr daddr nexthdr version dscp ecn flowlabel length hoplimit",
    "tcp": "sport dport flags sequence ackseq doff reserved window checksum urgptr",
    "udp": "sport dport length checksum",
    "udplite": "sport dport csumcov checksum",
    "sctp": "sport dport vtag checksum",
    "dccp": "sport dport type",
    "th": "sport dport",
    "icmp": "type code checksum id sequence gateway mtu",
    "icmpv6": "type code checksum parameter-problem packet-too-big id sequence max-delay mtu taddr daddr",
    "igmp": "type checksum mrt group",
    "ah": "nexthdr hdrlength reserved spi sequence",
    "esp": "spi sequence",
    "comp": "nexthdr flags cpi",
    "gre": "flags version protocol",
    "ether": "saddr daddr type",
    "vlan": "id cfi dei pcp type",
    "arp": "htype ptype hlen plen operation",
    "hbh": "nexthdr hdrlength",
    "frag": "nexthdr frag-off reserved more-fragments id",
    "dst": "nexthdr hdrlength",
    "mh": "nexthdr hdrlength type checksum",
    "srh": "flags tag",
    "rt": "nexthdr hdrlength type seg-left classid nexthop mtu ipsec",
}
_CARRIED = {
    "tcp": 6, "udp": 17, "udplite": 136, "sctp": 132, "dccp": 33, "icmp": 1, "icmpv6": 58, "igmp": 2, "ah": 51,
    "esp": 50, "comp": 108, "gre": 47,
}  # fmt: skip
_META = """
length protocol priority mark iif oif iifname oifname iiftype oiftype iifkind oifkind skuid skgid nftrace rtclassid
secmark nfproto l4proto ibrname obrname ibriport obriport ibrpvid ibrvproto ibrhwaddr pkttype cpu iifgroup oifgroup
cgroup random ipsec secpath time day hour sdif sdifname broute
"""
_CONNECTION = """
state direction status mark expiration helper label id zone eventmask event l3proto protocol src dst proto-src proto-dst
saddr daddr bytes packets avgpkt secmark timeout expectation
"""
UNQUALIFIED = frozenset((
    "mark", "iif", "oif", "iifname", "oifname", "iiftype", "oiftype", "iifkind", "oifkind", "skuid", "skgid", "nftrace",
    "rtclassid", "ibriport", "obriport", "ibrname", "obrname", "pkttype", "cpu", "iifgroup", "oifgroup", "cgroup",
))  # fmt: skip
"""Keys of ``meta`` that may be written without it."""

OPAQUE_GROUPS = (
    "fib", "socket", "osf", "ipsec", "numgen", "jhash", "symhash", "exthdr", "tcp option", "ip option", "sctp chunk",
    "dccp option", "raw payload", "inner payload", "arp address",
)  # fmt: skip
"""Selectors with words of their own that are read and not modelled."""


def _known() -> dict[str, Field]:
    made = {f"{header} {key}": _plain(header, key) for header, keys in _HEADERS.items() for key in keys.split()}
    for key in _META.split():
        made[f"meta {key}"] = Field(f"meta {key}", Kind.OTHER)
    for key in _CONNECTION.split():
        made[f"ct {key}"] = Field(f"ct {key}", Kind.OTHER, is_mask=key in ("status", "label", "event", "eventmask"))
    for name in OPAQUE_GROUPS:
        made[name] = Field(name, Kind.OTHER)
    made["tcp option"] = Field("tcp option", Kind.OTHER, protocols=(only(6),))
    made["ip option"] = Field("ip option", Kind.OTHER, version=4)
    made["exthdr"] = Field("exthdr", Kind.OTHER, version=6)
    return made | {each.name: each for each in _modelled(made)}


def _plain(header: str, key: str) -> Field:
    version = {"ip": 4, "ip6": 6, "hbh": 6, "frag": 6, "dst": 6, "mh": 6, "srh": 6}.get(header)
    if header == "rt" and key in ("nexthdr", "hdrlength", "type", "seg-left"):
        version = 6
    protocols = (only(_CARRIED[header]),) if header in _CARRIED else None
    usual = {"icmp": 4, "icmpv6": 6, "igmp": 4}.get(header)
    return Field(f"{header} {key}", Kind.OTHER, version=version, usual_version=usual, protocols=protocols)


def _modelled(plain: Mapping[str, Field]) -> list[Field]:
    made = []
    for key, slot in (("saddr", "source"), ("daddr", "destination")):
        made += [replace(plain[f"{ip} {key}"], kind=Kind.ADDRESS, slot=slot) for ip in ("ip", "ip6")]
    for key, slot in (("sport", "source_ports"), ("dport", "destination_ports")):
        for header in ("tcp", "udp", "udplite", "sctp", "dccp", "th"):
            made.append(replace(plain[f"{header} {key}"], kind=Kind.PORT, slot=slot, most=65535, words=PORTS))
    for name in ("ip protocol", "ip6 nexthdr", "meta l4proto"):
        made.append(replace(plain[name], kind=Kind.PROTOCOL, slot="protocols", most=255, words=PROTOCOLS))
    for header, types, codes in (
        ("icmp", names.ICMP_TYPES, names.ICMP_CODES),
        ("icmpv6", names.ICMPV6_TYPES, names.ICMPV6_CODES),
    ):
        made.append(replace(plain[f"{header} type"], kind=Kind.TYPE, slot="types", most=255, words=types))
        made.append(replace(plain[f"{header} code"], kind=Kind.CODE, slot="codes", most=255, words=codes))
    for key, slot in (("iif", "arriving"), ("iifname", "arriving"), ("oif", "leaving"), ("oifname", "leaving")):
        made.append(replace(plain[f"meta {key}"], kind=Kind.INTERFACE, slot=slot))
    flags = replace(plain["tcp flags"], kind=Kind.FLAGS, slot="flags", most=255, words=names.TCP_FLAGS, is_mask=True)
    state = replace(plain["ct state"], kind=Kind.STATE, slot="states", most=127, words=names.STATES, is_mask=True)
    mark = replace(plain["meta mark"], kind=Kind.MARK, slot="mark", most=0xFFFFFFFF)
    versions = [
        replace(plain[name], kind=Kind.VERSION, slot="version", most=65535, words=words)
        for name, words in (
            ("meta nfproto", names.NFPROTO), ("meta protocol", names.ETHERTYPE), ("ether type", names.ETHERTYPE),
        )
    ]  # fmt: skip
    return [*made, flags, state, mark, *versions]


FIELDS: Mapping[str, Field] = _known()
"""Every selector by its full name, such as ``tcp dport`` and ``meta iifname``."""

DATATYPES: Mapping[str, Field] = {
    "ipv4_addr": Field("ipv4_addr", Kind.ADDRESS, "source", version=4),
    "ipv6_addr": Field("ipv6_addr", Kind.ADDRESS, "source", version=6),
    "inet_service": Field("inet_service", Kind.PORT, "source_ports", most=65535, words=PORTS),
    "inet_proto": Field("inet_proto", Kind.PROTOCOL, "protocols", most=255, words=PROTOCOLS),
}
"""The types of sets whose elements are addresses, ports or protocols."""
