"""What comes up while a tree is lowered: complaints, what was not modelled, how much there was."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from isthmus.diagnostics import Code, Diagnostic, did_you_mean, shown
from isthmus.formats.junos.codes import BAD_VALUE, UNKNOWN_STATEMENT
from isthmus.formats.junos.tree import Node
from isthmus.network import Coverage, Unmodelled


@dataclass(slots=True)
class Reading:
    """The notes taken on one device."""

    device: str
    problems: list[Diagnostic] = field(default_factory=list)
    device_doubts: list[Unmodelled] = field(default_factory=list)
    _unmodelled: list[Unmodelled] = field(default_factory=list)
    _inside: int = 0
    """Statements inside what is named as one thing not modelled."""

    def complain(self, code: Code, message: str, node: Node, help_: str = "") -> None:
        """Tell the writer something about a statement."""
        self.problems.append(Diagnostic(code, message, node.where, help_))

    def unknown(self, node: Node, known: Iterable[str], place: str) -> None:
        """Tell the writer that a statement is not known at a place."""
        message = f"`{shown(node.word)}` is not known in `{place}`"
        self.complain(UNKNOWN_STATEMENT, message, node, did_you_mean(node.word, known, what="known here"))

    def bad_value(self, node: Node, what: str, help_: str = "") -> Unmodelled:
        """Tell the writer that a value is no ``what``, and doubt it."""
        self.complain(BAD_VALUE, f"`{shown(node.word)}` is no {what}", node, help_)
        return self.doubt(node, f"`{shown(node.word)}` is no {what}")

    def no_value(self, node: Node, what: str) -> Unmodelled:
        """Tell the writer that a statement lacks its ``what``, and doubt it."""
        self.complain(BAD_VALUE, f"`{shown(node.word)}` names no {what}", node)
        return self.doubt(node, f"`{shown(node.word)}` names no {what}")

    def doubt(self, node: Node, what: str) -> Unmodelled:
        """A reason to be given to a rule: it is in the coverage as well."""
        found = Unmodelled(node.where, what)
        self._unmodelled.append(found)
        return found

    def unmodelled(self, node: Node, what: str) -> Unmodelled:
        """Something that is not modelled as a whole, with all that stands in it."""
        self._inside += node.leaves() - 1
        return self.doubt(node, what)

    def doubt_everything(self, node: Node, what: str) -> None:
        """Something that may change any packet that crosses the device."""
        self.device_doubts.append(self.unmodelled(node, what))

    def doubt_text(self, doubts: Iterable[Unmodelled]) -> None:
        """Places that could not even be read."""
        for each in doubts:
            self._unmodelled.append(each)
            self.device_doubts.append(each)

    def coverage(self, statements: int) -> Coverage:
        """How much of so many statements is modelled."""
        each_once = tuple(dict.fromkeys(self._unmodelled))
        return Coverage(max(statements - self._inside, len(each_once)), each_once)
