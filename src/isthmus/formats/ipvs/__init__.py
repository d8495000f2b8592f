"""IPVS: the table of a Linux load balancer, as ``ipvsadm --save --numeric`` prints it.

.. code-block:: text

    -A -t 192.0.2.1:443 -s wrr
    -a -t 192.0.2.1:443 -r 10.0.0.1:443 -g -w 10

Each service becomes a balancer of packets; servers of weight 0 get nothing new. Which packets carry a mark is not in
the table, so a service by mark (``-f``) may take any. Files are known by ``ipvs`` in their name, or by a first line
that adds a service.
"""

import re
from pathlib import PurePosixPath

from isthmus.formats.format import Format
from isthmus.formats.ipvs.codes import CODES
from isthmus.formats.ipvs.lower import lower
from isthmus.formats.ipvs.parse import parse

_BEGINS = re.compile(
    r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(?:ipvsadm[ \t]+)?(?:-A|--add-service)[ \t]+"
    r"(?:-[tuf]|--(?:tcp|udp|sctp|fwmark)-service)[ \t]"
)


def _looks_like(path: str, text: str) -> bool:
    """By the name, or by a first line that adds a service."""
    return "ipvs" in PurePosixPath(path).name or _BEGINS.match(text) is not None


FORMAT = Format(
    name="ipvs",
    title="IPVS tables (ipvsadm --save)",
    looks_like=_looks_like,
    parse=parse,
    lower=lower,
    codes=CODES,
)
