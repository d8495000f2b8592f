"""Numbers of bytes, as people write them."""

import re
from fractions import Fraction

from isthmus.documents import bad_value

_SIZE = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,6}))? ?((?:[kKMGTP]i?)?B)\Z")
_POWERS = {"k": 1, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}


def read_size(value: object) -> int:
    """Read a number of bytes: ``4096``, ``40 TB`` (powers of 1000) or ``512 GiB`` (powers of 1024).

    >>> read_size("40 TB"), read_size("1.5 GiB"), read_size(7)
    (40000000000000, 1610612736, 7)
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    found = _SIZE.match(value) if isinstance(value, str) else None
    if found is None:
        help_ = "write bytes, `40 TB` (thousands) or `512 GiB` (1024s)"
        raise bad_value("`{given}` is not a size in bytes", value, "a size", help_)
    whole, part, unit = found[1], found[2] or "", found[3]
    factor: int = (1024 if "i" in unit else 1000) ** _POWERS.get(unit[0], 0)
    return round(Fraction(int(whole + part) * factor, 10 ** len(part)))


def show_size(size: int) -> str:
    """A number of bytes as a person writes it.

    >>> show_size(40_000_000_000_000), show_size(999), show_size(1_500_000)
    ('40 TB', '999 B', '1.5 MB')
    """
    value, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.4g} {unit}" if value < 10_000 else f"{value:.0f} {unit}"


def spell_size(size: int) -> str:
    """A number of bytes in the largest unit that says it exactly; the inverse of reading.

    >>> spell_size(800_000_000_000), spell_size(128 * 1024**3), spell_size(1001)
    ('800 GB', '128 GiB', '1001 B')
    """
    units = [(f"{prefix}B", 1000**power) for prefix, power in zip("kMGTP", range(1, 6), strict=True)]
    units += [(f"{prefix}iB", 1024**power) for prefix, power in zip("KMGTP", range(1, 6), strict=True)]
    exact = [(factor, unit) for unit, factor in units if size and size % factor == 0]
    factor, unit = max(exact, default=(1, "B"))
    return f"{size // factor} {unit}"
