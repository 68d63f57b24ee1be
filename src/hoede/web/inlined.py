"""A shape's JSON schema without references: FastAPI does not list the parts of what we add. Pure."""

from typing import Any

from pydantic import BaseModel


def inlined(shape: type[BaseModel]) -> dict[str, Any]:
    """The schema with every part written where it is named."""
    schema = shape.model_json_schema(ref_template="{model}")
    parts = schema.pop("$defs", {})
    told: dict[str, Any] = _filled(schema, parts)
    return told


def _filled(told: Any, parts: dict[str, Any]) -> Any:
    if isinstance(told, list):
        return [_filled(one, parts) for one in told]
    if not isinstance(told, dict):
        return told
    if "$ref" in told:
        return _filled(parts[told["$ref"]], parts)
    return {name: _filled(one, parts) for name, one in told.items()}
