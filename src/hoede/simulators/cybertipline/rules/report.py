"""Rules of a report that no schema can say (CyberTipline facts 1.4, 1.8). Pure."""

from collections.abc import Callable, Iterator

from hoede.simulators.cybertipline.rules.batched import batched_report
from hoede.simulators.cybertipline.schema.kinds import moment
from hoede.simulators.cybertipline.schema.places import STATES
from hoede.simulators.cybertipline.xml import Complaint, Node

_TRUE = ("true", "1")
_DISABLED = ("accountTemporarilyDisabled", "accountPermanentlyDisabled")
_OWNERS = (
    "personOrUserReported/personOrUserReportedPerson",
    "intendedRecipient/intendedRecipientPerson",
    "victim/victimPerson",
)


def report_complaint(root: Node, exists: Callable[[int], bool]) -> Complaint | None:
    """The first rule that a report valid by schema breaks; None when it breaks none.

    `exists` says whether a report id is a real one, for `priorCTReports`.
    """
    for rule in _RULES:
        complaint = next(rule(root), None)
        if complaint:
            return complaint
    return next(_prior_reports_exist(root, exists), None)


def _reporter_has_email(root: Node) -> Iterator[Complaint]:
    person = root.find("reporter/reportingPerson")
    if person is not None and person.find("email") is None:
        yield Complaint(person, "The reportingPerson must have at least one email.")


def _one_person_reported(root: Node) -> Iterator[Complaint]:
    if root.find("batchedReport") is not None:
        return
    for further in root.findall("personOrUserReported")[1:]:
        yield Complaint(further, "Only one personOrUserReported is allowed.")


def _incident_emails_belong_to_somebody(root: Node) -> Iterator[Complaint]:
    owned = {email.text for owner in _OWNERS for email in root.findall(f"{owner}/email")}
    for email in root.iter("emailAddress"):
        if email.text not in owned:
            yield Complaint(
                email, "The emailAddress must also stand on a reported person, recipient or victim."
            )


def _verified_when_dated(root: Node) -> Iterator[Complaint]:
    for email in root.iter("email", "emailAddress"):
        if "verificationDate" in email.attrib and email.get("verified") not in _TRUE:
            yield Complaint(email, "verified must be true when verificationDate is given.")


def _number_without_calling_code(root: Node) -> Iterator[Complaint]:
    for phone in root.iter("phone", "phoneNumber"):
        code = phone.get("countryCallingCode")
        if code and (phone.text or "").strip().startswith((code, code.lstrip("+"))):
            yield Complaint(phone, "The number must not start with its countryCallingCode.")


def _disabling_in_order(root: Node) -> Iterator[Complaint]:
    for node in root.iter(*_DISABLED):
        disabled = moment(node.get("disabledDate", ""))
        told = moment(node.get("userNotifiedDate", ""))
        reenabled = moment(node.get("reenabledDate", ""))
        if disabled and told and told < disabled:
            yield Complaint(node, "userNotifiedDate must not lie before disabledDate.")
        if disabled and reenabled and reenabled <= disabled:
            yield Complaint(node, "reenabledDate must lie after disabledDate.")


def _locations_are_whole(root: Node) -> Iterator[Complaint]:
    for place in root.iter("estimatedLocation"):
        country, region = place.findtext("countryCode"), place.findtext("region") or ""
        if not country:
            yield Complaint(place, "estimatedLocation must have a countryCode.")
        if country == "US" and region and region not in STATES:
            yield Complaint(place, "The region of a place in the US must be a state code.")
        if country == "US" and place.findtext("city") and not region:
            yield Complaint(place, "A city in the US needs its region.")


def _prior_reports_exist(root: Node, exists: Callable[[int], bool]) -> Iterator[Complaint]:
    for prior in root.iter("priorCTReports", "priorCTReport"):
        if not exists(int(prior.text or 0)):
            yield Complaint(prior, f"{prior.tag} does not name an existing CyberTipline report.")


_RULES: tuple[Callable[[Node], Iterator[Complaint]], ...] = (
    _reporter_has_email,
    _one_person_reported,
    _incident_emails_belong_to_somebody,
    _verified_when_dated,
    _number_without_calling_code,
    _disabling_in_order,
    _locations_are_whole,
    batched_report,
)
