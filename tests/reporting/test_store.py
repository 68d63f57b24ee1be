"""Reports in the database: the draft as composed, every call before and after, each leaf once."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from hoede.db import Database, Transaction
from hoede.reporting import (
    Contact,
    Device,
    Draft,
    Involved,
    IpEvent,
    Mark,
    Place,
    Reply,
    ReplyKind,
    Role,
    Saga,
    SagaFile,
    SagaState,
    Step,
    StepKind,
    Told,
    store,
)
from hoede.simulators.cybertipline import VirtualClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FILES = (SagaFile("evi_1"), SagaFile("evi_2"))
DRAFT = Saga(state=SagaState.DRAFT, files=FILES)
OPEN = Saga(state=SagaState.OPEN, files=FILES, remote_id="900", touched_at=NOON)
UPLOADED = replace(OPEN, files=(SagaFile("evi_1", "f1", detailed=True), SagaFile("evi_2", "f2")))
FINISHED = replace(UPLOADED, state=SagaState.FINISHED)
REPLY = Reply(kind=ReplyKind.DONE, code="0", raw=b"<receipt/>", request_id="req-1")
CountLeaves = Callable[[Database], int]


@pytest.fixture
def draft(draft_of: Callable[..., Draft]) -> Draft:
    return draft_of(b"one", b"two")


@pytest.fixture
def report(still_db: Database, draft: Draft) -> Database:
    """A database with one composed report, `ord_1`."""
    assert still_db.commit(lambda tx: store.add_report(tx, "ord_1", "ncmec", draft)) is True
    return still_db


def saga(db: Database) -> Saga:
    found = db.read(lambda conn: store.find(conn, "ord_1"))
    assert found is not None
    return found.saga


def call(db: Database, saga: Saga, step: Step, after: Saga, reply: Reply = REPLY) -> None:
    """Announce a call and note its answer."""
    number = db.commit(lambda tx: store.announce(tx, "ord_1", saga, step, b"the request"))
    db.commit(lambda tx: store.note(tx, "ord_1", number, after, reply))


def test_a_draft_comes_back_word_for_word(report: Database, draft: Draft) -> None:
    found = report.read(lambda conn: store.find(conn, "ord_1"))
    assert found == store.ReportRow(
        order_id="ord_1",
        case_id="cas_1",
        authority="ncmec",
        saga=DRAFT,
        draft=draft,
        finished_at=None,
        receipt=None,
    )


def test_a_draft_without_address_closing_and_files_comes_back_too(db: Database, draft: Draft) -> None:
    suspect = replace(draft.suspect, screen_name=None, ip_events=(), closed_at=None)
    file = replace(draft.files[0], ip_event=None, media_type=None, found_by=())
    bare = replace(draft, suspect=suspect, files=(file,), follows=None)
    db.commit(lambda tx: store.add_report(tx, "ord_2", "ncmec", bare))
    found = db.read(lambda conn: store.find(conn, "ord_2"))
    assert found is not None
    assert found.draft == bare


def test_a_draft_with_everything_comes_back_word_for_word(db: Database, draft: Draft) -> None:
    told = Told(
        emails=(Contact(value="a@b.example", verified=True, verified_at=NOON),),
        phones=(Contact(value="+31"),),
        names=("Sam",),
        urls=("https://plein.example/sam",),
        devices=(Device(kind="IMEI", id="0", at=NOON, event="Login"),),
    )
    ip = IpEvent("192.0.2.7", NOON, "Login", 50123, proxy=False)
    suspect = replace(
        draft.suspect, told=told, ip_events=(ip,), age=15, country="NL", prior_reports=("7",), guardian="g"
    )
    script = replace(draft.files[0], supplemental=True, stands_on=("evi_3",), marks=(Mark.GENERATED,))
    child = Involved(account="kim", role=Role.VICTIM, screen_name="k", country="NL", age=14, guardian="g")
    whole = replace(
        draft,
        suspect=suspect,
        files=(script,),
        people=(child,),
        places=(Place.CHAT,),
        marks=(Mark.SEXTORTION,),
        supplements="7",
        words="more",
        stands_on=("evi_4",),
        judged=True,
        platform_told=True,
    )
    db.commit(lambda tx: store.add_report(tx, "ord_2", "ncmec", whole))
    found = db.read(lambda conn: store.find(conn, "ord_2"))
    assert found is not None
    assert found.draft == whole


def test_a_draft_of_an_older_version_reads_as_it_was_meant(report: Database, draft: Draft) -> None:
    """As rows were written before a report said more than an account and its files."""
    old_file = {
        "evidence",
        "media_type",
        "size",
        "md5",
        "sha256",
        "uploaded_at",
        "ip_event",
        "viewed",
        "found_by",
    }

    def step(tx: Transaction) -> None:
        told = json.loads(tx.conn.execute(select(store.REPORTS.c.draft)).scalar_one())
        for name in ("judged", "people", "places", "marks", "supplements", "words", "stands_on", "batch"):
            del told[name]
        del told["platform_told"]
        told["suspect"] = {
            name: told["suspect"][name] for name in ("account", "screen_name", "ip_events", "closed_at")
        }
        told["suspect"]["ip_events"] = [
            {"ip": one["ip"], "at": one["at"]} for one in told["suspect"]["ip_events"]
        ]
        told["files"] = [{name: one[name] for name in old_file} for one in told["files"]]
        tx.conn.execute(update(store.REPORTS).values(draft=json.dumps(told)))

    report.commit(step)
    found = report.read(lambda conn: store.find(conn, "ord_1"))
    assert found is not None
    assert found.draft == draft


def test_numbers_of_earlier_reports_are_those_finished_at_the_same_address(
    still_db: Database, draft: Draft
) -> None:
    here, there = "https://a.example", "https://b.example"

    def step(tx: Transaction) -> None:
        for order, url, number in (("ord_1", here, "7"), ("ord_2", there, "8"), ("ord_3", here, None)):
            store.add_report(tx, order, "ncmec", draft, url)
            if number:
                store.settle(tx, order, number)

    still_db.commit(step)
    numbers = still_db.read(
        lambda conn: [
            store.numbers_of(conn, cases, authority=authority, url=here)
            for cases, authority in ((["cas_1"], "ncmec"), (["cas_2"], "ncmec"), (["cas_1"], "other"))
        ]
    )
    assert numbers == [("7",), (), ()]


def test_the_first_composition_stays(report: Database, draft: Draft) -> None:
    later = replace(draft, incident_at=NOON, files=())
    assert report.commit(lambda tx: store.add_report(tx, "ord_1", "ncmec", later)) is False
    [found] = report.read(store.all_reports)
    assert (found.draft, found.saga) == (draft, DRAFT)


def test_what_has_no_place_in_a_draft_is_refused(db: Database, draft: Draft) -> None:
    wrong = replace(draft, follows=b"bytes")  # type: ignore[arg-type] # that it is refused is the point
    with pytest.raises(TypeError, match="bytes has no place in a draft"):
        db.commit(lambda tx: store.add_report(tx, "ord_2", "ncmec", wrong))
    assert db.read(store.all_reports) == ()


def test_a_report_nobody_composed_is_not_there(db: Database) -> None:
    assert db.read(lambda conn: store.find(conn, "ord_1")) is None


@pytest.mark.parametrize(
    "stands",
    [
        DRAFT,
        replace(DRAFT, calling=Step(StepKind.SUBMIT)),
        OPEN,
        replace(OPEN, calling=Step(StepKind.UPLOAD, "evi_2")),
        UPLOADED,
        replace(UPLOADED, state=SagaState.FINISHING, calling=Step(StepKind.FINISH)),
        replace(UPLOADED, state=SagaState.REBUILD, calling=Step(StepKind.RETRACT)),
        FINISHED,
    ],
)
def test_where_a_report_stands_comes_back_as_it_was_saved(report: Database, stands: Saga) -> None:
    report.commit(lambda tx: store.save(tx, "ord_1", stands))
    assert saga(report) == stands


def test_beginning_anew_forgets_the_authoritys_ids(report: Database) -> None:
    report.commit(lambda tx: store.save(tx, "ord_1", UPLOADED))
    report.commit(lambda tx: store.save(tx, "ord_1", DRAFT))
    assert saga(report) == DRAFT


def test_a_call_stands_in_our_rows_before_it_is_made(report: Database) -> None:
    step = Step(StepKind.UPLOAD, "evi_1")
    report.commit(lambda tx: store.announce(tx, "ord_1", replace(OPEN, calling=step), step, b"the request"))
    assert saga(report).calling == step
    [row] = report.read(lambda conn: conn.execute(store.CALLS.select()).all())
    assert (row.step, row.evidence, row.answered_at, row.raw) == ("upload", "evi_1", None, None)
    assert row.request_sha256 == hashlib.sha256(b"the request").hexdigest()


def test_an_answer_is_kept_raw_with_the_call(report: Database) -> None:
    call(report, DRAFT, Step(StepKind.SUBMIT), OPEN)
    [row] = report.read(lambda conn: conn.execute(store.CALLS.select()).all())
    assert (row.code, row.request_id, row.raw, row.answered_at) == ("0", "req-1", b"<receipt/>", NOON)
    assert row.opened_remote_id == "900"


def test_each_opened_report_has_its_leaf(report: Database, leaves: CountLeaves) -> None:
    call(report, DRAFT, Step(StepKind.SUBMIT), OPEN)
    call(report, OPEN, Step(StepKind.UPLOAD, "evi_1"), UPLOADED)  # not opened again
    assert report.read(store.opened) == ["ord_1/900"]
    assert leaves(report) == 1
    call(report, replace(OPEN, state=SagaState.REBUILD), Step(StepKind.RETRACT), DRAFT)
    call(report, DRAFT, Step(StepKind.SUBMIT), replace(OPEN, remote_id="901"))
    assert report.read(store.opened) == ["ord_1/900", "ord_1/901"]
    assert leaves(report) == 2


def test_a_finished_report_keeps_its_receipt_and_has_its_leaf(
    report: Database, clock: VirtualClock, leaves: CountLeaves
) -> None:
    call(report, replace(UPLOADED, state=SagaState.FINISHING), Step(StepKind.FINISH), FINISHED)
    found = report.read(lambda conn: store.find(conn, "ord_1"))
    assert found is not None
    assert (found.finished_at, found.receipt) == (clock.now(), b"<receipt/>")
    assert report.read(store.finished) == ["ord_1"]
    assert leaves(report) == 1


def test_a_report_is_finished_once_and_the_first_receipt_stays(report: Database, leaves: CountLeaves) -> None:
    finishing = replace(UPLOADED, state=SagaState.FINISHING)
    for raw in (b"<receipt/>", b"<another/>"):
        call(report, finishing, Step(StepKind.FINISH), FINISHED, replace(REPLY, raw=raw))
    found = report.read(lambda conn: store.find(conn, "ord_1"))
    assert found is not None
    assert found.receipt == b"<receipt/>"
    assert leaves(report) == 1
