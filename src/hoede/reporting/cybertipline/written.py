"""A document as the bytes that are sent. Pure."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig

from hoede.reporting.cybertipline.file_details import FileDetails
from hoede.reporting.cybertipline.report import Report

# XML 1.0, 2.2: what is no character.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SERIALIZER = XmlSerializer(config=SerializerConfig(encoding="UTF-8"))


def to_xml(document: Report | FileDetails) -> bytes:
    """The document as UTF-8 XML; the same document gives the same bytes.

    A character that XML cannot hold becomes U+FFFD: a name must never stop a report.
    """
    return _SERIALIZER.render(_clean(document)).encode()


def _clean(part: Any) -> Any:
    """The same document with every text as XML can hold it."""
    if isinstance(part, str):
        return _NOT_XML.sub("\ufffd", part)
    if isinstance(part, tuple):
        return tuple(_clean(one) for one in part)
    if not is_dataclass(part) or isinstance(part, type):
        return part
    return replace(part, **{each.name: _clean(getattr(part, each.name)) for each in fields(part)})
