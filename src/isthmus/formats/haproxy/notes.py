"""What lowering a configuration gathers on its way: messages, and what is not modelled. Each is kept once."""

from collections.abc import Iterable

from isthmus.diagnostics import Code, Diagnostic, Span, closest, shown
from isthmus.network import Unmodelled


class Notes:
    """Settings of ``defaults`` are read once for each proxy that has them, so the same thing may be noted often."""

    def __init__(self) -> None:
        self._diagnostics: dict[Diagnostic, None] = {}
        self._unmodelled: dict[Unmodelled, None] = {}

    def report(self, code: Code, message: str, where: Span, help_: str = "") -> None:
        """Tell the writer of the configuration."""
        self._diagnostics[Diagnostic(code, message, where, help_)] = None

    def doubt(self, where: Span, what: str) -> Unmodelled:
        """Note something whose effect on packets is not known."""
        found = Unmodelled(where, what)
        self._unmodelled[found] = None
        return found

    def keep(self, doubts: Iterable[Unmodelled]) -> None:
        """Note what was found not to be known elsewhere."""
        self._unmodelled.update(dict.fromkeys(doubts))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every message, in reading order."""
        return tuple(sorted(self._diagnostics, key=Diagnostic.sort_key))

    @property
    def unmodelled(self) -> tuple[Unmodelled, ...]:
        """Everything that is not modelled, in reading order."""
        return tuple(sorted(self._unmodelled))


def near(word: str, known: Iterable[str]) -> str:
    """Help for a word that is not in a large vocabulary: the nearest one that is, if any is near."""
    best = closest(word, known)
    return f"did you mean `{shown(best)}`?" if best else "answers that depend on it are unknown"
