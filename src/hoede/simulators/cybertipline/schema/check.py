"""Hold a document against its table and say what is wrong first, the way Xerces would. Pure."""

from collections.abc import Iterator
from datetime import datetime

from hoede.simulators.cybertipline.schema.grammar import Element
from hoede.simulators.cybertipline.schema.walk import Walk
from hoede.simulators.cybertipline.xml import Complaint, Node

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def first_complaint(root: Node, table: Element, now: datetime) -> Complaint | None:
    """The first thing in document order that the table does not allow; None when all is well."""
    if root.tag != table.name:
        return Complaint(root, f"cvc-elt.1.a: Cannot find the declaration of element '{root.tag}'.")
    return next(_complaints(root, table, now), None)


def _complaints(node: Node, element: Element, now: datetime) -> Iterator[Complaint]:
    yield from _attributes(node, element, now)
    if element.kind is None:
        yield from _children(node, element, now)
        return
    if len(node):
        yield Complaint(
            node,
            f"cvc-type.3.1.2: Element '{node.tag}' is a simple type, "
            "so it must have no element information item [children].",
        )
    flaw = element.kind.complaint(node.text or "", now)
    if flaw:
        yield Complaint(node, flaw)


def _attributes(node: Node, element: Element, now: datetime) -> Iterator[Complaint]:
    known = {attribute.name: attribute for attribute in element.attributes}
    for name, value in _told(node):
        if name.startswith(_XSI):
            continue
        if name not in known:
            yield Complaint(
                node,
                f"cvc-complex-type.3.2.2: Attribute '{name}' is not allowed to appear "
                f"in element '{node.tag}'.",
            )
            continue
        flaw = known[name].kind.complaint(value, now)
        if flaw:
            yield Complaint(node, f"cvc-attribute.3: Attribute '{name}' of element '{node.tag}': {flaw}")
    for attribute in element.attributes:
        if attribute.required and attribute.name not in node.attrib:
            yield Complaint(
                node,
                f"cvc-complex-type.4: Attribute '{attribute.name}' must appear on element '{node.tag}'.",
            )


def _told(node: Node) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in node.attrib.items()]


def _children(node: Node, element: Element, now: datetime) -> Iterator[Complaint]:
    if (node.text or "").strip() or any((child.tail or "").strip() for child in node):
        yield Complaint(
            node,
            f"cvc-complex-type.2.3: Element '{node.tag}' cannot have character [children], "
            "because the type's content type is element-only.",
        )
    if not element.slots and node.text:
        yield Complaint(
            node,
            f"cvc-complex-type.2.1: Element '{node.tag}' must have no character or element information item "
            "[children], because the type's content type is empty.",
        )
    walk = Walk(element)
    for child in node:
        fits = walk.take(str(child.tag))
        if fits is None:
            yield Complaint(child, _misplaced(str(child.tag), walk.expected()))
            return
        yield from _complaints(child, fits, now)
    if walk.lacks():
        expected = ", ".join(walk.expected())
        yield Complaint(
            node,
            f"cvc-complex-type.2.4.b: The content of element '{node.tag}' is not complete. "
            f"One of '{{{expected}}}' is expected.",
        )


def _misplaced(name: str, expected: tuple[str, ...]) -> str:
    if not expected:
        return (
            f"cvc-complex-type.2.4.d: Invalid content was found starting with element '{name}'. "
            "No child element is expected at this point."
        )
    return (
        f"cvc-complex-type.2.4.a: Invalid content was found starting with element '{name}'. "
        f"One of '{{{', '.join(expected)}}}' is expected."
    )
