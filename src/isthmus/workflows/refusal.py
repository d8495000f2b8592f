"""A request that cannot be met as it was made."""


class Refused(Exception):  # noqa: N818 - not an error of ours: what was asked for does not exist
    """What is wrong with the request, and what to do about it."""

    def __init__(self, message: str, help_: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help_
