"""The words for what is found and for how it is known."""

from enum import StrEnum


class Finding(StrEnum):
    """What came of asking whether a requirement is met. Unknown never rounds up to met."""

    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


class Kind(StrEnum):
    """How something is known."""

    DECLARED = "declared"
    """The estate's files say so."""
    CONFIGURED = "configured"
    """It is proved over the configurations of devices."""
    OBSERVED = "observed"
    """Flow records show it."""
    EXERCISED = "exercised"
    """Real packets did it, in the lab."""
    ATTESTED = "attested"
    """A named person stated it, with a date and a reason."""

    @property
    def letter(self) -> str:
        """The letter that the catalogue of guidelines uses."""
        return "X" if self is Kind.EXERCISED else self.value[0].upper()

    @property
    def source(self) -> str:
        """What fills evidence of this kind."""
        return _SOURCES[self]

    @property
    def is_at_hand(self) -> bool:
        """Whether the estate's own files are the source, so that silence is an answer too."""
        return self in (Kind.DECLARED, Kind.ATTESTED)


_SOURCES = {
    Kind.DECLARED: "the estate's files",
    Kind.CONFIGURED: "`isthmus collect`",
    Kind.OBSERVED: "`isthmus audit`",
    Kind.EXERCISED: "`isthmus lab test`",
    Kind.ATTESTED: "a person's statement in the estate",
}
