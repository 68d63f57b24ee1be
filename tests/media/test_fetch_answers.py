"""What a host answers: only a plain whole file is taken, whatever is said and however slowly."""

import gzip
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

import pytest
from tests.media.far import (
    BODY,
    PATIENCE_S,
    Far,
    Script,
    answer,
    forever,
    half_closed,
    hangs,
    head,
    late,
    moved,
    says,
)
from tests.media.fetching import URL, Fetch

from hoede.media import Fetcher, FetchFailed, MediaTooLarge

FetchFrom = Callable[..., Fetch]

MIB = 1 << 20
BOMB = gzip.compress(bytes(MIB))
CHUNKED = "Transfer-Encoding: chunked"

WHOLE = [
    says(answer()),
    says(head("content-length:   22") + BODY),  # another way to write it
    says(head(CHUNKED) + b"16\r\n" + BODY + b"\r\n0\r\n\r\n"),
    says(head(CHUNKED) + b"b;x=y\r\n" + BODY[:11] + b"\r\nb\r\n" + BODY[11:] + b"\r\n0\r\nX: y\r\n\r\n"),
    says(*(bytes([one]) for one in answer())),  # byte by byte
    says(head("Content-Encoding: identity", "Content-Length: 22") + BODY),
    says(head(status="100 Continue"), head(status="103 Early Hints"), answer()),
    says(answer() + b"and more than was said"),
    says(b"HTTP/1.0 200 OK\r\nContent-Length: 22\r\n\r\n" + BODY),
    says(answer(BODY, "Content-Type: text/html", "Set-Cookie: a=b", "Link: <http://127.0.0.1/>")),
    says(answer(BODY, "Alt-Svc: h3=127.0.0.1:443", "Refresh: 0; url=http://127.0.0.1/")),
]

NOT_WHOLE: list[tuple[Script, str]] = [
    (says(head("Content-Length: 23") + BODY), "cut-off"),  # says more than it gives
    (says(head("Content-Length: 1000000") + BODY), "cut-off"),
    (says(head(CHUNKED) + b"17\r\n" + BODY), "cut-off"),
    (says(head(CHUNKED) + b"16\r\n" + BODY + b"\r\n"), "cut-off"),  # all but the end
    (says(head(CHUNKED) + b"16\r\n" + BODY + b"\r\n0\r\n"), "cut-off"),
    (half_closed(head("Content-Length: 23") + BODY), "cut-off"),
    (half_closed(head(CHUNKED) + b"16\r\n" + BODY), "cut-off"),
    (half_closed(b""), "cut-off"),
    (says(b"HTTP/1.1 200 OK\r\nContent-Le"), "cut-off"),
    (says(), "cut-off"),
    (says(head(status="100 Continue")), "cut-off"),
    (says(head() + BODY), "no-length"),  # half of it would look the same
    (says(b"HTTP/1.0 200 OK\r\n\r\n" + BODY), "no-length"),
    (says(head("Content-Length: 22", "Content-Length: 23") + BODY), "not-http"),
    (says(head("Content-Length: 22, 23") + BODY), "not-http"),
    (says(head("Content-Length: -22") + BODY), "not-http"),
    (says(head("Content-Length: +22") + BODY), "not-http"),
    (says(head("Content-Length: 0x16") + BODY), "not-http"),
    (says(head("Content-Length: " + "9" * 30) + BODY), "not-http"),
    (says(head("Content-Length : 22") + BODY), "not-http"),
    (says(head(CHUNKED) + b"zz\r\n"), "not-http"),
    (says(head(CHUNKED) + b"-1\r\n" + BODY), "not-http"),
    (says(head(CHUNKED) + b"f" * 40 + b"\r\n" + BODY), "not-http"),
    (says(head("Transfer-Encoding: gzip") + BODY), "not-http"),
    (says(head("Transfer-Encoding: gzip, chunked") + BODY), "not-http"),
    (says(head("Transfer-Encoding: chunked, identity") + BODY), "not-http"),
    (says(BODY), "cut-off"),  # nothing but a body
    (says(BODY + b"\r\n\r\n"), "not-http"),
    (says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "not-http"),
    (says(b"220 mail ready\r\n\r\n"), "not-http"),
    (says(b"-ERR unknown command 'GET'\r\n\r\n"), "not-http"),
    (says(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "not-http"),
    (says(b"HTTP/3 200 OK\r\n\r\n"), "not-http"),
    (says(b"HTTP/1.1 2000 OK\r\n\r\n"), "not-http"),
    (says(b"HTTP/1.1 -1 OK\r\n\r\n"), "not-http"),
    (says(head("X: a\0b", "Content-Length: 22") + BODY), "not-http"),
    (says(head("X y: z", "Content-Length: 22") + BODY), "not-http"),
    (says(head("X: " + "y" * 100_000, "Content-Length: 22") + BODY), "not-http"),  # a header that is too long
    (says(head(*(f"X-{one}: y" for one in range(10_000)), "Content-Length: 22")), "not-http"),  # too many
    (says(b"HTTP/1.1 200 " + b"O" * 100_000), "not-http"),
    (forever(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 1000), "not-http"),  # a header without end
    (says(head(CHUNKED) + b"16;" + b"x" * 100_000), "not-http"),  # a chunk's own words without end
    (says(head(status="302 Found")), "not-http"),  # a redirect to nowhere
    (says(head("Location: /a", "Location: /b", status="302 Found")), "not-http"),
    (says(head("Content-Encoding: gzip", f"Content-Length: {len(BOMB)}") + BOMB), "encoded"),
    (says(head("Content-Encoding: GZIP", CHUNKED)), "encoded"),
    (says(head("Content-Encoding: br", "Content-Length: 22") + BODY), "encoded"),
    (says(head("Content-Encoding: identity, gzip", "Content-Length: 22") + BODY), "encoded"),
    (says(head("Content-Encoding: gzip", "Content-Encoding: identity", "Content-Length: 22")), "encoded"),
    (says(head("Content-Encoding: identity", "Content-Encoding: gzip", "Content-Length: 22")), "encoded"),
    (says(head("Content-Encoding:", "Content-Length: 22")), "encoded"),
    *(
        (says(answer(BODY, status=status)), "status")
        for status in ("201 A", "203 B", "206 C", "300 D", "304 E", "305 F", "400 G", "401 H", "404 I")
    ),
    *(
        (says(answer(BODY, status=status)), "status")
        for status in ("416 J", "429 K", "500 L", "503 M", "999 N")
    ),
    (says(head(status="204 No Content")), "status"),
]


@pytest.mark.parametrize("script", WHOLE)
def test_a_whole_file_is_taken_as_it_is(fetch_from: FetchFrom, script: Script) -> None:
    with Far(script) as far:
        assert fetch_from(far).get() == BODY


@pytest.mark.parametrize(("script", "why"), NOT_WHOLE)
def test_anything_else_is_a_failure_with_its_reason(fetch_from: FetchFrom, script: Script, why: str) -> None:
    with Far(script) as far:
        assert (fetch_from(far).why(), far.count) == (why, 1)


def test_after_all_of_them_the_same_child_still_fetches(fetch_from: FetchFrom, plain: Fetcher) -> None:
    child = plain.pool.warm()
    with Far(*(script for script, _ in NOT_WHOLE), says(answer())) as far:
        fetch = fetch_from(far)
        for _ in NOT_WHOLE:
            fetch.why()

        assert (fetch.get(), plain.pool.warm()) == (BODY, child)


def test_a_packed_file_stays_packed(fetch_from: FetchFrom) -> None:
    with Far(says(answer(BOMB))) as far:
        assert fetch_from(far).get() == BOMB


def test_a_file_without_bytes_is_whole_and_empty(fetch_from: FetchFrom) -> None:
    with Far(says(answer(b""))) as far:
        assert fetch_from(far).get() == b""


def test_a_large_file_comes_in_pieces(plain: Fetcher, fetch_from: FetchFrom) -> None:
    got: list[int] = []
    with Far(says(answer(bytes(MIB)))) as far:
        fetch_from(far).fetcher.begin("plein", URL, lambda piece: got.append(len(piece))).result()

    assert (sum(got), max(got) < MIB // 4) == (MIB, True)


def test_what_is_exactly_as_large_as_may_be_is_taken(fetch_from: FetchFrom) -> None:
    with Far(says(answer(BODY))) as far:
        assert fetch_from(far, most_bytes=len(BODY)).get() == BODY


TOO_LARGE = [
    says(answer(BODY)),
    says(head(CHUNKED) + b"16\r\n" + BODY + b"\r\n0\r\n\r\n"),
    says(head(CHUNKED) + b"7fffffff\r\n" + BODY),
    forever(head("Content-Length: 99999999999999999999"), BODY),
    forever(head(CHUNKED), b"16\r\n" + BODY + b"\r\n"),  # a body without end
    forever(head(CHUNKED), b"1\r\nx\r\n"),  # in crumbs
]


@pytest.mark.parametrize("script", TOO_LARGE)
def test_what_is_too_large_is_refused_while_it_still_comes(fetch_from: FetchFrom, script: Script) -> None:
    with Far(script) as far, pytest.raises(MediaTooLarge):
        fetch_from(far, most_bytes=len(BODY) - 1).get()


def test_a_length_that_is_too_large_is_refused_before_a_byte_of_it(fetch_from: FetchFrom) -> None:
    got: list[bytes] = []
    with Far(hangs(head(f"Content-Length: {2 * MIB}"))) as far, pytest.raises(MediaTooLarge):
        fetch_from(far).fetcher.begin("plein", URL, got.append).result()

    assert got == []


SLOW = [
    hangs(),  # takes the connection and says nothing
    hangs(b"HTTP/1.1 200"),
    hangs(head("Content-Length: 23") + BODY),
    hangs(head(CHUNKED) + b"16\r\n" + BODY + b"\r\n"),
    forever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.02),  # a header at a time
    forever(head("Content-Length: 1000"), b"x", 0.02),  # a byte at a time
    forever(head(CHUNKED), b"1\r\nx\r\n", 0.02),
    forever(b"", head(status="100 Continue"), 0.02),
]


@pytest.mark.parametrize("script", SLOW)
def test_what_takes_too_long_ends(fetch_from: FetchFrom, script: Script) -> None:
    with Far(script) as far:
        assert fetch_from(far, within_s=0.15).why() == "too-slow"


@pytest.mark.parametrize("script", SLOW[:4])
def test_silence_ends_sooner_than_the_whole_time(fetch_from: FetchFrom, script: Script) -> None:
    with Far(script) as far:
        assert fetch_from(far, idle_s=0.1).why() == "too-slow"


def test_redirects_do_not_begin_the_time_anew(fetch_from: FetchFrom) -> None:
    with Far(late(moved("/1"), 0.1)) as far:
        assert fetch_from(far, within_s=0.3).why() == "too-slow"


def test_a_name_server_that_takes_too_long_is_left_behind(plain: Fetcher) -> None:
    over = threading.Event()

    def slow(_name: str, _port: int) -> list[str]:
        over.wait(PATIENCE_S)
        return []

    waiting = replace(plain, within_s=0.1, resolve=slow).begin("plein", URL, print)

    assert why_of(waiting) == "too-slow"
    over.set()


def why_of(ended: Future[None]) -> str:
    error = ended.exception()
    return str(error.facts["why"]) if isinstance(error, FetchFailed) else repr(error)


def test_who_waits_too_long_for_a_free_child_is_told(fetch_from: FetchFrom) -> None:
    with Far(hangs()) as far:
        fetch = fetch_from(far, within_s=0.15)
        waiting = [fetch.fetcher.begin("plein", URL, print) for _ in range(4)]

        assert [why_of(one) for one in waiting] == ["too-slow"] * 4


def test_what_the_taker_raises_is_what_comes_of_it(fetch_from: FetchFrom) -> None:
    def full(_piece: bytes) -> None:
        raise OSError(28, "No space left on device")

    with Far(says(answer())) as far, pytest.raises(OSError, match="No space"):
        fetch_from(far).fetcher.begin("plein", URL, full).result()
    with Far(says(answer())) as far:
        assert fetch_from(far).get() == BODY
