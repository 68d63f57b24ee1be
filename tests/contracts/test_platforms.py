"""Orders by webhook: genuine, to the operator's address only, and a failure is never taken for success."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hoede.client import TimeUp, WebhookInvalid, verify_webhook
from hoede.core.orders import Order, Target, TargetKind
from hoede.enforcement import OrderSent, PlatformRefused, PlatformUnavailable
from hoede.enforcement.platforms.webhook import Endpoint, WebhookPlatform
from hoede.words.letters import Letter

Answer = tuple[int, dict[str, str], bytes] | None
Serve = Callable[[Callable[[str, Mapping[str, str], bytes], Answer]], str]
Request = tuple[str, Mapping[str, str], bytes]

OLD, NEW, FOREIGN = ("whsec_" + base64.b64encode(bytes([one]) * 32).decode() for one in (1, 2, 3))
ORDER = Order(
    id="ord_1",
    service="plein",
    cause="dec_1",
    measure="notify",
    target=Target(TargetKind.ACCOUNT, "a-1"),
    by="platform",
)
LETTER = Letter("nl", "Over je account", ("Één.", "Twee."), "http://localhost:8400/appeal/x")


@pytest.fixture
def platform_at() -> Iterator[Callable[..., WebhookPlatform]]:
    """Makes the adapter for a platform at this address, with these secrets."""
    made: list[WebhookPlatform] = []

    def at(url: str, *secrets: str) -> WebhookPlatform:
        made.append(WebhookPlatform(lambda: {"plein": Endpoint(url, secrets or (OLD,))}))
        return made[-1]

    yield at
    for platform in made:
        platform.close()


@pytest.fixture
def listening(serve: Serve) -> Callable[[list[Request], Answer], str]:
    """Starts a platform that writes down what comes and always answers the same."""

    def listen(requests: list[Request], answer: Answer) -> str:
        def answering(path: str, headers: Mapping[str, str], body: bytes) -> Answer:
            requests.append((path, headers, body))
            return answer

        return serve(answering)

    return listen


Listening = Callable[[list[Request], Answer], str]
PlatformAt = Callable[..., WebhookPlatform]


def send(platform: WebhookPlatform, *, letter: Letter | None = None) -> OrderSent:
    return platform.send(ORDER, account="a-1", letter=letter, now=datetime.now(UTC))


def sent(platform_at: PlatformAt, listening: Listening, *secrets: str) -> Request:
    """One order as it arrives at a platform."""
    requests: list[Request] = []
    send(platform_at(listening(requests, (204, {}, b"")) + "/hook", *secrets), letter=LETTER)
    [request] = requests
    return request


def test_an_order_arrives_word_for_word(platform_at: PlatformAt, listening: Listening) -> None:
    path, headers, body = sent(platform_at, listening)
    call = verify_webhook(body, headers, [OLD])
    assert path == "/hook"
    assert headers["webhook-id"] == "ord_1"  # the platform knows a repeat by it
    assert (call.order, call.measure, call.target, call.account) == ("ord_1", "notify", ORDER.target, "a-1")
    assert call.letter is not None
    assert (call.letter.title, call.letter.paragraphs) == (LETTER.title, LETTER.paragraphs)
    assert (call.letter.locale, call.letter.appeal_url) == (LETTER.locale, LETTER.appeal_url)


def test_that_time_is_up_says_why_and_when_it_opens(platform_at: PlatformAt, listening: Listening) -> None:
    requests: list[Request] = []
    values = {"account": "a-1", "code": "daily_time", "opens_at": "2026-11-27T23:00:00+00:00"}
    platform = platform_at(listening(requests, (204, {}, b"")))
    order = replace(ORDER, measure="time_up", values=values)
    platform.send(order, account="a-1", letter=None, now=datetime.now(UTC))
    call = verify_webhook(requests[0][2], requests[0][1], [OLD])
    assert call.time == TimeUp("daily_time", datetime(2026, 11, 27, 23, tzinfo=UTC))


def test_an_order_without_a_letter_says_so(platform_at: PlatformAt, listening: Listening) -> None:
    requests: list[Request] = []
    send(platform_at(listening(requests, (200, {}, b""))))
    assert json.loads(requests[0][2])["data"]["letter"] is None


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_while_secrets_rotate_either_one_confirms_an_order(
    platform_at: PlatformAt, listening: Listening, secret: str
) -> None:
    _path, headers, body = sent(platform_at, listening, OLD, NEW)
    assert verify_webhook(body, headers, [secret]).order == "ord_1"


def test_a_secret_that_is_not_ours_confirms_nothing(platform_at: PlatformAt, listening: Listening) -> None:
    _path, headers, body = sent(platform_at, listening, OLD, NEW)
    with pytest.raises(WebhookInvalid):
        verify_webhook(body, headers, [FOREIGN])


@pytest.mark.parametrize(
    ("part", "value"),
    [("webhook-id", "ord_2"), ("webhook-timestamp", "1700000000"), ("webhook-signature", "v1,AAAA")],
)
def test_a_changed_header_is_refused(
    platform_at: PlatformAt, listening: Listening, part: str, value: str
) -> None:
    _path, headers, body = sent(platform_at, listening)
    with pytest.raises(WebhookInvalid):
        verify_webhook(body, {**headers, part: value}, [OLD])


def test_a_changed_order_is_refused(platform_at: PlatformAt, listening: Listening) -> None:
    _path, headers, body = sent(platform_at, listening)
    with pytest.raises(WebhookInvalid):
        verify_webhook(body.replace(b"notify", b"remove"), headers, [OLD])


def test_a_secret_that_was_rotated_counts_from_the_next_order_on(listening: Listening) -> None:
    requests: list[Request] = []
    endpoints = {"plein": Endpoint(listening(requests, (204, {}, b"")), (OLD,))}
    platform = WebhookPlatform(lambda: endpoints)
    send(platform)
    endpoints["plein"] = Endpoint(endpoints["plein"].url, (NEW,))
    send(platform)
    platform.close()
    assert [verify_webhook(body, headers, [OLD, NEW]).order for _path, headers, body in requests] == [
        "ord_1"
    ] * 2
    with pytest.raises(WebhookInvalid):
        verify_webhook(requests[1][2], requests[1][1], [OLD])


def test_taking_an_order_is_all_that_is_told(platform_at: PlatformAt, listening: Listening) -> None:
    now = datetime.now(UTC)
    platform = platform_at(listening([], (202, {}, b"whatever")))
    assert platform.send(ORDER, account="a-1", letter=None, now=now) == OrderSent(now)


def test_a_platform_that_wants_nothing_any_more_calls_a_person(
    platform_at: PlatformAt, listening: Listening
) -> None:
    with pytest.raises(PlatformRefused):
        send(platform_at(listening([], (410, {}, b""))))


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_every_other_failure_is_tried_again(
    platform_at: PlatformAt, listening: Listening, status: int
) -> None:
    with pytest.raises(PlatformUnavailable):
        send(platform_at(listening([], (status, {}, b""))))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_signed_order_follows_no_redirect(
    platform_at: PlatformAt, listening: Listening, status: int
) -> None:
    strangers: list[Request] = []
    stranger = listening(strangers, (204, {}, b""))
    with pytest.raises(PlatformUnavailable):
        send(platform_at(listening([], (status, {"location": stranger}, b""))))
    assert strangers == []


def test_a_line_that_is_cut_is_tried_again(platform_at: PlatformAt, listening: Listening) -> None:
    with pytest.raises(PlatformUnavailable):
        send(platform_at(listening([], None)))


def test_a_platform_that_is_not_there_is_tried_again(platform_at: PlatformAt) -> None:
    with pytest.raises(PlatformUnavailable):
        send(platform_at("http://127.0.0.1:9"))


def test_a_platform_that_is_too_slow_is_tried_again(platform_at: PlatformAt, serve: Serve) -> None:
    over = threading.Event()
    platform = platform_at(serve(lambda *_request: (204, {}, b"") if over.wait(5) else None))
    platform._http.timeout = 0.2
    with pytest.raises(PlatformUnavailable):
        send(platform)
    over.set()


def test_an_order_of_a_service_without_a_webhook_calls_a_person() -> None:
    platform = WebhookPlatform(dict)
    with pytest.raises(PlatformRefused, match="plein"):
        send(platform)
    platform.close()
