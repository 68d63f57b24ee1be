"""Pages of quality: figures, golden cases, disagreements, calibration; and a case that looks real."""

import re

import pytest
from tests.web.cases import Judges
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, Seat

from hoede.review import CaseRow, blind
from hoede.review import store as review

QUALITY, GOLDEN = "/console/quality", "/console/quality/golden"
APART, CALIBRATIONS = "/console/quality/disagreements", "/console/calibrations"
REASON = "A drawn card."


@pytest.fixture
def judges(open_api: OpenApi) -> Judges:
    """Every judgment is given twice, so that what the page of a second look says can be seen."""
    return Judges(open_api(public_url=URL, double_review_percent=100))


def answer(judges: Judges, case: str, seat: Seat, outcome: str) -> None:
    """Take the case and judge it on its page."""
    here = f"/console/cases/{case}"
    seat.post(f"{here}/take", at="/console/queue")
    judge(judges, case, seat, outcome)


def judge(judges: Judges, case: str, seat: Seat, outcome: str) -> None:
    here = f"/console/cases/{case}"
    files = judges.api.hoede.db.read(lambda conn: review.files_of(conn, case))
    told = {"outcome": outcome, "reason": REASON, "shown": [one.evidence for one in files]}
    assert seat.post(f"{here}/judge", told, at=here).status_code == 303


def second_look(judges: Judges, source: CaseRow) -> str:
    (found,) = judges.api.hoede.db.read(lambda conn: blind.of_sources(conn, [source.id]))
    return found


def finished(judges: Judges, mira: Seat) -> CaseRow:
    case = judges.case()
    answer(judges, case.id, mira, "no_violation")
    return case


def made(judges: Judges, case: CaseRow, kim: Seat) -> str:
    """A golden case of it; its id."""
    told = {"case": case.id, "outcome": "no_violation", "why": REASON}
    assert kim.post(GOLDEN, told, at=GOLDEN).status_code == 303
    return judges.api.hoede.db.read(blind.all_golden)[0].id


def comes_in(judges: Judges, golden_id: str) -> str:
    hoede = judges.api.hoede
    golden = hoede.db.read(lambda conn: blind.find_golden(conn, golden_id))
    assert golden is not None
    lane = hoede.tables.lanes[golden.lane]
    hoede.db.commit(lambda tx: blind.open_golden(tx, "case_" + "0" * 32, golden, lane))
    return "case_" + "0" * 32


def form_of(page: str) -> str:
    """A page without what differs from case to case: ids, moments, tokens, and how far an order is by now."""
    bare = re.sub(r'value="[^"]*"|[a-z]+_[0-9a-z]{8,}|\b[0-9a-f]{8}\b', "·", page)
    bare = re.sub(r"\d{1,2} \w+ 20\d\d, \d\d:\d\d UTC|\d\d:\d\d", "·", bare)
    bare = re.sub(r": (Under way|Done)</li>", ": ·</li>", bare)
    lines = re.sub(r"<code>[^<]*</code>", "·", bare).splitlines()
    return "\n".join(sorted(lines))  # orders of one moment are listed by their ids


def test_figures_name_nobody_and_say_when_they_are_too_few(judges: Judges) -> None:
    mira, kim = judges.seat(name="Mira"), judges.seat("lead", name="Kim")
    finished(judges, mira)
    page = kim.get(QUALITY).text
    assert "Too few to show" in page
    assert "Mira" not in page
    told = kim.get(f"{QUALITY}/figures").json()
    assert (told["wrong_measures"]["all"], told["golden"]["all"]) == (None, None)
    assert "Mira" not in str(told)


def test_an_auditor_reads_and_changes_nothing(judges: Judges) -> None:
    auditor = judges.seat("auditor", name="Ada")
    pages = [auditor.get(one) for one in (QUALITY, GOLDEN, APART, f"{QUALITY}/figures")]
    assert [one.status_code for one in pages] == [200] * 4
    assert ['<form class="card"' in one.text for one in pages] == [False] * 4
    assert auditor.post(GOLDEN, {"case": "x"}, at=QUALITY).status_code == 403


def test_a_golden_case_has_the_page_of_any_case(judges: Judges) -> None:
    """Word for word the same, but for ids and moments: before it is taken, in hands, and in the queue."""
    mira, kim, bas = judges.seat(name="Mira"), judges.seat("lead", name="Kim"), judges.seat(name="Bas")
    golden = comes_in(judges, made(judges, finished(judges, mira), kim))
    real = judges.case("a-2").id
    free = [form_of(bas.get(f"/console/cases/{one}").text) for one in (golden, real)]
    assert free[0] == free[1]
    for one in (golden, real):
        bas.post(f"/console/cases/{one}/take", at="/console/queue")
    taken = [form_of(bas.get(f"/console/cases/{one}").text) for one in (golden, real)]
    assert taken[0] == taken[1]
    queue = bas.get("/console/queue").text.split("<tbody>")[1].split("</tr>")
    rows = [form_of(next(row for row in queue if one in row).replace(one, "·")) for one in (golden, real)]
    assert rows[0] == rows[1]


def test_an_order_that_is_only_shown_has_a_page(judges: Judges) -> None:
    mira, kim, bas = judges.seat(name="Mira"), judges.seat("lead", name="Kim"), judges.seat(name="Bas")
    golden = comes_in(judges, made(judges, finished(judges, mira), kim))
    answer(judges, golden, bas, "no_violation")
    page = bas.get(f"/console/cases/{golden}").text
    links = re.findall(r'href="(/console/orders/ord_[^"]+)"', page)
    assert len(links) > 2
    assert [bas.get(one).status_code for one in links] == [200] * len(links)


def test_the_orders_of_a_second_look_do_not_say_what_the_first_person_said(judges: Judges) -> None:
    mira, bas = judges.seat(name="Mira"), judges.seat(name="Bas")
    source = finished(judges, mira)
    page = bas.get(f"/console/cases/{second_look(judges, source)}").text
    links = re.findall(r'href="(/console/orders/ord_[^"]+)"', page)
    real = bas.get(f"/console/cases/{source.id}").text
    assert len(links) > 2
    assert [one in real for one in links] == [False] * len(links)
    shown = [bas.get(one) for one in links]
    assert [one.status_code for one in shown] == [200] * len(links)
    assert ["no_violation" in one.text or source.id in one.text for one in shown] == [False] * len(links)


def test_two_differ_a_third_settles_it_and_the_note_stands_at_the_outcome(judges: Judges) -> None:
    mira, bas, kim = judges.seat(name="Mira"), judges.seat(name="Bas"), judges.seat("lead", name="Kim")
    source = finished(judges, mira)
    again = second_look(judges, source)
    assert "Allowed" not in bas.get(f"/console/cases/{again}").text.split('id="judged"')[0].split("Judge")[0]
    answer(judges, again, bas, "age_unclear")
    assert "Judged differently by two people" in kim.get(QUALITY).text
    note = "A card shows nobody, so no age."
    resolve = f"{APART}/{again}/resolve"
    assert kim.post(resolve, {"how": "first", "note": ""}, at=APART).status_code == 422
    assert kim.post(resolve, {"how": "first", "note": note}, at=APART).status_code == 303
    assert "Nothing is to be settled." in kim.get(APART).text
    case = judges.case("a-3").id
    bas.post(f"/console/cases/{case}/take", at="/console/queue")
    page = bas.get(f"/console/cases/{case}").text
    assert note in page.split('value="no_violation"')[1].split("</label>")[0]


def test_guidance_is_written_and_ended(judges: Judges) -> None:
    kim = judges.seat("lead", name="Kim")
    told = {"outcome": "victim", "text": "Ask who made it."}
    assert kim.post(f"{QUALITY}/guidance", told, at=APART).status_code == 303
    page = kim.get(APART).text
    assert "Ask who made it." in page
    end = re.findall(r'action="(/console/quality/guidance/[^"]+/end)"', page)[0]
    assert kim.post(end, at=APART).status_code == 303
    assert "Ask who made it." not in kim.get(APART).text


def test_a_calibration_shows_what_was_said_when_it_is_closed_and_never_by_whom(judges: Judges) -> None:
    mira, kim, bas = judges.seat(name="Mira"), judges.seat("lead", name="Kim"), judges.seat(name="Bas")
    golden = made(judges, finished(judges, mira), kim)
    opened = kim.post(CALIBRATIONS, {"title": "November", "golden": golden}, at=CALIBRATIONS)
    one = opened.headers["location"]
    case = bas.post(f"{one}/next", at=CALIBRATIONS).headers["location"]
    judge(judges, case.removeprefix("/console/cases/"), bas, "age_unclear")
    assert bas.post(f"{one}/next", at=CALIBRATIONS).headers["location"] == f"{one}?done=1"
    assert "is shown once the calibration is closed" in kim.get(one).text
    assert kim.post(f"{one}/close", at=one).status_code == 303
    page = bas.get(one).text
    assert (REASON in page, "Age cannot be told: 1" in page or ": 1</li>" in page) == (True, True)
    assert "Bas" not in page.split("<main")[1]


def test_a_golden_case_in_danger_calls_nobody(judges: Judges) -> None:
    mira, kim, bas = judges.seat(name="Mira"), judges.seat("lead", name="Kim"), judges.seat(name="Bas")
    golden = comes_in(judges, made(judges, finished(judges, mira), kim))
    here = f"/console/cases/{golden}"
    bas.post(f"{here}/take", at="/console/queue")
    said = bas.post(f"{here}/danger", {"why": "An address."}, at=here)
    assert "Nobody is in danger here" in said.text


def test_what_cannot_be_made_golden_is_said(judges: Judges) -> None:
    kim, case = judges.seat("lead", name="Kim"), judges.case()
    told = {"case": case.id, "outcome": "no_violation", "why": REASON}
    said = kim.post(GOLDEN, told, at=GOLDEN)
    assert (said.status_code, "This case is not finished" in said.text) == (422, True)
