"""The words for what is found of a record, and the numbers that stand for them in columns."""

from enum import IntEnum


class Verdict(IntEnum):
    """What a record is, held against the declarations."""

    DECLARED = 0
    """A running crossing declares it, and nothing that was seen of it breaks a demand."""
    EXCEPTED = 1
    """A running crossing declares it; the demands that it breaks were excused on the day of the flow."""
    DEVIATES = 2
    """A running crossing declares it, and it breaks a demand that nothing excused on that day."""
    UNDECLARED = 3
    """It runs between realms (or over a leg that only declared flows may use), and no running crossing declares it."""
    NOT_COVERED = 4
    """It runs between realms over IPv6, of which the guidelines' text does not speak, and nobody declared it."""
    UNPLANNED = 5
    """An end has a private address that no declared network covers: whose it is cannot be told."""
    INTRA_REALM = 6
    """Both ends lie in one realm."""
    INTERNET = 7
    """One end lies in no realm."""
    SIGNAL = 8
    """An ICMP error or neighbour discovery: a part of other flows."""
    LOCAL = 9
    """An end has an address that is not routed, such as a multicast group."""

    @property
    def word(self) -> str:
        """As people read it."""
        return _WORDS[self]


_WORDS = {
    Verdict.DECLARED: "declared",
    Verdict.EXCEPTED: "excepted",
    Verdict.DEVIATES: "deviates",
    Verdict.UNDECLARED: "undeclared",
    Verdict.NOT_COVERED: "not covered by the text",
    Verdict.UNPLANNED: "unplanned address",
    Verdict.INTRA_REALM: "intra-realm",
    Verdict.INTERNET: "internet",
    Verdict.SIGNAL: "signalling",
    Verdict.LOCAL: "not routed",
}


class Direction(IntEnum):
    """From client to service, or back, and how that is known. Odd: a reply. From ``FORWARD_PORT`` on: inferred."""

    FORWARD_DECLARED = 0
    """The record as it stands is a declared flow."""
    REPLY_DECLARED = 1
    """The record turned round is a declared flow."""
    FORWARD_TOLD = 2
    """The record says so: it tells both directions, or shows a first packet alone (SYN, echo request)."""
    REPLY_TOLD = 3
    """The record shows an answer alone (SYN and ACK, or RST and ACK; echo reply)."""
    FORWARD_PORT = 4
    """Inferred: some declared service has the destination port, and none the source port."""
    REPLY_PORT = 5
    """Inferred: some declared service has the source port, and none the destination port."""
    FORWARD_GUESS = 6
    """Inferred: the destination port is the lower one."""
    REPLY_GUESS = 7
    """Inferred: the source port is the lower one."""

    @property
    def is_reply(self) -> bool:
        """Whether packets of the record go from the service to the client."""
        return bool(self & 1)

    @property
    def is_inferred(self) -> bool:
        """Whether nothing but ports speaks for it."""
        return self >= Direction.FORWARD_PORT


class Attempt(IntEnum):
    """Whether the flow came about."""

    PASSED = 0
    """It did, or nothing says that it did not."""
    REFUSED = 1
    """It was refused: by a filter that says so, or by a bare RST."""
    UNANSWERED = 2
    """Its first packet alone was seen, on an exporter that sees all packets."""


class Side(IntEnum):
    """Where a record was made, as to the flow."""

    UNTOLD = 0
    """Where the exporter stands is not declared."""
    CLIENT = 1
    """In the client's realm: before any translation that hides it."""
    SERVICE = 2
    """In the service's realm: as the service sees it."""
    ELSEWHERE = 3
    """In another realm than either."""


INTERNET, UNPLANNED, LOCAL = "internet", "(unplanned)", "(not routed)"
"""The realms of addresses that no network of the estate covers: public ones, private ones, and those never routed."""

BORDER = "border"
"""In place of a realm, where an exporter stands: it is the gateway where translation happens, and tells of it."""
