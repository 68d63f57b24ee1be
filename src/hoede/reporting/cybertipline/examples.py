"""The acceptance set: synthetic documents of every sort, each element in one of them at least. Pure.

Nobody in them exists; addresses are of the ranges kept for documentation.
"""

from typing import Final

from hoede.reporting.cybertipline.file_details import (
    REPORTED,
    SUPPLEMENTAL,
    Details,
    FileAnnotations,
    FileDetails,
    NameValuePair,
    OriginalFileHash,
)
from hoede.reporting.cybertipline.incidents import (
    CellPhoneIncident,
    ChatImIncident,
    EmailIncident,
    InternetDetails,
    NewsgroupIncident,
    NonInternetIncident,
    OnlineGamingIncident,
    Peer2PeerIncident,
    WebPageIncident,
)
from hoede.reporting.cybertipline.people import (
    AssociatedAccount,
    IntendedRecipient,
    PersonOrUserReported,
    Platform,
    Victim,
)
from hoede.reporting.cybertipline.report import (
    VIRAL,
    BatchedReport,
    IncidentSummary,
    LawEnforcement,
    LegalProcessAbroad,
    Report,
    ReportAnnotations,
    Reporter,
)
from hoede.reporting.cybertipline.shared import (
    Address,
    ContactPerson,
    DeviceId,
    Email,
    EstimatedLocation,
    IpCaptureEvent,
    PermanentlyDisabled,
    Person,
    Phone,
    TemporarilyDisabled,
)
from hoede.reporting.cybertipline.written import to_xml

AT, BEFORE, AFTER = "2026-01-31T12:00:00Z", "2026-01-30T12:00:00+01:00", "2026-02-01T12:00:00Z"
ID: Final = "900000001"
FILE_ID: Final = "0123456789abcdef0123456789abcdef"
EARLIER: Final = "900000000"  # a report the authority has: the stand-in must be given it first
BATCHED: Final = "batched"  # in the name of what belongs to a batched report
_POSSESSION: Final = "Child Pornography (possession, manufacture, and distribution)"
_ENTICEMENT: Final = "Online Enticement of Children for Sexual Acts"

_EMAIL = Email(value="someone@plein.example", type="Home", verified=True, verified_at=BEFORE)
_PHONE = Phone(
    value="20 555 0100",
    type="Mobile",
    verified=True,
    verified_at=BEFORE,
    calling_code="+31",
    extension="12",
)
_ADDRESS = Address(
    type="Home", address="Square 1", city="Utrecht", zip_code="3511", other_state="Utrecht", country="NL"
)
_IN_THE_US = Address(type="Business", address="1 Main Street", city="Reno", state="NV", country="US")
_PERSON = Person(
    first_name="Sam",
    last_name="Sample",
    phones=(_PHONE,),
    emails=(_EMAIL,),
    addresses=(_ADDRESS, _IN_THE_US),
    age=41,
    born="1984-05-31",
)
_OFFICER = ContactPerson(
    first_name="Officer", last_name="Sample", phones=(_PHONE,), emails=(_EMAIL,), addresses=(_ADDRESS,)
)
_IP = IpCaptureEvent(ip_address="192.0.2.7", event_name="Login", at=AT, possible_proxy=False, port=50_123)
_IP_6 = IpCaptureEvent(ip_address="2001:db8::7", event_name="Upload", at=AT)
_DEVICE = DeviceId(id_type="IMEI", id_value="000000000000000", event_name="Registration", at=BEFORE)
_FOR_NOW = TemporarilyDisabled(
    value=True,
    disabled_at=BEFORE,
    user_notified=True,
    user_notified_at=AT,
    reenabled_at=AFTER,
)
_FOR_GOOD = PermanentlyDisabled(value=True, disabled_at=BEFORE, user_notified=True, user_notified_at=AT)
_HERE = EstimatedLocation(verified=False, at=AT, city="Reno", region="NV", country_code="US")
_OTHER_ACCOUNT = AssociatedAccount(
    type="Linked",
    platform=Platform(value="Another platform", third_party=True),
    first_name="Sam",
    middle_name="S.",
    last_name="Sample",
    age=41,
    phones=(_PHONE,),
    emails=(_EMAIL,),
    all_emails=True,
    addresses=(_ADDRESS,),
    esp_service="Plein",
    esp_identifier="account-8",
    profile_urls=("https://plein.example/sam-too",),
    screen_name="sam_too",
    display_names=("Sam",),
    profile_bio="Nobody in particular.",
    group_identifier="group-1",
    compromised=False,
    temporarily_disabled=_FOR_NOW,
    permanently_disabled=_FOR_GOOD,
    ip_events=(_IP,),
    devices=(_DEVICE,),
    prior_reports=(EARLIER,),
    additional_info="Signed in from the same device.",
)
_GUARDIAN = AssociatedAccount(
    type="Parent/Guardian", born="1984-05-31", esp_service="Plein", esp_identifier="guardian-1"
)
_REPORTED = PersonOrUserReported(
    person=_PERSON,
    vehicle="A bicycle",
    esp_identifier="account-7",
    esp_service="Plein",
    compromised=False,
    screen_name="sam",
    display_names=("Sam", "S."),
    profile_urls=("https://plein.example/sam",),
    profile_bio="A made-up account.",
    ip_events=(_IP, _IP_6),
    devices=(_DEVICE,),
    third_party=False,
    prior_reports=(EARLIER,),
    group_identifier="group-1",
    temporarily_disabled=_FOR_NOW,
    permanently_disabled=_FOR_GOOD,
    location=_HERE,
    all_emails=True,
    associated=(_OTHER_ACCOUNT,),
    additional_info="Nothing more is known.",
)
_RECIPIENT = IntendedRecipient(
    person=_PERSON,
    esp_identifier="account-9",
    esp_service="Plein",
    compromised=False,
    screen_name="robin",
    display_names=("Robin",),
    profile_urls=("https://plein.example/robin",),
    profile_bio="A made-up account.",
    ip_events=(_IP,),
    devices=(_DEVICE,),
    prior_reports=(EARLIER,),
    group_identifier="group-1",
    temporarily_disabled=_FOR_NOW,
    permanently_disabled=_FOR_GOOD,
    location=_HERE,
    all_emails=True,
    additional_info=("It was sent to this account.",),
)
_VICTIM = Victim(
    person=Person(first_name="Kim", age=14),
    esp_identifier="account-10",
    esp_service="Plein",
    compromised=True,
    screen_name="kim",
    display_names=("Kim",),
    profile_urls=("https://plein.example/kim",),
    profile_bio="A made-up account.",
    ip_events=(_IP,),
    devices=(_DEVICE,),
    school="A made-up school",
    prior_reports=(EARLIER,),
    temporarily_disabled=_FOR_NOW,
    permanently_disabled=_FOR_GOOD,
    location=_HERE,
    all_emails=True,
    associated=(_GUARDIAN,),
    additional_info="A linked guardian is named.",
)
_PLACES = (
    InternetDetails(
        web_page=WebPageIncident(
            third_party_hosted=False,
            urls=("https://plein.example/post/1",),
            additional_info="A public page.",
        )
    ),
    InternetDetails(email=EmailIncident(emails=(_EMAIL,), content="Words.", additional_info="One message.")),
    InternetDetails(
        newsgroup=NewsgroupIncident(
            group="alt.sample", emails=(_EMAIL,), content="Words.", additional_info="One post."
        )
    ),
    InternetDetails(
        chat=ChatImIncident(
            chat_client="Plein", chat_room="Room 1", content="Words.", additional_info="Two people."
        )
    ),
    InternetDetails(
        gaming=OnlineGamingIncident(
            game="A game", console="A console", content="Words.", additional_info="One evening."
        )
    ),
    InternetDetails(
        cell_phone=CellPhoneIncident(
            phone=_PHONE, latitude=52.09, longitude=5.12, additional_info="By telephone."
        )
    ),
    InternetDetails(
        elsewhere=NonInternetIncident(
            location="A square", addresses=(_ADDRESS,), additional_info="Not on the internet."
        )
    ),
    InternetDetails(
        peer2peer=Peer2PeerIncident(
            client="A client", ip_events=(_IP,), file_names="card.png", additional_info="Shared there."
        )
    ),
)
_LAW = LawEnforcement(
    agency="An agency",
    case_number="2026-1",
    officer=_OFFICER,
    reported=True,
    served_domestic=False,
    served_abroad=LegalProcessAbroad(value=True, country="NL"),
)
_DESK = Reporter(person=Person(emails=(Email(value="desk@plein.example"),)))
_WHOLE_DESK = Reporter(
    person=Person(first_name="Mira", last_name="Desk", emails=(Email(value="desk@plein.example"),)),
    contact=_OFFICER,
    company_template="Plein, Square 1, Utrecht; legal process by post.",
    terms_of_service="What breaks the law is removed and reported.",
    legal_url="https://plein.example/legal",
)
_HASHES = (
    OriginalFileHash(value="d41d8cd98f00b204e9800998ecf8427e", hash_type="MD5"),
    OriginalFileHash(value="f" * 64, hash_type="PDQ"),
)
_ALL_FLAGS = FileAnnotations(
    drawing="",
    potential_meme="",
    viral="",
    self_production="",
    physical_harm="",
    violence="",
    bestiality="",
    live_streaming="",
    infant="",
    generated="true",
)

REPORTS: Final[dict[str, Report]] = {
    "minimal": Report(
        summary=IncidentSummary(incident_type=_POSSESSION, at=AT),
        reporter=_DESK,
        reported=(PersonOrUserReported(esp_identifier="account-7"),),
    ),
    "maximal": Report(
        summary=IncidentSummary(
            incident_type=_POSSESSION,
            platform="Plein",
            high_priority="A made-up child is in danger now.",
            annotations=ReportAnnotations(
                sextortion="", csam_solicitation="", minor_to_minor="", spam="", sadistic="true"
            ),
            at=AT,
            at_means="When it was uploaded.",
        ),
        internet=_PLACES,
        law_enforcement=_LAW,
        reporter=_WHOLE_DESK,
        reported=(_REPORTED,),
        recipients=(_RECIPIENT,),
        victims=(_VICTIM, Victim(person=Person())),
        additional_info="An example; nobody is accused.",
    ),
    "text-only": Report(
        summary=IncidentSummary(
            incident_type=_ENTICEMENT,
            platform="Plein",
            annotations=ReportAnnotations(sextortion=""),
            at=AT,
            at_means="The first of four messages.",
        ),
        internet=(InternetDetails(chat=ChatImIncident(chat_client="Plein")),),
        reporter=_WHOLE_DESK,
        reported=(PersonOrUserReported(esp_identifier="account-7", ip_events=(_IP,)),),
        victims=(Victim(person=Person(age=14), esp_identifier="account-10", associated=(_GUARDIAN,)),),
        additional_info="The messages come as a transcript.",
    ),
    "batched": Report(
        batched=BatchedReport(reason=VIRAL),
        summary=IncidentSummary(incident_type=_POSSESSION, platform="Plein", at=AT),
        reporter=_DESK,
        reported=tuple(PersonOrUserReported(esp_identifier=f"account-{one}") for one in (7, 8, 9)),
    ),
    "supplementary": Report(
        summary=IncidentSummary(incident_type=_POSSESSION, platform="Plein", at=AT),
        reporter=_DESK,
        reported=(
            PersonOrUserReported(
                esp_identifier="account-7", ip_events=(_IP,), devices=(_DEVICE,), prior_reports=(EARLIER,)
            ),
        ),
        additional_info=f"This adds to report {EARLIER}, which is finished.",
    ),
}
FILES: Final[dict[str, FileDetails]] = {
    "minimal": FileDetails(report_id=ID, file_id=FILE_ID),
    "maximal": FileDetails(
        report_id=ID,
        file_id=FILE_ID,
        file_name="card.png",
        original_name="card.png",
        uploaded_at=AT,
        location="https://plein.example/post/1/card.png",
        viewed=True,
        exif_viewed=True,
        publicly_available=True,
        relevance=REPORTED,
        annotations=_ALL_FLAGS,
        classification="B2",
        hashes=_HASHES,
        ip_event=_IP,
        devices=(_DEVICE,),
        details=(
            Details(type="EXIF", pairs=(NameValuePair(name="Model", value="A camera"),)),
            Details(type="HASH", pairs=(NameValuePair(name="SHA256", value="0" * 64),)),
        ),
        additional_info=("The sha256 digest equals an entry of an example list.",),
    ),
    "transcript": FileDetails(
        report_id=ID,
        file_id=FILE_ID,
        original_name="transcript.csv",
        viewed=True,
        relevance=SUPPLEMENTAL,
        additional_info=("Made by the provider from what was written.",),
    ),
    "legacy-meme": FileDetails(report_id=ID, file_id=FILE_ID, meme=True),
    BATCHED: FileDetails(
        report_id=ID,
        file_id=FILE_ID,
        viewed=False,
        relevance=REPORTED,
        annotations=FileAnnotations(viral=""),
        classification="B1",
    ),
}


def documents() -> dict[str, bytes]:
    """By file name; the documents of one report begin with its name."""
    reports = {f"{name}.report.xml": to_xml(one) for name, one in REPORTS.items()}
    return reports | {f"{name}.file.xml": to_xml(one) for name, one in FILES.items()}
