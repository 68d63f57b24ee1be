"""The queue and the first page: what waits, what is late, one's next case, and who has which."""

import time
from functools import partial

import pytest
from tests.web.cases import Judges
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, signed_in

from hoede.core.orders import Order, Target, TargetKind
from hoede.db import Transaction, orders
from hoede.review import store as review

QUEUE, START = "/console/queue", "/console"


@pytest.fixture
def judges(open_api: OpenApi) -> Judges:
    return Judges(open_api(public_url=URL))


def test_one_takes_the_next_case_and_it_is_theirs(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat(name="Mira")
    taken = mira.post(f"{QUEUE}/next", at=QUEUE)
    assert taken.headers["location"] == f"/console/cases/{case.id}"
    assert f'href="/console/cases/{case.id}" aria-label="Go on with' in mira.get(QUEUE).text
    joris = judges.seat(name="Joris")
    assert "Mira has this case until" in joris.get(QUEUE).text
    assert joris.post(f"{QUEUE}/next", at=QUEUE).headers["location"] == f"{QUEUE}?none=1"
    assert "No case waits for you now." in joris.get(f"{QUEUE}?none=1").text


def test_two_people_on_one_case_is_one_too_many(judges: Judges) -> None:
    case, mira, joris = judges.case(), judges.seat(name="Mira"), judges.seat(name="Joris")
    take = f"/console/cases/{case.id}/take"
    assert mira.post(take, at=QUEUE).headers["location"] == f"/console/cases/{case.id}"
    said = joris.post(take, at=QUEUE)
    assert (said.status_code, "Mira has this case until" in said.text) == (409, True)


def test_a_case_that_is_not_there_is_said_to_be_not_there(judges: Judges) -> None:
    said = judges.seat().post("/console/cases/cas_0/take", at=QUEUE)
    assert (said.status_code, "There is no such case" in said.text) == (404, True)


def test_what_waits_for_a_lead_is_a_leads(judges: Judges) -> None:
    case = judges.case()
    judges.api.hoede.db.commit(
        lambda tx: review.goes_on(tx, case.id, review.OPEN, case.lane, case.due_at, called="escalated")
    )
    take = f"/console/cases/{case.id}/take"
    assert judges.seat("judge").post(take, at=QUEUE).status_code == 403
    assert judges.seat("lead").post(take, at=QUEUE).status_code == 303
    assert "left to a lead" in judges.seat("judge").get(QUEUE).text


def test_a_lane_is_a_page_and_objections_have_their_own(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat()
    assert case.id in mira.get(f"{QUEUE}?lane={case.lane}").text
    assert case.id not in mira.get(f"{QUEUE}?lane=unseen").text
    assert case.id in mira.get(f"{QUEUE}?lane=%3Cscript%3E").text  # no lane: all of them
    assert "Whoever decided looks no more" in mira.get("/console/appeals").text


@pytest.mark.parametrize("after", ["x", "~", "2026-11-23T10:00:00~cas_1", "2026-11-23T10:00:00+00:00~"])
def test_a_page_asked_for_badly_is_the_first_one(judges: Judges, after: str) -> None:
    case = judges.case()
    assert case.id in judges.seat().get(f"{QUEUE}?after={after}").text


def test_the_queue_is_paged(judges: Judges, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = judges.case("a-1"), judges.case("a-2")
    whole = review.queue_page
    monkeypatch.setattr(review, "queue_page", partial(whole, most=1))
    mira = judges.seat()
    page, links = mira.get(QUEUE).text, [f'/console/cases/{one.id}"' for one in (first, second)]
    assert [one in page for one in links] == [True, False]
    link = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    further = mira.get(link).text
    assert [one in further for one in (*links, "The next ones")] == [False, True, False]


def test_the_first_page_says_what_is_late_and_in_doubt(judges: Judges) -> None:
    case = judges.case()
    order = Order(
        id="ord_1",
        service="plein",
        cause=case.id,
        measure="remove",
        target=Target(TargetKind.CONTENT, "v-1"),
        by="platform",
    )

    def late(tx: Transaction) -> None:
        tx.conn.exec_driver_sql("UPDATE case_ SET due_at = opened_at - 1")
        orders.open_order(tx, order)
        orders.call_a_person(tx, "ord_1")

    judges.api.hoede.db.commit(late)
    page = judges.seat().get(START).text
    assert ("Cases past their time: 1." in page, "Orders that need a person: 1." in page) == (True, True)
    assert 'href="/console/queue?lane=minors"' in page


def test_the_first_page_says_nothing_of_what_somebody_may_not_see(judges: Judges) -> None:
    judges.case()
    judges.api.hoede.db.commit(lambda tx: tx.conn.exec_driver_sql("UPDATE case_ SET due_at = opened_at - 1"))
    page = signed_in(judges.api.hoede, "policy")[0].get(START).text
    assert ("past their time" in page, "/console/queue" in page) == (False, False)


def test_an_ill_detector_stands_on_the_first_page(judges: Judges) -> None:
    mira, health = judges.seat(), judges.api.hoede.screening.looking.health
    assert "A detector is ill" not in mira.get(START).text
    for _ in range(100):
        health.note(["blinded"], frozenset({"blinded"}), time.monotonic())
    page = mira.get(START).text
    assert ("A detector is ill" in page, "<code>blinded</code>" in page) == (True, True)
