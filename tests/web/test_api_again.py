"""Telling twice: the same request is the same answer, and nothing is done a second time."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from tests.parts import api_key, fresh
from tests.web.api import ALLOWED, HARMLESS, Api, Said, event, form, read
from tests.web.conftest import OpenApi

from hoede.app.rehearsal import LIST
from hoede.enforcement import store as decisions
from hoede.lists.jobs import withdraw
from hoede.simulators.pictures import test_card as the_card

BUSY = (409, "idempotency-key-busy")


@pytest.mark.parametrize("key", [b"", b"x" * 256, b"with\ttab", b"k\xe9y"])
def test_a_key_that_is_empty_too_long_or_not_plain_is_refused(api: Api, key: bytes) -> None:
    headers = {b"authorization": f"Bearer {api.key}".encode(), b"idempotency-key": key}

    answer = read(api.http.post("/v1/events", json=event(), headers=headers))

    assert answer.said == (400, "idempotency-key-missing")


def test_a_request_without_a_key_is_refused(api: Api) -> None:
    headers = {"authorization": f"Bearer {api.key}"}

    answer = read(api.http.post("/v1/events", json=event(), headers=headers))

    assert answer.said == (400, "idempotency-key-missing")


def test_the_longest_key_is_taken(api: Api) -> None:
    assert api.tell(event(), key=fresh("key").ljust(255, "x")).body == ALLOWED


def test_the_same_key_with_the_same_body_gets_the_same_answer(api: Api) -> None:
    told, key = event(), fresh("key")

    first, second = api.tell(told, the_card(), key=key), api.tell(told, the_card(), key=key)

    assert (second.status, second.body) == (first.status, first.body)
    assert api.measures(told["id"]).count("hold") == 1


def test_the_same_key_gets_the_same_answer_after_a_restart(open_api: OpenApi) -> None:
    told, key = event(), fresh("key")

    first = open_api().tell(told, the_card(), key=key)
    second = open_api().tell(told, the_card(), key=key)

    assert second.body == first.body


def test_the_same_key_with_another_event_is_refused_and_the_other_is_not_taken(api: Api) -> None:
    other, key = event(), fresh("key")
    api.tell(event(), key=key)

    answer = api.tell(other, key=key)

    assert (answer.said, api.kept(other["id"])) == ((422, "idempotency-key-reused"), None)


def test_the_same_key_with_other_media_is_refused(api: Api) -> None:
    told, key = event(), fresh("key")
    api.tell(told, b"one picture", key=key)

    assert api.tell(told, b"another picture", key=key).said == (422, "idempotency-key-reused")


def test_the_same_key_on_another_route_is_refused(api: Api) -> None:
    key = fresh("key")
    held = api.tell(event(), the_card(), key=key)

    answer = api.receipt(held.body["hold"], {"done": True}, key=key)

    assert answer.said == (422, "idempotency-key-reused")


def test_two_services_may_use_the_same_key(api: Api) -> None:
    key, other = fresh("key"), api_key(api.hoede.db, service="other")
    api.tell(event(), key=key)

    assert api.tell(event(), key=key, api_key=other).body == ALLOWED


def test_a_refused_request_leaves_its_key_free(api: Api) -> None:
    told, key = event(), fresh("key")
    api.tell(told, b"", key=key)

    assert api.tell(told, HARMLESS, key=key).body == ALLOWED


def test_the_same_event_under_a_new_key_gets_the_first_answer_and_no_second_hold(api: Api) -> None:
    told = event()

    first, second = api.tell(told, the_card()), api.tell(told, the_card())

    assert second.body == first.body
    assert api.measures(told["id"]).count("hold") == 1


def test_an_answer_stays_when_the_event_is_told_again_after_a_withdrawal(open_api: OpenApi) -> None:
    told = event()
    api = open_api(acts_alone={})
    first = api.tell(told, the_card())
    withdraw(api.hoede.db, LIST, "a test")

    assert api.tell(told, the_card()).body == first.body


DIFFERENT = [{"account": "somebody-else"}, {"content": "other"}, {"channel": "live"}, {"text": "other"}]


@pytest.mark.parametrize("change", DIFFERENT)
def test_the_same_event_id_with_other_facts_is_refused(api: Api, change: dict[str, str]) -> None:
    told = event()
    api.tell(told)

    assert api.tell(told | change).said == (409, "event-differs")


def test_the_same_event_id_with_other_bytes_is_refused(api: Api) -> None:
    told = event()
    api.tell(told, b"one picture")

    answer = api.tell(told, the_card())

    assert (answer.said, api.orders(told["id"])) == ((409, "event-differs"), [])


def test_two_services_may_use_the_same_event_id(api: Api) -> None:
    told, other = event(), api_key(api.hoede.db, service="other")
    api.tell(told, b"one picture")

    assert api.tell(told, b"another picture", api_key=other).body == ALLOWED


def _together(api: Api, port: int, told: dict[str, str], keys: list[str]) -> list[Said]:
    """The same event told at the same time, once with each key."""

    def tell(key: str) -> Said:
        url = f"http://127.0.0.1:{port}/v1/events"
        return read(httpx2.post(url, files=form(told, the_card()), headers=api.headers(key), timeout=30))

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(tell, keys))


def test_the_same_key_at_the_same_time_is_busy_or_gets_the_same_answer(api: Api, port: int) -> None:
    told, key = event(), fresh("key")

    answers = _together(api, port, told, [key] * 8)

    taken = [one for one in answers if one.status == 200]
    assert {one.said for one in answers if one not in taken} <= {BUSY}
    assert len({one.body["hold"] for one in taken}) == 1
    assert api.measures(told["id"]).count("hold") == 1


def test_the_same_event_at_the_same_time_under_many_keys_is_one_event(api: Api, port: int) -> None:
    told = event()

    answers = _together(api, port, told, [fresh("key") for _ in range(8)])

    assert [(one.status, one.body) for one in answers] == [(200, answers[0].body)] * 8
    assert api.measures(told["id"]).count("hold") == 1


def test_what_was_told_twice_is_one_decision_in_the_log(api: Api) -> None:
    told = event()
    api.tell(told, the_card())
    once = len(api.hoede.db.read(decisions.all_ids))

    api.tell(told, the_card())

    assert len(api.hoede.db.read(decisions.all_ids)) == once
