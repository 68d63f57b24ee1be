"""The child that fetches is confined, and when it dies or hangs one fetch fails and the next one does not."""

import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import pytest
from tests.media import probe
from tests.media.far import BODY, Far, answer, hangs, head, says
from tests.media.fetching import Fetch

from hoede.media import FETCHER, AddressRefused, Level, Limits, Pool
from hoede.media.fetcher import CALLS
from hoede.media.sandbox import Child
from hoede.media.wire import Closed, hear, receive, send

FetchFrom = Callable[..., Fetch]


@pytest.fixture
def own() -> Iterator[Pool]:
    """A child of this test's own, warm, to be hurt."""
    pool = Pool(FETCHER, Limits(memory_mb=128), 1)
    pool.warm()
    yield pool
    pool.close()


def family(pid: int) -> list[int]:
    """This process and all below it: the sandbox, and who sits in it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def hit(processes: list[int], how: signal.Signals) -> None:
    for pid in reversed(processes):
        with suppress(ProcessLookupError):
            os.kill(pid, how)


def test_it_is_confined_by_a_filter_and_has_a_network_of_its_own(own: Pool) -> None:
    child = own.warm()
    if child.level is not Level.BUBBLEWRAP:
        pytest.skip("no bubblewrap here")
    inside = Path(f"/proc/{family(child.process.pid)[-1]}")
    networks = [one.partition(":")[0].strip() for one in (inside / "net/dev").read_text().splitlines()[2:]]

    assert "\nSeccomp:\t2\n" in (inside / "status").read_text()
    assert (inside / "ns/net").readlink() != Path("/proc/self/ns/net").readlink()
    assert networks == ["lo"]


def test_without_a_sandbox_around_it_the_filter_alone_keeps_it_from_connecting(tmp_path: Path) -> None:
    could = {name for name, done in probe.tried(tmp_path, CALLS).items() if done}

    assert could == {"thread"}


def test_a_child_that_is_killed_midway_fails_this_fetch_alone(fetch_from: FetchFrom, own: Pool) -> None:
    processes = family(own.warm().process.pid)

    def half(line: socket.socket) -> None:
        line.sendall(head("Content-Length: 22") + BODY[:10])
        hit(processes, signal.SIGKILL)
        line.recv(1)

    with Far(half, says(answer())) as far:
        fetch = fetch_from(far, pool=own)

        assert (fetch.why(), fetch.get()) == ("child", BODY)


def test_a_child_that_hangs_fails_this_fetch_alone(fetch_from: FetchFrom, own: Pool) -> None:
    with Far(says(answer())) as far:
        hit(family(own.warm().process.pid), signal.SIGSTOP)

        assert fetch_from(far, pool=own, within_s=0.1).why() == "too-slow"
        assert fetch_from(far, pool=own).get() == BODY


def test_a_child_that_died_while_it_waited_is_replaced(fetch_from: FetchFrom, own: Pool) -> None:
    before = own.warm().process
    hit(family(before.pid), signal.SIGKILL)
    before.wait()

    with Far(says(answer())) as far:
        fetch = fetch_from(far, pool=own)
        assert (fetch.why(), fetch.get(), own.warm().process.pid == before.pid) == ("child", BODY, False)


def test_a_child_that_cannot_be_started_fails_the_fetch(fetch_from: FetchFrom) -> None:
    nothing = Pool("hoede.media.no_such_module", Limits(), 1)
    with Far(says(answer())) as far:
        assert fetch_from(far, pool=nothing).why() == "child"


def test_a_fetcher_that_is_closed_leaves_no_child(fetch_from: FetchFrom, own: Pool) -> None:
    process = own.warm().process
    fetch_from(None, pool=own, executor=ThreadPoolExecutor(1)).fetcher.close()

    assert process.poll() is not None


class Liar(Pool):
    """Its only child was taken over: it says this, whatever it is asked."""

    def __init__(self, told: object, rest: bytes) -> None:
        super().__init__(FETCHER, Limits(), 1)
        self._said = (told, rest)

    @contextmanager
    def lent(self) -> Iterator[Child]:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            lying = threading.Thread(target=self._lie, args=(theirs,))
            lying.start()
            try:
                yield Child(cast("Any", None), ours, Level.NONE, decodes_video=False)
            finally:
                ours.shutdown(socket.SHUT_RDWR)
                lying.join()

    def _lie(self, line: socket.socket) -> None:
        with suppress(OSError):
            send(line, *self._said)


LIES = [
    ({}, b""),
    ({"trouble": "none there is"}, b""),
    ({"trouble": ["status"]}, b""),
    ({"trouble": None}, b""),
    ({"moves": "http://127.0.0.1/"}, b""),
    ("no names", b""),
    (None, b""),
    ({"piece": 1 << 20}, bytes(1 << 20)),  # more than a message has
    ({"whole": 1, "more": "x" * (1 << 20)}, b""),
]


@pytest.mark.parametrize(("told", "rest"), LIES)
def test_a_child_that_lies_is_one_that_broke(fetch_from: FetchFrom, told: object, rest: bytes) -> None:
    with Far(hangs()) as far:
        assert fetch_from(far, pool=Liar(told, rest)).why() == "child"


@pytest.mark.parametrize(
    "place", ["http://127.0.0.1/", "http://169.254.169.254/", "file:///etc/passwd", "\0"]
)
def test_a_child_cannot_send_us_where_a_host_could_not(fetch_from: FetchFrom, place: str) -> None:
    with Far(hangs()) as far:
        fetch = fetch_from(far, pool=Liar({"moved": place}, b""))

        with pytest.raises(AddressRefused):
            fetch.get()
        assert len(fetch.lines.asked) == 1


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(5)
    with closing(ours), closing(theirs):
        yield ours, theirs


def test_a_message_with_a_descriptor_is_none(line: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = line
    before = len(list(Path("/proc/self/fd").iterdir()))
    send(theirs, {"whole": 1}, file=0)

    with pytest.raises(ValueError, match="nobody asked for"):
        hear(ours)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("told", ["no names", ["whole"], None, 7])
def test_a_message_without_names_is_none(line: tuple[socket.socket, socket.socket], told: object) -> None:
    ours, theirs = line
    send(theirs, told)

    with pytest.raises(ValueError, match="without names"):
        hear(ours)


def test_a_message_that_is_larger_than_agreed_is_none(line: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = line
    send(theirs, {"piece": 1000}, bytes(1000))

    with pytest.raises(ValueError, match="too large"):
        hear(ours, 500)


def test_a_message_that_trickles_ends_with_its_time(line: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = line
    text = json.dumps({"whole": 1}).encode()
    theirs.sendall((len(text)).to_bytes(4) + (1000).to_bytes(4) + text + b"x")

    with pytest.raises(TimeoutError):
        hear(ours, ends=0)


def test_a_line_that_is_cut_in_a_message_is_closed(line: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = line
    theirs.sendall(b"\0\0\0\x09")
    theirs.close()

    with pytest.raises(Closed):
        receive(ours)
