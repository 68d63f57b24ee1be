"""A report that is not finished says what was judged last, and one that is finished is corrected."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select
from tests.journeys.desk import Desk
from tests.journeys.harm import copies_in, flip
from tests.journeys.scene import AS_OF, CARD, DECLARED, FIFTEEN, OTHER_CARD, VERIFIED, Scene

from hoede.app import verify_log
from hoede.app.build import settle_of
from hoede.app.rehearsal import LIST
from hoede.client import AgeEvidence, Assurance
from hoede.db import Transaction, change, orders, restores
from hoede.db.engine import database_time
from hoede.db.restores import Restore
from hoede.flow import hand_over
from hoede.lists.jobs import withdraw
from hoede.reporting import Correction
from hoede.reporting import store as reports
from hoede.reporting.authorities.ncmec import Ncmec
from hoede.review import AccountIs, Named, PersonIs
from hoede.simulators.cybertipline import Endpoint, FaultKind, SimReport

AT_LEAST_13 = AgeEvidence(
    method="self-declared", assurance=Assurance.DECLARED, issuer="plein", as_of=AS_OF, lower=13
)
REPORTED, VICTIM = "personOrUserReported", "victim"


@pytest.fixture
def desk(play: Scene) -> Iterator[Desk]:
    yield Desk(play)
    play.settle()
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()


def composed(desk: Desk, account: str, outcome: str, at: Endpoint, **more: Any) -> None:
    """Judge it, and let the authority break off at this call once the report is composed."""
    desk.judge(account, "eva", outcome, **more)
    desk.play.authority.fault(FaultKind.ERROR_500, at, times=None)
    desk.play.carry_until(lambda: bool(rows(desk, account)), "vault", "authority")


def settle(desk: Desk) -> None:
    """The authority is well again, and everything is carried out."""
    desk.play.authority.clear_faults()
    desk.play.settle()


def rows(desk: Desk, account: str) -> tuple[reports.ReportRow, ...]:
    case = desk.play.case(account)
    return desk.play.hoede.db.read(lambda conn: reports.of_case(conn, case.id))


def said(report: SimReport, account: str) -> set[str]:
    """As what a report names an account."""
    root = etree.fromstring(report.xml.encode())
    return {
        name
        for name in (REPORTED, VICTIM)
        if account in {one.text for one in root.findall(f"{name}/espIdentifier")}
    }


def finished(desk: Desk, account: str) -> list[SimReport]:
    """Finished reports that name an account, as whatever."""
    return [one for one in desk.play.finished() if said(one, account)]


@pytest.mark.parametrize("at", [Endpoint.SUBMIT, Endpoint.UPLOAD, Endpoint.FILEINFO])
def test_who_is_judged_a_victim_after_it_was_composed_is_not_accused(desk: Desk, at: Endpoint) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    composed(desk, account, "confirmed_new", at)
    desk.undo(desk.judgments(account)[-1])
    desk.judge(account, "eva", "victim")
    settle(desk)
    (report,) = finished(desk, account)
    assert said(report, account) == {VICTIM}
    assert len(report.files) == 1
    assert [one.saga.remote_id for one in rows(desk, account)] == [str(report.id)]


def test_what_acted_alone_and_is_judged_meanwhile_says_what_was_judged(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(VERIFIED))
    desk.play.authority.fault(FaultKind.ERROR_500, Endpoint.UPLOAD)
    desk.play.carry_until(lambda: bool(rows(desk, account)), "vault", "authority")
    withdraw(desk.play.hoede.db, LIST, "a mistake of its source")
    desk.play.settle_but("notify")
    assert (finished(desk, account), desk.play.states(account)["report"]) == ([], "waiting")
    desk.judge(account, "eva", "victim")
    settle(desk)
    (report,) = finished(desk, account)
    assert said(report, account) == {VICTIM}


def test_who_judges_it_anew_while_it_is_taken_back_finds_it_reported(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    composed(desk, account, "confirmed_new", Endpoint.UPLOAD)
    desk.undo(desk.judgments(account)[-1])
    retract: Callable[..., Any] = Ncmec.retract

    def meanwhile(self: Ncmec, remote_id: str) -> Any:
        monkeypatch.setattr(Ncmec, "retract", retract)
        desk.judge(account, "eva", "confirmed_new")
        return retract(self, remote_id)

    monkeypatch.setattr(Ncmec, "retract", meanwhile)
    settle(desk)
    (report,) = finished(desk, account)
    assert said(report, account) == {REPORTED}
    assert desk.play.states(account)["report"] == "done"


def test_without_one_sealed_file_too_nothing_is_reported_that_is_no_violation(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    flip(copies_in(desk.play, "intake")[0])
    composed(desk, account, "confirmed_new", Endpoint.SUBMIT)
    (row,) = rows(desk, account)
    assert row.draft.files == ()
    desk.undo(desk.judgments(account)[-1])
    desk.judge(account, "eva", "no_violation")
    settle(desk)
    assert (finished(desk, account), desk.play.states(account)["report"]) == ([], "superseded")


def test_what_is_judged_otherwise_after_it_was_finished_is_corrected_once(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    desk.judge(account, "eva", "confirmed_new")
    settle(desk)
    (first,) = finished(desk, account)
    desk.undo(desk.judgments(account)[-1])
    assert desk.preview(account, "victim").corrects == (Correction("ncmec", str(first.id), withdraws=False),)
    desk.judge(account, "eva", "victim")
    settle(desk)
    (_, correction) = finished(desk, account)
    assert (said(first, account), said(correction, account)) == ({REPORTED}, {VICTIM})
    assert f"adds to report {first.id}" in (correction.text("additionalInfo") or "")
    settle(desk)
    assert len(finished(desk, account)) == 2


def test_what_turns_out_to_be_no_violation_after_it_was_finished_is_withdrawn(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    desk.judge(account, "eva", "confirmed_new")
    settle(desk)
    desk.undo(desk.judgments(account)[-1])
    (shown,) = desk.preview(account, "no_violation").corrects
    desk.judge(account, "eva", "no_violation")
    settle(desk)
    (first, withdrawal) = desk.play.finished()
    assert (said(first, account), account in withdrawal.xml, withdrawal.files) == ({REPORTED}, False, ())
    assert shown == Correction("ncmec", str(first.id), withdraws=True)
    words = withdrawal.text("additionalInfo") or ""
    assert f"what report {first.id} said of an account and of files stands no more" in words


def test_what_was_reported_stays_for_its_year_whatever_is_judged_since(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    desk.judge(account, "eva", "confirmed_new")
    settle(desk)
    desk.undo(desk.judgments(account)[-1])
    desk.judge(account, "eva", "no_violation")
    (copy,) = desk.play.copies()
    assert copy.keep_until is not None
    assert copy.destroy_after == copy.keep_until > desk.play.hoede.db.now() + timedelta(days=364)


def test_what_a_person_says_was_filed_is_corrected_and_kept_like_any_other(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    composed(desk, account, "confirmed_new", Endpoint.SUBMIT)
    (row,) = rows(desk, account)
    desk.play.hoede.db.commit(lambda tx: parked_by_a_restore(tx, row.order_id))
    desk.undo(desk.judgments(account)[-1])
    desk.judge(account, "eva", "no_violation")
    (copy,) = desk.play.copies()
    settle_of(desk.play.hoede.tables, desk.play.hoede.db)(row.order_id, "4711", "seen there")
    (kept,) = desk.play.copies()
    assert kept.destroy_after is not None
    assert copy.destroy_after is not None
    assert kept.destroy_after > copy.destroy_after
    states = desk.play.hoede.db.read(lambda conn: [one.order for one in orders.views(conn)])
    (withdrawal,) = [one for one in states if "corrects" in one.values]
    assert withdrawal.values["supplements"] == row.order_id


def parked_by_a_restore(tx: Transaction, order: str) -> None:
    restores.note_restore(tx, Restore("res_1", tx.now, tx.now), leaves=0)
    restores.park(tx, order, "res_1")


def test_a_child_who_was_named_wrongly_is_named_no_more(desk: Desk) -> None:
    child = desk.play.person(FIFTEEN)
    desk.play.upload(account := desk.play.person(DECLARED), to=(child,))
    desk.judge(account, "eva", "confirmed_new", people=(Named(child, PersonIs.VICTIM, "guardian-1"),))
    settle(desk)
    desk.undo(desk.judgments(account)[-1])
    desk.judge(account, "eva", "confirmed_new", people=(Named(child, PersonIs.NOBODY),))
    settle(desk)
    first, correction = finished(desk, account)
    assert (said(first, child), child in correction.xml) == ({VICTIM}, False)
    words = f"Whom report {first.id} names as a child who was harmed, or as a guardian, was judged otherwise"
    assert words in (correction.text("additionalInfo") or "")


def test_a_draft_of_an_older_version_falls_away_too(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    flip(copies_in(desk.play, "intake")[0])
    composed(desk, account, "confirmed_new", Endpoint.SUBMIT)
    desk.play.hoede.db.commit(as_an_older_version)
    desk.undo(desk.judgments(account)[-1])
    desk.judge(account, "eva", "no_violation")
    settle(desk)
    assert (desk.play.finished(), desk.play.states(account)["report"]) == ([], "superseded")


def as_an_older_version(tx: Transaction) -> None:
    """Drafts that neither name their judgment nor the copies that could not be sealed."""
    for row in tx.conn.execute(select(reports.REPORTS.c.order_id, reports.REPORTS.c.draft)).all():
        draft = json.loads(row.draft) | {"stands_on": []}
        older = json.dumps(
            {name: draft[name] for name in draft.keys() - {"judgment", "corrects", "withdraws"}}
        )
        change(tx.conn, reports.REPORTS, {"draft": older}, order_id=row.order_id)


def test_what_is_judged_anew_after_a_clock_was_set_back_is_reported(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    desk.judge(account, "eva", "no_violation")
    desk.undo(desk.judgments(account)[-1])
    with monkeypatch.context() as back:
        back.setattr(desk.play.hoede.db, "_clock", lambda conn: database_time(conn) - timedelta(hours=1))
        desk.judge(account, "eva", "confirmed_new")
    settle(desk)
    assert [said(one, account) for one in desk.play.finished()] == [{REPORTED}]
    assert {one.outcome for one in desk.judgments(account)} == {"no_violation", "confirmed_new"}


def test_who_is_judged_as_before_is_not_corrected(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    desk.judge(account, "eva", "confirmed_new")
    settle(desk)
    desk.undo(desk.judgments(account)[-1])
    assert desk.preview(account, "confirmed_new").corrects == ()
    desk.judge(account, "eva", "confirmed_new")
    settle(desk)
    assert len(desk.play.finished()) == 1


def test_a_correction_that_is_judged_otherwise_before_it_went_does_not_go(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    desk.judge(account, "eva", "confirmed_new")
    settle(desk)
    desk.undo(desk.judgments(account)[-1])
    desk.judge(account, "eva", "no_violation")
    desk.undo(desk.judgments(account)[-1])
    desk.judge(account, "eva", "confirmed_new")
    settle(desk)
    assert [said(one, account) for one in desk.play.finished()] == [{REPORTED}]


def test_who_was_named_by_a_judge_is_in_it_however_many_received_it(desk: Desk) -> None:
    to = tuple(desk.play.person(FIFTEEN) for _ in range(3))
    many = tuple(f"{to[0]}-{number}" for number in range(57))
    account = desk.play.person(DECLARED)
    desk.play.upload(account, CARD, to=many[:30])
    desk.play.upload(account, OTHER_CARD, to=(*many[30:], *to))
    desk.judge(account, "eva", "confirmed_new", people=(Named(to[-1], PersonIs.VICTIM),))
    settle(desk)
    report = finished(desk, account)[-1]
    assert said(report, to[-1]) == {VICTIM}
    assert report.xml.count("<intendedRecipient>") == 50


def test_who_is_of_some_age_or_older_is_of_no_age_to_an_authority(desk: Desk) -> None:
    child = desk.play.person(FIFTEEN)
    desk.play.upload(account := desk.play.person(AT_LEAST_13), to=(child,))
    people = (Named(child, PersonIs.VICTIM),)
    desk.judge(account, "eva", "confirmed_new", account_is=AccountIs.OFFENDER, people=people)
    settle(desk)
    report = finished(desk, account)[-1]
    assert report.text(f"{REPORTED}/{REPORTED}Person/age") is None
    assert report.text(f"{VICTIM}/victimPerson/age") == "15"
    assert "minorToMinorInteraction" not in report.xml


def test_between_minors_is_said_where_both_are(desk: Desk) -> None:
    child = desk.play.person(FIFTEEN)
    desk.play.upload(account := desk.play.person(FIFTEEN), to=(child,))
    people = (Named(child, PersonIs.VICTIM),)
    desk.judge(account, "eva", "confirmed_new", account_is=AccountIs.OFFENDER, people=people)
    settle(desk)
    assert "minorToMinorInteraction" in finished(desk, account)[-1].xml


def test_a_package_is_made_of_the_report_that_stands(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    composed(desk, account, "confirmed_new", Endpoint.SUBMIT)
    desk.undo(desk.judgments(account)[-1])
    desk.play.settle()  # what is undone falls away
    desk.judge(account, "eva", "victim")
    settle(desk)
    case = desk.play.case(account).id
    assert [(one.draft.account_is, one.saga.state) for one in rows(desk, account)] == [
        ("offender", "draft"),
        ("victim", "finished"),
    ]
    row, _ = desk.play.hoede.db.read(lambda conn: hand_over.composed(conn, case))
    assert row.draft.account_is == "victim"
