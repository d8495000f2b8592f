"""The JSON Schema of an estate's files, for editors."""

from typing import Any

from pydantic import TypeAdapter, create_model

from isthmus.estate.estate import SECTIONS
from isthmus.estate.parts import HEADER, LISTS


def estate_schema() -> dict[str, Any]:
    """The schema (JSON Schema draft 2020-12) that every file of an estate follows."""
    fields: dict[str, Any] = dict.fromkeys(HEADER, (str | None, None))
    fields |= {key: (dict[str, model] | None, None) for key, model in SECTIONS.items()}  # type: ignore[valid-type]
    fields |= {key: (list[model] | None, None) for key, model in LISTS.items()}  # type: ignore[valid-type]
    shape = create_model("EstateFile", __config__={"extra": "forbid"}, **fields)
    schema: dict[str, Any] = TypeAdapter(shape).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "A file of an Isthmus estate",
        "description": "An estate is a folder of such files; each may hold any of the sections.",
    }
