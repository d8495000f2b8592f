"""nftables: rulesets as text (``nft list ruleset``, files for ``nft -f``) and as JSON (``nft -j list ruleset``).

A chain is called ``FAMILY TABLE CHAIN`` in the model: ``inet filter input``. A folder's files are carried out in the
order of their names; a file that another one includes is put in where it is included. What is read, by its effect:

============================  ========================================================================================
modelled                      families ip, ip6, inet, netdev; base chains with hook, priority, policy, devices; dormant
                              tables; `define`, `include` of files that are there, `add`, `insert`, `delete`, `flush`
tests                         addresses, prefixes, ranges, masks; ports of tcp, udp, udplite, sctp, dccp; protocols;
                              ICMP types and codes; TCP flags under masks; `ct state`; `meta nfproto`, `protocol`,
                              `mark`, `iif`, `oif`, `iifname`, `oifname`; comparisons, negation, sets, concatenations
actions                       accept, drop, reject, jump, goto, return, verdict maps (a rule for each element), snat,
                              dnat, masquerade, redirect, also by maps and 1:1, `meta mark set`, `notrack`
without effect                counters (their packets are kept), log, comments, `ct mark set`, DSCP, TTL, TCP options
perhaps                       limits, quotas, `ct count`, meters, `numgen`, hashes, sets that rules or time change,
                              `fib`, `socket`, owners, times, other `ct` and `meta` keys, all other header fields
                              (lengths, fragments, extension headers, Ethernet addresses), names only the host resolves
may do anything               `queue`, `dup`, `fwd`, `tproxy`, `synproxy`, writing addresses or ports, `ct zone set`,
                              copied marks, `flow add` (for known connections), all that is not understood
named, but not modelled       flowtables, helpers, expectations, tables of family bridge that refuse anything
no IP packets                 tables of family arp: read, told, passed over
============================  ========================================================================================

Packets of the model have no extension headers and are no fragments. ``th dport`` reads the bytes at that place of any
packet, so it matches packets of protocols without ports perhaps; ``ip6 nexthdr`` is taken for the protocol.
"""

from isthmus.formats.format import Format
from isthmus.formats.nftables.codes import CODES
from isthmus.formats.nftables.lower import lower
from isthmus.formats.nftables.parse import looks_like, parse
from isthmus.formats.nftables.render import render

FORMAT = Format(
    name="nftables",
    title="nftables rulesets, as text and as JSON",
    looks_like=looks_like,
    parse=parse,
    lower=lower,
    codes=CODES,
    render=render,
)
