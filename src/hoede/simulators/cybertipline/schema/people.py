"""The person blocks of a report: reported, recipient, victim (CyberTipline facts 1.4). Pure."""

from hoede.simulators.cybertipline.schema.common import (
    ADDRESS,
    DEVICE,
    DISABLED_FOR_GOOD,
    DISABLED_FOR_NOW,
    EMAIL_ELEMENT,
    IP_CAPTURE,
    LOCATION,
    MORE,
    PERSON_SLOTS,
    PHONE,
    may,
    must,
)
from hoede.simulators.cybertipline.schema.grammar import Slot, branch, leaf, many, maybe, one
from hoede.simulators.cybertipline.schema.kinds import AGE, BOOL, LONG, PAST_DATE, TEXT, URL, choice, text

_GROUP = maybe(leaf("groupIdentifier", text(255)))
_VEHICLE = maybe(leaf("vehicleDescription", text(300)))
_THIRD_PARTY = maybe(leaf("thirdPartyUserReported", BOOL))
_SCHOOL = maybe(leaf("schoolName", text(255)))

_KNOWN_BY = (
    maybe(leaf("espIdentifier", text(255))),
    maybe(leaf("espService", text(100))),
    maybe(leaf("compromisedAccount", BOOL)),
    maybe(leaf("screenName", text(256))),
    many(leaf("displayName", text(255))),
    many(leaf("profileUrl", URL)),
    maybe(leaf("profileBio", TEXT)),
    many(IP_CAPTURE),
    many(DEVICE),
)
_PRIOR = many(leaf("priorCTReports", LONG))
_STANDING = (
    maybe(DISABLED_FOR_NOW),
    maybe(DISABLED_FOR_GOOD),
    maybe(LOCATION),
    maybe(leaf("allEmailsReported", BOOL)),
)
ASSOCIATED = branch(
    "associatedAccount",
    maybe(leaf("platform", text(256), may("thirdPartyUser", BOOL))),
    maybe(leaf("firstName", text(256))),
    maybe(leaf("middleName", text(256))),
    maybe(leaf("lastName", text(256))),
    maybe(leaf("approximateAge", AGE), leaf("dateOfBirth", PAST_DATE)),
    many(PHONE),
    many(EMAIL_ELEMENT),
    maybe(leaf("allEmailsReported", BOOL)),
    many(ADDRESS),
    maybe(leaf("espService", text(100))),
    maybe(leaf("espIdentifier", text(255))),
    many(leaf("profileUrl", URL)),
    maybe(leaf("screenName", text(256))),
    many(leaf("displayName", text(255))),
    maybe(leaf("profileBio", TEXT)),
    _GROUP,
    maybe(leaf("compromisedAccount", BOOL)),
    maybe(DISABLED_FOR_NOW),
    maybe(DISABLED_FOR_GOOD),
    many(IP_CAPTURE),
    many(DEVICE),
    many(leaf("priorCTReport", LONG)),  # singular here, plural on persons
    maybe(MORE),
    attributes=(
        must("type", choice("Billing", "Linked", "Business", "Creator", "Parent/Guardian", "Other")),
    ),
)


def _who(name: str, slot: Slot) -> Slot:
    return Slot((branch(name, *PERSON_SLOTS),), slot.least, slot.most)


REPORTED = branch(
    "personOrUserReported",
    _who("personOrUserReportedPerson", maybe()),
    _VEHICLE,
    *_KNOWN_BY,
    _THIRD_PARTY,
    _PRIOR,
    _GROUP,
    *_STANDING,
    many(ASSOCIATED),
    maybe(MORE),
)
RECIPIENT = branch(
    "intendedRecipient",
    _who("intendedRecipientPerson", maybe()),
    *_KNOWN_BY,
    _PRIOR,
    _GROUP,
    *_STANDING,
    many(MORE),
)
VICTIM = branch(
    "victim",
    _who("victimPerson", one()),
    *_KNOWN_BY,
    _SCHOOL,
    _PRIOR,
    *_STANDING,
    many(ASSOCIATED),
    maybe(MORE),
)
