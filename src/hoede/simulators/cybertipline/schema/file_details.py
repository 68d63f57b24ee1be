"""The table of `fileDetails`: every element in its order (CyberTipline facts 1.6). Pure."""

from hoede.simulators.cybertipline.schema.common import DEVICE, IP_CAPTURE, MORE, must
from hoede.simulators.cybertipline.schema.grammar import Element, branch, leaf, many, maybe, one, some
from hoede.simulators.cybertipline.schema.kinds import (
    BOOL,
    FLAG,
    LONG,
    PAST,
    TEXT,
    TOKEN,
    URL,
    choice,
    text,
)

_FILE_FLAGS = (
    "animeDrawingVirtualHentai",
    "potentialMeme",
    "viral",
    "possibleSelfProduction",
    "physicalHarm",
    "violenceGore",
    "bestiality",
    "liveStreaming",
    "infant",
    "generativeAi",
)
_ANNOTATIONS = Element(
    "fileAnnotations", slots=tuple(maybe(leaf(flag, FLAG)) for flag in _FILE_FLAGS), any_order=True
)
_PAIR = branch("nameValuePair", one(leaf("name", text(64))), one(leaf("value", TEXT)))

FILE_DETAILS = branch(
    "fileDetails",
    one(leaf("reportId", LONG)),
    one(leaf("fileId", TOKEN)),
    maybe(leaf("fileName", TEXT)),
    maybe(leaf("originalFileName", text(2056))),
    maybe(leaf("uploadedToEspTimestamp", PAST)),
    maybe(leaf("locationOfFile", URL)),
    maybe(leaf("fileViewedByEsp", BOOL)),
    maybe(leaf("exifViewedByEsp", BOOL)),
    maybe(leaf("publiclyAvailable", BOOL)),
    maybe(leaf("fileRelevance", choice("Reported", "Supplemental Reported"))),
    maybe(leaf("potentialMeme", BOOL), _ANNOTATIONS),
    maybe(leaf("industryClassification", choice("A1", "A2", "B1", "B2"))),
    many(leaf("originalFileHash", TEXT, must("hashType", text(64)))),
    maybe(IP_CAPTURE),
    many(DEVICE),
    many(branch("details", some(_PAIR), attributes=(must("type", choice("EXIF", "HASH")),))),
    many(MORE),
)
