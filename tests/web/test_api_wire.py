"""The bytes themselves, on a real server: cut connections, lying lengths, uploads without end."""

import json
import select
import socket
import tracemalloc
from collections.abc import Iterator
from http.client import HTTPResponse

import httpx2
import pytest
from tests.parts import fresh, serving
from tests.web.api import ALLOWED, Api, event, read
from tests.web.conftest import OpenApi

from hoede.simulators.pictures import test_card as the_card

PIECE = bytes(64 * 1024)
MIB = 1024 * 1024
PATIENCE_S = 10


def form(told: dict[str, str], media: bytes) -> bytes:
    head = b'--line\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
    return (
        head % b"event" + json.dumps(told).encode() + b"\r\n" + head % b"media" + media + b"\r\n--line--\r\n"
    )


def head(api: Api, *more: str) -> bytes:
    lines = [
        "POST /v1/events HTTP/1.1",
        "Host: hoede",
        "Content-Type: multipart/form-data; boundary=line",
        *(f"{name}: {value}" for name, value in api.headers().items()),
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@pytest.fixture
def line(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
        yield connection


def answer_of(line: socket.socket) -> tuple[int, bytes]:
    answer = HTTPResponse(line)
    answer.begin()
    return answer.status, answer.read()


def told_of(answer: tuple[int, bytes]) -> tuple[int, str]:
    return answer[0], json.loads(answer[1])["code"]


@pytest.mark.parametrize("cut", [1, 100, 1000])
def test_a_connection_cut_in_the_middle_keeps_nothing_and_the_event_can_be_sent_again(
    api: Api, port: int, line: socket.socket, cut: int
) -> None:
    told = event()
    body = form(told, the_card())

    line.sendall(head(api, f"Content-Length: {len(body)}") + body[:-cut])
    line.close()

    assert api.kept(told["id"]) is None
    assert read(_send(api, port, body)).body["answer"] == "hold"


def _send(api: Api, port: int, body: bytes | Iterator[bytes]) -> httpx2.Response:
    headers = api.headers() | {"content-type": "multipart/form-data; boundary=line"}
    return httpx2.post(
        f"http://127.0.0.1:{port}/v1/events", content=body, headers=headers, timeout=PATIENCE_S
    )


def test_a_length_shorter_than_the_body_is_a_truncated_body(api: Api, line: socket.socket) -> None:
    told = event()
    body = form(told, the_card())

    line.sendall(head(api, f"Content-Length: {len(body) - 50}") + body)

    assert (told_of(answer_of(line)), api.kept(told["id"])) == ((400, "body-truncated"), None)


def test_a_length_longer_than_the_body_keeps_nothing(api: Api, line: socket.socket) -> None:
    told = event()
    body = form(told, the_card())

    line.sendall(head(api, f"Content-Length: {len(body) + 50}") + body)
    line.shutdown(socket.SHUT_WR)
    line.recv(65536)  # whatever is said: nobody knows whether those 50 bytes were the picture's

    assert api.kept(told["id"]) is None


@pytest.mark.parametrize("length", ["-1", "many", "1e3", "12, 13"])
def test_a_length_that_is_no_number_is_refused(api: Api, line: socket.socket, length: str) -> None:
    line.sendall(head(api, f"Content-Length: {length}"))

    assert answer_of(line)[0] == 400


def test_a_body_in_chunks_that_ends_early_keeps_nothing(api: Api, line: socket.socket) -> None:
    told = event()
    body = form(told, the_card())
    chunk = b"%x\r\n%s\r\n" % (len(body) - 200, body[:-200])

    line.sendall(head(api, "Transfer-Encoding: chunked") + chunk + b"0\r\n\r\n")

    assert (told_of(answer_of(line)), api.kept(told["id"])) == ((400, "body-truncated"), None)


def test_a_chunk_size_that_is_none_is_refused(api: Api, line: socket.socket) -> None:
    line.sendall(head(api, "Transfer-Encoding: chunked") + b"zz\r\n")

    assert answer_of(line)[0] == 400


def test_an_upload_without_end_is_refused_while_it_still_comes(open_api: OpenApi) -> None:
    api, sent = open_api(media_most_bytes=MIB), 0
    start = form(event(), b"").removesuffix(b"\r\n--line--\r\n")

    with serving(api.hoede) as port, socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(head(api, "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(start), start))
        while not select.select([line], [], [], 0)[0]:
            line.sendall(b"%x\r\n%s\r\n" % (len(PIECE), PIECE))
            sent += len(PIECE)
        answer = told_of(answer_of(line))

    assert answer == (413, "media-too-large")
    assert sent < 32 * MIB  # what the sockets' own buffers take


def test_what_is_too_large_is_not_kept(open_api: OpenApi) -> None:
    api, told = open_api(media_most_bytes=MIB), event()

    answer = api.tell(told, bytes(MIB + 1))

    assert (answer.said, api.kept(told["id"])) == ((413, "media-too-large"), None)


def test_what_is_exactly_as_large_as_may_be_is_taken(open_api: OpenApi) -> None:
    assert open_api(media_most_bytes=MIB).tell(event(), bytes(MIB)).body == ALLOWED


def test_a_large_upload_is_never_whole_in_memory(api: Api, port: int) -> None:
    whole = form(event(), b"|").partition(b"|")

    def body() -> Iterator[bytes]:
        yield whole[0]
        yield from (PIECE for _ in range(32 * MIB // len(PIECE)))
        yield whole[2]

    tracemalloc.start()
    answer = _send(api, port, body())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert read(answer).body == ALLOWED
    assert peak < 8 * MIB


def test_while_a_large_upload_comes_in_others_are_answered(api: Api, port: int, line: socket.socket) -> None:
    line.sendall(head(api, "Content-Length: 1000000") + form(event(), b"slow")[:100])

    answer = httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE_S)

    assert answer.json() == {"alive": True}


def test_two_requests_on_one_connection_are_both_answered(api: Api, port: int) -> None:
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=api.headers(fresh("key"))) as client:
        told = [event(kind="comment", text="one"), event(kind="comment", text="two")]
        said = [
            client.post("/v1/events", json=one, headers={"idempotency-key": fresh("key")}).json()
            for one in told
        ]

    assert said == [ALLOWED, ALLOWED]
