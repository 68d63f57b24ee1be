"""Reports by people over the API: receipts, keys of their own kind, and nothing but names of things."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.parts import api_key, fresh
from tests.web.api import AT, Api, Said, read

from hoede.access import KeyKind, Scope, key_for
from hoede.app.rehearsal import SERVICE
from hoede.review import notice_store as notices
from hoede.review import store as review
from hoede.review.notices import LONGEST_WORDS, NoticeAnswer, Reason, Source
from hoede.web import notices_api
from hoede.web.guard import Guard
from hoede.web.notices_api import NoticeDesk
from hoede.web.shapes import NoticeIn


def told(**changes: Any) -> dict[str, Any]:
    return {"subject": fresh("account"), "reporter": fresh("reporter"), "reason": "bully", "at": AT} | changes


def report(api: Api, body: Any, *, key: str | None = None, api_key: str | None = None) -> Said:
    return read(api.http.post("/v1/notices", json=body, headers=api.headers(key, api_key)))


def ask(api: Api, notice: str, api_key: str | None = None) -> Said:
    return read(api.http.get(f"/v1/notices/{notice}", headers=api.headers(api_key=api_key)))


def case_of(api: Api, notice: str) -> str:
    return api.hoede.db.read(lambda conn: notices.known(conn, notice)).case_id


def count(api: Api) -> int:
    return api.hoede.db.read(
        lambda conn: int(conn.exec_driver_sql("SELECT count(*) FROM notice").scalar_one())
    )


def test_a_notice_gets_a_receipt(api: Api) -> None:
    answer = report(api, told())

    assert answer.status == 200
    assert answer.body["receipt_url"].startswith("http://localhost:8400/report/")
    assert (answer.body["state"], answer.body["outcome"]) == ("received", None)
    assert re.fullmatch("[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", answer.body["number"])


def test_the_same_request_gets_the_same_answer(api: Api) -> None:
    body, key = told(reporter=None), fresh("key")
    first = report(api, body, key=key)
    before = count(api)

    assert (report(api, body, key=key).body, count(api)) == (first.body, before)


def test_one_request_that_reaches_several_processes_is_one_notice(api: Api) -> None:
    said, key = NoticeIn.model_validate(told(reporter=None)), fresh("key")
    caller = api.hoede.db.read(lambda conn: key_for(conn, api.key, api.hoede.db.time(conn)))
    before = count(api)

    def ask_one(_: int) -> bytes:
        desk = NoticeDesk(db=api.hoede.db, guard=Guard(api.hoede.db), take=api.hoede.notice)
        return bytes(notices_api._take(desk, caller, said, key).body)

    with ThreadPoolExecutor(8) as pool:
        answers = {json.dumps(json.loads(one), sort_keys=True) for one in pool.map(ask_one, range(8))}
    assert (len(answers), count(api)) == (1, before + 1)


def test_a_key_is_not_used_for_another_notice(api: Api) -> None:
    key = fresh("key")
    report(api, told(), key=key)

    assert report(api, told(), key=key).said == (422, "idempotency-key-reused")


def test_the_same_reporter_saying_it_again_gets_the_first_receipt(api: Api) -> None:
    body = told()
    first = report(api, body)

    assert report(api, body | {"words": "once more"}).body == first.body


def test_how_far_it_is_and_what_came_of_it_can_be_asked(api: Api) -> None:
    notice = report(api, told()).body["id"]
    states = [ask(api, notice).body["state"]]
    case_id = case_of(api, notice)
    api.hoede.db.commit(lambda tx: notices.looking(tx, case_id))
    states.append(ask(api, notice).body["state"])
    api.hoede.db.commit(lambda tx: notices.answer(tx, case_id, NoticeAnswer.NO_BREAK))

    last = ask(api, notice).body
    assert [*states, last["state"], last["outcome"]] == ["received", "looking", "answered", "no_break"]


def test_a_notice_that_is_not_there_cannot_be_asked(api: Api) -> None:
    assert ask(api, "ntc_none").said == (404, "notice-unknown")


@pytest.mark.parametrize(
    ("kind", "source"), [(KeyKind.FLAGGER, Source.FLAGGER), (KeyKind.HOTLINE, Source.HOTLINE)]
)
def test_a_key_of_its_own_kind_has_a_lane_of_its_own(api: Api, kind: KeyKind, source: Source) -> None:
    theirs = api_key(api.hoede.db, scopes=[Scope.NOTICES], kind=kind)
    notice = report(api, told(), api_key=theirs).body["id"]

    case_id = case_of(api, notice)
    case = api.hoede.db.read(lambda conn: review.find_case(conn, case_id))
    assert case is not None
    assert case.lane == "flagger"
    assert api.hoede.db.read(lambda conn: notices.known(conn, notice)).notice.source is source


def test_nobody_asks_after_what_another_kind_of_key_told(api: Api) -> None:
    theirs = api_key(api.hoede.db, scopes=[Scope.NOTICES], kind=KeyKind.FLAGGER)
    ours, flagged = report(api, told()).body["id"], report(api, told(), api_key=theirs).body["id"]

    assert ask(api, ours, theirs).said == (404, "notice-unknown")
    assert ask(api, flagged).said == (404, "notice-unknown")
    assert ask(api, flagged, theirs).status == 200


def test_nobody_asks_after_another_services_notice(api: Api) -> None:
    notice = report(api, told()).body["id"]

    assert ask(api, notice, api_key(api.hoede.db, service="market")).said == (404, "notice-unknown")


def test_a_flaggers_key_can_tell_no_event(api: Api) -> None:
    theirs = api_key(api.hoede.db, scopes=[Scope.NOTICES], kind=KeyKind.FLAGGER)

    assert api.tell({}, api_key=theirs).said == (403, "scope-missing")


def test_a_key_without_the_scope_reports_nothing(api: Api) -> None:
    theirs = api_key(api.hoede.db, scopes=[Scope.EVENTS])

    assert report(api, told(), api_key=theirs).said == (403, "scope-missing")


def test_everything_it_names_is_kept_and_asked_for(api: Api) -> None:
    body = told(
        content="pic-1", words=" He asked\nwhere I live.\x00 ", locale="nl", reporter_since="2020-01-01"
    )
    notice = report(api, body).body["id"]

    kept = api.hoede.db.read(lambda conn: notices.known(conn, notice))
    said = kept.notice
    assert (said.service, said.source, said.reason) == (SERVICE, Source.PERSON, Reason.BULLY)
    assert (said.subject, said.reporter, said.content) == (body["subject"], body["reporter"], "pic-1")
    assert (said.words, said.locale) == ("He asked\nwhere I live.", "nl")
    assert kept.wanted is not None
    assert api.order(kept.wanted) is not None


MEDIA: list[dict[str, Any]] = [
    {"media": "aGVsbG8="},
    {"media_url": "https://cdn.plein.example/p"},
    {"image": "x"},
    {"words": "look: data:image/png;base64,iVBORw0KGgo="},
]


@pytest.mark.parametrize("more", MEDIA)
def test_a_notice_that_carries_media_is_refused_and_told_what_to_do(api: Api, more: dict[str, Any]) -> None:
    before = count(api)
    answer = report(api, told() | more)

    assert answer.said == (422, "notice-with-media")
    assert "content" in answer.body["detail"]
    assert count(api) == before


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=b", "image/png", "text/plain", ""])
def test_a_body_that_is_no_json_is_refused(api: Api, kind: str) -> None:
    headers = api.headers() | {"content-type": kind}

    answer = read(api.http.post("/v1/notices", content=b"{}", headers=headers))
    assert answer.said == (415, "media-type-unsupported")


WRONG: list[tuple[Any, list[str]]] = [
    ({"subject": ""}, ["subject"]),
    ({"subject": "a\nb"}, ["subject"]),
    ({"subject": "x" * 256}, ["subject"]),
    ({"subject": None}, ["subject"]),
    ({"reporter": 7}, ["reporter"]),
    ({"reason": "boredom"}, ["reason"]),
    ({"reason": ["bully"]}, ["reason"]),
    ({"words": "x" * (LONGEST_WORDS + 1)}, ["words"]),
    ({"words": {"a": 1}}, ["words"]),
    ({"at": "2026-11-23T10:00:00"}, ["at"]),  # in no zone
    ({"at": 1764064800}, ["at"]),
    ({"locale": "'; DROP TABLE notice"}, ["locale"]),
    ({"reporter_since": "long ago"}, ["reporter_since"]),
    ({"linked": "\x00"}, ["linked"]),
    ({"lane": "child_safety"}, ["lane"]),  # where it waits is not theirs to say
    ({"source": "flagger"}, ["source"]),
    ({"service": "market"}, ["service"]),
]


@pytest.mark.parametrize(("changes", "fields"), WRONG)
def test_a_wrong_field_is_refused_by_name(api: Api, changes: dict[str, Any], fields: list[str]) -> None:
    answer = report(api, told(**changes))

    assert (answer.said, answer.fields) == ((422, "input-invalid"), fields)


@pytest.mark.parametrize("body", [[], "bully", 7, None])
def test_what_is_no_notice_is_refused(api: Api, body: Any) -> None:
    headers = api.headers() | {"content-type": "application/json"}
    answer = read(api.http.post("/v1/notices", content=json.dumps(body), headers=headers))
    assert answer.said == (422, "input-invalid")


def test_hostile_words_are_kept_as_words(api: Api) -> None:
    words = "<script>alert(1)</script> '; DROP TABLE notice; -- \u202e\U0001f600 {reporter}"
    notice = report(api, told(words=words)).body["id"]

    kept = api.hoede.db.read(lambda conn: notices.known(conn, notice)).notice.words
    assert kept == words.replace("\u202e", "")


def test_the_one_reported_learns_nothing_of_who_it_was(api: Api) -> None:
    body = told(content=fresh("content"), words="a marker of words")
    notice = report(api, body).body["id"]

    wanted = api.hoede.db.read(lambda conn: notices.known(conn, notice)).wanted
    order = api.order(wanted or "")
    assert order is not None
    assert [word for word in (body["reporter"], "marker", "bully") if word in str(order)] == []


def test_a_notice_needs_an_idempotency_key(api: Api) -> None:
    headers = {"authorization": f"Bearer {api.key}"}

    assert read(api.http.post("/v1/notices", json=told(), headers=headers)).said == (
        400,
        "idempotency-key-missing",
    )
