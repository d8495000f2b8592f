"""The JSON Schema of an estate's files, for editors."""

from typing import Any

from pydantic import TypeAdapter, create_model

from isthmus.estate.estate import SECTIONS
from isthmus.estate.parts import HEADER, LISTS
from isthmus.estate.types import Identifier, Name


def estate_schema() -> dict[str, Any]:
    """The schema (JSON Schema draft 2020-12) that every file of an estate follows."""
    fields: dict[str, Any] = dict.fromkeys(HEADER, (str | None, None))
    for key, model in SECTIONS.items():
        id_: Any = Name if key == "names" else Identifier
        fields[key] = (dict[id_, model] | None, None)  # type: ignore[valid-type]
    fields |= {key: (list[model] | None, None) for key, model in LISTS.items()}  # type: ignore[valid-type]
    shape = create_model("EstateFile", __config__={"extra": "forbid"}, **fields)
    schema: dict[str, Any] = _strict_about_ids(TypeAdapter(shape).json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "A file of an Isthmus estate",
        "description": "An estate is a folder of such files; each may hold any of the sections.",
    }


def _strict_about_ids(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """The same schema, refusing keys that cannot be ids instead of leaving their values unread."""
    if isinstance(schema, list):
        return [_strict_about_ids(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: _strict_about_ids(each) for key, each in schema.items()}
    patterns = strict.pop("patternProperties", None)
    if patterns:
        ((pattern, values),) = patterns.items()
        strict |= {"propertyNames": {"pattern": pattern}, "additionalProperties": values}
    return strict
