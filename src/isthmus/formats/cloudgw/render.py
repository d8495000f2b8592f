"""Exceptions of a gateway's translation → the hiera list ``dmz_cidr``, one destination a line with its reason.

A list of hiera knows destinations only: whoever asks for ports or for some sources gets an exception for all of them.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network

from isthmus.formats.cloudgw.profile import PREFIX
from isthmus.formats.format import CannotRenderError, Text
from isthmus.network import Device, Rule, Verdict
from isthmus.packetset import Match

FILE = "cloudgw.yaml"


def render(devices: Sequence[Device], head: Sequence[str] = ()) -> tuple[Text, ...]:
    """The list of a gateway that is told in parts: each rule of its translating chains is an exception."""
    hooks = [(device, hook) for device in devices for hook in device.hooks if hook.translates]
    rules = [rule for device, hook in hooks for rule in device.chains[hook.chain].rules]
    lines = [line for rule in rules for line in _entries(rule)]
    key = f"{PREFIX}::dmz_cidr:"
    body = [key, *lines] if lines else [f"{key} []"]
    top = [f"# {' '.join(each.split())}" for each in head]
    return (Text(FILE, "\n".join([*top, *body, ""])),) if hooks else ()


def _entries(rule: Rule) -> Iterator[str]:
    for match in rule.matches:
        if rule.action is not Verdict.ACCEPT or match != Match(destination=match.destination):
            raise CannotRenderError(f"`{rule.name}` is no exception for a destination")
        yield f"  # {' '.join(rule.comment.split()) or 'no reason is told'}"
        for each in match.destination or ():
            if not isinstance(each, IPv4Network):
                raise CannotRenderError(f"`{each}` is no prefix of IPv4")
            yield f"  - {each.network_address if each.prefixlen == 32 else each}"
