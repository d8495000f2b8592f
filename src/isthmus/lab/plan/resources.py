"""Files and folders beside HAProxy's own configuration, without which it does not start."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from isthmus.lab.plan.shape import Resource, ResourceKind

_NAMED = (
    (re.compile(r"\b(?:crt|ca-file|ca-verify-file)\s+(/[^\s]+)"), ResourceKind.CERTIFICATE),
    (re.compile(r"^\s*errorfile\s+\d+\s+(/[^\s]+)", re.MULTILINE), ResourceKind.ERROR_PAGE),
    (re.compile(r"^\s*chroot\s+(/[^\s]+)", re.MULTILINE), ResourceKind.FOLDER),
)
_IN_FOLDERS = re.compile(r"^\s*(?:stats\s+socket|pidfile)\s+(/[^\s]+)", re.MULTILINE)
_PATTERNS = re.compile(r"\s-f\s+(/[^\s]+)|\bmap\w*\((/[^\s,)]+)")


def resources(texts: Iterable[tuple[str, str]], beside: Iterable[tuple[str, str]]) -> Iterator[Resource]:
    """What configurations name: certificates, error pages and folders, and lists that the snapshot holds.

    >>> found = list(resources([("h", "bind :443 ssl crt /etc/ssl/a.pem")], []))
    >>> print(found[0].kind, found[0].path)
    certificate /etc/ssl/a.pem
    """
    lists = {PurePosixPath(name).name: text for name, text in beside}
    for _, text in texts:
        plain = "\n".join(line.split("#", 1)[0] for line in text.splitlines())
        for pattern, kind in _NAMED:
            yield from (Resource(kind, path) for path in pattern.findall(plain))
        for path in _IN_FOLDERS.findall(plain):
            yield Resource(ResourceKind.FOLDER, str(PurePosixPath(path).parent))
        for found in _PATTERNS.findall(plain):
            path = found[0] or found[1]
            if PurePosixPath(path).name in lists:
                yield Resource(ResourceKind.LIST, path, lists[PurePosixPath(path).name])
