"""YAML 1.2 text to a positioned tree, from the parser's events, so that no text can exhaust or surprise us.

ruamel.yaml spells the events; composing them ourselves keeps every line and column, sees duplicate keys, and
bounds depth and alias expansion.
"""

import re
from collections.abc import Iterable
from typing import Any

from isthmus.diagnostics import Diagnostic
from isthmus.documents.node import Document
from isthmus.documents.yaml_builder import Builder, Stop

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def parse_yaml(text: str, file: str, *, merge_keys: bool = False) -> Document:
    r"""Read one YAML document.

    Every mistake of spelling becomes a diagnostic of the document; nothing is raised for any text.
    ``merge_keys`` allows ``<<`` as YAML 1.1 readers do, for files that others wrote.

    >>> document = parse_yaml("dumps:\n  port: 443\n", "services.yaml")
    >>> document.root.plain()
    {'dumps': {'port': 443}}
    >>> str(document.root.nearest(["dumps", "port"]).span("services.yaml"))
    'services.yaml:2:9'
    """
    from ruamel.yaml.error import YAMLError

    text = text.removeprefix("\ufeff")
    document = Document(file, None, _lines(text))
    builder = Builder(document, merge_keys=merge_keys)
    try:
        text.encode()
        for event in _events(text):
            builder.take(event)
    except Stop:
        pass
    except (YAMLError, UnicodeError) as error:
        builder.report_syntax(error)
    document.root = None if builder.is_broken else builder.root
    document.diagnostics.sort(key=Diagnostic.sort_key)
    return document


def _lines(text: str) -> list[str]:
    """The lines of a text, by the breaks that YAML knows."""
    lines = _BREAK.split(text)
    return lines if lines[-1] else lines[:-1]


def _events(text: str) -> Iterable[Any]:
    from ruamel.yaml import YAML

    events: Iterable[Any] = YAML(typ="safe", pure=False).parse(text)
    return events
