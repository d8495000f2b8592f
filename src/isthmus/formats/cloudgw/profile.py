"""The gateway's profile: its keys under every prefix that they have had, and what is missing."""

import re

from isthmus.diagnostics import Diagnostic, Span, did_you_mean, shown
from isthmus.formats.cloudgw.codes import MISSING, UNKNOWN_KEY
from isthmus.formats.cloudgw.hiera import Found, Hiera
from isthmus.formats.cloudgw.shapes import Said
from isthmus.network import Unmodelled

PREFIX = "profile::wmcs::cloudgw"
PRIVATE = "profile::wmcs::cloud_private_subnet"
_OLD = re.compile(r"(profile::openstack::(\w+)::cloudgw)::(\w+)")

VIRTUAL_SUBNETS = ("virt_subnets_cidr", "virt_subnet_cidr", "virtual_subnets_cidrs", "virtual_subnet_cidr")

PACKETS = (
    "dmz_cidr", "routing_source_ip", "cloud_filter", "virt_networks", *VIRTUAL_SUBNETS, "virt_subnets_cidr_v6",
    "virt_floating", "virt_floating_additional", "virt_vlan", "virt_addr", "virt_netm", "virt_peer", "virt_addr_v6",
    "virt_netm_v6", "virt_peer_v6", "wan_vlan", "wan_addr", "wan_netm", "wan_gw", "wan_addr_v6", "wan_netm_v6",
    "wan_gw_v6", "vrrp_vips", "vrrp_vips_v6",
)  # fmt: skip
"""Parameters that decide what the gateway does with packets."""

_OTHERS = (
    "vrrp_peer", "vrrp_passwd", "conntrackd", "firewall_profile", "transport_cidr", "transport_vip", "new_nic_vlan",
    "all_phy_nics", "host_addr", "host_netm", "host_gw", "host_prefixv6", "nic_controlplane", "nic_dataplane",
    "nic_sshplane",
)  # fmt: skip
"""Parameters about the machine itself, its twin, and how its interfaces are made."""
_GUESSES = 200
"""For how many unknown parameters what was meant is guessed."""


class Profile:
    """The parameters of a gateway's profile, whatever prefix their keys have.

    ``parameters`` are those that some file tells, ``where`` is the first place that does. ``is_old`` says that this is
    the first form of the profile. ``unmodelled`` and ``doubts`` collect what is not known.
    """

    def __init__(self, hiera: Hiera, problems: list[Diagnostic]) -> None:
        """Look at every key; what is wrong goes to ``problems``."""
        self.hiera, self.problems = hiera, problems
        old = {found[1]: found[2] for key, _ in hiera.every_key() if (found := _OLD.match(key))}
        self.prefixes = (PREFIX, *sorted(old, key=lambda each: (old[each] == "base", each)))
        told = [(*key.rpartition("::")[::2], where) for key, where in hiera.every_key()]
        told = [each for each in told if each[0] in self.prefixes]
        self.parameters = {short for _, short, _ in told}
        self.where = min((where for _, _, where in told), default=Span(hiera.device))
        self.is_old = all(prefix != PREFIX for prefix, _, _ in told)
        self.statements = hiera.statements(self.prefixes)
        self.unmodelled: list[Unmodelled] = []
        self.doubts: list[Unmodelled] = []
        for _, short, where in told:
            if short not in PACKETS and short not in _OTHERS:
                self._unknown(short, where)

    def _unknown(self, short: str, where: Span) -> None:
        help_ = did_you_mean(short, (*PACKETS, *_OTHERS), what="parameters") if len(self.problems) < _GUESSES else ""
        message = f"the gateway's profile has no parameter `{shown(short)}`"
        self.problems.append(Diagnostic(UNKNOWN_KEY, message, where, help_))
        self.unmodelled.append(Unmodelled(where, f"parameter `{shown(short)}`"))

    def find(self, *shorts: str) -> Found | None:
        """The value of the first of these parameters that is told."""
        return self.hiera.find(*(f"{prefix}::{short}" for short in shorts for prefix in self.prefixes))

    def texts(self, *shorts: str) -> list[Said] | None:
        """The texts of a value; None where no file has the key."""
        found = self.find(*shorts)
        return None if found is None else self.hiera.texts(found)

    def one(self, *shorts: str) -> Said | None:
        """The one text of a value."""
        texts = self.texts(*shorts)
        return texts[0] if texts else None

    def missing(self, key: str, means: str) -> Unmodelled:
        """Note a key that none of the files has."""
        key = key if "::" in key else f"{self.prefixes[1 if self.is_old else 0]}::{key}"
        message = f"no file has the key `{key}`, which tells {means}"
        self.problems.append(Diagnostic(MISSING, message, self.where, "add the file that has it"))
        doubt = Unmodelled(self.where, message)
        self.unmodelled.append(doubt)
        return doubt

    def unsure(self, said: Said) -> Unmodelled:
        """Note a text of which it is not known what it stands for."""
        doubt = Unmodelled(said.where, said.doubt)
        self.unmodelled.append(doubt)
        return doubt
