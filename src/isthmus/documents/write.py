"""Plain values to YAML text that reads back as the same values."""

from io import StringIO
from typing import Any


def to_yaml(value: Any) -> str:  # noqa: ANN401 - any document
    """YAML 1.2 in block style, keys in the order given; the inverse of reading.

    >>> print(to_yaml({"port": 443, "answer": "443", "names": ["a", "b"]}), end="")
    port: 443
    answer: '443'
    names:
      - a
      - b
    """
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="safe", pure=True)
    yaml.Representer = _representer()
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False
    yaml.allow_unicode = True
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(value, out)
    return out.getvalue()


def _representer() -> Any:  # noqa: ANN401 - the library's classes are untyped
    """The library's writer, which quotes what cannot be seen instead of writing it as it is."""
    from ruamel.yaml.representer import SafeRepresenter

    class Representer(SafeRepresenter):
        pass

    def represent_text(representer: Any, text: str) -> Any:  # noqa: ANN401
        style = None if text.replace("\n", "").isprintable() else '"'
        return representer.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Representer.add_representer(str, represent_text)
    return Representer
