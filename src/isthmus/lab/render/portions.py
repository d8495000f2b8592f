"""A rendered ruleset in portions: without rights, the kernel takes only so much of a ruleset at once."""

from collections.abc import Iterator

MOST = 40_000
"""Characters of a portion; the kernel's own form of it is several times as long (``net.core.wmem_max`` limits that)."""


def portions(text: str, most: int = MOST) -> Iterator[str]:
    r"""The same ruleset as texts to load one behind the other: first every chain without its rules, then the rules.

    >>> ruleset = "table ip t {\n  chain a {\n    jump b\n  }\n  chain b {\n    accept\n  }\n}\n"
    >>> list(portions(ruleset)) == [ruleset]
    True
    >>> for each in portions(ruleset, most=30):
    ...     print(" ".join(each.split()))
    table ip t { chain a { } chain b { } }
    table ip t { chain a { jump b } }
    table ip t { chain b { accept } }
    """
    if len(text) <= most:
        yield text
        return
    lines = text.splitlines()
    yield "\n".join([*(each for each in lines if not each.startswith("    ")), ""])
    yield from _rules(lines, most)


def _rules(lines: list[str], most: int) -> Iterator[str]:
    table, chain = "", ""
    held: list[str] = []
    for line in lines:
        if line.startswith("table "):
            table = line
        elif line.startswith("  chain "):
            chain = " ".join(line.split()[:2])
        elif line.startswith("    "):
            head = [] if held and held[0] == table and _chain_of(held) == chain else [f"  {chain} {{"]
            if head and held and held[0] == table:
                head = ["  }", *head]
            elif head:
                held = [table]
            held += [*head, line]
        is_end = line == "}"
        if len(held) > 1 and (is_end or sum(map(len, held)) > most):
            yield "\n".join([*held, "  }", "}", ""])
            held = []


def _chain_of(held: list[str]) -> str:
    """The chain that is open at the end of some lines."""
    return next((each.removesuffix(" {").strip() for each in reversed(held) if each.startswith("  chain ")), "")
