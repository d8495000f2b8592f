"""What a validator raises about one value, so that the reader's message needs no knowledge of validators.

Each fault is one sentence about the value; ``{given}`` in it stands for what was written.
"""

from typing import LiteralString

from pydantic_core import PydanticCustomError

from isthmus.diagnostics import shown

VALUE = "isthmus_value"
HOST_BITS = "isthmus_host_bits"
CONTRADICTION = "isthmus_contradiction"


def bad_value(message: LiteralString, given: object, noun: str, help_: str = "") -> PydanticCustomError:
    """The value is not spelled as ``noun`` (such as ``a date``) must be."""
    return PydanticCustomError(VALUE, message, {"given": shown(given), "noun": noun, "help": help_})


def host_bits(given: object, masked: object) -> PydanticCustomError:
    """The prefix has host bits set; ``masked`` is what is left without them."""
    help_ = f"write `{masked}`, or a longer prefix for one address"
    message = "`{given}` has host bits set; the prefix is `{masked}`"
    return PydanticCustomError(
        HOST_BITS, message, {"given": shown(given), "masked": str(masked), "noun": "a prefix", "help": help_}
    )


def contradiction(message: str, help_: str = "") -> PydanticCustomError:
    """Two fields of an entry cannot both hold."""
    return PydanticCustomError(CONTRADICTION, "{message}", {"message": message, "help": help_})
