"""The canonical content of an edition: what owners agree to when they agree to the guidelines.

Everything that can change a decision is in it: the words (realms, roles and their kinds, facilities), the cases in
their order (the first that fits is the crossing's), whom to ask, and of each requirement its code, name, level, kinds
of evidence, check, parameters, scope, whether it can be excused, and the page's own sentence.

Trivial, and left out: the edition's title, date and source, our readings (``says``), when a demand applies in words
(the check decides), the order of requirements within a case, examples, other names of a case, and placements, which
only advise.
"""

from typing import Any

from isthmus.decide.edition import Case, Edition, Requirement


def edition_content(edition: Edition) -> dict[str, Any]:
    """What of ``edition`` a signature covers, as plain values."""
    words = edition.vocabulary
    return {
        "isthmus": 1,
        "kind": "edition",
        "id": edition.id,
        "words": {
            "realms": list(words.realms),
            "roles": dict(words.roles),
            "facilities": list(words.facilities),
        },
        "order": " ".join(case.id for case in edition.cases),
        "cases": {case.id: _case(case) for case in edition.cases},
        "general": {each.code: _requirement(each) for each in edition.general},
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "quote": case.quote,
        "ask": list(case.ask),
        "fits": [{"client": _plain(fit.client), "service": _plain(fit.service)} for fit in case.fits],
        "requirements": {each.code: _requirement(each) for each in case.requirements},
        "reasons": {each.id: _plain(each, "says") for each in case.reasons},
    }


def _requirement(requirement: Requirement) -> dict[str, Any]:
    params = requirement.params.model_dump(mode="json") if requirement.params is not None else {}
    return {
        "name": requirement.name,
        "quote": requirement.quote,
        "level": requirement.level.value,
        "judged_by": [kind.value for kind in requirement.judged_by],
        "check": requirement.check.name,
        "params": params,
        "scope": requirement.scope.value,
        "excusable": str(requirement.excusable),
    }


def _plain(value: Any, *without: str) -> dict[str, Any]:  # noqa: ANN401 - any of the edition's small records
    fields = {name: getattr(value, name) for name in value.__slots__ if name not in without}
    return {name: sorted(each) if isinstance(each, frozenset) else each for name, each in fields.items()}
