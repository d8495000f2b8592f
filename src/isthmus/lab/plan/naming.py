"""Names that the kernel takes: interfaces, namespaces and hardware addresses, the same for the same plan."""

import re
from hashlib import sha256

LONGEST = 15
"""Linux: IFNAMSIZ is 16, with the closing zero."""

_FORBIDDEN = re.compile(r"[^A-Za-z0-9._@+~-]")


def kernel_name(name: str, taken: set[str]) -> str:
    """What an interface is called in the kernel: its own name wherever Linux allows that.

    >>> kernel_name("vlan1151", set()), kernel_name("et-0/0/52.2104", set())
    ('vlan1151', 'et-0-0-52.2104')
    """
    plain = _FORBIDDEN.sub("-", name)
    if len(plain) <= LONGEST and plain not in taken | {"", ".", "..", "all", "default"}:
        return plain
    for salt in range(len(taken) + 1):
        digest = sha256(f"{name} {salt}".encode()).hexdigest()
        short = f"{plain[:8]}~{digest[:6]}"
        if short not in taken:
            return short
    raise AssertionError("one of so many names is free")


def node_name(owner: str, vrf: str, default: str) -> str:
    """The namespace of a device's VRF: ``cloudsw1-c8-eqiad@cloud``; of its default one: the device's name."""
    plain = _FORBIDDEN.sub("-", owner)
    return plain if vrf == default else f"{plain}@{_FORBIDDEN.sub('-', vrf)}"


def hardware_address(node: str, port: str) -> str:
    """A locally administered hardware address (IEEE 802c) for a port.

    >>> hardware_address("cr1", "eth0")
    '02:91:8a:72:62:3e'
    """
    return ":".join(["02", *(f"{each:02x}" for each in sha256(f"{node} {port}".encode()).digest()[:5])])
