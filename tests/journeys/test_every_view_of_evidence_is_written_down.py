"""Only who has the case sees it, rendered; the file itself takes two; reports say truly who saw what."""

from dataclasses import dataclass
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select
from tests.journeys.conftest import OpenScene
from tests.journeys.desk import Desk
from tests.journeys.scene import CARD, DECLARED
from tests.pictures import drawn, encoded

from hoede.app import verify_log
from hoede.flow.view import How, Shown
from hoede.review import Refused, Why, claims, views
from hoede.review import store as review

PICTURE = encoded(drawn(100))
WHY = "To see whether it is a child."


@dataclass(frozen=True)
class Room:
    """A picture that looks like a listed one, whose case Eva has."""

    desk: Desk
    account: str
    case: str
    copy: str

    def preview(self, person: str = "eva", how: How = How.CLEAR, purpose: str = WHY) -> Shown | Refused:
        return self.desk.play.hoede.view.preview(self.case, self.copy, person, how, purpose)

    def ask(self, person: str = "eva") -> str:
        asked = self.desk.play.hoede.view.ask_raw(self.case, self.copy, person, WHY)
        assert isinstance(asked, str), asked
        return asked

    def rows(self) -> list[tuple[str, str, bool]]:
        """Who opened it how, and whether all of it."""
        asked = select(views.VIEWS).order_by(views.VIEWS.c.at)
        found = self.desk.play.hoede.db.read(lambda conn: conn.execute(asked).all())
        return [(row.person, row.how, row.whole) for row in found]

    def viewed_by_report(self) -> str | None:
        """What the finished report says of its file."""
        self.desk.try_judge(self.account, "eva", "confirmed_new")
        self.desk.play.settle()
        (report,) = self.desk.play.finished(self.account)
        return report.files[0].text("fileViewedByEsp")


@pytest.fixture
def room(open_scene: OpenScene) -> Room:
    play = open_scene(also_allowed=[PICTURE])
    play.list_pictures(PICTURE, name="near")
    desk, account = Desk(play), play.person(DECLARED)
    play.upload(account, PICTURE)
    play.settle()
    desk.take(account, "eva")
    (copy,) = play.copies()
    return Room(desk, account, play.case(account).id, copy.taken.id)


def test_who_has_the_case_sees_a_rendered_picture_never_the_file(room: Room) -> None:
    shown = room.preview()
    assert isinstance(shown, Shown)
    with Image.open(BytesIO(shown.picture)) as opened:
        assert opened.format == "WEBP"
    assert (shown.whole, room.rows()) == (True, [("eva", "clear", True)])


@pytest.mark.parametrize("how", [How.BLURRED, How.SMALL, How.GREY])
def test_less_than_all_of_it_is_written_down_as_less(room: Room, how: How) -> None:
    shown = room.preview(how=how)
    assert isinstance(shown, Shown)
    assert (shown.whole, room.rows()) == (False, [("eva", how, False)])
    assert room.viewed_by_report() == "false"


def test_a_report_says_that_a_person_opened_the_file_when_one_did(room: Room) -> None:
    room.preview()
    assert room.viewed_by_report() == "true"


def test_nobody_else_sees_it_and_nobody_without_a_purpose(room: Room) -> None:
    went = [room.preview("bas"), room.preview(purpose=" "), room.preview("kim")]
    assert [one.why for one in went if isinstance(one, Refused)] == [Why.TAKEN, Why.PURPOSE, Why.TAKEN]
    assert room.rows() == []


def test_a_file_of_another_case_is_not_shown(room: Room) -> None:
    other = room.desk.play.person(DECLARED)
    room.desk.play.upload(other, CARD)
    room.desk.take(other, "bas")
    case = room.desk.play.case(other).id
    went = room.desk.play.hoede.view.preview(case, room.copy, "bas", How.CLEAR, WHY)
    assert (went, room.rows()) == (Refused(Why.FILE), [])


def test_what_has_no_preview_says_so(room: Room) -> None:
    other = room.desk.play.person(DECLARED)
    room.desk.play.upload(other, CARD)  # bytes that are no picture
    room.desk.take(other, "bas")
    case = room.desk.play.case(other).id
    (file,) = room.desk.play.hoede.db.read(lambda conn: review.files_of(conn, case))
    view = room.desk.play.hoede.view
    assert view.preview(case, file.evidence, "bas", How.CLEAR, WHY) == Refused(Why.KNOWN)
    assert view.ask_again(case, file.evidence, "bas", "It may be on the list by mistake.") is None
    assert view.preview(case, file.evidence, "bas", How.CLEAR, WHY) == Refused(Why.FORM)
    assert room.rows() == [("bas", "clear", False)]  # asked, and nothing was seen whole


def test_the_file_itself_takes_a_second_persons_yes(room: Room) -> None:
    view, raw_id = room.desk.play.hoede.view, room.ask()
    assert view.raw(raw_id, "eva") == Refused(Why.TWO_PEOPLE)
    assert view.approve_raw(raw_id, "eva") == Refused(Why.OWN)
    assert view.approve_raw(raw_id, "bas") is None
    assert view.approve_raw(raw_id, "kim") == Refused(Why.ALREADY)
    assert view.raw(raw_id, "bas") == Refused(Why.GONE)  # who said yes may not open it
    opened = view.raw(raw_id, "eva")
    assert not isinstance(opened, Refused)
    assert room.rows() == [("eva", "raw", False)]  # before the first byte
    told = b"".join(opened.pieces)
    assert (opened.rendered, told[:4], told[8:12]) == (True, b"RIFF", b"WEBP")  # with a mark
    assert room.rows() == [("eva", "raw", True)]


def test_a_yes_does_not_outlive_the_case_in_hand(room: Room) -> None:
    view, raw_id = room.desk.play.hoede.view, room.ask()
    view.approve_raw(raw_id, "bas")
    held = room.desk.play.hoede.cases.renew(room.case, "eva")
    assert isinstance(held, claims.Taken)
    room.desk.play.hoede.db.commit(lambda tx: claims.end(tx, held.claim, "ran_out"))
    assert view.raw(raw_id, "eva") == Refused(Why.LEASE)


def test_only_who_has_the_case_asks_for_the_file_itself(room: Room) -> None:
    asked = room.desk.play.hoede.view.ask_raw(room.case, room.copy, "bas", WHY)
    assert isinstance(asked, Refused)
    assert asked.why is Why.TAKEN


def test_every_view_and_every_yes_has_its_leaf(room: Room) -> None:
    play = room.desk.play
    room.preview(how=How.BLURRED)
    raw_id = room.ask()
    play.hoede.view.approve_raw(raw_id, "bas")
    opened = play.hoede.view.raw(raw_id, "eva")
    assert not isinstance(opened, Refused)
    assert b"".join(opened.pieces)
    play.settle()
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()
    told = play.hoede.db.read(views.changes)
    assert [act for act, _ in told] == ["evidence.viewed"] * 2 + ["evidence.approved"]
    assert all(play.place(act, about) >= 0 for act, about in told)
