"""What is hard to see is counted as it is served, nobody sees it twice, and work goes to whom it fits."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert
from tests.journeys.conftest import OpenScene
from tests.journeys.desk import Desk
from tests.journeys.scene import CARD, DECLARED, FIFTEEN, VERIFIED, Scene
from tests.pictures import drawn, encoded

from hoede.access import staff
from hoede.access.people import add_person
from hoede.app.rehearsal import SERVICE
from hoede.db import Transaction
from hoede.evidence import store as evidence
from hoede.flow.judge import Checked, Judged
from hoede.flow.view import How, Shown
from hoede.review import FileAnswer, Grounds, Refused, Why, alikes, claims, exposure, fits, views
from hoede.review import store as review
from hoede.review.fits import Skill
from hoede.review.judgments import Earlier
from hoede.review.wellness import Severity

PICTURE = encoded(drawn(100))
NEAR = encoded(drawn(100).resize((300, 200)), "JPEG", quality=40)
NEARER = encoded(drawn(100).resize((280, 210)), "JPEG", quality=60)
OTHER = encoded(drawn(7))
WHY = "To see whether it is a child."


@dataclass(frozen=True)
class Room:
    """Pictures that look like a listed one, each in a case of its own."""

    desk: Desk

    @property
    def play(self) -> Scene:
        return self.desk.play

    def case(self, person: str, picture: bytes = PICTURE) -> tuple[str, str]:
        """A new case in this person's hands, and its file."""
        account = self.play.person(DECLARED)
        self.play.upload(account, picture)
        self.desk.take(account, person)
        case = self.play.case(account).id
        (file,) = self.play.hoede.db.read(lambda conn: review.files_of(conn, case))
        return case, file.evidence

    def look(self, at: tuple[str, str], person: str = "eva", how: How = How.CLEAR) -> Shown | Refused:
        return self.play.hoede.view.preview(*at, person, how, WHY)

    def used_up(self, person: str) -> None:
        """They saw all they are shown of what is severe today."""
        most = self.play.hoede.tables.wellness.budgets[Severity.SEVERE].full
        self.play.hoede.db.commit(partial(_saw, self.play, person, most))


def _saw(play: Scene, person: str, views: int, tx: Transaction) -> None:
    began = play.hoede.tables.wellness.day_began(tx.now)
    told = {
        "person": person,
        "at": max(began, tx.now - timedelta(hours=2)),
        "case_id": "cas_x",
        "evidence": "evi_x",
    }
    for number in range(views):
        mine = {"id": f"vie_{person}{number}", "mark": f"m{number}"}
        tx.conn.execute(insert(exposure.EXPOSURE).values(**told, **mine, severity=Severity.SEVERE, full=True))


@pytest.fixture
def room(open_scene: OpenScene) -> Room:
    play = open_scene(also_allowed=[PICTURE])
    play.list_pictures(PICTURE, OTHER, name="near")
    return Room(Desk(play))


def test_views_at_once_are_served_up_to_the_break_and_no_further(room: Room) -> None:
    at, most = room.case("eva"), room.play.hoede.tables.wellness.rest.after_views
    with ThreadPoolExecutor(most + 4) as pool:
        went = list(pool.map(lambda _: room.look(at), range(most + 4)))
    assert sum(isinstance(one, Shown) for one in went) == most
    assert {one.why for one in went if isinstance(one, Refused)} == {Why.BREAK}
    assert isinstance(room.look(room.case("bas"), "bas"), Shown)  # a colleague goes on


def test_the_same_material_is_not_shown_twice_but_to_who_says_why(room: Room) -> None:
    first, second = room.case("eva"), room.case("eva")
    assert isinstance(room.look(first), Shown)
    assert isinstance(room.look(first, how=How.GREY), Shown)  # the same look goes on
    assert room.look(second, how=How.SMALL) == Refused(Why.SEEN)
    view = room.play.hoede.view
    assert view.why_not(*second, "eva", How.SMALL) == Refused(Why.SEEN)
    assert view.ask_again(*second, "eva", "The corner may differ.") is None
    assert isinstance(room.look(second, how=How.SMALL), Shown)
    assert isinstance(room.look(room.case("bas"), "bas"), Shown)


def test_only_who_has_the_case_says_why(room: Room) -> None:
    at = room.case("eva")
    asked = room.play.hoede.view.ask_again(*at, "bas", "I am curious.")
    assert isinstance(asked, Refused)
    assert asked.why is Why.TAKEN
    assert room.play.hoede.view.ask_again(*at, "eva", " ") == Refused(Why.PURPOSE)


def test_what_acts_alone_waits_for_nobody_and_nobody_sees_it(open_scene: OpenScene) -> None:
    play = open_scene()
    account = play.person(VERIFIED)
    play.upload(account, CARD)
    case, cases = play.case(account), play.hoede.cases
    assert (case.grounds, case.lane) == (Grounds.KNOWN, None)
    assert (cases.take(case.id, "eva"), cases.next("eva")) == (Refused(Why.GONE), None)
    (file,) = play.hoede.db.read(lambda conn: review.files_of(conn, case.id))
    assert play.hoede.view.preview(case.id, file.evidence, "eva", How.CLEAR, WHY) == Refused(Why.LEASE)
    assert play.hoede.db.read(partial(exposure.seen_by, person="eva", since=case.opened_at)) == ()


def test_who_used_their_budget_is_offered_calmer_work_and_a_child_in_danger(room: Room) -> None:
    play, cases = room.play, room.play.hoede.cases
    for case, lane in (("cas_s", "minors"), ("cas_c", "notices"), ("cas_n", "now")):
        play.hoede.db.commit(partial(waits, case_id=case, lane=lane))
    room.used_up("eva")
    took = [cases.next("eva") for _ in range(3)]
    assert [one and one.case.lane for one in took] == ["now", "notices", None]
    other = cases.next("bas")
    assert other is not None
    assert other.case.lane == "minors"


def test_who_knows_somebody_gets_no_case_about_them(room: Room) -> None:
    cases, account = room.play.hoede.cases, room.play.person(FIFTEEN)
    room.play.upload(account)
    taken = room.desk.take(account, "eva")
    assert cases.skip(taken.case.id, "eva", "know_someone") is None
    room.play.hoede.db.commit(lambda tx: tx.conn.execute(claims.SKIPS.delete()))  # a week later
    assert (cases.next("eva"), cases.take(taken.case.id, "eva")) == (None, Refused(Why.KNOWS))
    given = cases.next("bas")
    assert given is not None
    assert cases.hand_over(given.case.id, "bas", "eva") == Refused(Why.KNOWS)


def waits(
    tx: Transaction, *, case_id: str, lane: str, language: str | None = None, late: bool = False
) -> None:
    review.open_case(
        tx,
        case_id,
        service=SERVICE,
        account=f"account-of-{case_id}",
        grounds=Grounds.SUSPECTED,
        lane=lane,
        due_at=tx.now + timedelta(hours=-1 if late else 1),
        language=language,
    )


def test_a_case_goes_to_who_reads_its_language_and_late_to_anybody(play: Scene) -> None:
    db, cases = play.hoede.db, play.hoede.cases
    for person, reads in (("eva", ["nl", "en"]), ("bas", ["pl"])):
        db.commit(partial(fits.set_skills, person=person, kind=Skill.LANGUAGE, values=reads))
    for case, language in (("cas_pl", "pl"), ("cas_fi", "fi"), ("cas_none", None)):
        db.commit(partial(waits, case_id=case, lane="notices", language=language))
    took = {one.case.id for one in (cases.next("eva"), cases.next("eva"), cases.next("eva")) if one}
    assert took == {"cas_fi", "cas_none"}  # nobody reads Finnish, so anybody gets it
    db.commit(partial(waits, case_id="cas_late", lane="notices", language="pl", late=True))
    late = cases.next("eva")
    assert late is not None
    assert late.case.id == "cas_late"


def test_a_lane_goes_to_who_was_trained_for_it(play: Scene) -> None:
    db, cases = play.hoede.db, play.hoede.cases
    db.commit(partial(fits.set_skills, person="eva", kind=Skill.LANE, values=["notices"]))
    db.commit(partial(fits.set_skills, person="bas", kind=Skill.LANE, values=["self_harm", "notices"]))
    for lane in ("self_harm", "unseen"):
        db.commit(partial(waits, case_id=f"cas_{lane}", lane=lane))
    took = [one.case.lane for one in (cases.next("eva"), cases.next("eva"), cases.next("kim")) if one]
    assert took == ["unseen", "self_harm"]  # Eva leaves it to Bas; of Kim nothing was said


def test_a_child_in_danger_is_offered_to_everybody_whatever_they_were_trained_for(play: Scene) -> None:
    db, cases = play.hoede.db, play.hoede.cases
    db.commit(partial(fits.set_skills, person="eva", kind=Skill.LANE, values=["notices"]))
    db.commit(partial(fits.set_skills, person="eva", kind=Skill.LANGUAGE, values=["nl"]))
    db.commit(partial(fits.set_skills, person="bas", kind=Skill.LANE, values=["now", "child_safety"]))
    db.commit(partial(fits.set_skills, person="bas", kind=Skill.LANGUAGE, values=["pl"]))
    db.commit(partial(waits, case_id="cas_other", lane="child_safety"))
    db.commit(partial(waits, case_id="cas_now", lane="child_safety", language="pl"))
    due_at = db.now() + timedelta(hours=1)
    db.commit(lambda tx: review.in_danger(tx, "cas_now", "She says where she is.", "now", due_at))
    taken = cases.next("eva")
    assert taken is not None
    assert (taken.case.id, cases.next("eva")) == ("cas_now", None)


def test_a_late_case_of_a_lane_goes_to_who_was_not_trained_for_it_too(play: Scene) -> None:
    db, cases = play.hoede.db, play.hoede.cases
    db.commit(partial(fits.set_skills, person="eva", kind=Skill.LANE, values=["notices"]))
    db.commit(partial(fits.set_skills, person="bas", kind=Skill.LANE, values=["self_harm", "unseen"]))
    db.commit(partial(waits, case_id="cas_soon", lane="self_harm"))
    db.commit(partial(waits, case_id="cas_late", lane="unseen", late=True))
    late = cases.next("eva")
    assert late is not None
    assert (late.case.id, cases.next("eva")) == ("cas_late", None)


def test_who_works_here_no_more_keeps_no_lane_and_no_language(play: Scene) -> None:
    db, cases, book = play.hoede.db, play.hoede.cases, play.hoede.tables.roles
    db.commit(partial(add_person, person_id="bas", name="Bas", roles=("judge",), language="en", by="kim"))
    for person, lanes, reads in (("eva", ["notices"], ["nl"]), ("bas", ["self_harm"], ["pl"])):
        db.commit(partial(fits.set_skills, person=person, kind=Skill.LANE, values=lanes))
        db.commit(partial(fits.set_skills, person=person, kind=Skill.LANGUAGE, values=reads))
    db.commit(partial(waits, case_id="cas_his", lane="self_harm", language="pl"))
    assert cases.next("eva") is None
    db.commit(lambda tx: staff.disable(tx, "bas", book, by="kim"))
    taken = cases.next("eva")
    assert taken is not None
    assert taken.case.id == "cas_his"


def test_lanes_keep_their_share_under_a_flood(play: Scene) -> None:
    """Three hundred notices that wait longer than all else, and a team that takes what it is given."""
    db, cases = play.hoede.db, play.hoede.cases
    few = ("minors", "child_safety", "appeals", "second")
    for number in range(300):
        db.commit(partial(waits, case_id=f"cas_f{number:03}", lane="notices", late=True))
    for lane in few:
        for number in range(40):
            db.commit(partial(waits, case_id=f"cas_{lane}{number}", lane=lane))
    took = Counter(taken.case.lane for number in range(100) if (taken := cases.next(f"person-{number % 5}")))
    lanes = play.hoede.tables.lanes
    assert sum(took.values()) == 100
    assert {lane: took[lane] for lane in few if took[lane] < lanes[lane].share - 1} == {}


def test_what_was_judged_of_a_near_copy_decides_and_opens_only_to_who_says_why(room: Room) -> None:
    desk, view = room.desk, room.play.hoede.view
    first = room.case("eva")
    assert isinstance(room.look(first), Shown)
    assert isinstance(desk.try_judge(account_of(room, first), "eva", "confirmed_new"), Judged)
    second = room.case("bas", NEAR)
    assert room.look(second, "bas", How.SMALL) == Refused(Why.ALIKE)
    (found,) = earlier(room, second).values()
    assert (found.case_id, found.outcome, found.person) == (first[0], "confirmed_new", "eva")
    assert isinstance(desk.try_judge(account_of(room, second), "bas", "confirmed_new"), Judged)
    opened = [
        room.play.hoede.db.read(partial(views.was_opened_whole, evidence=one[1])) for one in (first, second)
    ]
    assert opened == [True, False]  # a report never says that somebody opened what nobody opened
    third = room.case("kim", NEAR)
    assert view.ask_again(*third, "kim", "The corner may differ.") is None
    assert isinstance(room.look(third, "kim"), Shown)


def test_a_judgment_that_was_undone_decides_for_no_near_copy(room: Room) -> None:
    first = room.case("eva")
    went = room.desk.try_judge(account_of(room, first), "eva", "confirmed_new")
    assert isinstance(went, Judged)
    room.desk.undo(went.judgment)
    second = room.case("bas", NEAR)
    assert (earlier(room, second), isinstance(room.look(second, "bas"), Shown)) == ({}, True)


def test_one_of_the_near_copies_of_a_case_is_opened_and_decides_for_all(room: Room) -> None:
    account = room.play.person(DECLARED)
    for picture in (PICTURE, NEAR, OTHER):
        room.play.upload(account, picture)
    case = room.desk.take(account, "eva").case.id
    files = [one.evidence for one in room.play.hoede.db.read(lambda conn: review.files_of(conn, case))]
    first = room.play.hoede.db.read(partial(alikes.clusters, evidence=files))
    assert [first[one] for one in files] == [files[0], files[0], files[2]]
    assert isinstance(room.look((case, files[0])), Shown)
    assert room.look((case, files[1])) == Refused(Why.ALIKE)
    said = {files[0]: FileAnswer("exploitative")}
    went = room.desk.try_judge(account, "eva", "confirmed_new", files=said)
    assert isinstance(went, Judged)
    judged = {one.evidence: one.outcome for one in went.judgment.files}
    assert [judged[one] for one in files] == ["exploitative", "exploitative", "confirmed_new"]


def test_who_checks_looks_for_themselves_until_a_near_copy_was_checked(room: Room) -> None:
    desk, judge = room.desk, room.play.hoede.judge
    first, second, third = (room.case("eva", picture) for picture in (PICTURE, NEAR, NEARER))
    for one in (first, second, third):
        assert isinstance(desk.try_judge(account_of(room, one), "eva", "confirmed_new"), Judged)
    desk.take(account_of(room, second), "kim")
    assert isinstance(room.look(second, "kim"), Shown)
    assert isinstance(judge.check(second[0], "kim", agrees=True, reason=WHY), Checked)
    desk.take(account_of(room, third), "bas")
    assert room.look(third, "bas") == Refused(Why.ALIKE)


def account_of(room: Room, at: tuple[str, str]) -> str:
    case = room.play.hoede.db.read(lambda conn: review.find_case(conn, at[0]))
    assert case is not None
    return case.account


def earlier(room: Room, at: tuple[str, str]) -> dict[str, Earlier]:
    hoede = room.play.hoede
    copy = hoede.db.read(partial(evidence.find, evidence=at[1]))
    assert copy is not None
    return hoede.db.read(lambda conn: hoede.view.judged_before(conn, at[0], [copy]))
