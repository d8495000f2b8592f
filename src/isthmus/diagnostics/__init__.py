"""What we tell readers about their input: a code, one sentence, the place, and what to do about it."""

from isthmus.diagnostics.diagnostic import Code, Diagnostic, Severity
from isthmus.diagnostics.quote import shown
from isthmus.diagnostics.span import Span
from isthmus.diagnostics.suggest import closest, did_you_mean

__all__ = ["Code", "Diagnostic", "Severity", "Span", "closest", "did_you_mean", "shown"]
