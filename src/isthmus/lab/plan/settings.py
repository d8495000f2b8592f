"""Kernel settings of each node: what every lab needs, then what the device's own ``sysctl`` says."""

from collections.abc import Iterator

from isthmus.lab.plan.draft import Draft, Ground
from isthmus.lab.plan.shape import NodeKind

_EVERYWHERE = (
    ("net.ipv4.conf.all.rp_filter", "0"),
    ("net.ipv4.conf.default.rp_filter", "0"),
    ("net.ipv4.icmp_ratelimit", "0"),
    ("net.ipv4.icmp_msgs_per_sec", "1000000"),
    ("net.ipv4.icmp_msgs_burst", "100000"),
    ("net.ipv6.icmp.ratelimit", "0"),
    ("net.ipv4.conf.all.send_redirects", "0"),
    ("net.ipv4.conf.default.send_redirects", "0"),
    ("net.ipv4.tcp_syn_retries", "1"),
    ("net.ipv6.conf.all.accept_dad", "0"),
    ("net.ipv6.conf.default.accept_dad", "0"),
    ("net.ipv6.conf.all.accept_ra", "0"),
    ("net.ipv6.conf.default.accept_ra", "0"),
)
"""A probe that is refused says so at once and each time; the path there and back may differ."""

_FILTER = "rp_filter"


def add_settings(ground: Ground) -> None:
    """Complete the settings of every node."""
    uses_six = any(each.version == 6 for draft in ground.drafts.values() for each in draft.held())
    for draft in ground.drafts.values():
        own = [each for each in draft.sysctls if not _is_impossible(ground, draft, *each)]
        draft.sysctls = list(dict([*_EVERYWHERE, *_forwarding(draft), *own, *_family(uses_six)]).items())


def _forwarding(draft: Draft) -> Iterator[tuple[str, str]]:
    if draft.kind is NodeKind.SWITCH:
        return
    value = "1" if draft.forwards else "0"
    yield "net.ipv4.ip_forward", value
    yield "net.ipv6.conf.all.forwarding", value


def _family(uses_six: bool) -> Iterator[tuple[str, str]]:  # noqa: FBT001 - one private caller
    """IPv6 is off where no address of the lab is of it: nothing has to wait for it."""
    if not uses_six:
        yield "net.ipv6.conf.all.disable_ipv6", "1"
        yield "net.ipv6.conf.default.disable_ipv6", "1"


def _is_impossible(ground: Ground, draft: Draft, key: str, value: str) -> bool:
    """A setting that would mean something else here: it is left out, and said."""
    if draft.vrf_device is not None and key.endswith(_FILTER) and value != "0":
        ground.leave_out(draft, f"`{key}` is {value}: packets of a VRF come by its own interface here")
        return True
    return False
