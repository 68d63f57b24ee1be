"""What somebody answers about a case, and why an answer is not taken. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from hoede.review.outcomes import CLASSES, AccountIs, Classified, Outcome, Outcomes

SHORTEST_REASON = 3  # characters; long enough to have been written on purpose
LONGEST_TEXT = 3000  # characters, of a reason or a note


class Why(StrEnum):
    """Why something was not done, as a stable code; whoever shows it has the words."""

    TAKEN = "taken"  # somebody else has the case
    LEASE = "lease"  # one's time on it ended, or one never had it
    OWN = "own"  # one decided this before
    RIGHT = "right"  # it waits for a lead
    REPORTED = "reported"  # what people wrote about it cannot be shown of somebody invented
    PRACTICE = "practice"  # nobody is in danger: the case is one whose answer is known
    GONE = "gone"  # there is no such case, or nothing to judge in it
    OPEN = "open"  # nobody has judged it yet, or somebody is still to check it
    ALREADY = "already"  # it was judged, checked or undone before
    LATE = "late"  # the time to undo it is over
    PRESERVE = "preserve"  # the platform was asked for the content, and has not sent it yet
    REASON = "reason"
    OUTCOME = "outcome"  # no such outcome, or not for a single file
    CLASSIFICATION = "classification"  # one is missing, unknown or forbidden
    FILE = "file"  # no such file in this case
    CHANGED = "changed"  # other files are in it than the person was shown
    BASIS = "basis"  # what an age would be believed on is not named, or would change nothing
    WHO = "who"  # under 18 or of unknown age: say whether they are victim or offender
    NAMED = "named"  # somebody to name who has no part in this case, or a guardian of no child
    COUNTRY = "country"  # something that is no country's two letters
    FORM = "form"  # there is no preview of this
    PURPOSE = "purpose"  # say first what it is opened for
    BREAK = "break"  # what is hard to see is closed until the break is over
    BUDGET = "budget"  # one saw as much of it today as anybody is shown
    KNOWN = "known"  # it equals verified material: nobody needs to look
    SEEN = "seen"  # one saw this very material for another case
    ALIKE = "alike"  # a near copy was judged: that decides
    KNOWS = "knows"  # one knows somebody in it
    TWO_PEOPLE = "two_people"  # a second person has not said yes, or that was too long ago


@dataclass(frozen=True, slots=True)
class Refused:
    """Why not; and, where somebody else has it, who and until when."""

    why: Why
    by: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What is said of one file, where it differs from the case."""

    outcome: str | None = None
    classification: str | None = None


class PersonIs(StrEnum):
    """What a report says of somebody else than the account itself."""

    ITSELF = "itself"  # the account the case is about: only its guardian is said here
    VICTIM = "victim"
    RECIPIENT = "recipient"  # it was sent to them; what is said when a judge says nothing
    NOBODY = "nobody"  # they are not named


@dataclass(frozen=True, slots=True)
class Named:
    """How a report names somebody, and whether their guardian's account with them."""

    account: str
    role: PersonIs
    guardian: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A judgment as a person gives it."""

    outcome: str
    reason: str
    shown: frozenset[str]  # evidence of the case as the person was shown it; what came later is not judged
    classification: str | None = None
    account_is: AccountIs | None = None
    files: Mapping[str, FileAnswer] = field(default_factory=dict)  # by evidence
    people: tuple[Named, ...] = ()
    victims_in: tuple[str, ...] = ()  # countries; none: what was told counts
    claim: str | None = None  # under which the page was opened; None: the one they have now


@dataclass(frozen=True, slots=True)
class FileSays:
    """What a judgment says of one file."""

    evidence: str
    outcome: Outcome
    classification: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a report repeats of a judgment."""

    reports: bool  # false: nothing is to be reported, and the rest says nothing
    account_is: AccountIs
    incident: str
    children: frozenset[tuple[str, str | None]]  # who were harmed, each with the guardian that is named


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that was understood: the case's outcome, whom it is about, and each file's."""

    outcome: Outcome
    account_is: AccountIs
    files: tuple[FileSays, ...]
    people: tuple[Named, ...] = ()
    without_copy: bool = False  # something that it wants reported is in no file

    @property
    def verdict(self) -> Verdict:
        reports = self.without_copy or any(one.outcome.report for one in self.files)
        return Verdict(reports, self.account_is, self.outcome.incident, children_among(self.people))


def understand(
    answer: Answer,
    outcomes: Outcomes,
    evidence: tuple[str, ...],
    *,
    adult: bool,
    receivers: frozenset[str] = frozenset(),
) -> Said | Refused:
    """What the answer says of each file, or why it is not one."""
    outcome, why = outcomes.get(answer.outcome), _wrong(answer, evidence)
    if outcome is None or outcome.age is not None or why:
        return Refused(why or Why.OUTCOME)
    files = []
    for one in evidence:
        said = _file(one, answer, outcome, outcomes)
        if isinstance(said, Refused):
            return said
        files.append(said)
    # Whom a report names as what is never guessed from an outcome where a child may be meant.
    named = answer.account_is or (outcome.account_is if adult or _protects(outcome) else None)
    if named is None or (named is AccountIs.OFFENDER and outcome.account_is is not AccountIs.OFFENDER):
        return Refused(Why.WHO)
    if not all(_may_be_named(one, named, receivers) for one in answer.people):
        return Refused(Why.NAMED)
    return Said(outcome, named, tuple(files), answer.people)


def children_among(people: Iterable[Named]) -> frozenset[tuple[str, str | None]]:
    """Those who are named as a child who was harmed, each with their guardian."""
    return frozenset((one.account, one.guardian) for one in people if one.role is PersonIs.VICTIM)


def followed(answer: Answer, first: Mapping[str, str]) -> Answer:
    """The answer, in which what is said of a file is said of those that look like it, unless said otherwise.

    `first` has for each file the one that stands for it.
    """
    told = {one: answer.files[head] for one, head in first.items() if head in answer.files}
    return replace(answer, files=told | dict(answer.files))


def _may_be_named(one: Named, account_is: AccountIs, receivers: frozenset[str]) -> bool:
    """Those to whom something was sent; and a guardian only of whom the report names as a victim."""
    if one.role is PersonIs.ITSELF:
        return account_is is AccountIs.VICTIM
    return one.account in receivers and (one.guardian is None or one.role is PersonIs.VICTIM)


def _wrong(answer: Answer, evidence: tuple[str, ...]) -> Why | None:
    if not SHORTEST_REASON <= len(answer.reason.strip()) <= LONGEST_TEXT:
        return Why.REASON
    if answer.shown != set(evidence):
        return Why.CHANGED
    return Why.FILE if set(answer.files) - set(evidence) else None


def _protects(outcome: Outcome) -> bool:
    """Whether the outcome names nobody as an offender, so that a child cannot be wronged by it."""
    return outcome.account_is is not AccountIs.OFFENDER


def _file(evidence: str, answer: Answer, of_case: Outcome, outcomes: Outcomes) -> FileSays | Refused:
    own = answer.files.get(evidence, FileAnswer())
    outcome = of_case if own.outcome is None else outcomes.get(own.outcome)
    if outcome is None or outcome.age or (own.outcome is not None and not _fits(outcome, of_case)):
        return Refused(Why.OUTCOME)
    given = own.classification or (answer.classification if own.outcome is None else None)
    if given is not None and (given not in CLASSES or outcome.classification is Classified.FORBIDDEN):
        return Refused(Why.CLASSIFICATION)
    if given is None and outcome.classification is Classified.REQUIRED:
        return Refused(Why.CLASSIFICATION)
    return FileSays(evidence, outcome, given)


def _fits(of_file: Outcome, of_case: Outcome) -> bool:
    """A file is judged apart only within what the case says: nothing is graver than the case itself."""
    if of_file.keeps or of_case.keeps or of_case.undoes:
        return of_file == of_case
    return of_case.report or not of_file.report
