"""Diagnostics about editions of the guidelines."""

from isthmus.diagnostics import Code, Severity
from isthmus.documents import ShapeCodes

_ERROR = Severity.ERROR

UNKNOWN_KEY = Code(
    "GDL101",
    _ERROR,
    "unknown key in an edition",
    "A key that Isthmus does not know would be ignored, and what it says would be lost. "
    "`isthmus schema edition` prints every key that there is.",
)
MISSING_KEY = Code("GDL102", _ERROR, "a key of an edition is missing", "The row cannot be understood without it.")
UNKNOWN_WORD = Code("GDL103", _ERROR, "unknown word in an edition", "The value must be one of a few words.")
WRONG_KIND = Code("GDL104", _ERROR, "wrong kind of value in an edition", "The key asks for another kind of value.")
BAD_VALUE = Code("GDL105", _ERROR, "a value of an edition cannot be read", "The value is not spelled as it must be.")
UNKNOWN_CHECK = Code(
    "GDL106",
    _ERROR,
    "a row names a check that does not exist",
    "`check` names one of the files of guidelines/checks; `isthmus explain CHECK` tells what each demands.",
)
TWICE = Code(
    "GDL107",
    _ERROR,
    "a code, case or id is used twice",
    "Codes of requirements are stable: never renumbered, never reused. Ids of cases name one case each.",
)
NOT_THIS_EDITION = Code(
    "GDL108",
    _ERROR,
    "a word that the edition does not define",
    "A case, a parameter or a placement names a realm, role or case that the edition does not have.",
)
NOT_FOUND = Code(
    "GDL109",
    _ERROR,
    "the edition cannot be found",
    "`edition` names a shipped edition, or a TOML file relative to the estate's folder.",
)

CODES = (
    UNKNOWN_KEY,
    MISSING_KEY,
    UNKNOWN_WORD,
    WRONG_KIND,
    BAD_VALUE,
    UNKNOWN_CHECK,
    TWICE,
    NOT_THIS_EDITION,
    NOT_FOUND,
)
SHAPE = ShapeCodes(UNKNOWN_KEY, MISSING_KEY, UNKNOWN_WORD, WRONG_KIND, BAD_VALUE, BAD_VALUE, BAD_VALUE)
