"""Which file of a device's folder an ``include`` means."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from isthmus.formats.nftables.script import Tree

_WILD = frozenset("*?[")


def included(pattern: str, trees: Sequence[Tree]) -> list[Tree]:
    """The files that a pattern means: those whose path ends most like it, in the order of their names.

    A pattern with wild cards means files of a folder of that name only. Paths in the snapshot need not begin as they
    do on the device: ``/etc/nftables/sets.nft`` is found as ``gateway/sets.nft``.
    """
    wanted = [each for each in pattern.split("/") if each not in ("", ".", "..")]
    if not wanted:
        return []
    alike = [(_alike(wanted, tree.source.file.split("/")), tree) for tree in trees]
    most = max((count for count, _ in alike), default=0)
    if most == 0 or (_WILD & set(pattern) and most < min(2, len(wanted))):
        return []
    return [tree for count, tree in alike if count == most]


def _alike(wanted: list[str], path: list[str]) -> int:
    """How many parts agree, from the end."""
    count = 0
    for want, part in zip(reversed(wanted), reversed(path), strict=False):
        if not fnmatchcase(part, want):
            break
        count += 1
    return count


def roots(trees: Sequence[Tree]) -> list[Tree]:
    """The files that no other file includes; all of them, where each is included by another."""
    inner = set()
    for tree in trees:
        for command in tree.commands:
            if command.verb == "include":
                inner |= {id(each) for each in included(command.text, trees) if each is not tree}
    return [tree for tree in trees if id(tree) not in inner] or list(trees)
