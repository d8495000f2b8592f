"""Observed evidence: what flow records showed of each requirement that they can judge, and where they disagree."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from isthmus.decide import Edition, Requirement, Scope, classify
from isthmus.diagnostics import Diagnostic
from isthmus.estate import Crossing
from isthmus.evidence import Answer, Evidence, Facts, Kind, Testimony, met, unknown, unmet
from isthmus.observe.codes import DECLARED_NEVER_SEEN, SEEN_DEVIATING, SEEN_UNDECLARED, UNREADABLE
from isthmus.observe.draft import port_text
from isthmus.observe.results import Audit, Hit, Violation
from isthmus.observe.words import Attempt, Verdict


def observed_evidence(facts: Facts, edition: Edition, audit: Audit, only: Collection[str] = ()) -> Testimony:
    """What an audit says of each requirement that lists this kind; ``only`` some crossings."""
    testimony: dict[tuple[str, str], tuple[Evidence, ...]] = {}
    hits = {each.crossing: each for each in audit.hits}
    for crossing in facts.estate.crossings.values():
        if only and crossing.id not in only:
            continue
        for requirement in edition.demands(classify(crossing, facts, edition).case):
            if _is_judged(requirement, audit):
                told = _of_crossing(requirement.code, crossing, hits.get(crossing.id), facts, audit)
                testimony[requirement.code, crossing.id] = (told,)
    for requirement in edition.general if not only else ():
        if requirement.scope is Scope.ESTATE and _is_judged(requirement, audit):
            testimony[requirement.code, ""] = (Evidence(Kind.OBSERVED, _of_estate(requirement.code, audit)),)
    return testimony


def _is_judged(requirement: Requirement, audit: Audit) -> bool:
    return Kind.OBSERVED in requirement.judged_by and requirement.code in audit.names


def _of_crossing(code: str, crossing: Crossing, hit: Hit | None, facts: Facts, audit: Audit) -> Evidence:
    """What was seen of one crossing; where records show nothing of the demand, nobody was heard."""
    broken = 0 if hit is None else hit.broken.get(code, 0) + hit.broken_excused.get(code, 0)
    if hit is not None and broken:
        return Evidence(
            Kind.OBSERVED, unmet(f"{broken:,} flow records show it broken, {_window(audit)}", crossing.where)
        )
    aside = next(_beside(code, crossing, facts, audit), None)
    if aside is not None:
        return Evidence(Kind.OBSERVED, unmet(f"seen beside it: {told(aside)}", crossing.where))
    if hit is not None and hit.kept.get(code):
        answer = met(f"{hit.kept[code]:,} flow records show it kept and none broken, {_window(audit)}", crossing.where)
        return Evidence(Kind.OBSERVED, answer)
    seen = f"of {hit.flows:,} flows seen, none shows it" if hit else "no flow of it was seen"
    return Evidence(Kind.OBSERVED, unknown(f"{seen}, {_window(audit)}", crossing.where), absent=True)


def _beside(code: str, crossing: Crossing, facts: Facts, audit: Audit) -> Iterator[Violation]:
    """Undeclared flows that break a demand at the hosts of a crossing's service."""
    hosts = [facts.estate.hosts[name] for name in facts.service(crossing).hosts]
    own = {str(address) for host in hosts for address in host.addresses}
    for each in audit.wrong:
        is_undeclared = each.verdict is Verdict.UNDECLARED and code in each.codes
        if is_undeclared and own & {*each.clients, *each.addresses}:
            yield each


def _of_estate(code: str, audit: Audit) -> Answer:
    found = [each for each in audit.wrong if code in each.codes]
    if found:
        more = f", and {len(found) - 1:,} more" if len(found) > 1 else ""
        return unmet(f"seen: {told(found[0])}{more}")
    if audit.doubts:
        return unknown("; ".join(audit.doubts))
    if audit.open_questions:
        return unknown(f"nobody can say of {told(audit.open_questions[0])}")
    return met(f"none was seen in {audit.records:,} flow records, {_window(audit)}")


def disagreements(facts: Facts, audit: Audit) -> Iterator[Diagnostic]:
    """Where what is declared and what was seen are not the same."""
    estate = facts.estate
    for each in audit.wrong:
        crossing = estate.crossings.get(each.crossing)
        if each.verdict is Verdict.DEVIATES and crossing is not None:
            help_ = "change the network, or agree to an exception (`isthmus except`)"
            yield Diagnostic(SEEN_DEVIATING, f"`{crossing.id}` was seen deviating: {told(each)}", crossing.where, help_)
        elif each.verdict is Verdict.UNDECLARED:
            help_ = "`isthmus audit` drafts a declaration to review; else end it"
            yield Diagnostic(SEEN_UNDECLARED, f"seen and not declared: {told(each)}", estate.where, help_)
    for unseen in audit.unseen:
        crossing = estate.crossings.get(unseen.crossing)
        if crossing is not None:
            chance = f"; a small flow is missed with a chance of {unseen.chance:.0%}" if unseen.chance else ""
            message = f"`{crossing.id}` was not seen, {_window(audit)}"
            yield Diagnostic(DECLARED_NEVER_SEEN, message, crossing.where, f"{unseen.because}{chance}")
    if audit.doubts:
        yield Diagnostic(UNREADABLE, "; ".join(audit.doubts), estate.where, "`isthmus audit` says which and why")


def told(violation: Violation) -> str:
    """A violation in a few words."""
    who = violation.clients[0] if violation.number_of_clients == 1 else f"{violation.number_of_clients:,} addresses"
    codes = f" ({' '.join(violation.codes)})" if violation.codes else ""
    attempt = f", {violation.attempt.name.lower()}" if violation.attempt is not Attempt.PASSED else ""
    where = f"{violation.service} {port_text(violation.protocol, violation.port)}"
    return f"{who} of {violation.client_realm} to {where}{codes}, {violation.flows:,} flows{attempt}"


def _window(audit: Audit) -> str:
    return f"{_day(audit.first_ms)} to {_day(audit.last_ms)}"


def _day(milliseconds: int | None) -> str:
    try:
        return datetime.fromtimestamp((milliseconds or 0) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return "a time that no calendar has"
