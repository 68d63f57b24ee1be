"""What the server checks although a schema lets it pass."""

from datetime import datetime

import pytest

from hoede.simulators.cybertipline.rules import file_complaint, report_complaint
from hoede.simulators.cybertipline.schema import FILE_DETAILS, REPORT, first_complaint
from hoede.simulators.cybertipline.xml import Node, parse

EMAIL = "<email>desk@plein.example</email>"
ID = "<espIdentifier>account-7</espIdentifier>"
SUMMARY_END = "</incidentSummary>"
REPORTED = "<personOrUserReported>"
BATCH = '<report><batchedReport reason="VIRAL_POTENTIAL_MEME"/>'
BY_EMAIL = """<internetDetails>
<emailIncident><emailAddress>a@b.example</emailAddress></emailIncident>
</internetDetails>"""
DAY = "2026-01-10T12:00:00Z"
DAY_BEFORE = "2026-01-09T12:00:00Z"


def closed(name: str, **dates: str) -> str:
    told = " ".join(f'{attribute}="{date}"' for attribute, date in dates.items())
    return f"{ID}<{name} {told}>true</{name}>"


def place(inner: str) -> str:
    return f"{ID}<estimatedLocation>{inner}</estimatedLocation>"


def rules(xml: str, now: datetime) -> str:
    root = parse(xml.encode())
    assert first_complaint(root, REPORT, now) is None
    complaint = report_complaint(root, {41}.__contains__)
    return "" if complaint is None else complaint.text


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        (EMAIL, "", "at least one email"),
        (REPORTED, f"<personOrUserReported/>{REPORTED}", "Only one personOrUserReported"),
        (
            SUMMARY_END,
            f"{SUMMARY_END}{BY_EMAIL}",
            "must also stand on",
        ),
        (EMAIL, EMAIL.replace("<email>", f'<email verificationDate="{DAY}">'), "verified must be true"),
        (EMAIL, f'<phone countryCallingCode="+31">+31 20 1</phone>{EMAIL}', "must not start with"),
        (
            ID,
            closed("accountPermanentlyDisabled", disabledDate=DAY, userNotifiedDate=DAY_BEFORE),
            "userNotifiedDate must not lie before",
        ),
        (
            ID,
            closed("accountTemporarilyDisabled", disabledDate=DAY, reenabledDate=DAY),
            "reenabledDate must lie after",
        ),
        (ID, place("<city>Utrecht</city>"), "must have a countryCode"),
        (ID, place("<region>Utrecht</region><countryCode>US</countryCode>"), "must be a state code"),
        (ID, place("<city>Reno</city><countryCode>US</countryCode>"), "needs its region"),
        (ID, f"{ID}<priorCTReports>40</priorCTReports>", "does not name an existing"),
        ("<report>", f"{BATCH}", ""),
        ("</report>", "<additionalInfo>more</additionalInfo></report>", ""),
        (ID, f"{ID}<priorCTReports>41</priorCTReports>", ""),
        (ID, place("<city>Reno</city><region>NV</region><countryCode>US</countryCode>"), ""),
    ],
)
def test_a_report_is_held_to_the_servers_rules(
    report: str, now: datetime, old: str, new: str, flaw: str
) -> None:
    said = rules(report.replace(old, new), now)

    assert (said == "") == (flaw == "")
    assert flaw in said


def test_an_email_of_the_incident_may_be_the_reported_persons(report: str, now: datetime) -> None:
    xml = report.replace(
        ID, f"<personOrUserReportedPerson><email>a@b.example</email></personOrUserReportedPerson>{ID}"
    ).replace(
        SUMMARY_END,
        f"{SUMMARY_END}{BY_EMAIL}",
    )

    assert rules(xml, now) == ""


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        (REPORTED, f"<personOrUserReported/>{REPORTED}", ""),  # several persons are the point of a batch
        (ID, f"{ID}<screenName>s</screenName>", "may only have an espIdentifier"),
        ("</report>", "<additionalInfo>more</additionalInfo></report>", "additionalInfo is not allowed"),
        ("</report>", "<victim><victimPerson/></victim></report>", "victim is not allowed"),
    ],
)
def test_a_batched_report_says_little(report: str, now: datetime, old: str, new: str, flaw: str) -> None:
    said = rules(report.replace("<report>", BATCH).replace(old, new), now)

    assert (said == "") == (flaw == "")
    assert flaw in said


def _file(more: str, now: datetime) -> Node:
    root = parse(f"<fileDetails><reportId>1</reportId><fileId>ab</fileId>{more}</fileDetails>".encode())
    assert first_complaint(root, FILE_DETAILS, now) is None
    return root


SUPPLEMENTAL = "<fileRelevance>Supplemental Reported</fileRelevance>"
VIRAL = "<fileAnnotations><viral/></fileAnnotations>"


@pytest.mark.parametrize(
    ("more", "batched", "flaw"),
    [
        ("<exifViewedByEsp>true</exifViewedByEsp>", False, "fileViewedByEsp must be true"),
        (
            f"{SUPPLEMENTAL}<industryClassification>A1</industryClassification>",
            False,
            "industryClassification",
        ),
        (f"{SUPPLEMENTAL}<potentialMeme>true</potentialMeme>", False, "potentialMeme is not allowed"),
        (f"{SUPPLEMENTAL}<fileAnnotations><potentialMeme/></fileAnnotations>", False, "potentialMeme"),
        (f"{SUPPLEMENTAL}{VIRAL}", False, ""),
        (VIRAL, True, ""),
        ("", True, "must be annotated viral or potentialMeme"),
        ("<fileAnnotations><viral/><infant/></fileAnnotations>", True, "nothing else"),
        (f"<originalFileName>a</originalFileName>{VIRAL}", True, "originalFileName is not allowed"),
    ],
)
def test_details_are_held_to_the_servers_rules(now: datetime, more: str, batched: bool, flaw: str) -> None:  # noqa: FBT001 - a column of the table
    complaint = file_complaint(_file(more, now), batched=batched)

    said = "" if complaint is None else complaint.text
    assert (said == "") == (flaw == "")
    assert flaw in said
