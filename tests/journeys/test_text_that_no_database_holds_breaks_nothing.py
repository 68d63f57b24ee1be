"""NUL, halves of characters and the like in every field: refused with a code or taken, and never a 500."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest
from tests.journeys.scene import CARD, Scene
from tests.parts import fresh

ODD = {
    "NUL": "a\0b",
    "half a character": "a\ud800b",
    "the other half": "\udfff",
    "two halves the wrong way round": "\udc00\ud800",
    "a character that is none": "\uffff",
    "marks of direction": "\u202ea\u2066",
    "a line's end": "a\r\nb",
    "escape": "\x1b[2J",
    "the end of what text can say": "\U0010ffff",
    "very long": "x" * 300,
}
EVENT = {"kind": "upload", "channel": "public", "at": "2026-11-23T10:00:00Z"}
EVENT_FIELDS = ("id", "account", "content", "to", "text", "ip", "media_type", "because", *EVENT)
AGE = {"method": "test", "assurance": "verified", "issuer": "test", "as_of": "2026-11-01", "lower": 18}
ACCOUNT_FIELDS = ("country", "zone", "locale", "screen_name", *(f"age.{name}" for name in AGE))
PATHS = ("%00", "a%00b", "%ff%fe", "%ed%a0%80", "%ef%bf%bf", "x" * 300, "%0a", "%F0%9F%98%80")


@pytest.fixture
def http(shared: Scene) -> Iterator[httpx2.Client]:
    headers = {"authorization": f"Bearer {shared.client._api_key}"}
    with httpx2.Client(base_url=shared.url, headers=headers, timeout=20) as client:
        yield client


def broken(answers: Mapping[str, httpx2.Response]) -> dict[str, int]:
    """Which of these were answered neither properly nor with a refusal that names its code."""
    return {
        name: one.status_code
        for name, one in answers.items()
        if one.status_code != 200 and not (one.is_client_error and one.json()["code"])
    }


def send(http: httpx2.Client, method: str, path: str, told: Any) -> httpx2.Response:
    """As JSON that escapes what UTF-8 cannot say."""
    headers = {"idempotency-key": fresh("key"), "content-type": "application/json"}
    return http.request(method, path, content=json.dumps(told), headers=headers)


def tell(http: httpx2.Client, told: dict[str, Any]) -> httpx2.Response:
    parts = {"event": (None, json.dumps(told).encode()), "media": ("m", CARD)}
    return http.post("/v1/events", files=parts, headers={"idempotency-key": fresh("key")})


@pytest.mark.parametrize("field", EVENT_FIELDS)
def test_a_held_event_with_odd_text(http: httpx2.Client, field: str) -> None:
    answers, again = {}, {}
    for name, odd in ODD.items():
        ids = {id_: fresh(id_) for id_ in ("id", "account", "content")}
        told = EVENT | ids | {field: [odd] if field == "to" else odd}
        answers[name], again[name] = tell(http, told), tell(http, told)
    assert broken(answers) == {}
    assert {one.json()["answer"] for one in answers.values() if one.is_success} <= {"hold"}
    assert {name: one.json() for name, one in again.items()} == {
        name: one.json() for name, one in answers.items()
    }


@pytest.mark.parametrize("field", ACCOUNT_FIELDS)
def test_an_account_with_odd_text(http: httpx2.Client, field: str) -> None:
    name = field.removeprefix("age.")
    answers = {}
    for what, odd in ODD.items():
        told = {"age_evidence": [AGE | {name: odd}]} if name != field else {name: odd}
        answers[what] = send(http, "PUT", f"/v1/accounts/{fresh('account')}", told)
    assert broken(answers) == {}


def test_a_receipt_with_odd_text(http: httpx2.Client) -> None:
    path = "/v1/orders/ord_x/receipt"
    reasons = {what: send(http, "POST", path, {"done": False, "reason": odd}) for what, odd in ODD.items()}
    keys = {what: send(http, "POST", path, {"done": True, odd: 1}) for what, odd in ODD.items()}
    assert (broken(reasons), broken(keys)) == ({}, {})


def test_an_address_with_odd_text(http: httpx2.Client) -> None:
    accounts = {path: send(http, "PUT", f"/v1/accounts/{path}", {}) for path in PATHS}
    orders = {path: send(http, "POST", f"/v1/orders/{path}/receipt", {"done": True}) for path in PATHS}
    assert (broken(accounts), broken(orders)) == ({}, {})


def test_a_letter_with_an_odd_link_is_none_of_ours(http: httpx2.Client) -> None:
    read = {path: http.get(f"/appeal/{path}").status_code for path in PATHS}
    written = {path: http.post(f"/appeal/{path}", data={"why": "because"}).status_code for path in PATHS}
    assert ({*read.values()}, {*written.values()}) == ({404}, {404})


@pytest.mark.parametrize("typed", [b"why=a%00b", b"why=%ed%a0%80", b"why=%ff", b"\0", b"why=" + b"%" * 5000])
def test_an_objection_with_odd_text_to_no_letter_is_none_of_ours(http: httpx2.Client, typed: bytes) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert http.post("/appeal/nothing", content=typed, headers=form).status_code == 404


def test_a_key_that_http_itself_forbids_is_no_request(shared: Scene) -> None:
    headers = [(b"authorization", b"Bearer \x7f"), (b"idempotency-key", b"k")]
    assert httpx2.post(f"{shared.url}/v1/events", json={}, headers=headers).status_code == 400


@pytest.mark.parametrize("key", [b"\xff", b"hk_\xe9_x", b"hk_a\xff_x", b"x" * 5000])
def test_a_key_with_odd_text_opens_nothing(shared: Scene, key: bytes) -> None:
    headers = [(b"authorization", b"Bearer " + key), (b"idempotency-key", b"k")]
    answer = httpx2.post(f"{shared.url}/v1/events", json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "key-refused")
