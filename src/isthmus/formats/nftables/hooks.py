"""Base chains → where they stand in a packet's way."""

from collections.abc import Sequence
from dataclasses import replace

from isthmus.diagnostics import Diagnostic, Span, shown
from isthmus.formats.nftables.codes import BAD_CHAIN
from isthmus.formats.nftables.demands import without_variables
from isthmus.formats.nftables.members import resolved
from isthmus.formats.nftables.names import FAMILIES, PRIORITIES
from isthmus.formats.nftables.state import ChainState, Scope
from isthmus.formats.nftables.tree import Binary, Expression, Listed, Literal, SetOf
from isthmus.network import Hook, HookPoint, Unmodelled, Verdict


def where_of(chain: ChainState) -> Span:
    """Where a chain says that it is a base chain."""
    if chain.spec_source is None:
        return chain.where
    return chain.spec_source.span(chain.spec.start, chain.spec.end)


def hook_of(chain: ChainState) -> Hook | Diagnostic:
    """The hook of a base chain, or what is wrong with it."""
    spec, where = chain.spec, where_of(chain)
    if spec.hook not in [each.value for each in HookPoint]:
        hooks = ", ".join(f"`{each}`" for each in HookPoint)
        return Diagnostic(BAD_CHAIN, f"there is no hook `{shown(spec.hook)}`", where, f"hooks: {hooks}")
    if spec.kind not in ("filter", "nat", "route"):
        message = f"there is no type `{shown(spec.kind)}`"
        return Diagnostic(BAD_CHAIN, message, where, "types: `filter`, `nat`, `route`")
    try:
        priority = _priority(spec.priority, chain.scope)
        interfaces = _devices(spec.devices, chain.scope)
    except ValueError as error:
        return Diagnostic(BAD_CHAIN, str(error), where, "take the ruleset with `nft list ruleset`")
    versions = FAMILIES[chain.target.family]
    return Hook(chain.name, HookPoint(spec.hook), priority, versions, spec.kind == "nat", interfaces)


_TRANSLATING = {
    HookPoint.PREROUTING: -100, HookPoint.OUTPUT: -100, HookPoint.INPUT: 100, HookPoint.POSTROUTING: 100,
}  # fmt: skip


def standing(hooks: Sequence[Hook]) -> tuple[Hook, ...]:
    """The hooks with the priorities at which they really stand.

    Chains of type nat are called where Linux translates, whatever their priority; it orders them among themselves.
    """
    places = [at for at, hook in enumerate(hooks) if hook.translates and hook.at in _TRANSLATING]
    found = list(hooks)
    for at, hook in zip(places, sorted((hooks[at] for at in places), key=lambda each: each.priority), strict=True):
        found[at] = replace(hook, priority=_TRANSLATING[hook.at])
    return tuple(found)


def _priority(found: Expression | None, scope: Scope) -> int:
    if isinstance(found, Binary):
        sign = -1 if found.operator == "-" else 1
        return _priority(found.left, scope) + sign * _priority(found.right, scope)
    plain = None if found is None else resolved(found, scope)
    text = plain.text if isinstance(plain, Literal) else ""
    if text in PRIORITIES:
        return PRIORITIES[text]
    if len(text) > 12 or not text.lstrip("-").isdecimal():
        raise ValueError(f"`{shown(text)}` is not a priority" if text else "the chain has no priority")
    return int(text)


def _devices(found: Expression | None, scope: Scope) -> tuple[str, ...] | None:
    if found is None:
        return None
    names: list[str] = []
    waiting = [found]
    while waiting:
        each = without_variables(waiting.pop(0), scope)
        if isinstance(each, SetOf):
            waiting += [inner.key for inner in each.elements]
        elif isinstance(each, Listed):
            waiting += each.items
        elif isinstance(each, Literal):
            names.append(each.text)
        else:
            raise ValueError("the devices of the chain are not told")
        if len(names) + len(waiting) > _MOST_DEVICES:
            raise ValueError(f"the chain has more than {_MOST_DEVICES} devices")
    return tuple(names)


_MOST_DEVICES = 10_000


def policy_of(chain: ChainState) -> Verdict | Unmodelled | None:
    """What a chain does with packets that no rule decides; None where the caller goes on."""
    spec = chain.spec
    if spec.policy is None:
        return Verdict.ACCEPT if spec.hook else None
    found = resolved(spec.policy, chain.scope)
    text = found.text if isinstance(found, Literal) else ""
    if text in ("accept", "drop"):
        return Verdict(text)
    return Unmodelled(where_of(chain), f"policy `{shown(text)}`")
