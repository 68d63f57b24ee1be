"""XML in, safely: no DTD, no entities, no network; and where in the text a complaint belongs. Pure."""

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

Node = etree._Element  # noqa: SLF001 - lxml gives its element type no other name

# Possessive, so that no input can make it try twice. A DOCTYPE can stand only before the first element.
_DOCTYPE = re.compile(rb"(?:\xef\xbb\xbf)?+(?:\s++|<\?(?s:.*?)\?>|<!--(?s:.*?)-->)*+<!DOCTYPE")
_PARTS = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|</[^>]*+>|(<(?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+>)", re.DOTALL
)


class MalformedXmlError(ValueError):
    """The bytes are not well-formed XML of the sort we read."""


@dataclass(frozen=True, slots=True)
class Complaint:
    node: Node  # where in the document
    text: str


def parse(body: bytes) -> Node:
    """The root element, without comments. Raises `MalformedXmlError`, for a DOCTYPE too."""
    if _DOCTYPE.match(body):
        raise MalformedXmlError("DOCTYPE is disallowed.")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        body.decode()
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedXmlError(str(error)) from error
    docinfo: Any = root.getroottree().docinfo  # its stubs lack doctype
    if docinfo.doctype:
        raise MalformedXmlError("DOCTYPE is disallowed.")
    return root


def placed(complaint: Complaint, body: bytes) -> str:
    """The complaint with the line and column where its start tag ends, as Xerces counts them."""
    nth = next(n for n, node in enumerate(complaint.node.getroottree().iter()) if node is complaint.node)
    end = _end_of_tag(body, nth)
    before = body[:end].decode(errors="replace")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return f"{line},{column}: {complaint.text}"


def _end_of_tag(body: bytes, nth: int) -> int:
    tags = (part for part in _PARTS.finditer(body) if part[1])
    for n, tag in enumerate(tags):
        if n == nth:
            return tag.end()
    return 0
