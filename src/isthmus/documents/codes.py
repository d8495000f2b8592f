"""Diagnostics about spelling: what keeps a text from being a document at all."""

from isthmus.diagnostics import Code, Severity

SYNTAX = Code(
    "DOC001",
    Severity.ERROR,
    "the text is not well-formed",
    "The file cannot be read as YAML, TOML or JSON. Everything after the place shown is unknown, so nothing of the "
    "file is used. The usual causes are a missing space after a colon, a tab used for indentation, or a "
    "bracket or quote that is never closed.",
)
DUPLICATE_KEY = Code(
    "DOC002",
    Severity.ERROR,
    "a key is written twice",
    "A mapping holds the same key twice, and most readers silently keep the last one: the first is lost. "
    "Isthmus refuses to choose.",
)
NOT_A_KEY = Code(
    "DOC003",
    Severity.ERROR,
    "a key is not text",
    "Keys of a mapping are names, so they must be plain text: not lists, mappings or empty.",
)
ALIAS = Code(
    "DOC004",
    Severity.ERROR,
    "an alias cannot be followed",
    "An alias (`*name`) must name an anchor (`&name`) that was finished earlier in the same file, and the "
    "whole of what the aliases stand for must stay below the size bound.",
)
TOO_DEEP = Code(
    "DOC005",
    Severity.ERROR,
    "the document is nested too deeply",
    "No estate, edition or hiera file needs more than a few levels; a deeper one is refused before it can "
    "exhaust memory.",
)
MANY_DOCUMENTS = Code(
    "DOC006",
    Severity.ERROR,
    "more than one document in a file",
    "A YAML file of an estate holds one document. A second `---` starts another, which many readers never see.",
)
TAG = Code(
    "DOC007",
    Severity.ERROR,
    "a tag is not allowed",
    "Isthmus reads plain YAML 1.2 values. Tags (`!name`) ask a reader to build something else, and mean "
    "different things in different programs.",
)
MERGE_KEY = Code(
    "DOC008",
    Severity.ERROR,
    "merge keys are not allowed here",
    "The merge key (`<<`) is not part of YAML 1.2 and hides what an entry holds. Write the keys out.",
)
NOT_A_RECORD = Code(
    "DOC009",
    Severity.ERROR,
    "an entry of a list is not an object",
    "The file is a list of records, as programs print them in JSON: each entry is an object (`{ … }`) with its fields "
    "by name. Another value there says that the file is something else, or that it was damaged.",
)
CODES = (SYNTAX, DUPLICATE_KEY, NOT_A_KEY, ALIAS, TOO_DEEP, MANY_DOCUMENTS, TAG, MERGE_KEY, NOT_A_RECORD)
