"""Guessing what somebody meant to write, for the help of a diagnostic; never for its meaning."""

from collections.abc import Iterable
from difflib import get_close_matches

from isthmus.diagnostics.quote import shown


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word nearest to ``word``, or None where nothing is near; case does not matter.

    >>> closest("cloud-privat-b", ["cloud-private-b", "cloud-hosts-b"])
    'cloud-private-b'
    >>> closest("TCP", ["tcp", "udp"])
    'tcp'
    >>> closest("teapot", ["cloud-private-b"]) is None
    True
    """
    folded = {each.lower(): each for each in sorted(known, reverse=True)}
    matches = get_close_matches(word[:100].lower(), folded, n=1, cutoff=0.7)
    return folded[matches[0]] if matches else None


def did_you_mean(word: str, known: Iterable[str], *, what: str = "known") -> str:
    """Help for an unknown word: the nearest known one, else the few that there are.

    >>> did_you_mean("relm", ["realm", "role"])
    'did you mean `realm`?'
    >>> did_you_mean("x", ["realm", "role"], what="keys")
    'keys: `realm`, `role`'
    >>> did_you_mean("x", [], what="hosts")
    'there are no hosts yet'
    """
    words = sorted(set(known))
    best = closest(word, words)
    if best is not None:
        return f"did you mean `{shown(best)}`?"
    if not words:
        return f"there are no {what} yet"
    listed = ", ".join(f"`{shown(each)}`" for each in words[:12])
    more = f" and {len(words) - 12} more" if len(words) > 12 else ""
    return f"{what}: {listed}{more}"
