"""What is configured, whoever made the device: the vendor-neutral model that formats lower to and proofs read.

A network is devices; a device is interfaces in VRFs, routing tables, chains of rules with the places where they apply,
load balancers and proxies. Each rule and route knows the file and line that it comes from. What a reader did not
understand is in the model too: as packets that a rule matches *perhaps*, and as the share of a device that is modelled.
"""

from isthmus.network.devices import (
    ANY_PACKET,
    DEFAULT_VRF,
    MAIN_TABLE,
    Balancer,
    Bind,
    Definition,
    Delivery,
    Device,
    DeviceKind,
    Interface,
    NextHop,
    Proxy,
    ProxyPath,
    Route,
    RouteKind,
    Server,
    TableChoice,
    Vrf,
)
from isthmus.network.network import CODES, Assembled, Network, assemble
from isthmus.network.rules import (
    Action,
    Chain,
    Changes,
    Continue,
    FilterUse,
    Hook,
    HookPoint,
    InterfaceTest,
    Jump,
    MarkTest,
    Masquerade,
    Redirect,
    Return,
    Rule,
    SetMark,
    Translate,
    Unclear,
    Untrack,
    Verdict,
)
from isthmus.network.unmodelled import Coverage, Unmodelled

__all__ = [
    "ANY_PACKET", "CODES", "DEFAULT_VRF", "MAIN_TABLE", "Action", "Assembled", "Balancer", "Bind", "Chain", "Changes", "Continue",
    "Coverage", "Definition", "Delivery", "Device", "DeviceKind", "FilterUse", "Hook", "HookPoint", "Interface",
    "InterfaceTest", "Jump", "MarkTest", "Masquerade", "Network", "NextHop", "Proxy", "ProxyPath", "Redirect",
    "Return", "Route", "RouteKind", "Rule", "Server", "SetMark", "TableChoice", "Translate", "Unclear", "Unmodelled", "Untrack",
    "Verdict", "Vrf", "assemble",
]  # fmt: skip
