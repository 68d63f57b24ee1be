"""The tables as an XML schema document, honest about what it is. Pure."""

from functools import cache

from lxml import etree

from hoede.simulators.cybertipline.schema.file_details import FILE_DETAILS
from hoede.simulators.cybertipline.schema.grammar import Attribute, Element, Kind, Slot
from hoede.simulators.cybertipline.schema.places import COUNTRY, STATE
from hoede.simulators.cybertipline.schema.report import REPORT
from hoede.simulators.cybertipline.xml import Node

_XS = "http://www.w3.org/2001/XMLSchema"
_NOTE = (
    "Made by Hoede's rehearsal stand-in from its own tables. This is not NCMEC's schema; "
    "fetch the live one from NCMEC for production. The stand-in checks more than stands here "
    "(zones, past times, addresses, rules across elements)."
)


_NAMED = {COUNTRY: "country", STATE: "state"}  # long lists stand once


@cache
def xsd() -> bytes:
    """The schema of `report` and `fileDetails`, as UTF-8 bytes."""
    root = etree.Element(f"{{{_XS}}}schema", nsmap={"xs": _XS})
    _add(_add(root, "annotation"), "documentation").text = _NOTE
    for kind, name in _NAMED.items():
        _simple(root, kind, name=name)
    for element in (REPORT, FILE_DETAILS):
        _element(root, element)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: Node, tag: str, /, **attributes: str) -> Node:
    return etree.SubElement(parent, f"{{{_XS}}}{tag}", attrib=attributes)


def _element(parent: Node, element: Element, **often: str) -> None:
    node = _add(parent, "element", name=element.name, **often)
    if element.kind is None:
        _complex(node, element)
        return
    if not element.attributes:
        _typed(node, element.kind)
        return
    content = _add(_add(node, "complexType"), "simpleContent")
    # Facets cannot stand on an extension, so the text of an element with attributes is checked by type only.
    extension = _add(content, "extension", base=f"xs:{element.kind.xs}")
    _attributes(extension, element.attributes)


def _complex(node: Node, element: Element) -> None:
    kind = _add(node, "complexType")
    if element.slots:
        order = _add(kind, "all" if element.any_order else "sequence")
        for slot in element.slots:
            _slot(order, slot)
    _attributes(kind, element.attributes)


def _slot(order: Node, slot: Slot) -> None:
    often = {"minOccurs": str(slot.least), "maxOccurs": "unbounded" if slot.most is None else str(slot.most)}
    if len(slot.options) == 1:
        _element(order, slot.options[0], **often)
        return
    either = _add(order, "choice", **often)
    for option in slot.options:
        _element(either, option)


def _attributes(node: Node, attributes: tuple[Attribute, ...]) -> None:
    for attribute in attributes:
        use = "required" if attribute.required else "optional"
        _typed(_add(node, "attribute", name=attribute.name, use=use), attribute.kind)


def _typed(node: Node, kind: Kind) -> None:
    if kind in _NAMED:
        node.set("type", _NAMED[kind])
        return
    _simple(node, kind)


def _simple(node: Node, kind: Kind, **named: str) -> None:
    restriction = _add(_add(node, "simpleType", **named), "restriction", base=f"xs:{kind.xs}")
    if kind.longest is not None:
        _add(restriction, "maxLength", value=str(kind.longest))
    if kind.xs == "boolean":  # xs:boolean knows its own values
        return
    for value in kind.values:
        _add(restriction, "enumeration", value=value)
