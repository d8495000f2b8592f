"""nfdump: a filter for the traffic between networks, so that ``nfdump -r FILE -f FILTER`` shows the records themselves.

A filter tool asks about one set of pairs at a time, and knows neither declared crossings with their own ports for each
pair, nor exceptions: it shows where to look, and a judgement is for the audit. Source: nfdump(1).
"""

from collections.abc import Collection, Iterable

from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.exports.labels import Label, labels_of

_BUILT_IN = 3
"""The networks that every policy has behind its own: unplanned, not routed, the internet."""


def write(compiled: CompiledPolicy) -> str:
    """What crosses between two realms of the estate, in either direction, at whatever port."""
    networks = compiled.names.zones[:-_BUILT_IN]
    labels = [each for each in labels_of(compiled) if each.network in networks]
    realms = sorted({each.end.realm for each in labels})
    pairs = [
        _pair(
            [each for each in labels if each.end.realm == one],
            [each for each in labels if each.end.realm != one],
        )
        for one in realms
    ]
    return _either(pairs)


def between(
    compiled: CompiledPolicy, clients: Collection[str], services: Collection[str], ports: Collection[int] = ()
) -> str:
    """Records from addresses of some networks to addresses of others, but not those to certain ports."""
    labels = list(labels_of(compiled))
    pair = _pair(
        [each for each in labels if each.network in clients], [each for each in labels if each.network in services]
    )
    if not ports:
        return f"{pair}\n"
    return f"{pair}\nand not dst port in [ {' '.join(str(port) for port in sorted(ports))} ]\n"


def _pair(clients: Iterable[Label], services: Iterable[Label]) -> str:
    return f"(src ip in [ {_list(clients)} ]\nand dst ip in [ {_list(services)} ])"


def _list(labels: Iterable[Label]) -> str:
    """The prefixes; one that no record has where there are none, since an empty list is an error."""
    return " ".join(str(each.prefix) for each in labels) or "255.255.255.255/32"


def _either(conditions: list[str]) -> str:
    return "\nor ".join(conditions or ["not any"]) + "\n"
