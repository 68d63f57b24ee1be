"""Blocks that several parts of a report share (CyberTipline facts 1.4, common types). Pure."""

from hoede.simulators.cybertipline.schema.grammar import Attribute, Kind, branch, leaf, many, maybe, one
from hoede.simulators.cybertipline.schema.kinds import (
    AGE,
    BOOL,
    CALLING_CODE,
    EMAIL,
    EXTENSION,
    IP,
    PAST,
    PAST_DATE,
    PORT,
    TEXT,
    ZONED,
    choice,
    text,
)
from hoede.simulators.cybertipline.schema.places import COUNTRY, STATE


def may(name: str, kind: Kind) -> Attribute:
    return Attribute(name, kind)


def must(name: str, kind: Kind) -> Attribute:
    return Attribute(name, kind, required=True)


_EMAIL_MARKS = (
    may("type", choice("Home", "Work", "Business", "Recovery")),
    may("verified", BOOL),
    may("verificationDate", PAST),
)
EMAIL_ELEMENT = leaf("email", EMAIL, *_EMAIL_MARKS)
EMAIL_ADDRESS = leaf("emailAddress", EMAIL, *_EMAIL_MARKS)

_PHONE_MARKS = (
    may("type", choice("Mobile", "Home", "Business", "Work", "Fax", "Internet", "Recovery")),
    may("verified", BOOL),
    may("verificationDate", PAST),
    may("countryCallingCode", CALLING_CODE),
    may("extension", EXTENSION),
)
PHONE = leaf("phone", text(50), *_PHONE_MARKS)
PHONE_NUMBER = leaf("phoneNumber", text(50), *_PHONE_MARKS)

_ADDRESS_SLOTS = (
    maybe(leaf("address", text(255))),
    maybe(leaf("city", text(100))),
    maybe(leaf("zipCode", text(20))),
    maybe(leaf("state", STATE)),
    maybe(leaf("nonUsaState", text(100))),
    maybe(leaf("country", COUNTRY)),
)
_ADDRESS_MARKS = (may("type", choice("Home", "Business", "Billing", "Shipping", "Technical")),)
ADDRESS = branch("address", *_ADDRESS_SLOTS, attributes=_ADDRESS_MARKS)
INCIDENT_ADDRESS = branch("incidentAddress", *_ADDRESS_SLOTS, attributes=_ADDRESS_MARKS)

CONTACT_SLOTS = (
    maybe(leaf("firstName", text(100))),
    maybe(leaf("lastName", text(100))),
    many(PHONE),
    many(EMAIL_ELEMENT),
    many(ADDRESS),
)
PERSON_SLOTS = (*CONTACT_SLOTS, maybe(leaf("age", AGE)), maybe(leaf("dateOfBirth", PAST_DATE)))

EVENT_NAME = leaf("eventName", choice("Login", "Registration", "Purchase", "Upload", "Other", "Unknown"))
IP_CAPTURE = branch(
    "ipCaptureEvent",
    one(leaf("ipAddress", IP)),
    maybe(EVENT_NAME),
    maybe(leaf("dateTime", PAST)),
    maybe(leaf("possibleProxy", BOOL)),
    maybe(leaf("port", PORT)),
)
DEVICE = branch(
    "deviceId",
    one(leaf("idType", text(255))),
    one(leaf("idValue", text(2083))),
    maybe(EVENT_NAME),
    maybe(leaf("dateTime", ZONED)),
)
LOCATION = branch(
    "estimatedLocation",
    maybe(leaf("city", text(255))),
    maybe(leaf("region", text(255))),
    maybe(leaf("countryCode", COUNTRY)),
    attributes=(may("verified", BOOL), may("timestamp", ZONED)),
)
_CLOSED = (may("disabledDate", PAST), may("userNotified", BOOL), may("userNotifiedDate", PAST))
DISABLED_FOR_NOW = leaf("accountTemporarilyDisabled", BOOL, *_CLOSED, may("reenabledDate", ZONED))
DISABLED_FOR_GOOD = leaf("accountPermanentlyDisabled", BOOL, *_CLOSED)
MORE = leaf("additionalInfo", TEXT)
