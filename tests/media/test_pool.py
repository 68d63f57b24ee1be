"""A child that was taken over: whatever it says, it costs its file and nothing else."""

import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from tests.media.forging import PNG

from hoede.app.tables import read_tables
from hoede.media import CHILD, Level, Limits, MediaRefused, MediaTooMuch, MediaUnreadable, Pool, Reader
from hoede.media.pool import REQUESTS_EACH
from hoede.media.sandbox import Child
from hoede.media.wire import MOST_BYTES, MOST_TEXT_BYTES, receive, send

LIMITS = Limits(seconds=1)


@contextmanager
def taken_over(says: Callable[[socket.socket], object]) -> Iterator[Reader]:
    """A reader whose first child answers every file as it likes; its next child is a good one."""
    reader = Reader(pool=Pool(CHILD, LIMITS, 1), forms=read_tables().forms, limits=LIMITS)
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(["sleep", "60"])  # noqa: S607 - only so that there is something to end
    reader.pool._places[0].child = Child(process, ours, Level.NONE, decodes_video=False)

    def answer() -> None:
        with suppress(OSError), theirs:
            receive(theirs)
            says(theirs)

    rogue = threading.Thread(target=answer)
    rogue.start()
    try:
        yield reader
    finally:
        reader.close()
        process.wait()
        rogue.join()


def look(reader: Reader) -> int:
    """How many frames there are in a harmless picture."""
    with tempfile.TemporaryFile() as file:
        file.write(PNG)
        file.flush()
        return len(reader.look(file.fileno()).frames)


FRAME = {
    "width": 1,
    "height": 1,
    "pdq": 1,
    "quality": 0,
    "place": 0,
    "rgb": 0,
    "rgb_width": 0,
    "rgb_height": 0,
}
NONSENSE = [
    {},
    {"frames": 7},
    {"frames": [7]},
    {"frames": [{"pdq": 1}]},
    {"frames": [FRAME | {"pdq": "many"}]},
    {"frames": [FRAME | {"colour": "red"}]},
    {"refused": ["no"]},
    {"refused": "a code nobody knows", "detail": 7},
]


@pytest.mark.parametrize("said", NONSENSE, ids=json.dumps)
def test_what_makes_no_sense_is_a_file_that_broke_the_decoder(said: object) -> None:
    with taken_over(lambda line: send(line, said)) as reader, pytest.raises(MediaUnreadable):
        look(reader)


BROKEN = [
    b"",
    b"HTTP/1.1 200 OK\r\n\r\n",
    struct.pack(">II", 2, 0) + b"no",
    struct.pack(">II", 2, 0) + b"[]",
    struct.pack(">II", MOST_TEXT_BYTES + 1, 0),
    struct.pack(">II", 2, MOST_BYTES + 1),
]


@pytest.mark.parametrize("said", BROKEN)
def test_what_is_no_message_ends_the_child_and_the_next_one_looks(said: bytes) -> None:
    with taken_over(lambda line: line.sendall(said)) as reader:
        rogue = reader.pool.warm().process
        assert look(reader) == 1
        assert rogue.poll() is not None


def test_a_child_that_says_for_ever_that_it_is_at_work_is_ended() -> None:
    def beat(line: socket.socket) -> None:
        while True:
            send(line, {"beat": 1})

    with taken_over(beat) as reader, pytest.raises(MediaTooMuch, match="takes longer"):
        look(reader)


def test_a_reason_it_makes_up_is_text_and_nothing_more() -> None:
    with (
        taken_over(lambda line: send(line, {"refused": "media-too-much", "detail": {"a": 1}})) as reader,
        pytest.raises(MediaRefused) as refused,
    ):
        look(reader)
    assert (refused.value.code, refused.value.detail) == ("media-too-much", "{'a': 1}")


def test_asking_who_is_there_wears_no_child_out() -> None:
    reader = Reader(pool=Pool(CHILD, Limits(), 1), forms=read_tables().forms, limits=Limits())
    first = reader.pool.warm().process.pid
    for _ in range(REQUESTS_EACH + 1):
        reader.sandbox()
    assert reader.pool.warm().process.pid == first
    reader.close()


STUMBLES = """
import contextlib, tempfile
from hoede.media import CHILD, Limits, MediaUnreadable, Pool
pool = Pool(CHILD, Limits(), 1)
with tempfile.TemporaryFile() as file, contextlib.suppress(MediaUnreadable):
    pool.ask({"job": "something it does not know"}, file.fileno(), 5)
    raise SystemExit("it knew")
pool.close()
"""


def test_a_child_that_stumbles_says_so_to_nobody() -> None:
    """What a decoder complains of may quote what it read, and our own output is kept."""
    ran = subprocess.run([sys.executable, "-c", STUMBLES], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert (ran.returncode, ran.stderr) == (0, "")
