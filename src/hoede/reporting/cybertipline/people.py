"""Whom a report is about: the account reported, recipients, victims, and their other accounts. Pure."""

from dataclasses import dataclass

from hoede.reporting.cybertipline.kinds import BOOLEAN, LONG, PAST_DAY, TEXT, URL, YEARS, choice, text
from hoede.reporting.cybertipline.model import attribute, many, maybe, must_attribute, one, text_of
from hoede.reporting.cybertipline.shared import (
    Address,
    DeviceId,
    Email,
    EstimatedLocation,
    IpCaptureEvent,
    PermanentlyDisabled,
    Person,
    Phone,
    TemporarilyDisabled,
)

ACCOUNT_TYPE = choice("Billing", "Linked", "Business", "Creator", "Parent/Guardian", "Other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    value: str = text_of(text(256))
    third_party: bool | None = attribute("thirdPartyUser", BOOLEAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociatedAccount:
    """Another account of the same person, or a guardian's."""

    type: str = must_attribute("type", ACCOUNT_TYPE)  # not accountType, whatever the documentation says
    platform: Platform | None = maybe("platform")
    first_name: str | None = maybe("firstName", text(256))
    middle_name: str | None = maybe("middleName", text(256))
    last_name: str | None = maybe("lastName", text(256))
    age: int | None = maybe("approximateAge", YEARS, either="age")
    born: str | None = maybe("dateOfBirth", PAST_DAY, either="age")
    phones: tuple[Phone, ...] = many("phone")
    emails: tuple[Email, ...] = many("email")
    all_emails: bool | None = maybe("allEmailsReported", BOOLEAN)
    addresses: tuple[Address, ...] = many("address")
    esp_service: str | None = maybe("espService", text(100))
    esp_identifier: str | None = maybe("espIdentifier", text(255))
    profile_urls: tuple[str, ...] = many("profileUrl", URL)
    screen_name: str | None = maybe("screenName", text(256))
    display_names: tuple[str, ...] = many("displayName", text(255))
    profile_bio: str | None = maybe("profileBio", TEXT)
    group_identifier: str | None = maybe("groupIdentifier", text(255))
    compromised: bool | None = maybe("compromisedAccount", BOOLEAN)
    temporarily_disabled: TemporarilyDisabled | None = maybe("accountTemporarilyDisabled")
    permanently_disabled: PermanentlyDisabled | None = maybe("accountPermanentlyDisabled")
    ip_events: tuple[IpCaptureEvent, ...] = many("ipCaptureEvent")
    devices: tuple[DeviceId, ...] = many("deviceId")
    prior_reports: tuple[str, ...] = many("priorCTReport", LONG)  # singular here, plural on persons
    additional_info: str | None = maybe("additionalInfo", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOrUserReported:
    person: Person | None = maybe("personOrUserReportedPerson")
    vehicle: str | None = maybe("vehicleDescription", text(300))
    esp_identifier: str | None = maybe("espIdentifier", text(255))
    esp_service: str | None = maybe("espService", text(100))
    compromised: bool | None = maybe("compromisedAccount", BOOLEAN)
    screen_name: str | None = maybe("screenName", text(256))
    display_names: tuple[str, ...] = many("displayName", text(255))
    profile_urls: tuple[str, ...] = many("profileUrl", URL)
    profile_bio: str | None = maybe("profileBio", TEXT)
    ip_events: tuple[IpCaptureEvent, ...] = many("ipCaptureEvent")
    devices: tuple[DeviceId, ...] = many("deviceId")
    third_party: bool | None = maybe("thirdPartyUserReported", BOOLEAN)
    prior_reports: tuple[str, ...] = many("priorCTReports", LONG)
    group_identifier: str | None = maybe("groupIdentifier", text(255))
    temporarily_disabled: TemporarilyDisabled | None = maybe("accountTemporarilyDisabled")
    permanently_disabled: PermanentlyDisabled | None = maybe("accountPermanentlyDisabled")
    location: EstimatedLocation | None = maybe("estimatedLocation")
    all_emails: bool | None = maybe("allEmailsReported", BOOLEAN)
    associated: tuple[AssociatedAccount, ...] = many("associatedAccount")
    additional_info: str | None = maybe("additionalInfo", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntendedRecipient:
    person: Person | None = maybe("intendedRecipientPerson")
    esp_identifier: str | None = maybe("espIdentifier", text(255))
    esp_service: str | None = maybe("espService", text(100))
    compromised: bool | None = maybe("compromisedAccount", BOOLEAN)
    screen_name: str | None = maybe("screenName", text(256))
    display_names: tuple[str, ...] = many("displayName", text(255))
    profile_urls: tuple[str, ...] = many("profileUrl", URL)
    profile_bio: str | None = maybe("profileBio", TEXT)
    ip_events: tuple[IpCaptureEvent, ...] = many("ipCaptureEvent")
    devices: tuple[DeviceId, ...] = many("deviceId")
    prior_reports: tuple[str, ...] = many("priorCTReports", LONG)
    group_identifier: str | None = maybe("groupIdentifier", text(255))
    temporarily_disabled: TemporarilyDisabled | None = maybe("accountTemporarilyDisabled")
    permanently_disabled: PermanentlyDisabled | None = maybe("accountPermanentlyDisabled")
    location: EstimatedLocation | None = maybe("estimatedLocation")
    all_emails: bool | None = maybe("allEmailsReported", BOOLEAN)
    additional_info: tuple[str, ...] = many("additionalInfo", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    person: Person = one("victimPerson")  # must be there, and may be empty
    esp_identifier: str | None = maybe("espIdentifier", text(255))
    esp_service: str | None = maybe("espService", text(100))
    compromised: bool | None = maybe("compromisedAccount", BOOLEAN)
    screen_name: str | None = maybe("screenName", text(256))
    display_names: tuple[str, ...] = many("displayName", text(255))
    profile_urls: tuple[str, ...] = many("profileUrl", URL)
    profile_bio: str | None = maybe("profileBio", TEXT)
    ip_events: tuple[IpCaptureEvent, ...] = many("ipCaptureEvent")
    devices: tuple[DeviceId, ...] = many("deviceId")
    school: str | None = maybe("schoolName", text(255))
    prior_reports: tuple[str, ...] = many("priorCTReports", LONG)
    temporarily_disabled: TemporarilyDisabled | None = maybe("accountTemporarilyDisabled")
    permanently_disabled: PermanentlyDisabled | None = maybe("accountPermanentlyDisabled")
    location: EstimatedLocation | None = maybe("estimatedLocation")
    all_emails: bool | None = maybe("allEmailsReported", BOOLEAN)
    associated: tuple[AssociatedAccount, ...] = many("associatedAccount")
    additional_info: str | None = maybe("additionalInfo", TEXT)
