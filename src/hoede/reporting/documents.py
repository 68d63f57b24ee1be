"""The CyberTipline's documents as ordered dataclasses: the order of fields is the order of elements.

Only the part that an ordinary media report needs. Source: the authority's technical documentation
and schema, docs/sources.md#cybertipline.
"""

import re
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig


def _element(name: str, **more: Any) -> Any:
    return field(default=None, metadata={"name": name, "type": "Element"} | more)


def _elements(name: str) -> Any:
    return field(default_factory=list, metadata={"name": name, "type": "Element"})


def _attribute(name: str) -> Any:
    return field(default=None, metadata={"name": name, "type": "Attribute"})


@dataclass
class IncidentSummary:
    incident_type: str | None = _element("incidentType")
    platform: str | None = _element("platform")
    high_priority: str | None = _element("escalateToHighPriority")
    incident_date_time: str | None = _element("incidentDateTime")
    description: str | None = _element("incidentDateTimeDescription")


@dataclass
class Person:
    first_name: str | None = _element("firstName")
    last_name: str | None = _element("lastName")
    email: list[str] = _elements("email")


@dataclass
class Reporter:
    reporting_person: Person | None = _element("reportingPerson")
    company_template: str | None = _element("companyTemplate")
    legal_url: str | None = _element("legalURL")


@dataclass
class IpCaptureEvent:
    ip_address: str | None = _element("ipAddress")
    event_name: str | None = _element("eventName")
    date_time: str | None = _element("dateTime")


@dataclass
class PermanentlyDisabled:
    value: bool | None = field(default=None, metadata={"type": "Text"})
    disabled_date: str | None = _attribute("disabledDate")


@dataclass
class PersonOrUserReported:
    esp_identifier: str | None = _element("espIdentifier")
    esp_service: str | None = _element("espService")
    screen_name: str | None = _element("screenName")
    ip_capture_event: list[IpCaptureEvent] = _elements("ipCaptureEvent")
    permanently_disabled: PermanentlyDisabled | None = _element("accountPermanentlyDisabled")


@dataclass
class Victim:
    person: Person | None = _element("victimPerson")
    esp_identifier: str | None = _element("espIdentifier")
    esp_service: str | None = _element("espService")
    screen_name: str | None = _element("screenName")
    ip_capture_event: list[IpCaptureEvent] = _elements("ipCaptureEvent")


@dataclass
class Report:
    incident_summary: IncidentSummary | None = _element("incidentSummary")
    reporter: Reporter | None = _element("reporter")
    reported: list[PersonOrUserReported] = _elements("personOrUserReported")
    victims: list[Victim] = _elements("victim")
    additional_info: str | None = _element("additionalInfo")

    class Meta:
        """The element's name."""

        name = "report"


@dataclass
class OriginalFileHash:
    value: str = field(default="", metadata={"type": "Text"})
    hash_type: str | None = _attribute("hashType")


@dataclass
class FileDetails:
    report_id: str | None = _element("reportId")
    file_id: str | None = _element("fileId")
    uploaded_at: str | None = _element("uploadedToEspTimestamp")
    viewed: bool | None = _element("fileViewedByEsp")
    relevance: str | None = _element("fileRelevance")
    classification: str | None = _element("industryClassification")
    hashes: list[OriginalFileHash] = _elements("originalFileHash")
    ip_capture_event: IpCaptureEvent | None = _element("ipCaptureEvent")
    additional_info: list[str] = _elements("additionalInfo")

    class Meta:
        """The element's name."""

        name = "fileDetails"


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
    if isinstance(part, list):
        return [_clean(one) for one in part]
    if not is_dataclass(part) or isinstance(part, type):
        return part
    return replace(part, **{each.name: _clean(getattr(part, each.name)) for each in fields(part)})
