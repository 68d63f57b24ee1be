"""The model of the CyberTipline's documents: each trap between its documentation and its schema."""

from dataclasses import replace

import pytest
from lxml import etree
from tests.reporting.documents import NOW

from hoede.reporting.cybertipline import FileDetails, Report, SchemaUnusable, check, read_schema, to_xml, xsd
from hoede.reporting.cybertipline.examples import FILES, REPORTS
from hoede.reporting.cybertipline.people import PersonOrUserReported

CLOSED = 'disabledDate="2026-01-31T12:00:00Z"'
HOSTED = 'thirdPartyHostedContent="true"'
MINIMAL, FILE = to_xml(REPORTS["minimal"]).decode(), to_xml(FILES["minimal"]).decode()
BATCHED, BATCHED_FILE = to_xml(REPORTS["batched"]).decode(), to_xml(FILES["batched"]).decode()
ID = "<espIdentifier>account-7</espIdentifier>"
WHEN = "<incidentDateTime>2026-01-31T12:00:00Z</incidentDateTime>"
EMAIL = "<email>desk@plein.example</email>"
FILE_ID = "</fileId>"
PLACE = "<countryCode>NL</countryCode></estimatedLocation>"
SUPPLEMENTAL = "<fileRelevance>Supplemental Reported</fileRelevance>"
PAIR = "<nameValuePair><name>n</name><value>v</value></nameValuePair>"


def put(document: str, old: str, new: str) -> bytes:
    assert old in document
    return document.replace(old, new, 1).encode()


def said(document: bytes, *, batched: bool = False) -> list[tuple[str, str]]:
    return [(one.by, one.says) for one in check(document, now=NOW, batched=batched)]


TAKEN = [
    (ID, f'{ID}<associatedAccount type="Parent/Guardian"/>'),
    (ID, f'{ID}<estimatedLocation verified="true" timestamp="2026-01-31T12:00:00Z">{PLACE}'),
    (
        ID,
        f"{ID}<accountTemporarilyDisabled {CLOSED}>true</accountTemporarilyDisabled>",
    ),
    (ID, f"{ID}<priorCTReports>7</priorCTReports>"),
    (ID, f'{ID}<associatedAccount type="Other"><priorCTReport>7</priorCTReport></associatedAccount>'),
    (WHEN, f"<reportAnnotations><spam/><sextortion>true</sextortion></reportAnnotations>{WHEN}"),
    (
        "</incidentSummary>",
        f"</incidentSummary><internetDetails><webPageIncident {HOSTED}/></internetDetails>",
    ),
    ("</personOrUserReported>", "</personOrUserReported><victim><victimPerson/></victim>"),
]
REFUSED_BY_SCHEMA = [
    (ID, f'{ID}<associatedAccount accountType="Linked"/>'),  # the documentation says accountType
    (ID, f"{ID}<estimatedLocation><verified>true</verified>{PLACE}"),  # attributes, not elements
    (ID, f"{ID}<accountPermanentlyDisabled><disabledDate/></accountPermanentlyDisabled>"),
    (ID, f"{ID}<priorCTReport>7</priorCTReport>"),  # plural on persons
    (ID, f'{ID}<associatedAccount type="Other"><priorCTReports>7</priorCTReports></associatedAccount>'),
    (WHEN, f"<reportAnnotations><spam>false</spam></reportAnnotations>{WHEN}"),  # empty or true only
    (ID + "</personOrUserReported>", f"<screenName>s</screenName>{ID}</personOrUserReported>"),  # order
    ("</incidentSummary>", "</incidentSummary><internetDetails/>"),
    (
        "</incidentSummary>",
        "</incidentSummary><internetDetails><emailIncident/><chatImIncident/></internetDetails>",
    ),
    ("</personOrUserReported>", "</personOrUserReported><victim/>"),  # victimPerson must be there
]
REFUSED_BY_SERVER = [
    ("<personOrUserReported>", "<personOrUserReported/><personOrUserReported>", "Only a batched report"),
    (WHEN, WHEN.replace("Z", ""), "no time zone"),
    (WHEN, WHEN.replace("2026", "2027"), "lies in the future"),
    (EMAIL, "", "needs an email"),
    (EMAIL, EMAIL.replace("<email>", '<email verificationDate="2026-01-31T12:00:00Z">'), "must be true"),
    (WHEN, f"<escalateToHighPriority> </escalateToHighPriority>{WHEN}", "is blank"),
    (ID, f"{ID}<profileUrl>https://plein.example/a b</profileUrl>", "no whole address"),
    (ID, f"{ID}<priorCTReports>0</priorCTReports>", "number of a report"),
    (ID, f"{ID}<estimatedLocation><city>Utrecht</city></estimatedLocation>", "needs a countryCode"),
]
FILE_REFUSED = [
    ("<ipCaptureEvent><ipAddress>::1</ipAddress></ipCaptureEvent>" * 2, "schema"),  # one per file
    ("<potentialMeme>true</potentialMeme><fileAnnotations/>", "schema"),  # one or the other
    (f'<details><nameValuePair type="EXIF">{PAIR[15:]}</details>', "schema"),  # type stands on details
    ("<fileAnnotations><viral>false</viral></fileAnnotations>", "schema"),
    (f"{SUPPLEMENTAL}<industryClassification>A1</industryClassification>", "server"),
    (f"{SUPPLEMENTAL}<potentialMeme>true</potentialMeme>", "server"),
    ("<exifViewedByEsp>true</exifViewedByEsp>", "server"),
]


@pytest.mark.parametrize(("old", "new"), TAKEN)
def test_a_trap_is_known_from_its_right_side(old: str, new: str) -> None:
    assert said(put(MINIMAL, old, new)) == []


@pytest.mark.parametrize(("old", "new"), REFUSED_BY_SCHEMA)
def test_a_trap_of_the_schema_is_named(old: str, new: str) -> None:
    assert {by for by, _ in said(put(MINIMAL, old, new))} == {"schema"}


@pytest.mark.parametrize(("old", "new", "word"), REFUSED_BY_SERVER)
def test_what_a_schema_takes_and_the_server_refuses_is_named(old: str, new: str, word: str) -> None:
    ((by, says),) = said(put(MINIMAL, old, new))
    assert (by, word in says) == ("server", True)


@pytest.mark.parametrize(("more", "by"), FILE_REFUSED)
def test_a_trap_of_a_files_details_is_named(more: str, by: str) -> None:
    assert {one for one, _ in said(put(FILE, FILE_ID, FILE_ID + more))} == {by}


def test_a_files_id_is_text_and_never_a_number() -> None:
    assert said(put(FILE, "0123456789abcdef", "00ff")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<incidentDateTime>", "<escalateToHighPriority>now</escalateToHighPriority><incidentDateTime>"),
        ("</incidentSummary>", "</incidentSummary><internetDetails><chatImIncident/></internetDetails>"),
        ("<reporter>", "<lawEnforcement><agencyName>a</agencyName></lawEnforcement><reporter>"),
        ("</report>", "<intendedRecipient/></report>"),
        ("</report>", "<victim><victimPerson/></victim></report>"),
        ("</report>", "<additionalInfo>more</additionalInfo></report>"),
        (ID, f"{ID}<screenName>s</screenName>"),
    ],
)
def test_a_batched_report_says_little(old: str, new: str) -> None:
    assert said(BATCHED.encode(), batched=True) == []
    assert [by for by, _ in said(put(BATCHED, old, new), batched=True)] == ["server"]


@pytest.mark.parametrize(
    "more",
    [
        "<originalFileName>a</originalFileName>",
        "<locationOfFile>https://plein.example/a</locationOfFile>",
        '<originalFileHash hashType="MD5">a</originalFileHash>',
        "<ipCaptureEvent><ipAddress>::1</ipAddress></ipCaptureEvent>",
        "<deviceId><idType>a</idType><idValue>b</idValue></deviceId>",
        f'<details type="HASH">{PAIR}</details>',
        "<additionalInfo>a</additionalInfo>",
    ],
)
def test_so_does_its_file(more: str) -> None:
    viral = "<fileAnnotations><viral/></fileAnnotations>"
    early = more.startswith(("<originalFileName", "<location"))
    inner = more + viral if early else viral + more
    assert [by for by, _ in said(put(FILE, FILE_ID, FILE_ID + inner), batched=True)] == ["server"]
    assert said(put(FILE, FILE_ID, FILE_ID + inner)) == []  # of any other report it may be said


def test_the_file_of_a_batch_is_viral_or_a_meme_and_nothing_else() -> None:
    assert said(BATCHED_FILE.encode(), batched=True) == []
    other = put(BATCHED_FILE, "<viral/>", "<viral/><infant/>")
    assert [by for by, _ in said(other, batched=True)] == ["server"]
    assert [by for by, _ in said(FILE.encode(), batched=True)] == ["server"]


@pytest.mark.parametrize(
    "body",
    [b"", b"<report>", b"<!DOCTYPE report><report/>", b"\xff\xfe", b"<report>&undeclared;</report>"],
)
def test_what_is_no_plain_xml_is_said_to_be_none(body: bytes) -> None:
    assert [by for by, _ in said(body)] == ["xml"]


def test_a_complaint_names_its_line() -> None:
    (wrong,) = check(put(MINIMAL, "<reporter>", "\n\n<lawEnforcement/><reporter>"), now=NOW)
    assert (wrong.line, "agencyName" in wrong.says) == (4, True)


def test_the_authoritys_own_schema_is_asked_too() -> None:
    stricter = xsd().replace(b'name="espIdentifier" minOccurs="0"', b'name="espIdentifier" minOccurs="1"')
    whole = to_xml(replace(REPORTS["minimal"], reported=(PersonOrUserReported(screen_name="s"),)))
    assert check(whole, now=NOW) == ()
    found = check(whole, now=NOW, theirs=read_schema(stricter))
    assert {one.by for one in found} == {"authority"}


@pytest.mark.parametrize(
    "document",
    [b"", b"<html/>", b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>', xsd()[:500]],
)
def test_what_is_no_schema_of_these_documents_is_refused(document: bytes) -> None:
    with pytest.raises(SchemaUnusable):
        read_schema(document)


def test_our_schema_says_whose_it_is_and_names_every_document() -> None:
    root = etree.fromstring(xsd())
    assert b"not the authority's schema" in xsd()
    named = [one.get("name") for one in root.findall("{http://www.w3.org/2001/XMLSchema}element")]
    assert named == [model.Meta.name for model in (Report, FileDetails)]
