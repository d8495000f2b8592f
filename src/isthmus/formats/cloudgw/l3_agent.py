"""The router of the virtual networks before there was a gateway: exceptions in the agent's own hiera.

``profile::openstack::…::neutron::dmz_cidr`` lists pairs of source and destination that are not translated, as one text
with commas or as a list; ``network_public_ip`` is the source that everything else from the virtual networks gets.
``enable_hacks: false`` switches both off.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.diagnostics import Diagnostic, Span
from isthmus.formats.cloudgw.entries import Entry, entries
from isthmus.formats.cloudgw.hiera import Found, Hiera
from isthmus.formats.cloudgw.shapes import Said
from isthmus.network import Chain, Changes, Hook, HookPoint, Rule, Translate, Unclear, Unmodelled, Verdict
from isthmus.packetset import Match, Rewrite

POSTROUTING = "neutron-l3-agent postrouting"
HOOK = Hook(POSTROUTING, HookPoint.POSTROUTING, 100, frozenset({4}), translates=True)

_KEY = re.compile(r"(profile::openstack::\w+::neutron)::dmz_cidr")


@dataclass(slots=True)
class Agent:
    """The agent's keys that say what is translated."""

    hiera: Hiera
    problems: list[Diagnostic]
    prefix: str
    where: Span

    @classmethod
    def of(cls, hiera: Hiera, problems: list[Diagnostic]) -> "Agent | None":
        """The agent that the files configure, if they configure one."""
        found = ((match, where) for key, where in hiera.every_key() if (match := _KEY.fullmatch(key)))
        return next((cls(hiera, problems, match[1], where) for match, where in found), None)

    def find(self, parameter: str) -> Found | None:
        """The value of a parameter."""
        return self.hiera.find(f"{self.prefix}::{parameter}")

    def chain(self, unmodelled: list[Unmodelled]) -> Chain | None:
        """What is translated and what is not; None where that is switched off."""
        switch = self.find("enable_hacks")
        if switch is not None and switch.node.value is False:
            return None
        listed = self.find("dmz_cidr")
        assert listed is not None
        read = entries(self.hiera.texts(listed), self.problems)
        rules = [self._exception(each, unmodelled) for each in read]
        rules += self._translation(read, unmodelled)
        return Chain(POSTROUTING, tuple(rules), self.where, Verdict.ACCEPT)

    def _exception(self, entry: Entry, unmodelled: list[Unmodelled]) -> Rule:
        said, name = entry.said, f"dmz_cidr {entry.said.text}"
        if not said.doubt:
            return Rule((entry.match,), Verdict.ACCEPT, said.where, name, comment=said.comment)
        doubt = Unmodelled(said.where, said.doubt)
        unmodelled.append(doubt)
        return Rule((), Verdict.ACCEPT, said.where, name, perhaps=(entry.match,), doubts=(doubt,), comment=said.comment)

    def _translation(self, listed: list[Entry], unmodelled: list[Unmodelled]) -> Iterator[Rule]:
        """Sources of exceptions are surely of the virtual networks; which others are is not told."""
        found = self.find("network_public_ip")
        said = self.hiera.texts(found)[0] if found is not None and self.hiera.texts(found) else Said("", self.where)
        address = entries([said], [])[0].destination if said.text else None
        virtual = tuple(
            dict.fromkeys(each.source for each in listed if each.source is not None and not each.said.doubt)
        )
        surely = (Match(source=virtual, version=4),) if virtual else ()
        where = "the instances' networks are not in the agent's keys"
        doubts = [Unmodelled(self.where, where)]
        action: Translate | Unclear = Unclear()
        if address is not None and address.version == 4 and not said.doubt:
            action = Translate(Changes.SOURCE, Rewrite(source=address))
        else:
            doubts.append(Unmodelled(said.where, said.doubt or "the address that stands for the instances"))
        unmodelled += doubts
        name = "network_public_ip"
        yield Rule(surely, action, said.where, name, perhaps=(Match(version=4),), doubts=tuple(doubts))
