"""The tables of a report and of a file's details: order, number, values."""

from datetime import datetime

import pytest

from hoede.simulators.cybertipline.schema import FILE_DETAILS, REPORT, first_complaint
from hoede.simulators.cybertipline.xml import parse, placed

EMAIL = "<email>desk@plein.example</email>"
ID = "<espIdentifier>account-7</espIdentifier>"
TYPE = "<incidentType>Child Pornography (possession, manufacture, and distribution)</incidentType>"
WHEN = "<incidentDateTime>2026-01-15T11:59:00Z</incidentDateTime>"
SUMMARY_END = "</incidentSummary>"
BY_PHONE = """<internetDetails>
<cellPhoneIncident><latitude>north</latitude></cellPhoneIncident>
</internetDetails>"""


def report_flaw(xml: str, now: datetime) -> str:
    complaint = first_complaint(parse(xml.encode()), REPORT, now)
    return "" if complaint is None else complaint.text


def file_flaw(more: str, now: datetime) -> str:
    xml = f"<fileDetails><reportId>1</reportId><fileId>ab</fileId>{more}</fileDetails>"
    complaint = first_complaint(parse(xml.encode()), FILE_DETAILS, now)
    return "" if complaint is None else complaint.text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (EMAIL, f"<firstName>Desk</firstName>{EMAIL}"),
        (WHEN, WHEN.replace("Z", "+01:00").replace("11:", "12:")),
        (WHEN, WHEN.replace("00Z", "00.123456789Z")),
        (
            WHEN,
            f"<reportAnnotations><spam/><sextortion>true</sextortion></reportAnnotations>{WHEN}",
        ),  # any order
        (SUMMARY_END, SUMMARY_END + "<internetDetails><chatImIncident/></internetDetails>" * 2),
        (SUMMARY_END, f"{SUMMARY_END}<!-- a comment --><?and more?>"),
        ("<report>", '<report xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="false">'),
        (
            ID,
            f'{ID}<associatedAccount type="Parent/Guardian"><firstName>Sanne</firstName></associatedAccount>',
        ),
        (
            "</personOrUserReported>",
            "</personOrUserReported><victim><victimPerson/><schoolName>De Brug</schoolName></victim>",
        ),
        (ID, "<espIdentifier><![CDATA[a <b> c]]></espIdentifier>"),
    ],
)
def test_a_report_may_say_more(report: str, now: datetime, old: str, new: str) -> None:
    assert report_flaw(report.replace(old, new), now) == ""


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        (TYPE, "", "cvc-complex-type.2.4.a"),  # a required element is missing
        (WHEN, "", "cvc-complex-type.2.4.b"),  # and at the end of its parent
        (TYPE + "\n    " + WHEN, WHEN + TYPE, "One of '{incidentType}' is expected"),  # order
        (WHEN, WHEN * 2, "One of '{incidentDateTimeDescription}' is expected"),  # number
        (WHEN, f"{WHEN}<incidentDateTimeDescription/>{WHEN}", "No child element is expected"),
        (TYPE, "<incidentType>Theft</incidentType>", "cvc-enumeration-valid"),
        (WHEN, "<incidentDateTime>yesterday</incidentDateTime>", "not a valid value for 'dateTime'"),
        (WHEN, WHEN.replace("-15T", "-32T"), "not a valid value for 'dateTime'"),
        (WHEN, WHEN.replace("Z", ""), "must carry a zone"),  # a schema alone lets it pass
        (WHEN, WHEN.replace("2026", "2027"), "must lie in the past"),
        (WHEN, f"<escalateToHighPriority>  </escalateToHighPriority>{WHEN}", "must not be blank"),
        (WHEN, f"<platform>{'p' * 257}</platform>{WHEN}", "cvc-maxLength-valid"),
        (
            WHEN,
            f"<reportAnnotations><spam>false</spam></reportAnnotations>{WHEN}",
            "cvc-enumeration-valid",
        ),
        (WHEN, f"<reportAnnotations><spam/><spam/></reportAnnotations>{WHEN}", "cvc-complex-type.2.4.a"),
        ("<report>", "<report><batchedReport/>", "Attribute 'reason' must appear"),
        ("<report>", "<report lang='en'>", "Attribute 'lang' is not allowed"),
        ("<report>", "<report>words", "cannot have character [children]"),
        ("report>", "Report>", "cvc-elt.1.a"),
        ("<report>", '<report xmlns="urn:x">', "cvc-elt.1.a"),  # the API has no namespace
        (
            SUMMARY_END,
            f"{SUMMARY_END}<internetDetails><emailIncident/><chatImIncident/></internetDetails>",
            "No child",
        ),
        (SUMMARY_END, f"{SUMMARY_END}<internetDetails/>", "cvc-complex-type.2.4.b"),
        (EMAIL, "<email>desk at plein</email>", "not a well-formed e-mail"),
        (EMAIL, f"<email>{'a' * 65}@plein.example</email>", "not a well-formed e-mail"),
        (EMAIL, '<email type="Own">desk@plein.example</email>', "Attribute 'type' of element 'email'"),
        (EMAIL, f"{EMAIL}<age>151</age>", "must lie between 0 and 150"),
        (EMAIL, f"{EMAIL}<dateOfBirth>2026-01-15</dateOfBirth>", "must lie in the past"),
        (EMAIL, f"{EMAIL}<address><country>XX</country></address>", "cvc-enumeration-valid"),
        (EMAIL, '<phone countryCallingCode="31">1</phone>' + EMAIL, "cvc-pattern-valid"),
        (ID, "<espIdentifier><b/></espIdentifier>", "cvc-type.3.1.2"),
        (ID, f"<vehicleDescription/>{ID}<espIdentifier/>", "cvc-complex-type.2.4.a"),
        (ID, f"{ID}<profileUrl>plein.example/a b</profileUrl>", "not a valid URL"),
        (ID, f"{ID}<ipCaptureEvent><ipAddress>300.1.1.1</ipAddress></ipCaptureEvent>", "not a valid IPv4"),
        (
            ID,
            f"{ID}<ipCaptureEvent><ipAddress>::1</ipAddress><port>0</port></ipCaptureEvent>",
            "between 1 and 65535",
        ),
        (
            ID,
            f"{ID}<ipCaptureEvent><port>1</port><ipAddress>::1</ipAddress></ipCaptureEvent>",
            "'{ipAddress}' is expected",
        ),
        (
            SUMMARY_END,
            SUMMARY_END + BY_PHONE,
            "not a valid value for 'double'",
        ),
        (EMAIL, f"{EMAIL}<age>old</age>", "not a valid value for 'integer'"),
        (EMAIL, f"{EMAIL}<dateOfBirth>1 May</dateOfBirth>", "not a valid value for 'date'"),
        (ID, f"{ID}<associatedAccount/>", "Attribute 'type' must appear"),
        (ID, f'{ID}<associatedAccount accountType="Linked"/>', "Attribute 'accountType' is not allowed"),
        (ID, f"{ID}<priorCTReport>1</priorCTReport>", "cvc-complex-type.2.4.a"),  # plural on persons
        ("</personOrUserReported>", "</personOrUserReported><victim/>", "'{victimPerson}' is expected"),
    ],
)
def test_a_report_that_breaks_the_schema_is_refused(
    report: str, now: datetime, old: str, new: str, flaw: str
) -> None:
    assert flaw in report_flaw(report.replace(old, new), now)


@pytest.mark.parametrize(
    "more",
    [
        "<originalFileName>card.png</originalFileName>",
        "<uploadedToEspTimestamp>2026-01-15T11:00:00Z</uploadedToEspTimestamp>",
        "<fileViewedByEsp>true</fileViewedByEsp><exifViewedByEsp>true</exifViewedByEsp>",
        "<fileAnnotations><viral/><infant>true</infant></fileAnnotations>",
        '<originalFileHash hashType="PDQ">f8f0</originalFileHash>' * 2,
        '<details type="HASH"><nameValuePair><name>n</name><value>v</value></nameValuePair></details>',
    ],
)
def test_details_may_say_more(now: datetime, more: str) -> None:
    assert file_flaw(more, now) == ""


@pytest.mark.parametrize(
    ("more", "flaw"),
    [
        ("<exifViewedByEsp>true</exifViewedByEsp><fileViewedByEsp>true</fileViewedByEsp>", "2.4.a"),  # order
        ("<fileViewedByEsp>yes</fileViewedByEsp>", "cvc-enumeration-valid"),
        ("<potentialMeme>true</potentialMeme><fileAnnotations/>", "2.4.a"),  # one or the other
        ("<fileRelevance>Other</fileRelevance>", "cvc-enumeration-valid"),
        ("<industryClassification>C1</industryClassification>", "cvc-enumeration-valid"),
        ("<originalFileHash>a0</originalFileHash>", "Attribute 'hashType' must appear"),
        ("<ipCaptureEvent><ipAddress>::1</ipAddress></ipCaptureEvent>" * 2, "2.4.a"),  # one per file
        (
            '<details><nameValuePair type="EXIF"><name>n</name><value>v</value></nameValuePair></details>',
            "Attribute 'type' must appear",
        ),
        ('<details type="EXIF"/>', "2.4.b"),
        ("<uploadedToEspTimestamp>2026-01-15T11:00:00</uploadedToEspTimestamp>", "must carry a zone"),
        ("<locationOfFile>here</locationOfFile>", "not a valid URL"),
    ],
)
def test_details_that_break_the_schema_are_refused(now: datetime, more: str, flaw: str) -> None:
    assert flaw in file_flaw(more, now)


def test_a_complaint_names_line_and_column_of_the_start_tag(report: str, now: datetime) -> None:
    body = report.replace(ID, f"<!-- <espIdentifier> -->{ID}<victim/>").encode()
    complaint = first_complaint(parse(body), REPORT, now)

    assert complaint is not None
    assert placed(complaint, body).startswith("11,78: cvc-complex-type.2.4.a")
