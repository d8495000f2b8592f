"""Configurations of Junos routers and switches, in both forms in which a device prints them.

.. code-block:: text

    firewall {
        family inet {
            filter edge {
                term web {
                    from { protocol tcp; destination-port [ https 8443 ]; }
                    then accept;
                }
            }
        }
    }

    set firewall family inet filter edge term web from protocol tcp
    set firewall family inet filter edge term web from destination-port https
    set firewall family inet filter edge term web from destination-port 8443
    set firewall family inet filter edge term web then accept

Files are ``*.junos``, ``junos.conf``, ``junos.set``, or any ``*.conf`` that begins like one; all of a folder are one
configuration. Filters become chains under their own names, and discard what no term decides. Read `tree.py`, `parse.py`
and `lower.py`, in this order; each part of a configuration then has a file of its own, and `sections.py` says which
parts cannot touch packets.

Not in a configuration, and therefore not here: routes that protocols learn, the state of links, and what remote peers
announce. Conditions on fields that packets here do not carry (DSCP, length, fragments, TTL) make a term one that may
match.
"""

from isthmus.formats.format import Format
from isthmus.formats.junos.codes import CODES
from isthmus.formats.junos.lower import lower
from isthmus.formats.junos.parse import looks_like, parse
from isthmus.formats.junos.render import render

FORMAT = Format(
    name="junos",
    title="Junos configurations, with braces or as set commands",
    looks_like=looks_like,
    parse=parse,
    lower=lower,
    codes=CODES,
    render=render,
)
