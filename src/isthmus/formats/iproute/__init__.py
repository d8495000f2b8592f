"""The JSON of iproute2, and ``sysctl -a``: interfaces, VRFs, routing tables and rules of a Linux device.

.. code-block:: text

    ip -j -d link                   > ip-link.json      kinds, VLANs, masters, tables of VRFs
    ip -j addr                      > ip-addr.json
    ip -j route show table all      > ip-route.json
    ip -j -6 route show table all   > ip6-route.json
    ip -j rule                      > ip-rule.json
    ip -j -6 rule                   > ip6-rule.json
    sysctl -a                       > sysctl.txt        what is forwarded

Listings are told apart by their first record, or by such names where they are empty. What the kernel adds for its own
addresses, and what concerns one link alone (loopback, ``fe80::/10``, multicast), is left out. A VRF whose table has no
default route goes on with the main table, as in Linux.
"""

from isthmus.formats.format import Format
from isthmus.formats.iproute.codes import CODES
from isthmus.formats.iproute.lower import lower
from isthmus.formats.iproute.parse import looks_like, parse

FORMAT = Format(
    name="iproute",
    title="listings of `ip -j`, and settings of `sysctl -a`",
    looks_like=looks_like,
    parse=parse,
    lower=lower,
    codes=CODES,
)
