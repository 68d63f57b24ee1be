"""The table of `report`: every element in its order (CyberTipline facts 1.4, 1.5). Pure."""

from hoede.simulators.cybertipline.schema.common import (
    CONTACT_SLOTS,
    EMAIL_ADDRESS,
    INCIDENT_ADDRESS,
    IP_CAPTURE,
    MORE,
    PERSON_SLOTS,
    PHONE_NUMBER,
    may,
    must,
)
from hoede.simulators.cybertipline.schema.grammar import Element, branch, leaf, many, maybe, one
from hoede.simulators.cybertipline.schema.kinds import (
    BOOL,
    DOUBLE,
    ESCALATION,
    FLAG,
    PAST,
    TEXT,
    URL,
    choice,
    text,
)
from hoede.simulators.cybertipline.schema.people import RECIPIENT, REPORTED, VICTIM
from hoede.simulators.cybertipline.schema.places import COUNTRY

INCIDENT_TYPE = choice(
    "Child Pornography (possession, manufacture, and distribution)",
    "Child Sex Trafficking",
    "Child Sex Tourism",
    "Child Sexual Molestation",
    "Misleading Domain Name",
    "Misleading Words or Digital Images on the Internet",
    "Online Enticement of Children for Sexual Acts",
    "Unsolicited Obscene Material Sent to a Child",
)
_REPORT_FLAGS = (
    "sextortion",
    "csamSolicitation",
    "minorToMinorInteraction",
    "spam",
    "sadisticOnlineExploitation",
)
_SAID = maybe(leaf("content", TEXT))

_BATCHED = Element("batchedReport", attributes=(must("reason", choice("VIRAL_POTENTIAL_MEME")),))
_ANNOTATIONS = Element(
    "reportAnnotations", slots=tuple(maybe(leaf(flag, FLAG)) for flag in _REPORT_FLAGS), any_order=True
)
_SUMMARY = branch(
    "incidentSummary",
    one(leaf("incidentType", INCIDENT_TYPE)),
    maybe(leaf("platform", text(256))),
    maybe(leaf("escalateToHighPriority", ESCALATION)),
    maybe(_ANNOTATIONS),
    one(leaf("incidentDateTime", PAST)),
    maybe(leaf("incidentDateTimeDescription", text(3000))),
)
_INTERNET = branch(
    "internetDetails",
    one(
        branch(
            "webPageIncident",
            many(leaf("url", URL)),
            maybe(MORE),
            attributes=(may("thirdPartyHostedContent", BOOL),),
        ),
        branch("emailIncident", many(EMAIL_ADDRESS), _SAID, maybe(MORE)),
        branch("newsgroupIncident", maybe(leaf("name", text(255))), many(EMAIL_ADDRESS), _SAID, maybe(MORE)),
        branch(
            "chatImIncident",
            maybe(leaf("chatClient", text(255))),
            maybe(leaf("chatRoomName", text(255))),
            _SAID,
            maybe(MORE),
        ),
        branch(
            "onlineGamingIncident",
            maybe(leaf("gameName", text(255))),
            maybe(leaf("console", text(255))),
            _SAID,
            maybe(MORE),
        ),
        branch(
            "cellPhoneIncident",
            maybe(PHONE_NUMBER),
            maybe(leaf("latitude", DOUBLE)),
            maybe(leaf("longitude", DOUBLE)),
            maybe(MORE),
        ),
        branch(
            "nonInternetIncident", maybe(leaf("locationName", text(255))), many(INCIDENT_ADDRESS), maybe(MORE)
        ),
        branch(
            "peer2peerIncident",
            maybe(leaf("client", text(255))),
            many(IP_CAPTURE),
            maybe(leaf("fileNames", TEXT)),
            maybe(MORE),
        ),
    ),
)
_LAW = branch(
    "lawEnforcement",
    one(leaf("agencyName", text(255))),
    maybe(leaf("caseNumber", text(100))),
    maybe(branch("officerContact", *CONTACT_SLOTS)),
    maybe(leaf("reportedToLe", BOOL)),
    maybe(leaf("servedLegalProcessDomestic", BOOL)),
    maybe(leaf("servedLegalProcessInternational", BOOL, may("fleaCountry", COUNTRY))),
)
_REPORTER = branch(
    "reporter",
    one(branch("reportingPerson", *PERSON_SLOTS)),
    maybe(branch("contactPerson", *CONTACT_SLOTS)),
    maybe(leaf("companyTemplate", TEXT)),
    maybe(leaf("termsOfService", TEXT)),
    maybe(leaf("legalURL", URL)),
)
REPORT = branch(
    "report",
    maybe(_BATCHED),
    one(_SUMMARY),
    many(_INTERNET),
    maybe(_LAW),
    one(_REPORTER),
    many(REPORTED),
    many(RECIPIENT),
    many(VICTIM),
    maybe(MORE),
)
