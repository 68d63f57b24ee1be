"""Media that an event names by its address: fetched whole, then answered as if it had come along."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
import structlog
from tests.media.far import Far, Script, answer, forever, head, late, moved, says
from tests.parts import fresh, serving
from tests.web.api import ALLOWED, HARMLESS, Api, Said, event, form, read
from tests.web.conftest import OpenApi

from hoede.evidence import store as evidence
from hoede.simulators.pictures import test_card as the_card

MARKER = "MARKER-4711"
MIB = 1 << 20
PIECE = b"10000\r\n" + bytes(1 << 16) + b"\r\n"


@pytest.fixture
def far() -> Iterator[Far]:
    """Where the media is: the test card, until a test puts something else there."""
    with Far(says(answer(the_card()))) as server:
        yield server


@pytest.fixture
def near(open_api: OpenApi, far: Far) -> Api:
    """A Hoede that may fetch from there, and from nowhere else."""
    return open_api(media_hosts=[f"http://127.0.0.1:{far.port}"], media_most_bytes=MIB)


def put(far: Far, *scripts: Script) -> None:
    """From now on this is what is there."""
    far.scripts[:] = scripts
    far.count = 0


def at(far: Far, path: str = "/p/1.png") -> str:
    return f"http://127.0.0.1:{far.port}{path}"


def tell(api: Api, url: str, key: str | None = None, **changes: Any) -> Said:
    return api.tell(event(**({"media_url": url} | changes)), None, key=key)


def test_harmless_media_is_allowed_and_only_the_event_is_kept(near: Api, far: Far) -> None:
    put(far, says(answer(HARMLESS)))

    said = tell(near, at(far), id=(told := fresh("event")))

    assert (said.status, said.body, near.orders(told)) == (200, ALLOWED, [])


def test_a_known_card_is_held_and_a_copy_of_exactly_these_bytes_is_taken(near: Api, far: Far) -> None:
    said = tell(near, at(far))

    (copy,) = near.hoede.db.read(evidence.all_rows)
    assert (sorted(said.body), said.body["answer"]) == (["answer", "hold"], "hold")
    assert b"".join(near.hoede.vault.open(copy.taken)) == the_card()


def test_a_card_behind_a_redirect_is_held_too(near: Api, far: Far) -> None:
    put(far, moved("/elsewhere"), says(answer(the_card())))

    assert tell(near, at(far)).body["answer"] == "hold"


def test_the_fixed_time_of_a_hold_begins_when_the_media_is_whole(open_api: OpenApi, far: Far) -> None:
    near = open_api(media_hosts=[f"http://127.0.0.1:{far.port}"], hold_answer_ms=1000)
    put(far, says(answer(HARMLESS)), late(says(answer(the_card())), 0.3))
    tell(near, at(far))  # its children are warm then
    before = time.monotonic()

    tell(near, at(far))

    assert time.monotonic() - before >= 1.3


def test_a_hold_looks_as_if_the_media_had_come_along(near: Api, far: Far) -> None:
    by_url, along = tell(near, at(far)), near.card()

    assert (by_url.status, by_url.headers.keys()) == (along.status, along.headers.keys())
    assert len(str(by_url.body)) == len(str(along.body))


@pytest.mark.parametrize("key", [None, "the same"])
def test_told_again_it_is_the_same_answer_and_no_second_hold(near: Api, far: Far, key: str | None) -> None:
    told = event(media_url=at(far))

    first, second = (near.tell(told, None, key=key) for _ in range(2))

    assert (first.body, near.measures(told["id"]).count("hold")) == (second.body, 1)


def test_other_bytes_at_the_same_address_are_another_event(near: Api, far: Far) -> None:
    told, key = event(media_url=at(far)), fresh("key")
    put(far, says(answer(HARMLESS)), says(answer(the_card())))

    first = near.tell(told, None, key=key)

    assert first.body == ALLOWED
    assert near.tell(told, None).said == (409, "event-differs")
    assert near.tell(told, None, key=key).said == (422, "idempotency-key-reused")


def test_the_same_bytes_from_another_address_or_sent_along_are_the_same_event(near: Api, far: Far) -> None:
    told, key = event(), fresh("key")

    answers = [
        near.tell(told | {"media_url": at(far, "/?signed=1")}, None, key=key),
        near.tell(told | {"media_url": at(far, "/?signed=2")}, None, key=key),
        near.tell(told, the_card(), key=key),
        near.tell(told, the_card()),
        near.tell(told | {"media_url": None}, the_card()),
    ]

    assert [one.body for one in answers] == [answers[0].body] * 5
    assert near.measures(told["id"]).count("hold") == 1


def test_without_hosts_in_the_configuration_nothing_is_fetched(api: Api, far: Far) -> None:
    said = tell(api, at(far), id=(told := fresh("event")))

    assert (said.said, api.kept(told), far.count) == ((422, "fetch-off"), None, 0)


REFUSED = [
    "https://cdn.plein.example/",
    "http://127.0.0.1:1/",
    "http://127.1/",
    "http://[::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "file:///etc/passwd",
    "",
]


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_not_allowed_is_refused_and_nothing_is_kept(near: Api, far: Far, url: str) -> None:
    said = tell(near, url, id=(told := fresh("event")))

    assert (said.said, near.kept(told), far.count) == ((422, "fetch-address-refused"), None, 0)


def test_a_redirect_to_where_it_is_not_allowed_is_refused(near: Api, far: Far) -> None:
    put(far, moved("http://169.254.169.254/latest/meta-data/"))

    assert tell(near, at(far)).said == (422, "fetch-address-refused")


FAILURES = [
    says(answer(b"gone", status="404 Not Found")),
    says(answer(b"trouble", status="500 Oops")),
    says(head("Content-Length: 1000") + HARMLESS),  # cut off
    says(head() + HARMLESS),
    says(head("Content-Encoding: gzip", "Content-Length: 19") + HARMLESS),
    says(b"no HTTP at all\r\n\r\n"),
    moved(""),
    says(),
]


@pytest.mark.parametrize("script", FAILURES)
def test_what_cannot_be_fetched_is_not_acknowledged_and_can_be_told_again(
    near: Api, far: Far, script: Script
) -> None:
    told, key = event(media_url=at(far)), fresh("key")
    put(far, script)

    said = near.tell(told, None, key=key)
    kept = near.kept(told["id"])
    put(far, says(answer(the_card())))

    assert (said.said, kept) == ((502, "fetch-failed"), None)
    assert near.tell(told, None, key=key).body["answer"] == "hold"


def test_what_could_not_be_fetched_can_be_sent_along(near: Api, far: Far) -> None:
    told, key = event(), fresh("key")
    put(far, says())

    failed = near.tell(told | {"media_url": at(far)}, None, key=key)

    assert (failed.status, near.tell(told, the_card(), key=key).body["answer"]) == (502, "hold")


def test_what_takes_too_long_is_not_acknowledged(open_api: OpenApi, far: Far) -> None:
    near = open_api(media_hosts=[f"http://127.0.0.1:{far.port}"], fetch_within_s=0.3)
    put(far, forever(head("Content-Length: 100000"), b"x", 0.05))

    said = tell(near, at(far), id=(told := fresh("event")))

    assert (said.said, near.kept(told)) == ((502, "fetch-failed"), None)


TAKEN_NOT = [
    (says(head(f"Content-Length: {MIB + 1}")), (413, "media-too-large")),
    (forever(head("Transfer-Encoding: chunked"), PIECE), (413, "media-too-large")),
    (says(answer(b"")), (422, "media-empty")),
    (says(answer(the_card()[:100])), (422, "media-unreadable")),
]


@pytest.mark.parametrize(("script", "code"), TAKEN_NOT)
def test_media_that_would_not_be_taken_along_is_not_taken_by_address(
    near: Api, far: Far, script: Script, code: tuple[int, str]
) -> None:
    put(far, script)

    said = tell(near, at(far), id=(told := fresh("event")))

    assert (said.said, near.kept(told)) == (code, None)


def test_media_comes_one_way_only(near: Api, far: Far) -> None:
    said = near.tell(event(media_url=at(far)), HARMLESS)

    assert (said.said, said.fields, far.count) == ((422, "input-invalid"), ["media_url"], 0)


@pytest.mark.parametrize("url", [7, ["http://127.0.0.1/"], {"url": "x"}, "\ud800"])
def test_an_address_that_is_no_text_is_refused(near: Api, far: Far, url: object) -> None:
    said = near.tell_raw(json.dumps(event(media_url=url)).encode())

    assert (said.status, far.count) == (422, 0)


@pytest.mark.parametrize("wrong", [{"kind": "selfie"}, {"account": None}, {"colour": "red"}])
def test_an_event_that_is_none_is_refused_before_anything_is_fetched(
    near: Api, far: Far, wrong: dict[str, Any]
) -> None:
    said = tell(near, at(far), **wrong)

    assert (said.said, far.count) == ((422, "input-invalid"), 0)


def test_without_room_on_the_disk_nothing_is_fetched(near: Api, far: Far) -> None:
    near.hoede.ballast.let_go()

    assert (tell(near, at(far)).said, far.count) == ((503, "disk-full"), 0)


def test_a_key_that_may_not_tell_events_fetches_nothing(near: Api, far: Far) -> None:
    said = near.tell(event(media_url=at(far)), None, api_key="hk_none_secret")

    assert (said.said, far.count) == ((401, "key-refused"), 0)


def test_neither_the_answer_nor_the_log_tells_the_address(near: Api, far: Far) -> None:
    put(far, says(answer(b"gone", status="404 Not Found")))
    with structlog.testing.capture_logs() as logged:
        failed, refused = tell(near, at(far, f"/{MARKER}")), tell(near, f"https://{MARKER}.example/")

    assert MARKER not in f"{failed.body}{refused.body}{logged}"
    assert [(one["event"], one["code"], one["error"]) for one in logged] == [
        ("media.not_fetched", "fetch-failed", "status"),
        ("media.not_fetched", "fetch-address-refused", "not-allowed"),
    ]


def test_while_slow_hosts_are_waited_for_others_are_answered(near: Api, far: Far) -> None:
    arrived, let_go = threading.Semaphore(0), threading.Event()

    def slow(line: socket.socket) -> None:
        arrived.release()
        let_go.wait(20)
        line.sendall(answer(HARMLESS))

    put(far, slow)
    with serving(near.hoede) as port, ThreadPoolExecutor(6) as telling:
        url = f"http://127.0.0.1:{port}"

        def post(**parts: Any) -> Said:
            return read(httpx2.post(f"{url}/v1/events", headers=near.headers(), timeout=30, **parts))

        waiting = [telling.submit(post, json=event(media_url=at(far))) for _ in range(6)]
        assert arrived.acquire(timeout=20)
        alive = httpx2.get(f"{url}/healthz", timeout=30).status_code
        other = post(files=form(event(), HARMLESS))
        let_go.set()

        assert (alive, other.body) == (200, ALLOWED)
        assert [one.result().body for one in waiting] == [ALLOWED] * 6
