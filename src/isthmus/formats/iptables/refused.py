"""What iptables itself would not load."""


class RefusedError(ValueError):
    """Something that iptables or ipset does not accept: a sentence part, and what to do."""

    def __init__(self, message: str, help_: str = "") -> None:
        super().__init__(message)
        self.help = help_


class TooIntricateError(Exception):
    """Tests that together are more than matches can tell, or more of them than are worth keeping."""
