"""Policies and definitions of a device's folder → chains and definitions of the neutral model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from isthmus.diagnostics import Diagnostic, Span, shown
from isthmus.formats.aerleon.calls import with_calls
from isthmus.formats.aerleon.codes import BAD_TARGET, NOWHERE, REFUSED, SAME_FILTER
from isthmus.formats.aerleon.ends import Ends
from isthmus.formats.aerleon.includes import Includes
from isthmus.formats.aerleon.juniper import PLATFORM, render
from isthmus.formats.aerleon.shapes import Definitions, Filter, Include, Policy, Target, Term
from isthmus.formats.aerleon.tokens import Tokens
from isthmus.formats.aerleon.vocabulary import VERSIONS
from isthmus.formats.format import Lowered
from isthmus.network import Chain, Coverage, Definition, Device, DeviceKind, Rule, Unclear, Unmodelled, Verdict
from isthmus.packetset import Match

_SWITCHES = ("not-interface-specific", "enable_dsmo", "filter_enhanced_mode")
"""Options that Aerleon takes out before it looks for the address family."""

Members = Sequence[Term | Include]


def lower(device: str, trees: Sequence[Policy | Definitions]) -> Lowered:
    """The device with a chain for each filter and IP version, and a definition for each token."""
    return lower_beside(device, trees, {})


def lower_beside(device: str, trees: Sequence[Policy | Definitions], lists: Mapping[str, Definition]) -> Lowered:
    """The same, where the router's own prefix lists are told by other texts of its folder."""
    if not trees:
        return Lowered()
    return _Lowering(trees, lists).done(device, Span(trees[0].name))


class _Lowering:
    def __init__(self, trees: Sequence[Policy | Definitions], lists: Mapping[str, Definition]) -> None:
        self.policies = [each for each in trees if isinstance(each, Policy)]
        definitions = [each for each in trees if isinstance(each, Definitions)]
        self.problems: list[Diagnostic] = []
        self.tokens = Tokens(definitions, self.problems, lists)
        self.ends = Ends(self.tokens)
        self.chains: dict[str, Chain] = {}
        self.versions: dict[str, int] = {}
        self.unmodelled: dict[Unmodelled, None] = {}
        self.doubts: dict[Unmodelled, None] = {}
        self.statements = sum(each.terms for each in self.policies) + sum(len(each.tokens) for each in definitions)

    def done(self, device: str, where: Span) -> Lowered:
        """All of it."""
        for each in Includes(self.policies, self.problems).filters():
            self._filter(each)
        self.chains = with_calls(self.chains, self.versions, self.problems)
        definitions = self.tokens.definitions()
        for chain in self.chains.values():
            self.unmodelled.update(dict.fromkeys(doubt for rule in chain.rules for doubt in rule.doubts))
        self.unmodelled.update(dict.fromkeys(doubt for each in definitions.values() for doubt in each.doubts))
        coverage = Coverage(self.statements, tuple(sorted(self.unmodelled)))
        part = Device(
            device,
            where,
            DeviceKind.ROUTER if self.chains else DeviceKind.LINUX,
            forwards=bool(self.chains),
            chains=self.chains,
            definitions=definitions,
            coverage=coverage,
            doubts=tuple(self.doubts),
        )
        return Lowered((part,), tuple(sorted(dict.fromkeys(self.problems), key=Diagnostic.sort_key)))

    def _filter(self, each: Filter) -> None:
        ours = [target for target in each.targets if target.platform.text == PLATFORM]
        for target in each.targets:
            self.statements += 1
            if target.platform.text != PLATFORM:
                self._foreign(target, is_alone=not ours)
        for target in ours[1:]:
            message = f"a second `{PLATFORM}` target in one header: Aerleon uses the first"
            self._say(Diagnostic(BAD_TARGET, message, target.platform.where, "write a header for each"))
        if ours:
            self._juniper(ours[0], each.members)

    def _foreign(self, target: Target, *, is_alone: bool) -> None:
        """A target for another platform: it concerns this device if there is no other."""
        doubt = Unmodelled(target.platform.where, f"target `{shown(target.platform.text)}`")
        self.unmodelled[doubt] = None
        if is_alone:
            self.doubts[doubt] = None

    def _juniper(self, target: Target, members: Members) -> None:
        options = [each for each in target.options if each.text not in _SWITCHES]
        if not options:
            self._unclear_target(target, "has no name for its filter")
            return
        name = options[0].text
        family = options[1].text if len(options) > 1 else "inet"
        if family == "mixed":
            families = {f"{name}4": 4, f"{name}6": 6}
        elif family in VERSIONS:
            families = {name: VERSIONS[family]}
        else:
            self._unclear_target(target, f"is for the family `{shown(family)}`")
            return
        placed: set[Span] = set()
        for chain, version in families.items():
            placed.update(self._chain(chain, version, target.platform.where, members))
        for term in members:
            if isinstance(term, Term) and term.where not in placed:
                message = f"term `{shown(term.name)}` is in no filter of `{shown(name)}`"
                self._say(Diagnostic(NOWHERE, message, term.where, "its tokens or protocol fit no address family here"))

    def _chain(self, name: str, version: int, where: Span, members: Members) -> Iterator[Span]:
        """Make a chain; where the terms stand that are in it, or were left out of it on purpose."""
        rules: list[Rule] = []
        names: dict[str, Term] = {}
        for each in members:
            if isinstance(each, Include):
                rules.append(_unknown_terms(each))
                continue
            rendered = render(each, version, self.ends)
            self.problems += rendered.problems
            rules += rendered.rules
            if rendered.rules:
                self._name_once(each, names)
            if rendered.rules or rendered.is_on_purpose:
                yield each.where
        self._add(Chain(name, tuple(rules), where, Verdict.DROP), version)

    def _name_once(self, term: Term, names: dict[str, Term]) -> None:
        earlier = names.setdefault(term.name, term)
        if earlier is not term:
            message = f"Aerleon refuses this: a second term `{shown(term.name)}`, the first is at {earlier.where}"
            self._say(Diagnostic(REFUSED, message, term.where, "give it a name of its own"))

    def _add(self, chain: Chain, version: int) -> None:
        earlier = self.chains.get(chain.name)
        if earlier is None:
            self.chains[chain.name] = chain
            self.versions[chain.name] = version
            return
        message = f"filter `{shown(chain.name)}` is rendered at {earlier.where} already"
        self._say(Diagnostic(SAME_FILTER, message, chain.where, "give one of them another name"))
        doubt = Unmodelled(chain.where, message)
        either = Rule((), Unclear(), chain.where, "another filter of this name", perhaps=(Match(),), doubts=(doubt,))
        self.chains[chain.name] = replace(earlier, rules=(either, *earlier.rules))

    def _unclear_target(self, target: Target, says: str) -> None:
        message = f"the `{PLATFORM}` target {says}"
        help_ = "write `juniper: NAME mixed`, `inet` or `inet6`"
        self._say(Diagnostic(BAD_TARGET, message, target.platform.where, help_))
        self.unmodelled[Unmodelled(target.platform.where, message)] = None

    def _say(self, problem: Diagnostic) -> None:
        self.problems.append(problem)


def _unknown_terms(include: Include) -> Rule:
    """The place of a file that is not here: it may hold any term."""
    doubt = Unmodelled(include.path.where, f"the terms of `{shown(include.path.text)}`, which is not here")
    return Rule((), Unclear(), include.path.where, "include", perhaps=(Match(),), doubts=(doubt,))
