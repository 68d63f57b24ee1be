"""From a draft to the CyberTipline's documents; what it would refuse is left out or cut. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from hoede.reporting.cybertipline.file_details import (
    REPORTED,
    SUPPLEMENTAL,
    FileAnnotations,
    FileDetails,
    OriginalFileHash,
)
from hoede.reporting.cybertipline.incidents import ChatImIncident, InternetDetails, WebPageIncident
from hoede.reporting.cybertipline.kinds import COUNTRY, EMAIL, IP, LONGEST_WORDS, URL, Kind
from hoede.reporting.cybertipline.people import (
    AssociatedAccount,
    IntendedRecipient,
    PersonOrUserReported,
    Victim,
)
from hoede.reporting.cybertipline.report import (
    VIRAL,
    BatchedReport,
    IncidentSummary,
    Report,
    ReportAnnotations,
    Reporter,
)
from hoede.reporting.cybertipline.shared import (
    EVENT_NAME,
    DeviceId,
    Email,
    EstimatedLocation,
    IpCaptureEvent,
    PermanentlyDisabled,
    Person,
    Phone,
)
from hoede.reporting.drafts import (
    Contact,
    Device,
    Draft,
    DraftFile,
    Involved,
    IpEvent,
    Mark,
    Place,
    Role,
    Suspect,
    Told,
    WithoutCopy,
)
from hoede.reporting.port import AuthoritySettings

INCIDENT_TYPES: Final = {  # the authority's field values
    "csam": "Child Pornography (possession, manufacture, and distribution)",
    "enticement": "Online Enticement of Children for Sexual Acts",
    "trafficking": "Child Sex Trafficking",
}
TRANSCRIPT: Final = "transcript.csv"
_ANY_TIME: Final = datetime.max.replace(tzinfo=UTC)
_NUMBER: Final = re.compile("[1-9][0-9]{0,17}")
_LONGEST_SERVICE, _LONGEST_NAME, _LONGEST_ID = 100, 256, 255  # characters


def report_of(draft: Draft, settings: AuthoritySettings) -> Report:
    """What opens the report."""
    summary = _summary(draft)
    if draft.batch:
        return Report(
            batched=BatchedReport(reason=VIRAL),
            summary=summary,
            reporter=_reporter(settings),
            reported=tuple(PersonOrUserReported(esp_identifier=one) for one in draft.batch),
        )
    return Report(
        summary=summary,
        internet=tuple(_place(one, draft) for one in draft.places),
        reporter=_reporter(settings),
        reported=(_reported(draft),) if draft.account_is == "offender" else (),
        recipients=tuple(_recipient(one, draft) for one in draft.people if one.role is Role.RECIPIENT),
        victims=tuple(_victims(draft)),
        additional_info=" ".join(_additional(draft)),
    )


def details_of(remote_id: str, file_id: str, file: DraftFile) -> FileDetails:
    """What is said of one file, once it is there."""
    if file.batched:
        return FileDetails(
            report_id=remote_id,
            file_id=file_id,
            viewed=file.viewed,
            relevance=REPORTED,
            annotations=FileAnnotations(viral=""),
            classification=file.classification,
        )
    if file.supplemental:
        return FileDetails(
            report_id=remote_id,
            file_id=file_id,
            original_name=TRANSCRIPT,
            viewed=file.viewed,
            relevance=SUPPLEMENTAL,
            additional_info=("Made by the provider from what was written: who, when, to whom, what.",),
        )
    return FileDetails(
        report_id=remote_id,
        file_id=file_id,
        uploaded_at=file.uploaded_at.isoformat(),
        viewed=file.viewed,
        publicly_available=file.public,
        relevance=REPORTED,
        annotations=_file_annotations(file),
        classification=file.classification,
        hashes=(
            OriginalFileHash(value=file.md5, hash_type="MD5"),
            OriginalFileHash(value=file.sha256, hash_type="SHA256"),
        ),
        ip_event=_ip(file.ip_event) if file.ip_event and _fits(IP, file.ip_event.ip) else None,
        additional_info=file.found_by,
    )


def _summary(draft: Draft) -> IncidentSummary:
    return IncidentSummary(
        incident_type=INCIDENT_TYPES[draft.incident],
        platform=draft.service_name[:_LONGEST_NAME],
        high_priority=None if draft.batch else _escalation(draft),
        annotations=_annotations(draft.marks),
        at=draft.incident_at.isoformat(),
        at_means="When the platform says that it happened, the first time.",
    )


def _escalation(draft: Draft) -> str | None:
    """Why a child is in danger now; blank words would escalate and say nothing."""
    return (draft.high_priority or "").strip()[:LONGEST_WORDS] or None


def _annotations(marks: tuple[Mark, ...]) -> ReportAnnotations | None:
    told = ReportAnnotations(
        sextortion=_flag(Mark.SEXTORTION, marks),
        csam_solicitation=_flag(Mark.SOLICITATION, marks),
        minor_to_minor=_flag(Mark.BETWEEN_MINORS, marks),
    )
    return None if told == ReportAnnotations() else told


def _file_annotations(file: DraftFile) -> FileAnnotations | None:
    told = FileAnnotations(
        viral=_flag(Mark.VIRAL, file.marks),
        self_production=_flag(Mark.SELF_MADE, file.marks),
        generated=_flag(Mark.GENERATED, file.marks),
    )
    return None if told == FileAnnotations() else told


def _flag(mark: Mark, marks: tuple[Mark, ...]) -> str | None:
    return "" if mark in marks else None


def _reporter(settings: AuthoritySettings) -> Reporter:
    return Reporter(
        person=Person(
            first_name=settings.reporter_first_name,
            last_name=settings.reporter_last_name,
            emails=(Email(value=settings.reporter_email),),
        ),
        company_template=settings.company_template or None,
        legal_url=settings.legal_url or None,
    )


def _place(place: Place, draft: Draft) -> InternetDetails:
    name = draft.service_name[:_LONGEST_ID]
    if place is Place.CHAT:
        return InternetDetails(chat=ChatImIncident(chat_client=name))
    return InternetDetails(web_page=WebPageIncident(additional_info=f"On {name}."))


def _reported(draft: Draft) -> PersonOrUserReported:
    suspect, told = draft.suspect, draft.suspect.told
    return PersonOrUserReported(
        person=_person(told, suspect.age),
        esp_identifier=suspect.account[:_LONGEST_ID],
        esp_service=draft.service_name[:_LONGEST_SERVICE],
        screen_name=_cut(suspect.screen_name),
        display_names=_names(told),
        profile_urls=_urls(told),
        ip_events=tuple(_ip(one) for one in suspect.ip_events if _fits(IP, one.ip)),
        devices=_devices(told),
        prior_reports=_numbers(suspect),
        permanently_disabled=_closed(suspect),
        location=_location(suspect.country),
    )


def _victims(draft: Draft) -> Iterator[Victim]:
    """The account itself where it is the child's, and whoever else a judge said."""
    suspect, told = draft.suspect, draft.suspect.told
    if draft.account_is == "victim":
        yield Victim(
            person=_person(told, suspect.age) or Person(),
            esp_identifier=suspect.account[:_LONGEST_ID],
            esp_service=draft.service_name[:_LONGEST_SERVICE],
            screen_name=_cut(suspect.screen_name),
            display_names=_names(told),
            profile_urls=_urls(told),
            ip_events=tuple(_ip(one) for one in suspect.ip_events if _fits(IP, one.ip)),
            devices=_devices(told),
            prior_reports=_numbers(suspect),
            permanently_disabled=_closed(suspect),
            location=_location(suspect.country),
            associated=_guardian(suspect.guardian, draft),
        )
    for one in draft.people:
        if one.role is Role.VICTIM:
            yield Victim(
                person=Person(age=one.age),
                esp_identifier=one.account[:_LONGEST_ID],
                esp_service=draft.service_name[:_LONGEST_SERVICE],
                screen_name=_cut(one.screen_name),
                location=_location(one.country),
                associated=_guardian(one.guardian, draft),
            )
    for country in draft.victims_in:
        if (location := _location(country)) is not None:
            yield Victim(person=Person(), location=location)


def _recipient(one: Involved, draft: Draft) -> IntendedRecipient:
    return IntendedRecipient(
        person=None if one.age is None else Person(age=one.age),
        esp_identifier=one.account[:_LONGEST_ID],
        esp_service=draft.service_name[:_LONGEST_SERVICE],
        screen_name=_cut(one.screen_name),
        location=_location(one.country),
    )


def _guardian(account: str | None, draft: Draft) -> tuple[AssociatedAccount, ...]:
    if account is None:
        return ()
    service = draft.service_name[:_LONGEST_SERVICE]
    return (
        AssociatedAccount(type="Parent/Guardian", esp_service=service, esp_identifier=account[:_LONGEST_ID]),
    )


def _person(told: Told, age: int | None) -> Person | None:
    emails = tuple(_email(one) for one in told.emails if _fits(EMAIL, one.value))
    phones = tuple(_phone(one) for one in told.phones)
    found = Person(emails=emails, phones=phones, age=age)
    return None if found == Person() else found


def _email(one: Contact) -> Email:
    return Email(value=one.value, verified=one.verified, verified_at=_verified(one))


def _phone(one: Contact) -> Phone:
    return Phone(value=one.value[:50], verified=one.verified, verified_at=_verified(one))


def _verified(one: Contact) -> str | None:
    """The authority takes a day of verifying only of what is verified."""
    return one.verified_at.isoformat() if one.verified and one.verified_at else None


def _names(told: Told) -> tuple[str, ...]:
    return tuple(one[:_LONGEST_ID] for one in told.names)


def _urls(told: Told) -> tuple[str, ...]:
    return tuple(one for one in told.urls if _fits(URL, one))


def _devices(told: Told) -> tuple[DeviceId, ...]:
    return tuple(_device(one) for one in told.devices)


def _device(one: Device) -> DeviceId:
    return DeviceId(
        id_type=one.kind[:_LONGEST_ID],
        id_value=one.id[:2083],
        event_name=_event(one.event) if one.event else None,
        at=one.at.isoformat() if one.at else None,
    )


def _ip(one: IpEvent) -> IpCaptureEvent:
    return IpCaptureEvent(
        ip_address=one.ip,
        event_name=_event(one.event),
        at=one.at.isoformat(),
        possible_proxy=one.proxy,
        port=one.port,
    )


def _event(name: str) -> str:
    return name if name in EVENT_NAME.values else "Other"


def _numbers(suspect: Suspect) -> tuple[str, ...]:
    """The authority's numbers are whole; what a person noted after a restore may be something else."""
    return tuple(one for one in suspect.prior_reports if _NUMBER.fullmatch(one))


def _closed(suspect: Suspect) -> PermanentlyDisabled | None:
    at = suspect.closed_at
    return PermanentlyDisabled(value=True, disabled_at=at.isoformat()) if at else None


def _location(country: str | None) -> EstimatedLocation | None:
    """Where the platform says that the account is; a country nobody has in their list is left out."""
    return EstimatedLocation(country_code=country) if country and country in COUNTRY.values else None


def _cut(name: str | None) -> str | None:
    return name[:_LONGEST_NAME] if name else None


def _fits(kind: Kind, told: str) -> bool:
    short = kind.longest is None or len(told) <= kind.longest
    return short and (kind.flaw is None or kind.flaw(told, _ANY_TIME) is None)


def _additional(draft: Draft) -> Iterator[str]:
    if draft.supplements:
        yield f"This adds to report {draft.supplements}, which is finished."
    if draft.judged:
        yield "A person of the provider judged what is reported."
    else:
        yield "Found by equal digests and acted on automatically."
    yield "No person of the provider opened a file unless its details say so."
    if draft.not_preserved:
        yield f"Files whose copy could not be preserved: {draft.not_preserved}."
    for one in () if draft.supplements else draft.without_copy:  # the first report said it
        yield _without_copy(one)
    if draft.follows:
        yield "An earlier case of this account was composed before."
    if draft.words:
        yield draft.words
    if draft.rehearsal:
        yield "REHEARSAL: harmless test material, nobody is accused."


def _without_copy(one: WithoutCopy) -> str:
    when = one.at.isoformat()
    about = f"content {one.content} of {when}" if one.content else f"what was told of at {when}"
    return " ".join(f"{line.rstrip('.')}." for line in (f"No copy could be had of {about}", *one.found_by))
