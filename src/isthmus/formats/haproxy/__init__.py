"""HAProxy: ``haproxy.cfg`` and the files of ``conf.d``, with the files of patterns that ACLs read.

Files are put together as ``haproxy -f haproxy.cfg -f conf.d`` does: the main file, then those of the folder by name. A
frontend or listen section becomes a proxy: where it listens, its rules about who is let in, and the paths to servers.
Conditions count where packets can show them: addresses, ports, the place that took the connection. Whatever else a
condition asks for (a path, a header, a rate) may hold or not, and the answer names the line.

Read `words.py`, `parse.py`, `inherit.py`, `setup.py`, then `frontends.py`.
"""

import re
from pathlib import PurePosixPath

from isthmus.formats.format import Format
from isthmus.formats.haproxy.codes import CODES
from isthmus.formats.haproxy.lower import lower
from isthmus.formats.haproxy.parse import PATTERN_FILES, parse
from isthmus.formats.haproxy.render import render

_BEGINS = re.compile(r"(?m)^[ \t]*(?:global|defaults|frontend|backend|listen)(?:[ \t#]|$)")


def _looks_like(path: str, text: str) -> bool:
    """A ``.cfg`` by its name, its folder or its sections; a file of patterns by its ending."""
    file = PurePosixPath(path)
    if file.suffix in PATTERN_FILES:
        return True
    named = file.name == "haproxy.cfg" or "haproxy" in file.parts[:-1] or file.parent.name == "conf.d"
    return file.suffix == ".cfg" and (named or _BEGINS.search(text) is not None)


FORMAT = Format(
    name="haproxy",
    title="HAProxy: frontends, backends, ACLs",
    looks_like=_looks_like,
    parse=parse,
    lower=lower,
    codes=CODES,
    render=render,
)
