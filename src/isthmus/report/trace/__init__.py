"""One packet there and back, told: in words, as a table for merge requests, for programs, as a picture."""

from isthmus.report.trace.document import document
from isthmus.report.trace.markdown import markdown
from isthmus.report.trace.svg import svg
from isthmus.report.trace.text import text
from isthmus.report.trace.traced import Asked, Belonging, Traced, Whereabouts

__all__ = ["Asked", "Belonging", "Traced", "Whereabouts", "document", "markdown", "svg", "text"]
