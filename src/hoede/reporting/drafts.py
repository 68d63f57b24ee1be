"""What a report says, whatever the authority's own form. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What somebody else than the account itself is in a report."""

    VICTIM = "victim"
    RECIPIENT = "recipient"  # it was sent to them


class Mark(StrEnum):
    """What a judge's outcome says of the case or of a file besides; each authority has its own words."""

    SEXTORTION = "sextortion"
    SOLICITATION = "solicitation"  # asks for such material
    BETWEEN_MINORS = "between_minors"
    GENERATED = "generated"  # made or changed by a machine
    SELF_MADE = "self_made"
    VIRAL = "viral"  # shared by many, in outrage or as a bad joke


class Place(StrEnum):
    """Where it happened on the platform."""

    CHAT = "chat"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What tells a device from others, as the platform knows it."""

    kind: str  # IMEI, ICCID, SSID or the like
    id: str
    at: datetime | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class IpEvent:
    ip: str
    at: datetime
    event: str = "Upload"  # Login, Registration, Purchase, Upload, Other or Unknown
    port: int | None = None
    proxy: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """An e-mail address or a telephone number."""

    value: str
    verified: bool | None = None
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the platform told of an account when it was asked for more."""

    emails: tuple[Contact, ...] = ()
    phones: tuple[Contact, ...] = ()
    names: tuple[str, ...] = ()  # as shown beside the screen name
    urls: tuple[str, ...] = ()  # of its profile
    devices: tuple[Device, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """The account it came from. A report names it if it is an adult's by evidence, or judged to be named."""

    account: str
    screen_name: str | None
    ip_events: tuple[IpEvent, ...]
    closed_at: datetime | None  # when the platform's receipt said so
    country: str | None = None
    age: int | None = None  # in whole years, where the best evidence says it to the year
    minor: bool = False  # by the best evidence, without any doubt
    told: Told = Told()
    prior_reports: tuple[str, ...] = ()  # the authority's numbers of earlier reports on it
    guardian: str | None = None  # a guardian's account, if this is a child's and a judge chose to name it


@dataclass(frozen=True, slots=True, kw_only=True)
class Involved:
    """Somebody else whom the report names."""

    account: str
    role: Role
    screen_name: str | None = None
    country: str | None = None
    age: int | None = None  # likewise
    minor: bool = False  # likewise
    guardian: str | None = None  # likewise


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFile:
    evidence: str
    media_type: str | None
    size: int
    md5: str
    sha256: str
    uploaded_at: datetime
    ip_event: IpEvent | None
    viewed: bool  # true only when a person opened the entire file, unblurred
    found_by: tuple[str, ...]  # e.g. "sha256 equals an entry of NAME"
    classification: str | None = None  # A1, A2, B1 or B2, as a person judged it
    marks: tuple[Mark, ...] = ()
    public: bool | None = None  # whether everybody could see it
    supplemental: bool = False  # not the reported content itself: a transcript
    stands_on: tuple[str, ...] = ()  # copies it was made from: what is said of them counts for it
    batched: bool = False  # the one file of a batched report, of which little may be said


@dataclass(frozen=True, slots=True)
class WithoutCopy:
    """Something reported of which no copy could be had: the platform has it no more."""

    content: str | None  # the platform's id; None: somebody reported the account, and named nothing
    at: datetime
    found_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a report says, fixed when it is composed; every try to file it says the same."""

    case_id: str
    service: str
    service_name: str
    incident_at: datetime
    composed_at: datetime
    suspect: Suspect
    files: tuple[DraftFile, ...]
    not_preserved: int  # files whose copy could not be sealed
    rehearsal: bool  # a rehearsal entry is among its grounds
    follows: str | None  # the account's earlier case
    account_is: str = "offender"  # or victim; nobody: the report names no account
    incident: str = "csam"  # csam, enticement or trafficking; each authority has its own words
    high_priority: str | None = None  # why a child is in danger now
    judged: bool = False  # a person judged it; else it was found by equal digests
    people: tuple[Involved, ...] = ()
    places: tuple[Place, ...] = ()
    marks: tuple[Mark, ...] = ()
    supplements: str | None = None  # the authority's number of the finished report this one adds to
    words: str | None = None  # what a person adds
    stands_on: tuple[str, ...] = ()  # copies it is about, also those that could not be sealed
    batch: tuple[str, ...] = ()  # accounts of a batched report, which says nothing else of them
    victims_in: tuple[str, ...] = ()  # countries of children it harms who have no account here, or none known
    platform_told: bool = False  # the platform had told what it knows when this was composed
    judgment: str | None = None  # the one in force then: what is judged since makes this out of date
    corrects: bool = False  # that judgment says otherwise than the report this one adds to
    withdraws: bool = False  # it says that nothing is to be reported
    without_copy: tuple[WithoutCopy, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """What takes the place of something an authority was told."""

    authority: str
    number: str  # the authority's, of the finished report that said otherwise
    withdraws: bool  # nothing of it is to be reported
    others: bool = False  # whom it names besides the account was judged otherwise, too


def may_be_batched(draft: Draft) -> bool:
    """Whether all that matters of a case can stand in one report with others: the account, and the one file.

    Docs/sources.md#cybertipline-batched: nobody else is named, nothing is urgent, and a person judged it.
    """
    if len(draft.files) != 1 or draft.account_is != "offender" or draft.supplements is not None:
        return False
    judged = draft.judged and draft.incident == "csam" and draft.not_preserved == 0
    more = draft.people or draft.high_priority or draft.victims_in or set(draft.marks) or draft.without_copy
    return judged and not more and not draft.batch and set(draft.files[0].marks) == {Mark.VIRAL}


class Lack(StrEnum):
    """What investigators need, and a report does not have."""

    ACCOUNT = "account"  # nobody is named
    WHERE = "where"  # neither an address with its time nor any other hint where
    MATERIAL = "material"  # neither a file nor a transcript
    STORY = "story"  # nothing but an incident type says what happened


def lacks(draft: Draft) -> tuple[Lack, ...]:
    """What keeps a report from being one that can be acted on: docs/sources.md#actionable. Empty: nothing."""
    found = {
        Lack.ACCOUNT: draft.account_is == "nobody" and not draft.people and not draft.batch,
        Lack.WHERE: not _says_where(draft),
        Lack.MATERIAL: not draft.files and draft.supplements is None,
        Lack.STORY: not (draft.high_priority or draft.words or draft.places or draft.marks or _found(draft)),
    }
    return tuple(lack for lack, is_so in found.items() if is_so)


def _says_where(draft: Draft) -> bool:
    suspect = draft.suspect
    told = suspect.told
    by_account = suspect.ip_events or suspect.country or told.phones or told.emails or told.devices
    return bool(by_account) or any(file.ip_event for file in draft.files)


def _found(draft: Draft) -> bool:
    by_files = any(file.found_by or file.classification for file in draft.files)
    return by_files or any(one.found_by for one in draft.without_copy)
