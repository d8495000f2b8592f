"""Filters that lead through other filters: a called filter leaves to the caller what none of its terms decides."""

from collections.abc import Mapping
from dataclasses import replace

from isthmus.diagnostics import Diagnostic, shown
from isthmus.formats.aerleon.codes import NO_FILTER
from isthmus.network import Chain, Jump, Rule, Unclear, Unmodelled


def with_calls(
    chains: Mapping[str, Chain], versions: Mapping[str, int], problems: list[Diagnostic]
) -> dict[str, Chain]:
    """The chains, with one more for each that is called: it has no end of its own. Circles become unclear rules."""
    circular = _circular(chains)
    called: dict[str, str] = {}

    def settled(rule: Rule, version: int) -> Rule:
        if not isinstance(rule.action, Jump):
            return rule
        name = rule.action.chain
        if versions.get(name) == version and name not in circular:
            called[name] = f"{name} (called)"
            return replace(rule, action=Jump(called[name]))
        says = "comes back to itself" if versions.get(name) == version else f"for IPv{version} is not here"
        message = f"filter `{shown(name)}` {says}"
        problems.append(Diagnostic(NO_FILTER, message, rule.where, "add the policy that renders it"))
        doubt = Unmodelled(rule.where, message)
        return replace(rule, action=Unclear(), doubts=(*rule.doubts, doubt))

    found = {
        name: replace(each, rules=tuple(settled(rule, versions[name]) for rule in each.rules))
        for name, each in chains.items()
    }
    return found | {copy: replace(found[name], name=copy, default=None) for name, copy in called.items()}


def _circular(chains: Mapping[str, Chain]) -> set[str]:
    """The chains whose calls never end: those that stay when all that wait for no other are gone, again and again."""
    waiting = {name: {each for each in chain.jumps() if each in chains} for name, chain in chains.items()}
    callers: dict[str, list[str]] = {}
    for name, callees in waiting.items():
        for each in callees:
            callers.setdefault(each, []).append(name)
    ended = [name for name, callees in waiting.items() if not callees]
    while ended:
        gone = ended.pop()
        for caller in callers.get(gone, ()):
            waiting[caller].discard(gone)
            if not waiting[caller]:
                ended.append(caller)
    return {name for name, callees in waiting.items() if callees}
