"""Cases in the console: what is known; judging, what it does shown before; checking, undoing, answering."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import html
from tests.web.cases import Judges
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, Seat

from hoede.app import verify_log
from hoede.db import Transaction
from hoede.reporting import Draft, Reply, ReplyKind, Saga, SagaState
from hoede.reporting import store as reports
from hoede.reporting.rules import Step, StepKind
from hoede.review import CaseRow, Grounds, judgments
from hoede.review import store as review

QUEUE = "/console/queue"
REASON = "Seen in the image."
FINISH = Step(StepKind.FINISH)
HIDDEN = re.compile(r'name="shown" value="(\w+)"')


@pytest.fixture
def judges(open_api: OpenApi) -> Judges:
    return Judges(open_api(public_url=URL))


def at(case: CaseRow) -> str:
    return f"/console/cases/{case.id}"


def take(seat: Seat, case: CaseRow) -> None:
    assert seat.post(f"{at(case)}/take", at=QUEUE).status_code == 303


def answer(seat: Seat, case: CaseRow, outcome: str = "no_violation", **more: str) -> dict[str, object]:
    """The judge's form as it stands on the page, filled in."""
    shown = HIDDEN.findall(seat.get(at(case)).text)
    return {"shown": shown, "outcome": outcome, "reason": REASON, **more}


def judge(seat: Seat, case: CaseRow, outcome: str = "no_violation", **more: str) -> None:
    take(seat, case)
    went = seat.post(f"{at(case)}/judge", answer(seat, case, outcome, **more), at=at(case))
    assert went.status_code == 303, went.text


def outcomes(judges: Judges, case: CaseRow) -> list[str]:
    found = judges.api.hoede.db.read(lambda conn: judgments.of_case(conn, case.id))
    return [one.outcome for one in found]


def test_a_case_says_in_text_what_is_known_before_anybody_has_it(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat()
    page = mira.get(at(case)).text
    for said in ("a-1", "13 to 15 (not known)", "Minors as uploaders", "Hide while we look", "known:"):
        assert said in page
    deeds = page.replace(f'action="{at(case)}/take"', "")
    assert ("<img" in page, 'action="/console/cases' in deeds) == (False, False)


def test_what_a_judgment_does_is_shown_before_it_is_done(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat()
    take(mira, case)
    told = answer(mira, case, "confirmed_new", classification="A1", account_is="offender")
    page = mira.post(f"{at(case)}/preview", told, at=at(case)).text
    lacking = "no other hint where"  # nobody told of an address, or of a country
    for said in ("New: Remove", "Cannot be undone wholly", "checks within 24 hours", "A1", lacking):
        assert said in page
    assert (outcomes(judges, case), judges.now(case).state) == ([], review.OPEN)
    sent = dict.fromkeys(told, ()) | {one.get("name"): one.get("value") for one in hidden_of(page)}
    assert mira.post(f"{at(case)}/judge", sent, at=at(case)).status_code == 303
    assert (outcomes(judges, case), judges.now(case).state) == (["confirmed_new"], review.SECOND)
    again = mira.post(f"{at(case)}/judge", sent | {"claim": "clm_of-another-time"}, at=at(case))
    assert (again.status_code, outcomes(judges, case)) == (409, ["confirmed_new"])


def test_what_an_authority_is_told_otherwise_is_shown_before_it_is_judged(
    judges: Judges, draft_of: Callable[..., Draft]
) -> None:
    case, mira = judges.case(), judges.seat()
    draft = replace(draft_of(b"one"), case_id=case.id)

    def filed(tx: Transaction) -> None:
        reports.add_report(tx, "ord_filed", "ncmec", draft)
        call = reports.announce(
            tx, "ord_filed", Saga(state=SagaState.FINISHING, remote_id="900"), FINISH, b""
        )
        done = Reply(kind=ReplyKind.DONE, code="0", raw=b"<done/>", request_id="r")
        reports.note(tx, "ord_filed", call, Saga(state=SagaState.FINISHED, remote_id="900"), done)

    judges.api.hoede.db.commit(filed)
    take(mira, case)
    page = mira.post(f"{at(case)}/preview", answer(mira, case), at=at(case)).text
    assert "is told that what report 900 says stands no more" in page
    told = answer(mira, case, "confirmed_new", classification="A1", account_is="victim")
    page = mira.post(f"{at(case)}/preview", told, at=at(case)).text
    assert "is told what takes the place of what report 900 says" in page


def hidden_of(page: str) -> list[html.HtmlElement]:
    form = next(one for one in html.fromstring(page).iter("form") if "/judge" in (one.get("action") or ""))
    return [one for one in form.iter("input") if one.get("name") != "form"]


def test_going_back_keeps_what_was_typed(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat()
    take(mira, case)
    page = mira.post(f"{at(case)}/back", answer(mira, case, reason="My very own words"), at=at(case)).text
    assert ("My very own words</textarea>" in page, 'value="no_violation" required checked' in page) == (
        True,
        True,
    )


@pytest.mark.parametrize(
    ("told", "status", "says"),
    [
        ({"reason": ""}, 422, "Say why, in 3 to 3000 characters"),
        ({"outcome": ""}, 422, "Choose an outcome"),
        ({"outcome": "<script>"}, 422, "Choose an outcome"),
        ({"outcome": "confirmed_new"}, 422, "needs a class"),
        ({"outcome": "confirmed_new", "classification": "C3"}, 422, "needs a class"),
        ({"outcome": "confirmed_new", "classification": "A1"}, 422, "say whether the account is victim"),
        ({"account_is": "king"}, 422, "say whether the account is victim"),
        ({"shown": "evi_0"}, 409, "A file came in since"),
        ({"receiver": "a-9", "role.a-9": "victim"}, 422, "Only those to whom something was sent"),
        ({"receiver": "a-9", "role.a-9": "itself"}, 422, "Only those to whom something was sent"),
        ({"guardian.itself": "g" * 256}, 422, "Only those to whom something was sent"),
        ({"victims_in": "Netherlands"}, 422, "A country is its two letters"),
        ({"guardian.itself": "guardian-1"}, 422, "Only those to whom something was sent"),  # of no child
    ],
)
@pytest.mark.parametrize("act", ["preview", "judge"])
def test_what_is_wrong_with_a_judgment_is_said(
    judges: Judges, act: str, told: dict[str, str], status: int, says: str
) -> None:
    case, mira = judges.case(), judges.seat()
    take(mira, case)
    said = mira.post(f"{at(case)}/{act}", answer(mira, case) | told, at=at(case))
    assert (said.status_code, says in said.text, outcomes(judges, case)) == (status, True, [])


def test_who_lost_their_time_is_told_and_keeps_their_notes(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat()
    take(mira, case)
    told = answer(mira, case, reason="What I saw until now")
    judges.api.hoede.db.commit(lambda tx: tx.conn.exec_driver_sql("UPDATE case_claim SET until = taken_at"))
    said = mira.post(f"{at(case)}/judge", told, at=at(case))
    assert (said.status_code, "Your time on this case ended." in said.text) == (409, True)
    take(mira, case)
    assert "What I saw until now</textarea>" in mira.get(at(case)).text


def test_a_judgment_sent_twice_is_one(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat()
    take(mira, case)
    told = answer(mira, case)
    said = [mira.post(f"{at(case)}/judge", told, at=at(case)).status_code for _ in range(2)]
    assert (said, outcomes(judges, case)) == ([303, 303], ["no_violation"])


def test_ones_own_judgment_can_be_taken_back(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat()
    judge(mira, case)
    page = mira.get(at(case)).text
    assert ("You can take this back until" in page, "No violation" in page) == (True, True)
    told = {"judgment": html.fromstring(page).xpath("//input[@name='judgment']/@value")}
    assert "You can take this back" not in judges.seat(name="Joris").get(at(case)).text
    assert mira.post(f"{at(case)}/undo", told, at=at(case)).status_code == 303
    assert judges.now(case).state == review.OPEN
    again = mira.post(f"{at(case)}/undo", told, at=at(case))
    assert (again.status_code, "This was decided before." in again.text) == (409, True)


@pytest.mark.parametrize(("agrees", "state"), [("yes", review.JUDGED), ("no", review.OPEN)])
def test_a_second_person_checks(judges: Judges, agrees: str, state: str) -> None:
    case, mira, joris = judges.case(), judges.seat(name="Mira"), judges.seat(name="Joris")
    judge(mira, case, "confirmed_new", classification="A1", account_is="offender")
    own = mira.post(f"{at(case)}/take", at=QUEUE)
    assert (own.status_code, "You decided this before. Someone else must look." in own.text) == (409, True)
    take(joris, case)
    assert "Somebody judged: New abuse material." in joris.get(at(case)).text
    unsaid = joris.post(f"{at(case)}/check", {"reason": REASON}, at=at(case))
    assert (unsaid.status_code, judges.now(case).state) == (422, review.SECOND)
    joris.post(f"{at(case)}/check", {"agrees": agrees, "reason": REASON}, at=at(case))
    assert judges.now(case).state == state


@pytest.mark.parametrize(("right", "outcome"), [("yes", "reinstated"), ("no", "stays")])
def test_an_objection_is_answered_by_somebody_else(judges: Judges, right: str, outcome: str) -> None:
    case, mira, joris = judges.case(), judges.seat(name="Mira"), judges.seat(name="Joris")
    judge(mira, case, "exploitative")
    objection = object_to(judges, case, "It was <b>my</b> dog")
    assert mira.post(f"{at(objection)}/take", at="/console/appeals").status_code == 409
    assert "my&lt;/b&gt; dog" not in joris.get(at(objection)).text  # only who has it reads it
    take(joris, objection)
    assert "It was &lt;b&gt;my&lt;/b&gt; dog" in joris.get(at(objection)).text
    joris.post(f"{at(objection)}/answer", {"right": right, "reason": REASON}, at=at(objection))
    found = judges.api.hoede.db.read(lambda conn: review.objection_of(conn, objection.id))
    assert found is not None
    assert found.outcome == outcome


def object_to(judges: Judges, case: CaseRow, text: str) -> CaseRow:
    """A letter told of what was done; they object to it."""
    hoede = judges.api.hoede
    letter = review.LetterRow(
        order_id="ord_letter",
        service=case.service,
        account=case.account,
        case_id=case.id,
        locale="en",
        title="A letter",
        paragraphs=("What we did.",),
        sent_on=case.opened_at.date(),
        until=case.opened_at.date().replace(year=case.opened_at.year + 1),
    )
    hoede.db.commit(lambda tx: review.save_letter(tx, letter, "a-link"))
    judges.api.http.post("/appeal/a-link", data={"why": text})
    waits = hoede.db.read(review.queue)
    return next(one for one in waits if one.grounds is Grounds.OBJECTION)


def test_skipping_handing_over_and_leaving_it_to_a_lead(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat(name="Mira")
    joris = judges.seat(name="Joris")
    take(mira, case)
    to = html.fromstring(mira.get(at(case)).text).xpath("//select[@name='to']/option/@value")
    assert mira.post(f"{at(case)}/hand-over", {"to": to}, at=at(case)).headers["location"] == QUEUE
    assert "Yours until" in joris.get(at(case)).text
    assert joris.post(f"{at(case)}/skip", {"reason": "too_heavy"}, at=at(case)).status_code == 303
    assert joris.post(f"{QUEUE}/next", at=QUEUE).headers["location"] == f"{QUEUE}?none=1"
    take(mira, case)
    mira.post(f"{at(case)}/escalate", at=at(case))
    assert mira.post(f"{at(case)}/take", at=QUEUE).status_code == 403


def test_nobody_is_handed_a_case_who_may_not_judge(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat()
    auditor = judges.seat("auditor", name="Wout")
    take(mira, case)
    assert "Wout" not in mira.get(at(case)).text
    said = mira.post(f"{at(case)}/hand-over", {"to": "per_0"}, at=at(case))
    assert (said.status_code, auditor.get(at(case)).status_code) == (404, 403)


def test_a_child_in_danger_now_comes_before_all_else(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat()
    take(mira, case)
    page = mira.post(f"{at(case)}/danger", {"why": "An address and a time"}, at=at(case)).text
    assert ("before all else" in page, "The report will ask for high priority." in page) == (True, True)
    assert (judges.now(case).lane, "An address and a time" in mira.get(at(case)).text) == ("now", True)
    assert mira.post(f"{at(case)}/danger", {"why": ""}, at=at(case)).status_code == 422


def test_notes_are_kept_and_time_is_prolonged(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat()
    take(mira, case)
    mira.post(f"{at(case)}/note", {"note": "Look at the <edge>"}, at=at(case))
    assert mira.post(f"{at(case)}/renew", at=at(case)).headers["location"] == at(case)
    assert "Look at the &lt;edge&gt;</textarea>" in mira.get(at(case)).text


@pytest.mark.parametrize("act", ["", "/judge", "/preview", "/skip", "/note", "/renew", "/escalate", "/undo"])
def test_a_case_that_is_not_there_is_said_to_be_not_there(judges: Judges, act: str) -> None:
    mira, here = judges.seat(), f"/console/cases/cas_0{act}"
    told = {"outcome": "no_violation", "reason": REASON} | ({"reason": "other"} if act == "/skip" else {})
    said = mira.post(here, told, at=QUEUE) if act else mira.get(here)
    assert (said.status_code, "There is no such case" in said.text) == (404, True)


def test_whoever_has_not_got_the_case_changes_nothing(judges: Judges) -> None:
    case, mira, joris = judges.case(), judges.seat(name="Mira"), judges.seat(name="Joris")
    take(mira, case)
    told = answer(mira, case)
    for act in ("judge", "skip", "escalate", "renew", "danger"):
        sent = told | {"why": REASON} | ({"reason": "other"} if act == "skip" else {})
        said = joris.post(f"{at(case)}/{act}", sent, at=QUEUE)
        assert (act, said.status_code, "Mira has this case" in said.text) == (act, 409, True)
    assert outcomes(judges, case) == []


def test_everything_done_fits_the_log(judges: Judges) -> None:
    case, mira = judges.case(), judges.seat()
    judge(mira, case)
    hoede = judges.api.hoede
    while hoede.sequencer.run_once():
        pass
    assert verify_log(hoede.db, hoede.keys).wrong == ()
