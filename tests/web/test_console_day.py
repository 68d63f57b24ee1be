"""One's own day, which nobody else sees; and a team's figures, which are about nobody."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from lxml import html
from sqlalchemy import insert
from tests.web.cases import Judges
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, Seat, signed_in

from hoede.db import Transaction
from hoede.review import claims, exposure, fits
from hoede.review.fits import Skills
from hoede.review.wellness import Severity

DAY, TEAM, QUEUE = "/console/my-day", "/console/exposure", "/console/queue"


@pytest.fixture
def judges(open_api: OpenApi) -> Judges:
    return Judges(open_api(public_url=URL))


def saw(judges: Judges, person: str, views: int) -> None:
    """So many severe views in full of today, two hours ago where the day is as old as that."""
    judges.api.hoede.db.commit(partial(_saw, judges, person, views))


def _saw(judges: Judges, person: str, views: int, tx: Transaction) -> None:
    at = max(judges.api.hoede.tables.wellness.day_began(tx.now), tx.now - timedelta(hours=2))
    for number in range(views):
        row = {"id": f"{person}{number}", "person": person, "at": at, "severity": Severity.SEVERE}
        more = {"full": True, "mark": f"m{number}", "case_id": "cas_x", "evidence": "evi_x"}
        tx.conn.execute(insert(exposure.EXPOSURE).values(**row, **more))


def text(seat: Seat, path: str) -> str:
    page = seat.get(path)
    assert page.status_code == 200
    return " ".join(" ".join(map(str, html.fromstring(page.text).itertext())).split())


def people(judges: Judges, *roles: str) -> Iterator[tuple[Seat, str]]:
    for number, role in enumerate(roles):
        yield signed_in(judges.api.hoede, role, name=f"{role} {number}")


def test_ones_day_says_what_is_left_in_words(judges: Judges) -> None:
    ((mira, person),) = people(judges, "judge")
    saw(judges, person, 4)
    page = text(mira, DAY)
    for said in ("Severe In full: 4 of 30", "Less severe In full: 0 of 150", "You have no case."):
        assert said in page


def test_a_break_of_ones_own_keeps_the_cases_and_ends_when_one_likes(judges: Judges) -> None:
    case = judges.case()
    ((mira, person),) = people(judges, "judge")
    mira.post(f"/console/cases/{case.id}/take", at=QUEUE)
    assert mira.post(f"{DAY}/break", at=DAY).status_code == 303
    assert "Your case is safe." in text(mira, DAY)
    held = judges.api.hoede.db.read(partial(claims.held_by, person=person, now=judges.api.hoede.db.now()))
    assert [one for one, _ in held] == [case.id]
    assert held[0][1] - judges.api.hoede.db.now() > claims.LEASE
    assert mira.post(f"{DAY}/go-on", at=DAY).status_code == 303
    assert "Begin a break" in text(mira, DAY)


def test_who_used_the_budget_is_told_so_where_the_next_case_would_be(judges: Judges) -> None:
    judges.case()
    ((mira, person),) = people(judges, "judge")
    saw(judges, person, 30)
    went = mira.post(f"{QUEUE}/next", at=QUEUE).headers["location"]
    page = text(mira, went)
    assert went == f"{DAY}?none=1"
    assert "Nothing waits for you that you may see now." in page
    assert "In full: 30 of 30" in page


def test_all_cases_go_to_a_colleague_with_what_they_should_know(judges: Judges) -> None:
    cases = [judges.case(f"a-{number}") for number in range(2)]
    (mira, mine), (joris, to) = people(judges, "judge", "judge")
    for case in cases:
        mira.post(f"/console/cases/{case.id}/take", at=QUEUE)
    mira.post(f"/console/cases/{cases[0].id}/note", {"note": "Look at the second file."}, at=QUEUE)
    went = mira.post(f"{DAY}/leave", {"to": to, "says": "Both are of one evening."}, at=DAY)
    assert went.headers["location"] == f"{DAY}?handed=2&back=0"
    assert "Handed over: 2. Back in the queue: 0. Your notes are kept." in text(
        mira, went.headers["location"]
    )
    assert "Both are of one evening." in text(joris, f"/console/cases/{cases[0].id}")
    note = judges.api.hoede.db.read(partial(claims.note_of, case_id=cases[0].id, person=mine))
    assert note == "Look at the second file."


def test_without_a_colleague_who_may_have_them_they_go_back_to_their_lane(judges: Judges) -> None:
    case = judges.case()
    (mira, _), (joris, to) = people(judges, "judge", "judge")
    judges.api.hoede.db.commit(lambda tx: fits.knows(tx, to, case))
    mira.post(f"/console/cases/{case.id}/take", at=QUEUE)
    assert mira.post(f"{DAY}/leave", {"to": to}, at=DAY).headers["location"] == f"{DAY}?handed=0&back=1"
    assert (judges.now(case).lane, judges.now(case).rank_at) == (case.lane, case.rank_at)
    assert joris.post(f"/console/cases/{case.id}/take", at=QUEUE).status_code == 409
    unknown = mira.post(f"{DAY}/leave", {"to": "per_0"}, at=DAY)
    assert unknown.status_code == 404


def test_how_one_begins_to_look_is_offered_first_and_is_ones_own(judges: Judges) -> None:
    case = judges.case()
    (mira, _), (joris, _) = people(judges, "judge", "judge")
    assert mira.post(f"{DAY}/settings", {"first": "grey"}, at=DAY).status_code == 303
    assert mira.post(f"{DAY}/settings", {"first": "raw"}, at=DAY).status_code == 303  # none of ours
    offered = []
    for seat in (mira, joris):
        seat.post(f"/console/cases/{case.id}/take", at=QUEUE)
        page = html.fromstring(seat.get(f"/console/cases/{case.id}").text)
        offered.append(page.xpath("string(//button[@name='how']/@value)"))
        seat.post(f"{DAY}/leave", at=DAY)
    assert offered == ["grey", "small"]


def test_a_team_is_shown_in_figures_and_nobody_in_them(judges: Judges) -> None:
    (lead, _), (_, eva), (_, bas), (_, kim) = people(judges, "lead", "judge", "judge", "judge")
    saw(judges, eva, 30)
    saw(judges, bas, 17)
    few = text(lead, TEAM)
    assert "Shown once 3 people were shown something" in few
    assert "47" not in few.split()
    saw(judges, kim, 25)
    page = text(lead, TEAM)
    assert "Severe views in full 72" in page
    assert "Days on which somebody used the whole budget 1" in page
    names = [one for one in ("judge 1", "judge 2", "judge 3") if one in page]
    assert names == ["judge 1", "judge 2", "judge 3"]  # in the order they came, for what they were trained
    assert not {"30", "17", "25"} & set(page.partition("Who was trained")[2].split())


def test_a_lead_says_what_somebody_was_trained_for(judges: Judges) -> None:
    (lead, _), (mira, person) = people(judges, "lead", "judge")
    told = {"lane": ["minors", "moon"], "languages": "NL, en polish"}
    assert lead.post(f"{TEAM}/{person}/skills", told, at=TEAM).status_code == 303
    found = judges.api.hoede.db.read(partial(fits.skills_of, person=person))
    assert found == Skills(lanes=frozenset({"minors"}), languages=frozenset({"nl", "en"}))
    assert lead.post(f"{TEAM}/per_0/skills", told, at=TEAM).status_code == 404
    assert mira.post(f"{TEAM}/{person}/skills", told, at=QUEUE).status_code == 403
