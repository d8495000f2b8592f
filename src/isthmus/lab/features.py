"""What a lab asks of the kernel, tried in a namespace that is thrown away: what is missing is named before building."""

import subprocess
from collections.abc import Mapping

from isthmus.lab.demands import LabError
from isthmus.lab.plan.shape import LabPlan

ALWAYS = {
    "veth": "ip link add t0 type veth peer name t1",
    "bridge": "ip link add t2 type bridge",
    "nftables": "nft add table inet t",
    "connection tracking": "nft 'add chain inet t c; add rule inet t c ct state established accept'",
    "address translation": "nft 'add chain inet t n { type nat hook prerouting priority 0; }'",
}
"""Each feature, and a command that works where the kernel has it."""

OF_VRFS = {
    "traffic control (`clsact`, `u32`, `mirred`)": (
        "ip link add t3 type veth peer name t4 && ip link add t5 type bridge && tc qdisc add dev t3 clsact && "
        "tc filter add dev t3 ingress protocol ip u32 match u32 0 0 action mirred ingress redirect dev t5"
    ),
}
OF_GROUPS = {"nftables on bridges": "nft add table bridge t", "bridged packets in IP rules": "[ -e {bridged} ]"}

_BRIDGED = "/proc/sys/net/bridge/bridge-nf-call-iptables"


def check_kernel(plan: LabPlan) -> None:
    """Raise LabError that names every feature that a plan needs and the kernel has not."""
    asked = dict(ALWAYS)
    if any(node.vrf_device for node in plan.nodes.values()):
        asked |= OF_VRFS
    if any("table bridge " in one.text for node in plan.nodes.values() for one in node.rulesets if not one.is_verbatim):
        asked |= {name: command.replace("{bridged}", _BRIDGED) for name, command in OF_GROUPS.items()}
    missing = missing_features(asked)
    if missing:
        raise LabError(f"this kernel lacks {', '.join(missing)}", "load its modules, or use a kernel that has them")


def missing_features(asked: Mapping[str, str]) -> list[str]:
    """The features whose commands fail, in a network namespace of their own."""
    script = "".join(f"({command}) >/dev/null 2>&1 || echo {number}\n" for number, command in enumerate(asked.values()))
    done = subprocess.run(["unshare", "--net", "sh"], input=script, capture_output=True, text=True, check=False)
    if done.returncode != 0 and not done.stdout:
        raise LabError(f"no network namespace can be made: {done.stderr.strip()}")
    names = list(asked)
    return [names[int(each)] for each in done.stdout.split()]
