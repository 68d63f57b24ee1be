"""The document `fileDetails`: every element there is, in its order. Pure.

Source: docs/sources.md#cybertipline.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from hoede.reporting.cybertipline.kinds import BOOLEAN, FLAG, LONG, PAST, TEXT, TOKEN, URL, choice, text
from hoede.reporting.cybertipline.model import many, maybe, must_attribute, one, some, text_of
from hoede.reporting.cybertipline.shared import DeviceId, IpCaptureEvent

REPORTED: Final = "Reported"
SUPPLEMENTAL: Final = "Supplemental Reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnnotations:
    """Each an empty element, or none: there is no false."""

    ANY_ORDER: ClassVar = True

    drawing: str | None = maybe("animeDrawingVirtualHentai", FLAG)
    potential_meme: str | None = maybe("potentialMeme", FLAG)
    viral: str | None = maybe("viral", FLAG)
    self_production: str | None = maybe("possibleSelfProduction", FLAG)
    physical_harm: str | None = maybe("physicalHarm", FLAG)
    violence: str | None = maybe("violenceGore", FLAG)
    bestiality: str | None = maybe("bestiality", FLAG)
    live_streaming: str | None = maybe("liveStreaming", FLAG)
    infant: str | None = maybe("infant", FLAG)
    generated: str | None = maybe("generativeAi", FLAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalFileHash:
    """As the file was first uploaded, before anything was done to it."""

    value: str = text_of(TEXT)
    hash_type: str = must_attribute("hashType", text(64))


@dataclass(frozen=True, slots=True, kw_only=True)
class NameValuePair:
    name: str = one("name", text(64))
    value: str = one("value", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    type: str = must_attribute("type", choice("EXIF", "HASH"))  # here, not on the pair
    pairs: tuple[NameValuePair, ...] = some("nameValuePair")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDetails:
    report_id: str = one("reportId", LONG)
    file_id: str = one("fileId", TOKEN)  # hexadecimal digits, never a number
    file_name: str | None = maybe("fileName", TEXT)  # in the schema, and documented nowhere
    original_name: str | None = maybe("originalFileName", text(2056))
    uploaded_at: str | None = maybe("uploadedToEspTimestamp", PAST)
    location: str | None = maybe("locationOfFile", URL)
    viewed: bool | None = maybe("fileViewedByEsp", BOOLEAN)
    exif_viewed: bool | None = maybe("exifViewedByEsp", BOOLEAN)
    publicly_available: bool | None = maybe("publiclyAvailable", BOOLEAN)
    relevance: str | None = maybe("fileRelevance", choice(REPORTED, SUPPLEMENTAL))
    meme: bool | None = maybe("potentialMeme", BOOLEAN, either="annotated")
    annotations: FileAnnotations | None = maybe("fileAnnotations", either="annotated")
    classification: str | None = maybe("industryClassification", choice("A1", "A2", "B1", "B2"))
    hashes: tuple[OriginalFileHash, ...] = many("originalFileHash")
    ip_event: IpCaptureEvent | None = maybe("ipCaptureEvent")  # one: a second is refused
    devices: tuple[DeviceId, ...] = many("deviceId")
    details: tuple[Details, ...] = many("details")
    additional_info: tuple[str, ...] = many("additionalInfo", TEXT)

    class Meta:
        """The element's name."""

        name = "fileDetails"
