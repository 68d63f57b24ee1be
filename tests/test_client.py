"""The client against a server that answers by script, over real HTTP on loopback."""

import asyncio
import email
import json
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from hoede.client import (
    AgeBand,
    AgeClaim,
    AgeEvidence,
    Answer,
    AppealReceipt,
    Assurance,
    AsyncClient,
    Channel,
    Client,
    Event,
    EventAnswer,
    EventKind,
    HoedeRefused,
    HoedeUnavailable,
    NoticeReceipt,
    OrderState,
    calls,
    handover_link,
)

AT = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
EVENT = Event(
    id="e-1",
    kind=EventKind.UPLOAD,
    channel=Channel.PUBLIC,
    account="a-1",
    content="c-1",
    at=AT,
    media_type="image/png",
)
UNSURE = EventAnswer(Answer.HOLD, None, certain=False)
ALLOW = (200, {"answer": "allow"})
DROPPED: tuple[int, Any] = (0, {})  # the connection closes without an answer


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes  # empty when it was large

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def parts(self) -> list[tuple[str | None, str, bytes]]:
        """Name, media type and bytes of each part of a multipart body, in order."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = email.message_from_bytes(head + self.body)
        return [
            (str(part.get_param("name", header="content-disposition")), part.get_content_type(), _bytes(part))
            for part in message.walk()
            if not part.is_multipart()
        ]


class FakeHoede(ThreadingHTTPServer):
    """Answers the next of `script`, or 500 when it is used up, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: list[tuple[int, Any]] = []
        self.headers: dict[str, str] = {}  # on every answer
        self.slow = threading.Event()  # set: nobody is answered
        self.asked: list[Asked] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeHoede
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = b"".join(self._pieces())
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(Asked(self.command, self.path, headers, body))
        status, told = self.server.script.pop(0) if self.server.script else (500, {})
        self.close_connection = self.server.slow.wait(0) or status == 0
        if self.close_connection:
            self.server.slow.wait(0) and threading.Event().wait(0.5)
            return
        out = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(out)), **self.server.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(out)

    do_DELETE = do_GET = do_POST = do_PUT = answer  # noqa: N815 - http.server's names

    def _pieces(self) -> Iterator[bytes]:
        left = total = int(self.headers.get("Content-Length", 0))
        while left:
            piece = self.rfile.read(min(left, 65536))
            left -= len(piece)
            if total < 1_000_000:
                yield piece

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        pass


def _bytes(part: Any) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


@pytest.fixture
def fake() -> Iterator[FakeHoede]:
    server = FakeHoede()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(fake: FakeHoede, waits: list[float]) -> Iterator[Client]:
    with Client(fake.url, "hk_k_s", timeout_s=0.3, sleep=waits.append, random=lambda: 1.0) as one:
        yield one


def test_an_account_is_told_with_its_evidence(fake: FakeHoede, client: Client) -> None:
    fake.script = [(200, {"id": "a/1", "age_band": "18+"})]
    evidence = AgeEvidence(
        method="document",
        assurance=Assurance.VERIFIED,
        issuer="me",
        as_of=date(2026, 3, 5),
        born=date(1990, 1, 2),
    )
    claim = AgeClaim("self-declared", {"issuer": "me", "stated_on": "2026-03-05", "age": 36})
    band = client.put_account("a/1", country="NL", age_evidence=[evidence], age_claims=[claim])
    assert band == AgeBand.FROM_18
    assert fake.asked[0].path == "/v1/accounts/a%2F1"
    assert fake.asked[0].headers["authorization"] == "Bearer hk_k_s"
    told = fake.asked[0].json
    assert told["age_evidence"][0]["assurance"] == "verified"
    assert told["age_evidence"][0]["born"] == "1990-01-02"
    assert told["age_claims"] == [{"adapter": "self-declared", "claim": dict(claim.claim)}]
    assert (told["country"], told["zone"]) == ("NL", None)


def test_an_account_is_erased_by_its_id(fake: FakeHoede, client: Client) -> None:
    fake.script = [(503, {}), (200, {"id": "a/1", "erasure": "ers_1"})]
    assert client.erase_account("a/1") == "ers_1"
    assert [(one.method, one.path) for one in fake.asked] == [("DELETE", "/v1/accounts/a%2F1")] * 2


RECEIPT = {
    "id": "ntc_1",
    "number": "7K3M-0QWZ-94TA",
    "state": "received",
    "outcome": None,
    "received_on": "2026-03-05",
    "answer_by": "2026-03-12",
    "receipt_url": "https://hoede.example/report/x",
}
RECEIVED = NoticeReceipt(
    id="ntc_1",
    number="7K3M-0QWZ-94TA",
    state="received",
    outcome=None,
    received_on=date(2026, 3, 5),
    answer_by=date(2026, 3, 12),
    url="https://hoede.example/report/x",
)


def test_a_report_by_somebody_is_told_by_names_and_gets_a_receipt(fake: FakeHoede, client: Client) -> None:
    fake.script = [(200, RECEIPT)]
    receipt = client.notice(
        "a-1", "pressure", at=AT, reporter="a-2", content="c-1", reporter_since=date(2025, 1, 2)
    )
    assert receipt == RECEIVED
    assert fake.asked[0].path == "/v1/notices"
    assert fake.asked[0].json == {
        "subject": "a-1",
        "reason": "pressure",
        "at": AT.isoformat(),
        "reporter": "a-2",
        "content": "c-1",
        "reporter_since": "2025-01-02",
    }


def test_the_same_report_has_the_same_key_and_another_one_another(fake: FakeHoede, client: Client) -> None:
    fake.script = [(200, RECEIPT)] * 3
    for reason in ("bully", "bully", "scam"):
        client.notice("a-1", reason, at=AT)
    first, second, third = (one.headers["idempotency-key"] for one in fake.asked)
    assert (first == second, first == third) == (True, False)


def test_what_came_of_a_report_can_be_asked(fake: FakeHoede, client: Client) -> None:
    fake.script = [(200, RECEIPT | {"state": "answered", "outcome": "removed"})]
    receipt = client.notice_receipt("ntc_1")
    assert (receipt.state, receipt.outcome) == ("answered", "removed")
    assert (fake.asked[0].method, fake.asked[0].path) == ("GET", "/v1/notices/ntc_1")


def test_a_report_that_is_not_taken_is_refused_with_its_code(fake: FakeHoede, client: Client) -> None:
    fake.script = [(422, {"code": "notice-with-media", "detail": "Give `content`."})]
    with pytest.raises(HoedeRefused) as refused:
        client.notice("a-1", "bully", at=AT)
    assert refused.value.code == "notice-with-media"


def test_the_awaited_client_reports_too(fake: FakeHoede) -> None:
    fake.script = [(200, RECEIPT)] * 2

    async def both() -> list[NoticeReceipt]:
        async with AsyncClient(fake.url, "hk_k_s") as client:
            return [await client.notice("a-1", "bully", at=AT), await client.notice_receipt("ntc_1")]

    assert asyncio.run(both()) == [RECEIVED] * 2


def test_an_objection_is_passed_on_with_the_letter_it_is_against(fake: FakeHoede, client: Client) -> None:
    told = {"number": "7K3M-0QWZ-94TA", "received_on": "2026-03-05", "answer_by": "2026-03-19"}
    fake.script = [(503, {}), (200, told), (200, told)]
    receipt = client.appeal("ord_1", "a-1", "Not me.")
    assert receipt == AppealReceipt("7K3M-0QWZ-94TA", date(2026, 3, 5), date(2026, 3, 19))

    async def awaited() -> AppealReceipt:
        async with AsyncClient(fake.url, "hk_k_s") as other:
            return await other.appeal("ord_1", "a-1", "Not me.")

    assert asyncio.run(awaited()) == receipt
    assert {one.path for one in fake.asked} == {"/v1/appeals"}
    assert fake.asked[0].json == {"letter": "ord_1", "account": "a-1", "words": "Not me."}
    assert len({one.headers["idempotency-key"] for one in fake.asked}) == 1


def test_a_hand_over_link_is_another_one_each_time() -> None:
    secret = "whsec_" + "A" * 32
    links = {
        handover_link("https://hoede.example/", [secret], service="plein", subject="a-1", now=AT, locale="nl")
        for _ in range(3)
    }
    assert len(links) == 3
    assert all(
        one.startswith("https://hoede.example/report?h=") and one.endswith("&lang=nl") for one in links
    )


def test_an_event_without_media_is_sent_as_json(fake: FakeHoede, client: Client) -> None:
    fake.script = [ALLOW]
    assert EventAnswer(Answer.ALLOW) == client.send_event(EVENT)
    assert fake.asked[0].headers["content-type"] == "application/json"
    told = fake.asked[0].json
    assert (told["kind"], told["channel"], told["to"]) == ("upload", "public", [])
    assert datetime.fromisoformat(told["at"]) == AT


def test_media_follows_the_event_in_a_multipart_body(fake: FakeHoede, client: Client) -> None:
    fake.script = [(200, {"answer": "hold", "hold": "ord_1"})]
    assert EventAnswer(Answer.HOLD, "ord_1") == client.send_event(EVENT, b"picture")
    event, media = fake.asked[0].parts
    assert event[:2] == ("event", "application/json")
    assert json.loads(event[2])["id"] == "e-1"
    assert media == ("media", "image/png", b"picture")


def test_media_may_be_named_by_its_address(fake: FakeHoede, client: Client) -> None:
    fake.script = [ALLOW, ALLOW]
    client.send_event(EVENT, media_url="https://cdn.plein.example/c-1")
    client.send_event(EVENT)
    assert fake.asked[0].headers["content-type"] == "application/json"
    assert fake.asked[0].json == fake.asked[1].json | {"media_url": "https://cdn.plein.example/c-1"}
    assert fake.asked[0].headers["idempotency-key"] == fake.asked[1].headers["idempotency-key"]


def test_media_that_comes_along_has_no_address_too(client: Client) -> None:
    with pytest.raises(ValueError, match="not both"):
        client.send_event(EVENT, b"picture", media_url="https://cdn.plein.example/c-1")


def test_media_that_cannot_be_fetched_is_no_answer(fake: FakeHoede, client: Client) -> None:
    fake.script = [(502, {"code": "fetch-failed", "detail": "The host broke off."})] * 3
    assert client.send_event(EVENT, media_url="https://cdn.plein.example/c-1") == UNSURE


@pytest.mark.parametrize(("media_url", "timeout_s"), [(None, 5.0), ("https://cdn.plein.example/c-1", 15.0)])
def test_fetching_is_waited_for_on_top(media_url: str | None, timeout_s: float) -> None:
    retries = calls.Retries(1, lambda: 0.0)
    call = calls.advance(calls.send_event(EVENT, None, media_url, key=None, retries=retries), None)
    assert isinstance(call, calls.Call)
    assert calls.http_parts(call, "hk_k_s", 5.0)["timeout"] == timeout_s


def test_a_file_is_streamed_and_never_read_whole(fake: FakeHoede, client: Client, tmp_path: Path) -> None:
    fake.script = [ALLOW]
    file = tmp_path / "film"
    with file.open("wb") as out:
        out.truncate(24_000_000)
    tracemalloc.start()
    answer = client.send_event(EVENT, file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.answer is Answer.ALLOW
    assert peak < 6_000_000


def test_another_event_under_the_same_id_is_refused_at_once(fake: FakeHoede, client: Client) -> None:
    fake.script = [DIFFERS, ALLOW]
    with pytest.raises(HoedeRefused, match="used once"):
        client.send_event(EVENT)


def test_media_that_cannot_be_sent_twice_is_refused(client: Client) -> None:
    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(ValueError, match="seekable"):
        client.send_event(EVENT, Pipe(b"picture"))


BUSY = (409, {"code": "idempotency-key-busy", "detail": "Wait."})
DIFFERS = (409, {"code": "event-differs", "detail": "An event's id is used once."})


@pytest.mark.parametrize("first", [DROPPED, (408, {}), BUSY, (425, {}), (429, {}), (500, {}), (503, {})])
def test_what_may_fare_better_is_tried_again(fake: FakeHoede, client: Client, first: tuple[int, Any]) -> None:
    fake.script = [first, ALLOW]
    assert client.send_event(EVENT).certain


def test_every_try_is_the_same_request(fake: FakeHoede, client: Client) -> None:
    fake.script = [(503, {}), DROPPED, ALLOW]
    client.send_event(EVENT, BytesIO(b"picture"))
    assert len(fake.asked) == 3
    assert {asked.body for asked in fake.asked} == {fake.asked[0].body}
    assert {asked.headers["idempotency-key"] for asked in fake.asked} == {
        fake.asked[0].headers["idempotency-key"]
    }


def test_the_same_event_sent_later_is_the_same_request(fake: FakeHoede, client: Client) -> None:
    fake.script = [ALLOW, ALLOW]
    client.send_event(EVENT, b"picture")
    with Client(fake.url, "hk_k_s") as another:
        another.send_event(EVENT, b"picture")
    first, second = fake.asked
    assert first.body == second.body
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_an_uploader_cannot_foresee_the_boundary(fake: FakeHoede, client: Client) -> None:
    fake.script = [ALLOW, ALLOW]
    client.send_event(EVENT, b"picture")
    with Client(fake.url, "hk_k_other") as another:
        another.send_event(EVENT, b"picture")
    assert fake.asked[0].headers["content-type"] != fake.asked[1].headers["content-type"]


def test_waits_grow_and_are_short(fake: FakeHoede, client: Client, waits: list[float]) -> None:
    client.send_event(EVENT)
    assert waits == pytest.approx([0.2, 0.4])


def test_a_wait_that_hoede_asks_for_is_kept_up_to_a_limit(
    fake: FakeHoede, client: Client, waits: list[float]
) -> None:
    fake.script, fake.headers = [(429, {})], {"Retry-After": "3600"}
    client.send_event(EVENT)
    assert waits[0] == pytest.approx(5.0)


@pytest.mark.parametrize(
    "script",
    [
        [DROPPED] * 3,
        [(503, {})] * 3,
        [(200, b"<html>a proxy</html>")] * 3,
        [(200, {"answer": "maybe"})] * 3,
        [(200, [])] * 3,
    ],
)
def test_without_an_answer_content_is_held(
    fake: FakeHoede, client: Client, script: list[tuple[int, Any]]
) -> None:
    fake.script = script
    assert client.send_event(EVENT) == UNSURE
    assert len(fake.asked) == 3


def test_a_slow_answer_holds(fake: FakeHoede, client: Client) -> None:
    fake.slow.set()
    assert client.send_event(EVENT) == UNSURE


def test_nobody_there_holds(waits: list[float]) -> None:
    with Client("http://127.0.0.1:9", "hk_k_s", sleep=waits.append) as client:
        assert client.send_event(EVENT, b"picture") == UNSURE


def test_a_refusal_is_raised_at_once_with_its_code(fake: FakeHoede, client: Client) -> None:
    fake.script = [(401, {"code": "key-refused", "detail": "This key is not valid."})]
    with pytest.raises(HoedeRefused) as refused:
        client.send_event(EVENT)
    assert (refused.value.code, refused.value.detail, refused.value.status) == (
        "key-refused",
        "This key is not valid.",
        401,
    )
    assert len(fake.asked) == 1


def test_a_refusal_in_other_words_keeps_its_status(fake: FakeHoede, client: Client) -> None:
    fake.script = [(404, b"not here")]
    with pytest.raises(HoedeRefused) as refused:
        client.send_receipt("ord_1")
    assert refused.value.code == "http-404"


def test_a_receipt_says_done_or_why_not(fake: FakeHoede, client: Client) -> None:
    fake.script = [(200, {"order": "ord_1", "state": "open"}), (200, {"order": "ord_1", "state": "done"})]
    assert client.send_receipt("ord_1", done=False, reason="gone") is OrderState.OPEN
    assert client.send_receipt("ord_1") is OrderState.DONE
    assert [asked.json for asked in fake.asked] == [
        {"done": False, "reason": "gone"},
        {"done": True, "reason": None},
    ]
    assert fake.asked[0].headers["idempotency-key"] != fake.asked[1].headers["idempotency-key"]


def test_accounts_and_receipts_say_when_hoede_is_away(client: Client) -> None:
    with pytest.raises(HoedeUnavailable):
        client.send_receipt("ord_1")
    with pytest.raises(HoedeUnavailable):
        client.put_account("a-1")


def test_the_awaited_client_does_the_same(fake: FakeHoede, tmp_path: Path) -> None:
    file = tmp_path / "picture"
    file.write_bytes(b"picture")
    fake.script = [(200, {"age_band": "13-15"}), (503, {}), ALLOW, (200, {"state": "done"})]
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    async def talk() -> tuple[AgeBand, EventAnswer, OrderState]:
        async with AsyncClient(fake.url, "hk_k_s", sleep=nap, random=lambda: 0.0) as client:
            band = await client.put_account("a-1")
            return band, await client.send_event(EVENT, file), await client.send_receipt("ord_1")

    assert asyncio.run(talk()) == (AgeBand.FROM_13, EventAnswer(Answer.ALLOW), OrderState.DONE)
    assert naps == pytest.approx([0.1])
    assert fake.asked[2].parts[1] == ("media", "image/png", b"picture")
