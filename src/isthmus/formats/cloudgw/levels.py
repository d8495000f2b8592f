"""Which of a device's hiera files answers for a key: the levels, told by the paths of the files.

From the most to the least specific, as Puppet's hierarchy has them:

1. ``hosts/HOST.yaml``: of this host alone,
2. ``role/SITE/….yaml``: its role at its site,
3. ``role/common/….yaml``: its role everywhere,
4. ``SITE/….yaml``: its site,
5. ``common/….yaml`` and ``common.yaml``,
6. any other path: a file that was put into the folder alone.

The levels may stand below a folder ``hieradata``. Files of other hosts and other sites are not asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

HOST, ROLE_AT_SITE, ROLE, SITE, COMMON, ALONE = range(6)


@dataclass(frozen=True, slots=True)
class Level:
    """Where in the hierarchy a file stands; ``host`` or ``site`` tells whom it is for."""

    rank: int
    host: str = ""
    site: str = ""


def level_of(path: str, device: str) -> Level:
    """The level of a file, by its path.

    >>> level_of("gw1/hosts/gw1.yaml", "gw1").host
    'gw1'

    >>> level_of("snapshot/gw1/role/eqiad/wmcs/cloudgw.yaml", "gw1")
    Level(rank=1, host='', site='eqiad')
    >>> level_of("gw1/hieradata/hosts/gw1.yaml", "gw1"), level_of("gw1/cloudgw.yaml", "gw1").rank == ALONE
    (Level(rank=0, host='gw1', site=''), True)
    """
    steps = _below_folder(path, device)
    match steps:
        case ["hosts", *_, name]:
            return Level(HOST, host=name)
        case ["role", "common", _, *_]:
            return Level(ROLE)
        case ["role", site, _, *_]:
            return Level(ROLE_AT_SITE, site=site)
        case ["common", *_]:
            return Level(COMMON)
        case [site, "profile", *_]:
            return Level(SITE, site=site)
    return Level(ALONE)


def _below_folder(path: str, device: str) -> Sequence[str]:
    """The steps of a path inside the device's folder, without the ending of the last."""
    parts = list(PurePosixPath(path.replace("\\", "/")).with_suffix("").parts)
    for folder in (device, "hieradata"):
        above = parts[:-1]
        if folder in above:
            parts = parts[len(above) - above[::-1].index(folder) :]
    return parts
