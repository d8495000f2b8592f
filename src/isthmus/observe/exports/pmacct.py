"""pmacct: labels as a ``networks_file``, in which a network's number stands where an AS number would.

With ``networks_file`` (and ``nfacctd_as: file``, ``nfacctd_net: file``), aggregating by ``src_as, dst_as`` counts by
network. Numbers begin with the first of the private 32-bit AS numbers (RFC 6996); 0 is what has no label. Source:
pmacct's ``CONFIG-KEYS`` and ``examples/networks.lst.example``.

IPv6 networks are left out, and the file says how many: nfacctd 1.7.7, held against our tables, gave every IPv6 address
the label of the file's first IPv6 entry. Without such entries it gives none, which is at least not wrong.
"""

from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.exports.labels import labels_of

FIRST = 4_200_000_000


def write(compiled: CompiledPolicy) -> str:
    """The file: what numbers mean as comments, then a line a prefix."""
    labels = list(labels_of(compiled))
    known = [each for each in labels if each.prefix.version == 4]
    lines = [
        f"! networks of {' '.join(compiled.names.estate.split())}, policy {compiled.content[:16]}",
        f"! left out: {len(labels) - len(known)} IPv6 prefixes, which nfacctd 1.7.7 would label wrongly",
    ]
    lines += [f"! {number_of(row)} {' '.join(name.split())}" for row, name in enumerate(compiled.names.zones)]
    lines += [f"{number_of(each.row)},{each.prefix}" for each in known]
    return "\n".join(lines) + "\n"


def number_of(row: int) -> int:
    """The number that stands for a network."""
    return FIRST + row
