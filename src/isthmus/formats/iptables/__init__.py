"""``iptables-save``, ``ip6tables-save`` and ``ipset save``: the tables of a Linux host, and the sets that they ask for.

.. code-block:: text

    *filter
    :INPUT DROP [0:0]
    -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
    -A INPUT -p tcp -m tcp --dport 1024:65535 -m set --match-set clients src -j ACCEPT
    COMMIT

The first line that iptables-save writes tells the IP version; without it an address, ICMP or the file's name does.
Chains are called as nftables would call them: ``ip filter INPUT``, ``ip6 nat POSTROUTING``. Sets and tables of one
device's folder are read together.

Where a rule asks for what is no field of our packets (``limit``, ``owner``, ``time``…), it may match; where a target
may do anything to a packet, it is unclear. `matches/` and `targets/` have a file for each kind; both list what is known
and not modelled.
"""

from isthmus.formats.format import Format
from isthmus.formats.iptables.codes import CODES
from isthmus.formats.iptables.lower import lower
from isthmus.formats.iptables.parse import looks_like, parse

FORMAT = Format(
    name="iptables",
    title="tables of iptables-save and ip6tables-save, and sets of ipset save",
    looks_like=looks_like,
    parse=parse,
    lower=lower,
    codes=CODES,
)
