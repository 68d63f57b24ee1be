"""What the platform has no more, or what somebody only told of, is reported when a person judges it so."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.journeys.conftest import OpenScene
from tests.journeys.desk import Desk
from tests.journeys.scene import DECLARED, FIFTEEN, VERIFIED
from tests.journeys.test_what_was_let_through_is_found_when_a_list_learns import (
    NAME,
    PICTURE,
    let_through,
    rescan,
    sha256,
)
from tests.parts import fresh, import_list

from hoede.app import verify_log
from hoede.app.rehearsal import SERVICE
from hoede.flow.report.ready import would_lack
from hoede.reporting import Lack, lacks
from hoede.reporting import store as reports
from hoede.review import AccountIs, FileAnswer
from hoede.review.notices import Notice, Reason, Source
from hoede.simulators.cybertipline import Endpoint, FaultKind, SimReport

LINE = "Send me one of you."


@pytest.fixture
def desk(open_scene: OpenScene) -> Iterator[Desk]:
    play = open_scene(
        also_allowed=[PICTURE, LINE.encode()], acts_alone={NAME: "the tests, 2026-11-28, to show all"}
    )
    yield Desk(play)
    play.settle()
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()


def gone(desk: Desk) -> tuple[str, str]:
    """An account and its content, which a list knows since the platform has it no more."""
    account, upload = let_through(desk.play)
    rescan(desk.play, import_list(desk.play.hoede.db, NAME, sha256(PICTURE)))
    desk.play.settle()
    say_gone(desk, account)
    return account, upload.content


def say_gone(desk: Desk, account: str) -> None:
    want = desk.play.order(account, "want").order.id
    desk.play.client.send_receipt(want, done=False, reason="gone")


def told(desk: Desk, account: str, reason: Reason = Reason.PRESSURE, content: str | None = None) -> None:
    notice = Notice(
        service=SERVICE,
        source=Source.PERSON,
        subject=account,
        reason=reason,
        at=datetime.now(UTC),
        content=content,
        words="He asked me for pictures.",
    )
    desk.play.hoede.notice.take(notice)


def words(report: SimReport) -> str:
    return report.text("additionalInfo") or ""


def test_what_the_platform_has_no_more_is_reported_without_a_file(desk: Desk) -> None:
    account, content = gone(desk)
    assert "report" in {one.measure for one in desk.preview(account, "confirmed_known").opens}
    case = desk.play.case(account).id
    lacking = desk.play.hoede.db.read(lambda conn: would_lack(conn, case, AccountIs.OFFENDER))
    assert lacking == (Lack.MATERIAL,)
    desk.judge(account, "eva", "confirmed_known")
    desk.play.settle()
    (report,) = desk.play.finished(account)
    assert report.files == ()
    assert f"No copy could be had of content {content} of " in words(report)
    assert f"the sha256 fingerprint kept of it is on {NAME} now." in words(report)
    (row,) = desk.play.hoede.db.read(lambda conn: reports.of_case(conn, case))
    assert Lack.STORY not in lacks(row.draft)
    assert desk.play.states(account)["report"] == "done"


def test_what_was_only_told_is_reported_with_what_was_told_and_not_its_words(desk: Desk) -> None:
    account = desk.play.person(VERIFIED)
    told(desk, account)
    told(desk, account, Reason.CHILD_SEXUAL)
    desk.judge(account, "eva", "grooming")
    desk.play.settle()
    (report,) = desk.play.finished(account)
    assert report.files == ()
    said = words(report)
    assert (
        "Somebody reported to the provider: pressure. Somebody reported to the provider: child_sexual."
        in said
    )
    assert "pictures" not in report.xml


def test_what_somebody_told_of_and_is_gone_is_named(desk: Desk) -> None:
    account, content = desk.play.person(VERIFIED), fresh("content")
    told(desk, account, content=content)
    say_gone(desk, account)
    desk.judge(account, "eva", "grooming")
    desk.play.settle()
    (report,) = desk.play.finished(account)
    assert f"No copy could be had of content {content} of " in words(report)


def test_of_several_what_is_there_and_innocent_is_not_reported_with_what_is_gone(desk: Desk) -> None:
    account, content = gone(desk)
    upload = desk.play.upload(account)
    case = desk.play.case(account)
    (file,) = [one for one in desk.play.copies() if one.event]
    own = {file.taken.id: FileAnswer("no_violation")}
    desk.judge(account, "eva", "confirmed_known", files=own)
    desk.play.settle()
    (report,) = desk.play.finished(account)
    assert (report.files, upload.content in report.xml) == ((), False)
    assert f"content {content} of " in words(report)
    assert desk.play.case(account).id == case.id


def test_judged_no_violation_nothing_of_it_is_reported(desk: Desk) -> None:
    account, _ = gone(desk)
    desk.judge(account, "eva", "no_violation")
    desk.play.settle()
    assert (desk.play.reported(account), "report" in desk.play.states(account)) == ([], False)


@pytest.mark.parametrize("at", [Endpoint.SUBMIT, Endpoint.FINISH])
def test_judged_otherwise_before_it_was_finished_it_falls_away(desk: Desk, at: Endpoint) -> None:
    account, _ = gone(desk)
    desk.judge(account, "eva", "confirmed_known")
    case = desk.play.case(account).id
    desk.play.authority.fault(FaultKind.ERROR_500, at, times=None)

    def composed() -> bool:
        return bool(desk.play.hoede.db.read(lambda conn: reports.of_case(conn, case)))

    desk.play.carry_until(composed, "authority")
    desk.undo(desk.judgments(account)[-1])
    desk.judge(account, "eva", "no_violation")
    desk.play.authority.clear_faults()
    desk.play.settle()
    assert (desk.play.finished(account), desk.play.states(account)["report"]) == ([], "superseded")


def test_whoever_is_a_child_is_named_only_as_a_person_says(desk: Desk) -> None:
    account = desk.play.person(FIFTEEN)
    told(desk, account)
    desk.judge(account, "eva", "grooming", account_is=AccountIs.NOBODY)
    desk.play.settle()
    (report,) = desk.play.finished()
    assert account not in report.xml


def test_a_text_that_is_to_be_reported_is_though_its_picture_is_innocent(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(DECLARED), text=LINE)
    copies = {one.part: one.taken for one in desk.play.copies()}
    desk.judge(account, "eva", "grooming", files={copies["media"].id: FileAnswer("no_violation")})
    desk.play.settle()
    (report,) = desk.play.finished(account)
    assert [one.size for one in report.files] == [copies["text"].size]
