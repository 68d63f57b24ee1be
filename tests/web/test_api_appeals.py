"""Objecting over the API: under the rules of the link, for the account the letter went to, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from tests.parts import api_key, fresh
from tests.web.api import Api, Said, read

from hoede.access import Scope, key_for
from hoede.app.rehearsal import SERVICE
from hoede.review import CaseRow, Grounds, LetterRow
from hoede.review import store as review
from hoede.review.appeals import LONGEST_OBJECTION
from hoede.review.waiting import objection_text
from hoede.web import appeals_api
from hoede.web.appeals_api import AppealDesk
from hoede.web.guard import Guard
from hoede.web.shapes import AppealIn

WORDS = "That was a drawing\nof mine."


def letter(api: Api, *, days_left: int = 30) -> LetterRow:
    """A letter that went to somebody about a case of theirs; its link is its id."""
    api.card(account=(account := fresh("account")))
    case = next(one for one in api.hoede.db.read(review.queue) if one.account == account)
    today = case.opened_at.date()
    row = LetterRow(
        order_id=fresh("ord"),
        service=SERVICE,
        account=account,
        case_id=case.id,
        locale="en",
        title="A letter",
        paragraphs=("What we did.",),
        sent_on=today,
        until=today + timedelta(days=days_left),
    )
    api.hoede.db.commit(lambda tx: review.save_letter(tx, row, row.order_id))
    return row


def told(row: LetterRow, **changes: Any) -> dict[str, Any]:
    return {"letter": row.order_id, "account": row.account, "words": WORDS} | changes


def send(api: Api, body: Any, *, key: str | None = None, api_key: str | None = None) -> Said:
    return read(api.http.post("/v1/appeals", json=body, headers=api.headers(key, api_key)))


def cases(api: Api, row: LetterRow) -> list[CaseRow]:
    """What objections of this account opened."""
    waits = api.hoede.db.read(review.queue)
    return [one for one in waits if one.account == row.account and one.grounds is Grounds.OBJECTION]


def test_an_objection_opens_a_case_with_its_words(api: Api) -> None:
    row = letter(api)
    answer = send(api, told(row))
    (case,) = cases(api, row)
    assert (case.earlier, case.lane) == (row.case_id, "appeals")
    assert api.hoede.db.read(lambda conn: objection_text(conn, case.id)) == WORDS
    assert answer.status == 200
    assert answer.body["answer_by"] > answer.body["received_on"]


def test_its_number_stands_behind_the_link_too(api: Api) -> None:
    row = letter(api)
    number = send(api, told(row)).body["number"]
    assert number in api.http.get(f"/appeal/{row.order_id}").text


@pytest.mark.parametrize("first", ["link", "api"])
def test_a_letter_has_one_objection_whichever_way_it_came(api: Api, first: str) -> None:
    row, answers = letter(api), []
    for way in ("link", "api") if first == "link" else ("api", "link"):
        if way == "link":
            api.http.post(f"/appeal/{row.order_id}", data={"why": "by the link"})
        else:
            answers.append(send(api, told(row)))
    assert [one.status for one in answers] == [200]
    assert answers[0].body["number"] in api.http.get(f"/appeal/{row.order_id}").text
    assert len(cases(api, row)) == 1


def test_the_same_request_gets_the_same_answer_and_another_the_same_receipt(api: Api) -> None:
    row, key = letter(api), fresh("key")
    answers = [send(api, told(row), key=key), send(api, told(row), key=key), send(api, told(row, words="x"))]
    assert ([one.body for one in answers], len(cases(api, row))) == ([answers[0].body] * 3, 1)


def test_a_key_is_not_used_for_another_objection(api: Api) -> None:
    row, key = letter(api), fresh("key")
    send(api, told(row), key=key)
    assert send(api, told(row, words="other"), key=key).said == (422, "idempotency-key-reused")


def test_one_request_that_reaches_several_processes_is_one_objection(api: Api) -> None:
    row, key = letter(api), fresh("key")
    said = AppealIn.model_validate(told(row))
    caller = api.hoede.db.read(lambda conn: key_for(conn, api.key, api.hoede.db.time(conn)))

    def ask_one(_: int) -> bytes:
        desk = AppealDesk(db=api.hoede.db, guard=Guard(api.hoede.db), appeal=api.hoede.appeal)
        return bytes(appeals_api._take(desk, caller, said, key).body)

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask_one, range(8)))
    assert (len(answers), len(cases(api, row))) == (1, 1)


def test_until_its_last_day_and_no_longer(api: Api) -> None:
    last, late = letter(api, days_left=0), letter(api, days_left=-2)
    assert send(api, told(last)).status == 200
    assert send(api, told(late)).said == (409, "appeal-late")
    assert cases(api, late) == []


@pytest.mark.parametrize("other", ["letter", "account"])
def test_nobody_objects_for_another_account_or_to_no_letter(api: Api, other: str) -> None:
    row = letter(api)
    assert send(api, told(row, **{other: "somebody-else"})).said == (404, "letter-unknown")
    assert cases(api, row) == []


def test_a_refused_objection_can_be_made_right_with_the_same_key(api: Api) -> None:
    row, key = letter(api), fresh("key")
    assert send(api, told(row, account="a-0"), key=key).said == (404, "letter-unknown")
    assert send(api, told(row), key=key).status == 200


def test_another_platform_objects_to_none_of_our_letters(api: Api) -> None:
    row = letter(api)
    theirs = api_key(api.hoede.db, service="market")
    assert send(api, told(row), api_key=theirs).said == (404, "letter-unknown")


def test_a_key_without_the_scope_objects_to_nothing(api: Api) -> None:
    theirs = api_key(api.hoede.db, scopes=[Scope.NOTICES, Scope.EVENTS])
    assert send(api, told(letter(api)), api_key=theirs).said == (403, "scope-missing")


@pytest.mark.parametrize("words", ["", " \n ", "\x00\u202e", "x" * (LONGEST_OBJECTION + 1), None, 7])
def test_words_that_are_none_or_too_many_are_named(api: Api, words: Any) -> None:
    row = letter(api)
    answer = send(api, told(row, words=words))
    assert (answer.said, answer.fields, cases(api, row)) == ((422, "input-invalid"), ["words"], [])


def test_what_no_database_holds_is_left_out_of_the_words(api: Api) -> None:
    row = letter(api)
    send(api, told(row, words="\x00 not\u202e me "))
    (case,) = cases(api, row)
    assert api.hoede.db.read(lambda conn: objection_text(conn, case.id)) == "not me"


@pytest.mark.parametrize("more", [{"number": "x"}, {"at": "2026-01-01T00:00:00Z"}])
def test_a_field_that_nobody_knows_is_refused(api: Api, more: dict[str, str]) -> None:
    assert send(api, told(letter(api), **more)).said == (422, "input-invalid")
