"""What must hold after a run, judged from three records: ours, the authority's ledger, the platform's.

Each function gives what is wrong, in words; none knows how the run went.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from hoede.audit import Verdict
from hoede.core.events import Answer
from hoede.core.leaves import commitment
from hoede.core.orders import OrderState, OrderView
from hoede.evidence import EvidenceRow, EvidenceState
from hoede.simulators.cybertipline import SimReport, State

ENDED = frozenset({OrderState.DONE, OrderState.SUPERSEDED})
MISDATED = "document-invalid"  # why a report waits that was composed by a clock far ahead; a person is called
REPORTED, WITHDRAWN = "personOrUserReported", "nobody"  # as what a report names an account
FINAL = frozenset({"remove", "close_account", "restrict_account", "notify"})  # never before preserve ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as the platform told it, and how it was answered each time."""

    account: str
    content: str
    sha256: str
    event_id: str  # ours
    answers: tuple[tuple[Answer, str | None], ...]
    again: tuple[Answer, str | None] | None  # the answer when it is told once more, under the same key
    confirmed: bool  # by the list and a verified age, or by a judgment
    was_confirmed: bool = False  # by a judgment that was taken back: it may have been reported before
    victim: bool = False  # the account is the child's, as it was judged
    judged_at: datetime | None = None  # by then it was judged as it counts; None: always as it counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """All three records, as they are when everything has come to its end."""

    told: tuple[Told, ...]
    orders: tuple[OrderView, ...]
    evidence: tuple[EvidenceRow, ...]
    readable: Mapping[str, str]  # by evidence: the SHA-256 of what opens with its key
    opened: frozenset[str]  # the authority's numbers that stand in our rows as opened
    leaves: tuple[tuple[int | None, str], ...]
    names: bytes
    log: Verdict
    reports: tuple[SimReport, ...]
    deliveries: tuple[str, ...]
    platform: Mapping[str, Mapping[str, object]]
    plain_files: tuple[str, ...]  # names of files in which the media lies unencrypted
    late: bool  # something took too long, and nobody was called
    misdated: bool  # a report may have been composed by a clock far ahead


def broken(records: Records) -> dict[str, list[str]]:
    """Invariants that do not hold, by name."""
    found = {name: list(judge(records)) for name, judge in INVARIANTS.items()}
    return {name: wrong for name, wrong in found.items() if wrong}


def one_report_per_case(records: Records) -> Iterator[str]:
    """I1, nothing lost: every confirmed file is in a finished report, and every asked report is finished."""
    filed = _filed(records)
    waits = {one.order.values["account"] for one in _misdated(records)}
    due = Counter(
        (one.account, one.sha256)
        for one in records.told
        if one.confirmed and one.answers and one.account not in waits
    )
    for (account, file), count in due.items():
        if filed[account, file] < count:
            yield f"lost: {account} is due {count} files, {filed[account, file]} are in finished reports"
    finished = [one for one in records.reports if one.state is State.FINISHED]
    asked = [one for one in records.orders if one.order.measure == "report" and one.state is OrderState.DONE]
    if len(finished) < len(asked):
        yield f"lost: {len(asked)} reports are done, {len(finished)} are finished at the authority"


def no_report_twice(records: Records) -> Iterator[str]:
    """I1, nothing twice: no file in two finished reports or twice in one, no case reported twice."""
    told = Counter((one.account, one.sha256) for one in records.told)
    for file, count in _filed(records).items():
        if count > told[file]:
            yield f"duplicate: {file[0]} was told of {told[file]} times, and filed {count} times"
    finished = [one for one in records.reports if one.state is State.FINISHED]
    asked = {one.order.cause for one in records.orders if one.order.measure == "report"}
    if len(finished) > len(asked):
        yield f"duplicate: {len(finished)} finished reports for {len(asked)} cases"


def nothing_forgotten_open(records: Records) -> Iterator[str]:
    """I1, nothing left open: what we know that we opened is finished or taken back."""
    for one in records.reports:
        if one.state is State.OPEN and str(one.id) in records.opened:
            yield f"report {one.id} was left open"


def no_report_without_ground(records: Records) -> Iterator[str]:
    """I2: no finished report about somebody nobody confirmed."""
    confirmed = {one.account for one in records.told if one.confirmed or one.was_confirmed}
    for report in records.reports:
        about, said = _about(report)
        if report.state is State.FINISHED and said != WITHDRAWN and about not in confirmed:
            yield f"report {report.id} is about {about}, and nobody confirmed that"


def says_what_was_judged_last(records: Records) -> Iterator[str]:
    """I2: what was judged last is the last that an authority was told, and all of what was begun after it."""
    finished = [one for one in records.reports if one.state is State.FINISHED]
    last = {_about(one)[0]: one for one in finished}
    waits = {one.order.values["account"] for one in _misdated(records)}
    for told in records.told:
        if told.account in waits:
            continue
        if not told.confirmed:
            if told.account in last and str(last[told.account].id) not in last:
                yield f"report {last[told.account].id} about {told.account} was not withdrawn"
            continue
        for report in finished:
            account, said = _about(report)
            since = told.judged_at is None or report.opened_at > told.judged_at or report is last[account]
            if account == told.account and since and said != ("victim" if told.victim else REPORTED):
                yield f"report {report.id} calls {account} {said}, which was judged otherwise"


def preserve_first(records: Records) -> Iterator[str]:
    """I3: by the log, preserve ended before remove and before the report was finished."""
    place = _places(records)
    sealed = {
        one.order.values.get("event"): one.order.id
        for one in records.orders
        if one.order.measure == "preserve"
    }
    sent = set(records.deliveries)
    for one in records.orders:
        order = one.order
        if order.measure not in FINAL and order.measure != "report":
            continue
        if order.measure == "report" and one.state is not OrderState.DONE:
            continue
        if order.measure in FINAL and order.id not in sent:
            continue
        act = "report.finished" if order.measure == "report" else "order.done"
        before = place.get(("order.done", sealed.get(order.values.get("event"), "")))
        then = place.get((act, order.id))
        if order.values.get("event") in sealed and (before is None or (then is not None and then < before)):
            yield f"{order.measure} {order.id} came before preserve had ended"


def removed_stays_removed(records: Records) -> Iterator[str]:
    """I4: what is done here was done there, and what was removed was not shown again."""
    at: dict[str, int] = {}
    for place, order in enumerate(records.deliveries):
        at.setdefault(order, place)
    for one in records.orders:
        if one.order.by == "platform" and one.state is OrderState.DONE and one.order.id not in at:
            yield f"{one.order.measure} {one.order.id} is done, and the platform never heard of it"
    for order, data in records.platform.items():
        if order not in {one.order.id for one in records.orders}:
            yield f"the platform was told {data['measure']} {order}, which is no order of ours"


def sealed_as_taken(records: Records) -> Iterator[str]:
    """I5: what was preserved opens with its key and is what was taken; what was dropped opens no more."""
    ended = {
        one.order.target.id
        for one in records.orders
        if one.order.measure == "preserve" and one.state in ENDED
    }
    for row in records.evidence:
        there = records.readable.get(row.taken.id)
        if row.state is EvidenceState.SEALED and there != row.taken.sha256:
            yield f"{row.taken.id} is sealed and does not read as it was taken"
        if row.state is EvidenceState.IMPOSSIBLE:
            yield f"{row.taken.id} could not be sealed: {row.reason}"
        if row.state is EvidenceState.INTAKE and row.taken.id in ended:
            yield f"{row.taken.id} was to be preserved, and never was"
        if row.state in {EvidenceState.DESTROYED, EvidenceState.DROPPED} and there is not None:
            yield f"{row.taken.id} was destroyed and still opens"


def log_is_whole(records: Records) -> Iterator[str]:
    """I6: numbers without a gap, one leaf for each change, heads that fit, those kept outside too."""
    yield from records.log.wrong
    if records.log.unnumbered:
        yield f"{records.log.unnumbered} leaves have no number"


def acknowledged_is_kept(records: Records) -> Iterator[str]:
    """I7: every acknowledged event is there, and the same key has the same answer."""
    for one in records.told:
        if len(set(one.answers)) > 1:
            yield f"{one.content} was answered in two ways: {one.answers}"
        if one.again is not None and one.answers and one.again != one.answers[0]:
            yield f"{one.content} was answered {one.answers[0]} and now {one.again}"
        if one.answers and one.again is None:
            yield f"{one.content} was acknowledged and is not known"


def all_ended(records: Records) -> Iterator[str]:
    """I8: once nothing is in its way everything comes to its end, and soon, or a person was called."""
    for one in records.orders:
        if one.order.by != "person" and one.state not in ENDED and one not in _misdated(records):
            yield f"{one.order.measure} is {one.state}: {one.reason}"
    if records.late:
        yield "something took too long, and nobody was called"


def nothing_in_the_clear(records: Records) -> Iterator[str]:
    """I9: no file holds media unencrypted."""
    yield from (f"{name} holds media in the clear" for name in records.plain_files)


def kept_as_long_as_due(records: Records) -> Iterator[str]:
    """I10: what a report stands on is still there; nothing went before its time."""
    reported = {one.account for one in records.told if one.confirmed}
    events = {one.event_id for one in records.told if one.account in reported}
    for row in records.evidence:
        if row.event in events and row.state in {EvidenceState.DESTROYED, EvidenceState.DROPPED}:
            yield f"{row.taken.id} went before its time: {row.state}"


INVARIANTS = {
    "I1_lost": one_report_per_case,
    "I1_duplicate": no_report_twice,
    "I1_left_open": nothing_forgotten_open,
    "I2_no_ground": no_report_without_ground,
    "I2_judged_last": says_what_was_judged_last,
    "I3_preserve_first": preserve_first,
    "I4_removed": removed_stays_removed,
    "I5_evidence": sealed_as_taken,
    "I6_log": log_is_whole,
    "I7_acknowledged": acknowledged_is_kept,
    "I8_ended": all_ended,
    "I9_in_the_clear": nothing_in_the_clear,
    "I10_kept": kept_as_long_as_due,
}


def _misdated(records: Records) -> list[OrderView]:
    """Reports that wait for a person: what they say lies in the future, and the authority would refuse it."""
    if not records.misdated:
        return []
    return [one for one in records.orders if one.needs_human and one.reason == MISDATED]


def _filed(records: Records) -> Counter[tuple[str, str]]:
    """How often each account's file is in finished reports."""
    return Counter(
        (_about(report)[0], file.sha256)
        for report in records.reports
        if report.state is State.FINISHED
        for file in report.files
    )


def _about(report: SimReport) -> tuple[str, str]:
    """Whose account a report is about, and as what; or which report it takes back."""
    if reported := report.text(f"{REPORTED}/espIdentifier"):
        return reported, REPORTED
    if victim := report.text("victim/espIdentifier"):
        return victim, "victim"
    number = re.search("adds to report ([0-9]+)", report.text("additionalInfo") or "")
    return number[1] if number else "", WITHDRAWN


def _places(records: Records) -> dict[tuple[str, str], int]:
    """Where in the log each act on each order stands."""
    about: dict[tuple[str, str], int] = {}
    for number, body in records.leaves:
        leaf = json.loads(body)
        about[leaf["act"], leaf["about"]] = number if number is not None else 10**9
    found = {}
    for one in records.orders:
        for act in ("order.done", "report.finished"):
            key = (act, commitment(records.names, act, one.order.id))
            if key in about:
                found[act, one.order.id] = about[key]
    return found
