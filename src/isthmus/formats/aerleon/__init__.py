"""Aerleon's (formerly Capirca's) policies and definitions: the filters that they render for Juniper routers.

Policies are YAML (``filters:``) or Capirca's own text (``.pol``, with ``.inc`` files to include); definitions are lines
(``.net``, ``.svc``) or YAML (``networks:``, ``services:``). All that a device's folder holds count together, wherever
in it they lie: ``policies/border.yaml``, ``definitions/static.net``. The router's own prefix lists, which policies may
name, are taken from its configuration in the same folder, or from a file ``prefix-lists.yaml``.

Each ``juniper`` target becomes a chain as Aerleon renders it: ``mixed`` becomes two, named with 4 and 6 behind, and a
term stands in the one only if its tokens have addresses of that version. The end discards. Tokens that nobody defines
are legal: the term then matches the rest surely and anything perhaps. Other targets are named as not modelled.
"""

from isthmus.formats.aerleon.codes import CODES
from isthmus.formats.aerleon.lower import lower, lower_beside
from isthmus.formats.aerleon.parse import looks_like, parse
from isthmus.formats.aerleon.render import render
from isthmus.formats.format import Format

FORMAT = Format(
    name="aerleon",
    title="Aerleon and Capirca policies with their definitions",
    looks_like=looks_like,
    parse=parse,
    lower=lower,
    codes=CODES,
    lower_beside=lower_beside,
    render=render,
)
