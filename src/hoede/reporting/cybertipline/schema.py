"""Our model of the documents as an XML schema, and an operator's cached copy of the authority's own. Pure."""

from functools import cache

from lxml import etree

from hoede.reporting.cybertipline.file_details import FileDetails
from hoede.reporting.cybertipline.kinds import COUNTRY, STATE, Kind
from hoede.reporting.cybertipline.model import Part, blocks_of, parts_of, takes_any_order
from hoede.reporting.cybertipline.reading import Node, parser
from hoede.reporting.cybertipline.report import Report

_XS = "http://www.w3.org/2001/XMLSchema"
_ROOTS = {"report": Report, "fileDetails": FileDetails}
_NAMED = {COUNTRY: "CountryCode", STATE: "StateCode"}  # long lists stand once
_NOTE = (
    "Made by Hoede from its own model of the CyberTipline's documents, which follows the authority's"
    " documentation. It is not the authority's schema: fetch that one with your own credentials"
    " (`hoede report xsd --fetch`). Server rules beyond any schema are checked apart."
)


class SchemaUnusable(ValueError):
    """What was given as a schema is none that documents can be held against."""


@cache
def xsd() -> bytes:
    """The schema of `report` and `fileDetails` as UTF-8 bytes."""
    root = etree.Element(f"{{{_XS}}}schema", nsmap={"xs": _XS})
    _add(_add(root, "annotation"), "documentation").text = _NOTE
    for name, model in _ROOTS.items():
        _add(root, "element", name=name, type=model.__name__)
    for kind, named in _NAMED.items():
        _limits(_add(root, "simpleType", name=named), kind)
    blocks = dict.fromkeys(block for model in _ROOTS.values() for block in blocks_of(model))
    for block in blocks:
        _block(root, block)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


@cache
def own_schema() -> etree.XMLSchema:
    return read_schema(xsd())


def read_schema(document: bytes) -> etree.XMLSchema:
    """The schema that is written there. Raises `SchemaUnusable`, saying why."""
    try:
        root = etree.fromstring(document, parser())
        known = {one.get("name") for one in root.findall(f"{{{_XS}}}element")}
        schema = etree.XMLSchema(root)
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError, ValueError) as error:
        raise SchemaUnusable(str(error)) from error
    if lacking := sorted(set(_ROOTS) - known):
        raise SchemaUnusable(f"it declares no element {lacking[0]}")
    return schema


def _add(parent: Node, tag: str, /, **attributes: str) -> Node:
    return etree.SubElement(parent, f"{{{_XS}}}{tag}", attrib=attributes)


def _block(root: Node, block: type) -> None:
    parts = parts_of(block)
    text = next((one for one in parts if one.is_text), None)
    kind = _add(root, "complexType", name=block.__name__)
    if text is not None:
        # Facets cannot stand on an extension: the text's own type has a name.
        _limits(_add(root, "simpleType", name=f"{block.__name__}Text"), text.kind)
        holder = _add(_add(kind, "simpleContent"), "extension", base=f"{block.__name__}Text")
    else:
        holder = kind
        _children(kind, block, [one for one in parts if not one.attribute])
    for one in parts:
        if one.attribute:
            use = "required" if one.required else "optional"
            _typed(_add(holder, "attribute", name=one.name, use=use), one.kind)


def _children(kind: Node, block: type, parts: list[Part]) -> None:
    if not parts:
        return
    order = _add(kind, "all" if takes_any_order(block) else "sequence")
    choice, of = order, None
    for part in parts:
        if part.either is not None and part.either != of:
            choice = _add(order, "choice", minOccurs="1" if part.either.endswith("!") else "0")
        of = part.either
        _child(order if of is None else choice, part)


def _child(order: Node, part: Part) -> None:
    often = {} if part.either else {"minOccurs": str(int(part.required))}
    if part.many:
        often["maxOccurs"] = "unbounded"
    element = _add(order, "element", name=part.name, **often)
    if part.block is not None:
        element.set("type", part.block.__name__)
        return
    _typed(element, part.kind)


def _typed(node: Node, kind: Kind) -> None:
    if kind in _NAMED:
        node.set("type", _NAMED[kind])
        return
    _limits(_add(node, "simpleType"), kind)


def _limits(holder: Node, kind: Kind) -> None:
    limits = _add(holder, "restriction", base=f"xs:{kind.xs}")
    for value in kind.values:
        _add(limits, "enumeration", value=value)
    facets = {
        "maxLength": kind.longest,
        "pattern": kind.pattern,
        "minInclusive": kind.least,
        "maxInclusive": kind.most,
    }
    for name, limit in facets.items():
        if limit is not None:
            _add(limits, name, value=str(limit))
