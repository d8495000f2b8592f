"""One term as Aerleon's Juniper generator renders it for one IP version: a rule, or nothing where it is left out."""

from dataclasses import dataclass

from isthmus.diagnostics import Diagnostic, shown
from isthmus.formats.aerleon.actions import action_of
from isthmus.formats.aerleon.codes import LEFT_OUT
from isthmus.formats.aerleon.conditions import Conditions
from isthmus.formats.aerleon.ends import Ends, refuse
from isthmus.formats.aerleon.headers import check_codes, check_options, take_headers
from isthmus.formats.aerleon.shapes import Term
from isthmus.formats.aerleon.vocabulary import FOREIGN, VERSIONS
from isthmus.network import Action, Jump, Rule, Unclear, Unmodelled, Verdict

PLATFORM = "juniper"

_OTHER_ICMP = {4: {"icmpv6", "icmp6"}, 6: {"icmp"}}
"""Protocols whose terms are left out of filters of an IP version."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of a term: no rule where it is left out, on purpose or because nothing of it fits.

    Where a policer may drop packets before the term decides, there are two.
    """

    rules: tuple[Rule, ...]
    problems: tuple[Diagnostic, ...] = ()
    is_on_purpose: bool = False


def render(term: Term, version: int, ends: Ends) -> Rendered:
    """The rule that a term is in a filter for one IP version."""
    rendered = _render(term, version, ends)
    is_inactive = "inactive" in term.texts("option")
    return Rendered((), rendered.problems, is_on_purpose=True) if is_inactive else rendered


def _render(term: Term, version: int, ends: Ends) -> Rendered:
    if term.torn:
        return _torn(term, version)
    conditions = Conditions(version)
    ends.ports(term, conditions)
    check_codes(term, conditions)
    if _is_unwanted(term):
        return Rendered((), tuple(conditions.problems), is_on_purpose=True)
    wanted = term.texts("restrict-address-family")
    if wanted and VERSIONS.get(wanted[0], version) != version:
        return Rendered((), tuple(conditions.problems))
    ends.established(term, conditions)
    if _OTHER_ICMP[version] & set(term.texts("protocol")):
        return Rendered((), tuple(conditions.problems))
    if term.words("verbatim", "filter-term"):
        return _without_conditions(term, Conditions(version, problems=conditions.problems))
    check_options(term, conditions)
    if not ends.addresses(term, conditions):
        return Rendered((), tuple(conditions.problems))
    take_headers(term, conditions)
    return _finished(term, conditions, action_of(term, conditions))


def _torn(term: Term, version: int) -> Rendered:
    """A term that may be another one altogether: it may match anything and do anything."""
    conditions = Conditions(version)
    for doubt in term.torn:
        conditions.hide(doubt.where, doubt.what)
    return _finished(term, conditions, Unclear())


def _is_unwanted(term: Term) -> bool:
    """Whether its writer does not want it on this platform."""
    platforms, excluded = term.texts("platform"), term.texts("platform-exclude")
    verbatim = term.texts("verbatim")
    is_other = (bool(platforms) and PLATFORM not in platforms) or PLATFORM in excluded
    return is_other or (bool(verbatim) and PLATFORM not in verbatim)


def _without_conditions(term: Term, conditions: Conditions) -> Rendered:
    """A term that is text for the router, or that leads through another filter: nothing else of it is rendered."""
    if term.words("verbatim"):
        conditions.doubt(term.words("verbatim")[0].where, f"term `{shown(term.name)}` is text for the router as it is")
        return _finished(term, conditions, Unclear())
    for each in term.entries:
        if each.key.text == "action":
            message = f"term `{shown(term.name)}` has `filter-term` and `action`"
            refuse(conditions, each.key, message, "keep one of them")
        elif each.key.text not in _BESIDE_CALLS:
            message = f"Aerleon leaves `{shown(each.key.text)}` of term `{shown(term.name)}` out beside `filter-term`"
            conditions.problems.append(Diagnostic(LEFT_OUT, message, each.key.where, "remove it"))
    return _finished(term, conditions, Jump(term.words("filter-term")[0].text))


_BESIDE_CALLS = frozenset({
    "filter-term", "name", "comment", "owner", "restrict-address-family", "platform", "platform-exclude", "expiration",
})  # fmt: skip


def _finished(term: Term, conditions: Conditions, action: Action) -> Rendered:
    """The rule with what its spelling and its end date leave open."""
    for entry in term.entries:
        if entry.key.text in FOREIGN and entry.words:
            message = f"the Juniper generator knows no `{entry.key.text}`"
            refuse(conditions, entry.key, message, "limit the term with `platform`, or remove the key")
    for word in term.words("expiration"):
        conditions.hide(word.where, f"term `{shown(term.name)}` is left out from `{shown(word.text)}` on")
    for doubt in term.doubts:
        conditions.hide(doubt.where, doubt.what)
    rule = _rule(term, conditions, action)
    limit = () if rule.action in (Verdict.DROP, Verdict.REJECT) else _limit(term, rule)
    return Rendered((*limit, rule), tuple(conditions.problems))


def _limit(term: Term, rule: Rule) -> tuple[Rule, ...]:
    """What a policer does to packets above its rate."""
    policer = next(iter(term.words("policer")), None)
    if policer is None or not rule.matches + rule.perhaps:
        return ()
    doubt = Unmodelled(policer.where, f"policer `{shown(policer.text)}` may drop what exceeds its rate")
    return (
        Rule(
            (),
            Verdict.DROP,
            policer.where,
            f"{rule.name}, above its rate",
            perhaps=rule.matches + rule.perhaps,
            doubts=(*rule.doubts, doubt),
            uses=rule.uses,
        ),
    )


def _rule(term: Term, conditions: Conditions, action: Action) -> Rule:
    surely, at_most = conditions.surely(), conditions.at_most()
    may_match = at_most if conditions.doubts and surely != at_most else ()
    in_doubt = bool(may_match) or isinstance(action, Unclear)
    return Rule(
        surely,
        action,
        term.where,
        f"term {term.name}",
        perhaps=may_match,
        doubts=tuple(dict.fromkeys(conditions.doubts)) if in_doubt else (),
        comment=term.comment,
        uses=tuple(dict.fromkeys(conditions.uses)),
    )
