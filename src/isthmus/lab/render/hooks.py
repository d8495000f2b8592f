"""A device's hooks that no text of its own tells: the translation of a virtual router, for one."""

from collections.abc import Iterable

from isthmus.lab.render.chains import ChainWriter
from isthmus.network import Hook, HookPoint, Verdict

TABLE = "isthmus_hooks"

_NETDEV = (HookPoint.INGRESS, HookPoint.EGRESS)


def hooks(mine: Iterable[Hook], writer: ChainWriter) -> str:
    """The ruleset of some hooks; empty for none. Chains of one point and priority keep their order."""
    bases: list[str] = []
    for number, hook in enumerate(mine):
        if hook.at in _NETDEV:
            continue
        chain = writer.chains[hook.chain]
        kind = "nat" if hook.translates else "filter"
        name = writer.name(hook.chain)
        versions = [""] if len(hook.versions) == 2 else [f"meta nfproto ipv{min(hook.versions)} "]
        policy = "drop" if chain.default in (Verdict.DROP, Verdict.REJECT) and len(hook.versions) == 2 else "accept"
        bases.append(
            f"  chain h{number} {{ type {kind} hook {hook.at.value} priority {hook.priority}; policy {policy};"
        )
        bases += [f"    {version}jump {name}" for version in versions]
        if chain.default in (Verdict.DROP, Verdict.REJECT) and policy == "accept":
            bases.append(f"    {versions[0]}counter drop")
        bases.append("  }")
    return "\n".join([f"table inet {TABLE} {{", *writer.body, *bases, "}", ""]) if bases else ""
