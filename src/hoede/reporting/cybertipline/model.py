"""How documents are modelled: dataclasses whose fields stand in the order of the elements. Pure.

A field knows its element or attribute, how often it may stand there, and its kind of text; xsdata
writes the document from it, `schema` the schema, and the rules read texts by it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

from hoede.reporting.cybertipline.kinds import TEXT, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One field of a model: an element, an attribute, or the text itself."""

    field: str
    name: str
    kind: Kind  # of its text; of a block it says nothing
    block: type | None  # the model of an element that is no mere text
    attribute: bool = False
    is_text: bool = False
    required: bool = False
    many: bool = False
    either: str | None = None  # parts of one name exclude each other; "!" after it: one must be there


def one(name: str, kind: Kind = TEXT) -> Any:
    """An element that must be there."""
    return field(metadata=_element(name, kind) | {"required": True})


def maybe(name: str, kind: Kind = TEXT, *, either: str | None = None) -> Any:
    return field(default=None, metadata=_element(name, kind) | {"either": either})


def many(name: str, kind: Kind = TEXT) -> Any:
    return field(default=(), metadata=_element(name, kind) | {"many": True})


def some(name: str) -> Any:
    """A block that stands there at least once."""
    return field(metadata=_element(name, TEXT) | {"many": True, "required": True})


def text_of(kind: Kind = TEXT) -> Any:
    """The element's own text, beside its attributes."""
    return field(metadata={"type": "Text", "kind": kind})


def attribute(name: str, kind: Kind) -> Any:
    return field(default=None, metadata={"name": name, "type": "Attribute", "kind": kind})


def must_attribute(name: str, kind: Kind) -> Any:
    return field(metadata={"name": name, "type": "Attribute", "kind": kind, "required": True})


def _element(name: str, kind: Kind) -> dict[str, Any]:
    return {"name": name, "type": "Element", "kind": kind}


@cache
def parts_of(model: type) -> tuple[Part, ...]:
    """The parts of a model in their order."""
    hints = get_type_hints(model)
    return tuple(_part(one.name, one.metadata, hints[one.name]) for one in fields(model))


def _part(name: str, told: Any, hint: Any) -> Part:
    return Part(
        field=name,
        name=told.get("name", ""),
        kind=told["kind"],
        block=_block(hint),
        attribute=told["type"] == "Attribute",
        is_text=told["type"] == "Text",
        required=told.get("required", False),
        many=told.get("many", False),
        either=told.get("either"),
    )


def _block(hint: Any) -> type | None:
    inner = [one for one in get_args(hint) if one not in {NoneType, Ellipsis}] or [hint]
    found = inner[0]
    return found if isinstance(found, type) and is_dataclass(found) else None


def blocks_of(model: type) -> Iterator[type]:
    """The model and every block below it, each once, in the order of their first place."""
    seen: list[type] = []

    def visit(one: type) -> None:
        if one in seen:
            return
        seen.append(one)
        for part in parts_of(one):
            if part.block is not None:
                visit(part.block)

    visit(model)
    yield from seen


def takes_any_order(model: type) -> bool:
    """Whether its children may stand in any order (`xs:all`)."""
    return bool(getattr(model, "ANY_ORDER", False))
