"""The document `report`: every element there is, the order of fields being the order of elements. Pure.

Source: docs/sources.md#cybertipline.
"""

from dataclasses import dataclass
from typing import ClassVar

from hoede.reporting.cybertipline.incidents import InternetDetails
from hoede.reporting.cybertipline.kinds import (
    BOOLEAN,
    COUNTRY,
    ESCALATION,
    FLAG,
    PAST,
    TEXT,
    URL,
    WORDS,
    choice,
    text,
)
from hoede.reporting.cybertipline.model import attribute, many, maybe, must_attribute, one, text_of
from hoede.reporting.cybertipline.people import IntendedRecipient, PersonOrUserReported, Victim
from hoede.reporting.cybertipline.shared import ContactPerson, Person

VIRAL = "VIRAL_POTENTIAL_MEME"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchedReport:
    """That one file was found at many accounts, whose report says little else."""

    reason: str = must_attribute("reason", choice(VIRAL))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnnotations:
    """Each an empty element, or none: there is no false."""

    ANY_ORDER: ClassVar = True

    sextortion: str | None = maybe("sextortion", FLAG)
    csam_solicitation: str | None = maybe("csamSolicitation", FLAG)
    minor_to_minor: str | None = maybe("minorToMinorInteraction", FLAG)
    spam: str | None = maybe("spam", FLAG)
    sadistic: str | None = maybe("sadisticOnlineExploitation", FLAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSummary:
    incident_type: str = one("incidentType", INCIDENT_TYPE)
    platform: str | None = maybe("platform", text(256))
    high_priority: str | None = maybe("escalateToHighPriority", ESCALATION)
    annotations: ReportAnnotations | None = maybe("reportAnnotations")
    at: str = one("incidentDateTime", PAST)
    at_means: str | None = maybe("incidentDateTimeDescription", WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalProcessAbroad:
    value: bool = text_of(BOOLEAN)
    country: str | None = attribute("fleaCountry", COUNTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawEnforcement:
    agency: str = one("agencyName", text(255))
    case_number: str | None = maybe("caseNumber", text(100))
    officer: ContactPerson | None = maybe("officerContact")
    reported: bool | None = maybe("reportedToLe", BOOLEAN)
    served_domestic: bool | None = maybe("servedLegalProcessDomestic", BOOLEAN)
    served_abroad: LegalProcessAbroad | None = maybe("servedLegalProcessInternational")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    person: Person = one("reportingPerson")
    contact: ContactPerson | None = maybe("contactPerson")
    company_template: str | None = maybe("companyTemplate", TEXT)
    terms_of_service: str | None = maybe("termsOfService", TEXT)
    legal_url: str | None = maybe("legalURL", URL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    batched: BatchedReport | None = maybe("batchedReport")
    summary: IncidentSummary = one("incidentSummary")
    internet: tuple[InternetDetails, ...] = many("internetDetails")
    law_enforcement: LawEnforcement | None = maybe("lawEnforcement")
    reporter: Reporter = one("reporter")
    reported: tuple[PersonOrUserReported, ...] = many("personOrUserReported")
    recipients: tuple[IntendedRecipient, ...] = many("intendedRecipient")
    victims: tuple[Victim, ...] = many("victim")
    additional_info: str | None = maybe("additionalInfo", TEXT)

    class Meta:
        """The element's name."""

        name = "report"
