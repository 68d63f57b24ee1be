"""The platform says that an order is done, or that it cannot be."""

from typing import Any

import pytest
from tests.parts import api_key, fresh
from tests.web.api import Api, read

from hoede.core.orders import OrderState
from hoede.db import orders

DONE, CANNOT = {"done": True}, {"done": False, "reason": "gone"}


def held(api: Api) -> str:
    return str(api.card().body["hold"])


def test_a_receipt_ends_the_order(api: Api) -> None:
    order = held(api)

    answer = api.receipt(order, DONE)

    assert (answer.status, answer.body) == (200, {"order": order, "state": "done"})


def test_a_receipt_said_twice_changes_nothing(api: Api) -> None:
    order = held(api)
    api.receipt(order, DONE)
    ended = api.order(order)

    answer = api.receipt(order, DONE)

    assert (answer.body["state"], api.order(order)) == ("done", ended)


def test_the_same_receipt_under_the_same_key_gets_the_same_answer(api: Api) -> None:
    order, key = held(api), fresh("key")

    first, second = api.receipt(order, CANNOT, key=key), api.receipt(order, CANNOT, key=key)

    assert (second.status, second.body) == (first.status, first.body)


def test_a_receipt_that_it_cannot_be_calls_a_person_and_the_order_stays_open(api: Api) -> None:
    order = held(api)

    answer = api.receipt(order, CANNOT)

    seen = api.order(order)
    assert answer.body["state"] == "open"
    assert seen is not None
    assert (seen.state, seen.needs_human, seen.reason) == (OrderState.OPEN, True, "platform-cannot")


def test_what_could_not_be_may_be_done_later(api: Api) -> None:
    order = held(api)
    api.receipt(order, CANNOT)

    assert api.receipt(order, DONE).body["state"] == "done"


def test_what_was_done_is_not_undone_by_a_late_receipt_that_it_cannot_be(api: Api) -> None:
    order = held(api)
    api.receipt(order, DONE)

    assert api.receipt(order, CANNOT).body["state"] == "done"


def test_a_receipt_for_an_order_of_somebody_else_is_refused_and_changes_nothing(api: Api) -> None:
    order, theirs = held(api), api_key(api.hoede.db, service="other")

    answer = api.receipt(order, DONE, api_key=theirs)

    seen = api.order(order)
    assert (answer.said, seen and seen.state) == ((404, "order-unknown"), OrderState.OPEN)


def test_a_receipt_for_no_order_is_refused(api: Api) -> None:
    assert api.receipt("ord_none", DONE).said == (404, "order-unknown")


def test_an_order_that_is_not_the_platforms_cannot_be_ended_by_it(api: Api) -> None:
    api.card(id=(told := fresh("event")))
    preserve = next(one.order.id for one in api.orders(told) if one.order.measure == "preserve")

    assert api.receipt(preserve, DONE).said == (404, "order-unknown")


def test_a_platform_may_end_an_order_that_waits_for_a_judgment(api: Api) -> None:
    order = held(api)
    api.hoede.db.commit(lambda tx: orders.let_wait(tx, order, "entry-withdrawn"))

    assert api.receipt(order, DONE).body["state"] == "done"


WRONG: list[tuple[Any, list[str]]] = [
    ({}, ["done"]),
    ({"done": "yes"}, ["done"]),  # a word is no answer
    ({"done": 1}, ["done"]),
    ({"done": True, "note": "x"}, ["note"]),
    ({"done": False, "reason": "x" * 201}, ["reason"]),
    ([], [""]),
]


@pytest.mark.parametrize(("told", "fields"), WRONG)
def test_a_wrong_field_is_refused_by_name(api: Api, told: Any, fields: list[str]) -> None:
    answer = api.receipt(held(api), told)

    assert (answer.said, answer.fields) == ((422, "input-invalid"), fields)


BODIES = [
    (b"", (422, "body-empty")),
    (b"{", (400, "body-not-understood")),
    (b'"' + b"x" * 300 * 1024, (400, "body-not-understood")),  # far more than a receipt ever says
]


@pytest.mark.parametrize(("body", "said"), BODIES)
def test_a_body_that_is_no_receipt_is_refused(api: Api, body: bytes, said: tuple[int, str]) -> None:
    headers = api.headers() | {"content-type": "application/json"}

    assert read(api.http.post("/v1/orders/ord_x/receipt", content=body, headers=headers)).said == said


def test_a_receipt_that_does_not_say_it_is_json_is_refused(api: Api) -> None:
    answer = api.http.post("/v1/orders/ord_x/receipt", content=b'{"done": true}', headers=api.headers())

    assert read(answer).said == (415, "media-type-unsupported")


def test_a_receipt_needs_an_idempotency_key(api: Api) -> None:
    headers = {"authorization": f"Bearer {api.key}"}

    answer = api.http.post("/v1/orders/ord_x/receipt", json=DONE, headers=headers)

    assert read(answer).said == (400, "idempotency-key-missing")
