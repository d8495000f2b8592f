"""Hiera of a cloud gateway: the values that Puppet fills into its ruleset, its legs and its routes.

A device's folder holds the hiera files that count for it, with their paths below ``hieradata/``
(``role/common/wmcs/cloudgw.yaml``, ``hosts/gw1001.yaml``); `levels` tells which file answers for a key, and `ruleset`
which rules the values stand for. Each entry of the list of exceptions (``dmz_cidr``) is a rule of its own, with its own
line and the comment beside it. Marks such as ``%{lookup('key')}`` are followed where a file of the folder has the key.
What a key that is nowhere would have told is in doubt; a list ``cloud_filter`` that is nowhere is empty, as in the
profile itself. The router of the virtual networks that did this work before (``…::neutron::dmz_cidr``) is read as well.
"""

from isthmus.formats.cloudgw.codes import CODES
from isthmus.formats.cloudgw.lower import lower
from isthmus.formats.cloudgw.parse import looks_like, parse
from isthmus.formats.cloudgw.render import render
from isthmus.formats.format import Format

FORMAT = Format(
    name="cloudgw",
    title="hiera of a cloud gateway",
    looks_like=looks_like,
    parse=parse,
    lower=lower,
    codes=CODES,
    render=render,
)
