"""XML in, safely: no DTD, no entities, no network. Pure."""

from lxml import etree

Node = etree._Element  # noqa: SLF001 - lxml gives its element type no other name


class NotOurXml(ValueError):
    """The bytes are no XML of the plain sort that the authority takes."""


def parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def read(document: bytes) -> Node:
    """The document's root. Raises `NotOurXml`, saying where it is not well-formed; for a DOCTYPE too."""
    try:
        root = etree.fromstring(document, parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotOurXml(str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotOurXml("it has a DOCTYPE, which no document here may have")
    return root
