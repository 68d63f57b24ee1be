"""The server's rules across elements, which no schema can say: docs/sources.md#cybertipline. Pure."""

from collections.abc import Callable, Iterator
from typing import Final

from hoede.reporting.cybertipline.file_details import SUPPLEMENTAL
from hoede.reporting.cybertipline.kinds import moment_of
from hoede.reporting.cybertipline.places import STATE_CODES
from hoede.reporting.cybertipline.reading import Node
from hoede.reporting.cybertipline.texts import Flaw

_YES: Final = frozenset({"true", "1"})
_PEOPLE: Final = {  # the block of an account, and of the person behind it
    "personOrUserReported": "personOrUserReportedPerson",
    "intendedRecipient": "intendedRecipientPerson",
    "victim": "victimPerson",
}
_NOT_IN_A_BATCH: Final = (
    "incidentSummary/escalateToHighPriority",
    "internetDetails",
    "lawEnforcement",
    "intendedRecipient",
    "victim",
    "additionalInfo",
)
_NOT_OF_A_BATCHED_FILE: Final = (
    "originalFileName",
    "locationOfFile",
    "originalFileHash",
    "ipCaptureEvent",
    "deviceId",
    "details",
    "additionalInfo",
)
_BATCHED_FLAGS: Final = frozenset({"viral", "potentialMeme"})


def is_batched(report: Node) -> bool:
    return report.find("batchedReport") is not None


def report_flaws(report: Node) -> Iterator[Flaw]:
    """What the server refuses in a report whose every text is right by itself."""
    for rule in _RULES:
        yield from rule(report)


def _who_reports_has_an_email(report: Node) -> Iterator[Flaw]:
    for person in report.iterfind("reporter/reportingPerson"):
        if person.find("email") is None:
            yield Flaw(person, "reportingPerson needs an email: the server refuses a report without one.")


def _one_account_is_reported(report: Node) -> Iterator[Flaw]:
    accounts = report.findall("personOrUserReported")
    if len(accounts) > 1 and not is_batched(report):
        yield Flaw(accounts[1], "Only a batched report may name more than one personOrUserReported.")


def _emails_of_an_incident_are_somebodys(report: Node) -> Iterator[Flaw]:
    theirs = {
        one.text for block, person in _PEOPLE.items() for one in report.iterfind(f"{block}/{person}/email")
    }
    for email in report.iterfind("internetDetails/*/emailAddress"):
        if email.text not in theirs:
            yield Flaw(email, "emailAddress must also stand on the reported person, a recipient or a victim.")


def _who_was_verified_on_a_day_is_verified(report: Node) -> Iterator[Flaw]:
    for email in report.iter("email", "emailAddress"):
        if email.get("verificationDate") is not None and not _is_yes(email.get("verified")):
            yield Flaw(email, f"{email.tag} has a verificationDate, so verified must be true.")


def _numbers_do_not_repeat_their_code(report: Node) -> Iterator[Flaw]:
    for phone in report.iter("phone", "phoneNumber"):
        code, number = phone.get("countryCallingCode"), (phone.text or "").strip()
        if code and number.removeprefix("+").startswith(code.removeprefix("+")):
            yield Flaw(phone, f"{phone.tag} must not begin with its countryCallingCode.")


def _accounts_are_closed_in_order(report: Node) -> Iterator[Flaw]:
    for closed in report.iter("accountTemporarilyDisabled", "accountPermanentlyDisabled"):
        at = moment_of(closed.get("disabledDate") or "")
        told = moment_of(closed.get("userNotifiedDate") or "")
        again = moment_of(closed.get("reenabledDate") or "")
        if at and told and told < at:
            yield Flaw(closed, f"{closed.tag}: userNotifiedDate lies before disabledDate.")
        if at and again and again <= at:
            yield Flaw(closed, f"{closed.tag}: reenabledDate must lie after disabledDate.")


def _places_are_whole(report: Node) -> Iterator[Flaw]:
    for place in report.iter("estimatedLocation"):
        country, region = place.findtext("countryCode"), place.findtext("region") or ""
        if not country:
            yield Flaw(place, "estimatedLocation needs a countryCode.")
        if country != "US":
            continue
        if region and region not in STATE_CODES:
            yield Flaw(place, "estimatedLocation in the US: region must be the code of a state.")
        if not region and place.findtext("city"):
            yield Flaw(place, "estimatedLocation in the US: a city needs its region.")


def _earlier_reports_have_numbers(report: Node) -> Iterator[Flaw]:
    for prior in report.iter("priorCTReports", "priorCTReport"):
        if int(prior.text or 0) < 1:
            yield Flaw(prior, f"{prior.tag} must be the number of a report the authority has.")


def _a_batch_says_little(report: Node) -> Iterator[Flaw]:
    if not is_batched(report):
        return
    for path in _NOT_IN_A_BATCH:
        for there in report.iterfind(path):
            yield Flaw(there, f"{there.tag} has no place in a batched report.")
    for there in report.iterfind("personOrUserReported/*"):
        if there.tag != "espIdentifier":
            yield Flaw(there, f"In a batched report an account has its espIdentifier only, no {there.tag}.")


_RULES: Final[tuple[Callable[[Node], Iterator[Flaw]], ...]] = (
    _who_reports_has_an_email,
    _one_account_is_reported,
    _emails_of_an_incident_are_somebodys,
    _who_was_verified_on_a_day_is_verified,
    _numbers_do_not_repeat_their_code,
    _accounts_are_closed_in_order,
    _places_are_whole,
    _earlier_reports_have_numbers,
    _a_batch_says_little,
)


def file_flaws(details: Node, *, batched: bool) -> Iterator[Flaw]:
    """What the server refuses in the details of a file, whose every text is right by itself."""
    if _is_yes(details.findtext("exifViewedByEsp")) and not _is_yes(details.findtext("fileViewedByEsp")):
        yield Flaw(details, "exifViewedByEsp is true, so fileViewedByEsp must be true.")
    supplemental = details.findtext("fileRelevance") == SUPPLEMENTAL
    if supplemental:
        for path in ("industryClassification", "potentialMeme", "fileAnnotations/potentialMeme"):
            for there in details.iterfind(path):
                yield Flaw(there, f"{there.tag} has no place on a {SUPPLEMENTAL} file.")
    if batched:
        yield from _batched_file_flaws(details, supplemental=supplemental)


def _batched_file_flaws(details: Node, *, supplemental: bool) -> Iterator[Flaw]:
    for path in _NOT_OF_A_BATCHED_FILE:
        for there in details.iterfind(path):
            yield Flaw(there, f"{there.tag} has no place on the file of a batched report.")
    if supplemental:
        yield Flaw(details, "The file of a batched report must be Reported.")
    flags = {str(one.tag) for one in details.iterfind("fileAnnotations/*")}
    if _is_yes(details.findtext("potentialMeme")):
        flags.add("potentialMeme")
    if not flags or flags - _BATCHED_FLAGS:
        yield Flaw(details, "The file of a batched report is annotated viral or potentialMeme, and no more.")


def _is_yes(told: str | None) -> bool:
    return (told or "").strip() in _YES
