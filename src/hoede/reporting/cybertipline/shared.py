"""Blocks that several parts of a report share, each field in the order of its element. Pure."""

from dataclasses import dataclass

from hoede.reporting.cybertipline.kinds import (
    BOOLEAN,
    CALLING_CODE,
    COUNTRY,
    EMAIL,
    EXTENSION,
    IP,
    PAST,
    PAST_DAY,
    PORT,
    STATE,
    YEARS,
    ZONED,
    choice,
    text,
)
from hoede.reporting.cybertipline.model import attribute, many, maybe, one, text_of

EVENT_NAME = choice("Login", "Registration", "Purchase", "Upload", "Other", "Unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    value: str = text_of(EMAIL)
    type: str | None = attribute("type", choice("Home", "Work", "Business", "Recovery"))
    verified: bool | None = attribute("verified", BOOLEAN)
    verified_at: str | None = attribute("verificationDate", PAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    value: str = text_of(text(50))
    type: str | None = attribute(
        "type", choice("Mobile", "Home", "Business", "Work", "Fax", "Internet", "Recovery")
    )
    verified: bool | None = attribute("verified", BOOLEAN)
    verified_at: str | None = attribute("verificationDate", PAST)
    calling_code: str | None = attribute("countryCallingCode", CALLING_CODE)
    extension: str | None = attribute("extension", EXTENSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    type: str | None = attribute("type", choice("Home", "Business", "Billing", "Shipping", "Technical"))
    address: str | None = maybe("address", text(255))
    city: str | None = maybe("city", text(100))
    zip_code: str | None = maybe("zipCode", text(20))
    state: str | None = maybe("state", STATE)
    other_state: str | None = maybe("nonUsaState", text(100))
    country: str | None = maybe("country", COUNTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    first_name: str | None = maybe("firstName", text(100))
    last_name: str | None = maybe("lastName", text(100))
    phones: tuple[Phone, ...] = many("phone")
    emails: tuple[Email, ...] = many("email")
    addresses: tuple[Address, ...] = many("address")
    age: int | None = maybe("age", YEARS)
    born: str | None = maybe("dateOfBirth", PAST_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPerson:
    """As a person, without an age."""

    first_name: str | None = maybe("firstName", text(100))
    last_name: str | None = maybe("lastName", text(100))
    phones: tuple[Phone, ...] = many("phone")
    emails: tuple[Email, ...] = many("email")
    addresses: tuple[Address, ...] = many("address")


@dataclass(frozen=True, slots=True, kw_only=True)
class IpCaptureEvent:
    ip_address: str = one("ipAddress", IP)
    event_name: str | None = maybe("eventName", EVENT_NAME)
    at: str | None = maybe("dateTime", PAST)
    possible_proxy: bool | None = maybe("possibleProxy", BOOLEAN)
    port: int | None = maybe("port", PORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceId:
    id_type: str = one("idType", text(255))
    id_value: str = one("idValue", text(2083))
    event_name: str | None = maybe("eventName", EVENT_NAME)
    at: str | None = maybe("dateTime", ZONED)


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedLocation:
    verified: bool | None = attribute("verified", BOOLEAN)
    at: str | None = attribute("timestamp", ZONED)
    city: str | None = maybe("city", text(255))
    region: str | None = maybe("region", text(255))
    country_code: str | None = maybe("countryCode", COUNTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporarilyDisabled:
    value: bool = text_of(BOOLEAN)
    disabled_at: str | None = attribute("disabledDate", PAST)
    user_notified: bool | None = attribute("userNotified", BOOLEAN)
    user_notified_at: str | None = attribute("userNotifiedDate", PAST)
    reenabled_at: str | None = attribute("reenabledDate", ZONED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermanentlyDisabled:
    value: bool = text_of(BOOLEAN)
    disabled_at: str | None = attribute("disabledDate", PAST)
    user_notified: bool | None = attribute("userNotified", BOOLEAN)
    user_notified_at: str | None = attribute("userNotifiedDate", PAST)
