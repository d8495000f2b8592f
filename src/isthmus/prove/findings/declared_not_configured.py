"""A running crossing that the configured network does not carry, there and back."""

from collections.abc import Iterable, Iterator

from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.estate import Crossing, State
from isthmus.evidence import Answer, Finding
from isthmus.prove.prover import Prover

NOT_CARRIED = Code(
    "PRV001",
    Severity.FINDING,
    "a declared crossing does not work in the configured network",
    "The crossing is declared as running, and the configurations of the snapshot lose some of its packets, or the "
    "replies to them. Either the declaration is wrong, or a rule or route stands in its way; the packet and the line "
    "are told. Filters of routers are stateless: a request may pass and its reply die.",
)
CODES = (NOT_CARRIED,)


def find(prover: Prover) -> Iterator[Diagnostic]:
    """Every running crossing of which some packet is surely lost."""
    return not_carried(prover, prover.estate.crossings.values())


def not_carried(prover: Prover, crossings: Iterable[Crossing]) -> Iterator[Diagnostic]:
    """Those of ``crossings`` that run and of which some packet is surely lost."""
    for crossing in crossings:
        if crossing.state is State.RUNNING:
            answer = carried(prover, crossing)
            if answer.finding is Finding.NOT_MET:
                where = answer.where or Span("?")
                path = answer.exhibit.packet if answer.exhibit else ""
                yield Diagnostic(NOT_CARRIED, answer.because, where, f"declared at {crossing.where}", path)


def carried(prover: Prover, crossing: Crossing) -> Answer:
    """Whether a crossing works, there and back."""
    return prover.claims.works(prover.crossing(crossing), f"crossing `{crossing.id}`")
