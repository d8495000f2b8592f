"""A draft as the YAML files of an estate: the same draft always gives the same text."""

import io
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from isthmus.estate import PortRange
from isthmus.estate.entity import Shape
from isthmus.sources.wikimedia.draft import Draft

ESTATE = "wikimedia"
"""The name of the imported estate, and of the edition that it asks for."""

FILES: dict[str, tuple[str, ...]] = {
    "estate.yaml": ("owners", "realms"),
    "networks.yaml": ("networks",),
    "names.yaml": ("names",),
    "hosts.yaml": ("hosts",),
    "services.yaml": ("load_balancers", "services"),
    "crossings.yaml": ("crossings",),
}
"""Which sections go into which file."""

_HEAD = "# Written by `isthmus import`, which writes it anew each time: keep your own entries in other files.\n"

_PLAIN = re.compile(
    r"[A-Za-z_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*\Z"
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?\Z"  # an IPv4 address or prefix
)
_RESERVED = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}
"""Words that some reader of YAML takes for something else than text."""


def emit(draft: Draft) -> dict[str, str]:
    """The text of each file that has something to say, by file name."""
    texts: dict[str, str] = {}
    for name, sections in FILES.items():
        content: dict[str, Any] = {"estate": ESTATE, "edition": ESTATE} if name == "estate.yaml" else {}
        for section in sections:
            entries = draft.sections[section]
            if entries:
                content[section] = {id_: _entry(entries[id_]) for id_ in sorted(entries)}
        if content:
            texts[name] = _HEAD + to_yaml(content)
    return texts


def to_yaml(content: Mapping[str, Any]) -> str:
    r"""Plain values as YAML that every reader understands alike, whichever version of YAML it follows.

    >>> print(to_yaml({"a": ["no", "1e3", "0x1f", "text"], "b": 443}), end="")
    a: ["no", "1e3", "0x1f", text]
    b: 443
    """
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="safe", pure=False)
    yaml.width = 110
    yaml.allow_unicode = True
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False
    yaml.representer.add_representer(str, _text)
    yaml.representer.add_representer(list, _list)
    yaml.representer.add_representer(dict, _mapping)
    text = io.StringIO()
    yaml.dump(dict(content), text)
    return text.getvalue()


def _text(representer: Any, value: str) -> Any:  # noqa: ANN401 - the library's nodes are untyped
    plain = _PLAIN.match(value) and value.lower() not in _RESERVED
    return representer.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')


def _list(representer: Any, value: list[Any]) -> Any:  # noqa: ANN401
    short = not any(isinstance(each, list | dict) for each in value)
    return representer.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=short)


def _mapping(representer: Any, value: dict[str, Any]) -> Any:  # noqa: ANN401
    return representer.represent_mapping("tag:yaml.org,2002:map", value, flow_style=not value)


def _entry(entity: Shape) -> dict[str, Any]:
    """An entry's fields as plain values, without those that say no more than their absence does."""
    fields = {name: _value(getattr(entity, name)) for name in _said(entity)}
    origin = fields.pop("origin", None)
    return fields if origin is None else {**fields, "origin": origin}


def _said(shape: Shape) -> list[str]:
    """The names of the fields that differ from their defaults."""
    return [
        name
        for name, field in type(shape).model_fields.items()
        if field.is_required() or getattr(shape, name) != field.get_default(call_default_factory=True)
    ]


def _value(value: Any) -> Any:  # noqa: ANN401 - any field of an entry
    match value:
        case Shape():
            return _entry(value)
        case PortRange():
            return value.first if value.first == value.last else str(value)
        case Enum():
            return value.value
        case tuple() | list():
            return [_value(each) for each in value]
        case dict():
            return {key: _value(each) for key, each in value.items()}
        case bool() | int() | float():
            return value
    return str(value)
