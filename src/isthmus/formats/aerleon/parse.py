"""Which of Aerleon's files a text is, and reading it."""

import re
from pathlib import PurePosixPath

from isthmus.diagnostics import Diagnostic, Span
from isthmus.documents import parse_yaml
from isthmus.formats.aerleon.codes import NOT_A_POLICY
from isthmus.formats.aerleon.plain_definitions import parse_definitions
from isthmus.formats.aerleon.pol import parse_pol
from isthmus.formats.aerleon.shapes import Kind
from isthmus.formats.aerleon.yaml_definitions import read_definitions, read_prefix_lists
from isthmus.formats.aerleon.yaml_policy import read_policy
from isthmus.formats.format import Parsed, Text

_PLAIN = {".net": Kind.NETWORK, ".svc": Kind.SERVICE}
_YAML = (".yaml", ".yml")
_POLICY = re.compile(r"^(filters|terms)\s*:", re.MULTILINE)
_SECTION = re.compile(r"^(networks|services)\s*:", re.MULTILINE)
_VALUES = re.compile(r"^\s+(values\s*:|-\s*(protocol|port|name|address)\s*:|-\s*\{)", re.MULTILINE)
_TERM = re.compile(r"^\s*(term|header)\b[^\n]*\{", re.MULTILINE)
_PREFIX_LISTS = re.compile(r"prefix[-_]?lists?\.ya?ml")


def looks_like(path: str, text: str) -> bool:
    """Whether a text is a policy, a file that policies include, or definitions."""
    name = PurePosixPath(path)
    if name.suffix in (".pol", *_PLAIN):
        return True
    if name.suffix == ".inc":
        return bool(_TERM.search(text))
    if name.suffix not in _YAML:
        return False
    return bool(_PREFIX_LISTS.fullmatch(name.name) or _POLICY.search(text) or _has_definitions(name, text))


def _has_definitions(path: PurePosixPath, text: str) -> bool:
    return bool(_SECTION.search(text)) and ("definitions" in path.parts or bool(_VALUES.search(text)))


def parse(text: Text) -> Parsed:
    """Read one file of any of these kinds. Nothing is raised."""
    path = PurePosixPath(text.name.replace("\\", "/"))
    if path.suffix in _PLAIN:
        return parse_definitions(text, _PLAIN[path.suffix])
    if path.suffix not in _YAML:
        return parse_pol(text)
    document = parse_yaml(text.text, text.name, merge_keys=True)
    if document.root is None or not isinstance(document.root.value, dict):
        shape = Diagnostic(NOT_A_POLICY, "the file holds no mapping", Span(text.name), "write `filters:`")
        return Parsed(None, tuple(document.diagnostics) or (shape,))
    if _PREFIX_LISTS.fullmatch(path.name):
        return read_prefix_lists(document)
    is_policy = document.root.child("filters") is not None or document.root.child("terms") is not None
    return read_policy(document) if is_policy else read_definitions(document)
