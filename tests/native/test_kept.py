"""An index on disk: what was confirmed is there after every end; what is damaged is never believed."""

import resource
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.native.plain_index import PlainIndex, hashes
from tests.native.test_index import ALL, EVERYWHERE, asked_of, same

from hoede import _native

COUNT = 5_000
HEADER, SUM_AT = 4096, 96  # bytes of a snapshot's header, and where its own checksum stands
LOG_HEADER = 32

ADDING = """
import sys
from hoede import _native
index = _native.Index(sys.argv[1])
while True:
    print(index.add(len(index).to_bytes(32, "little")), flush=True)
"""


def opened(folder: Path) -> _native.Index:
    folder.mkdir(exist_ok=True)
    return _native.Index(str(folder))


def filled(folder: Path, count: int) -> PlainIndex:
    """A closed index with a snapshot, a few that came since, and some removed."""
    plain, index = PlainIndex(), opened(folder)
    for rows in (hashes("clustered", count, 1), hashes("clustered", 20, 2)):
        banks = np.zeros(len(rows), np.uint16)
        assert index.add_all(rows, banks) == plain.add(rows, banks)
        gone = np.array([len(plain.hashes) - 1, len(plain.hashes) - 7], np.uint32)
        index.remove(gone)
        plain.gone |= set(gone.tolist())
        if len(plain.hashes) == count:
            index.save()
    return plain


def is_same(folder: Path, plain: PlainIndex) -> bool:
    index = opened(folder)
    there = len(index) == len(plain.hashes) - len(plain.gone)
    return there and same(index, plain, asked_of(plain.hashes, 3, 6), EVERYWHERE)


@settings(max_examples=12)
@given(
    st.lists(st.sampled_from(["one", "many", "remove", "save", "merge", "reopen"]), max_size=9),
    st.integers(0, 99),
)
def test_an_index_is_the_same_when_it_is_opened_again(
    tmp_path_factory: Any, steps: list[str], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("index")
    index, plain = opened(folder), PlainIndex()
    for number, what in enumerate([*steps, "reopen"]):
        rows = hashes("clustered", COUNT if what == "many" else 1, seed + number)
        banks = np.full(len(rows), number, np.uint16)
        if what == "one":
            assert index.add(rows[0].tobytes(), number) == plain.add(rows, banks)
        if what == "many":
            assert index.add_all(rows, banks) == plain.add(rows, banks)
        if what == "remove" and len(index):
            last = max(set(range(len(plain.hashes))) - plain.gone)
            index.remove(np.array([last], np.uint32))
            plain.gone.add(last)
        if what == "save":
            index.save()
        if what == "merge":
            index.merge()
        if what == "reopen":
            del index
            index = opened(folder)
    assert len(index) == len(plain.hashes) - len(plain.gone)
    if len(plain.hashes):
        assert same(index, plain, asked_of(plain.hashes, 3, 4), np.full(12, 31, np.int16))


def test_a_folder_belongs_to_one_at_a_time(tmp_path: Path) -> None:
    index = opened(tmp_path / "index")
    with pytest.raises(RuntimeError, match="one process at a time"):
        opened(tmp_path / "index")
    del index
    assert len(opened(tmp_path / "index")) == 0


def test_what_was_confirmed_is_there_after_a_kill(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    command = [sys.executable, "-c", ADDING, str(tmp_path / "index")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as adding:  # noqa: S603 - ours
        assert adding.stdout is not None
        for _ in range(50):
            confirmed = int(adding.stdout.readline())
        adding.send_signal(signal.SIGKILL)
        confirmed = max(confirmed, *map(int, adding.stdout.read().splitlines()), 0)
    index = opened(tmp_path / "index")
    there = [index.near(number.to_bytes(32, "little"), 0, 1)[0] for number in range(confirmed + 1)]
    assert there == [[(0, number, 0)] for number in range(confirmed + 1)]


def test_a_last_record_that_was_cut_short_was_confirmed_to_nobody_and_goes(tmp_path: Path) -> None:
    index = opened(tmp_path / "index")
    log, ends = tmp_path / "index" / "log-0", []
    for number in range(3):
        index.add(bytes([number]) * 32)
        ends.append(log.stat().st_size)
    del index
    whole = log.read_bytes()
    for cut in range(ends[1], len(whole)):
        log.write_bytes(whole[:cut])
        assert [len(opened(tmp_path / "index")), log.stat().st_size] == [2, ends[1]]
    log.write_bytes(whole[: ends[1]] + bytes(600))  # a file system may have made room that was never written
    assert [len(opened(tmp_path / "index")), log.stat().st_size] == [2, ends[1]]
    assert opened(tmp_path / "index").add(bytes(32)) == 2


def damage(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1 << (at % 8)
    path.write_bytes(content)


@pytest.mark.parametrize("count", [40, COUNT])
def test_a_flipped_bit_anywhere_is_refused_or_changes_nothing(tmp_path: Path, count: int) -> None:
    plain = filled(tmp_path / "index", count)
    assert is_same(tmp_path / "index", plain)
    chance = np.random.default_rng(4)
    refused = 0
    for name in ("snapshot", "log-1"):
        path = tmp_path / "index" / name
        whole = path.read_bytes()
        places = {*range(0, 136, 3), *chance.integers(0, len(whole), 20).tolist()}
        for at in sorted(place for place in places if place < len(whole)):
            damage(path, at)
            try:
                assert is_same(tmp_path / "index", plain), (name, at)
            except _native.Damaged:
                refused += 1
            path.write_bytes(whole)
    assert refused > 50
    assert is_same(tmp_path / "index", plain)


@pytest.mark.parametrize("count", [0, 40, COUNT])
def test_a_snapshot_that_is_cut_off_or_too_long_is_refused(tmp_path: Path, count: int) -> None:
    filled(tmp_path / "index", max(count, 8))
    path = tmp_path / "index" / "snapshot"
    whole = path.read_bytes()
    for content in (b"", whole[:90], whole[:HEADER], whole[:-1], whole + b"\0", whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(_native.Damaged, match=r"snapshot is (cut off|damaged)"):
            opened(tmp_path / "index")


def rewritten(path: Path, at: int, value: bytes, *, header: int = SUM_AT, signed: bool = True) -> None:
    """Another value in a header, whose checksum is made to fit."""
    content = bytearray(path.read_bytes())
    content[at : at + len(value)] = value
    if signed:
        content[header : header + 8] = struct.pack("<Q", _native.checksum(bytes(content[:header])))
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        (
            "snapshot",
            lambda path: rewritten(path, 8, struct.pack("<I", 2)),
            "version 2, and this Hoede reads 1",
        ),
        ("snapshot", lambda path: rewritten(path, 12, struct.pack(">I", 0x01020304)), "another byte order"),
        ("snapshot", lambda path: rewritten(path, 0, b"GIF89a  "), "no such file"),
        ("snapshot", lambda path: rewritten(path, 24, struct.pack("<Q", 41)), "cut off, or has too much"),
        (
            "snapshot",
            lambda path: rewritten(path, 24, struct.pack("<Q", 1 << 60)),
            "cut off, or has too much",
        ),
        ("snapshot", lambda path: rewritten(path, 32, struct.pack("<Q", 3)), "says what cannot be"),
        ("snapshot", lambda path: rewritten(path, 16, struct.pack("<Q", 7)), "log-7 is missing"),
        ("snapshot", lambda path: path.unlink(), "snapshot is missing, and there is a log"),
        ("log-1", lambda path: path.unlink(), "log-1 is missing"),
        ("log-1", lambda path: rewritten(path, 8, struct.pack("<I", 2), header=24), "version 2"),
        ("log-1", lambda path: rewritten(path, 16, struct.pack("<Q", 2), header=24), "another snapshot"),
        ("log-1", lambda path: path.write_bytes(path.read_bytes()[:20]), "cut off in its header"),
    ],
)
def test_what_is_of_another_make_is_refused_with_the_reason(
    tmp_path: Path, name: str, change: Callable[[Path], object], why: str
) -> None:
    filled(tmp_path / "index", 40)
    change(tmp_path / "index" / name)
    with pytest.raises(_native.Damaged, match=why) as raised:
        opened(tmp_path / "index")
    assert "build the index anew" in str(raised.value)


@pytest.mark.parametrize("part", ["starts", "places"])
def test_tables_that_would_lead_outside_are_refused_although_their_checksum_fits(
    tmp_path: Path, part: str
) -> None:
    filled(tmp_path / "index", COUNT)
    path = tmp_path / "index" / "snapshot"
    content = bytearray(path.read_bytes())
    count = struct.unpack_from("<Q", content, 24)[0]
    stride = -(-(count + 32) // 64) * 64
    sizes = [count * 32, count * 4, count * 2, 16 * (65536 + 64) * 4, 16 * stride * 2, 16 * stride * 4]
    begins = [HEADER + sum(-(-size // 64) * 64 for size in sizes[:number]) for number in range(6)]
    number = {"starts": 3, "places": 5}[part]
    struct.pack_into("<I", content, begins[number] + 40, 1 << 30)
    made = _native.checksum(bytes(content[begins[number] : begins[number] + sizes[number]]))
    struct.pack_into("<Q", content, 48 + 8 * number, made)
    path.write_bytes(content)
    rewritten(path, 0, b"")
    with pytest.raises(_native.Damaged, match="says what cannot be"):
        opened(tmp_path / "index")


def test_a_snapshot_that_was_not_finished_leaves_the_old_one_and_both_logs(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    plain = filled(folder, 40)
    kept = {name: (folder / name).read_bytes() for name in ("snapshot", "log-1")}
    index = opened(folder)
    index.save()
    more = hashes("random", 5, 9)
    assert index.add_all(more, np.zeros(5, np.uint16)) == plain.add(more, np.zeros(5, np.uint16))
    del index
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    (folder / "snapshot.new").write_bytes(b"begun")
    assert is_same(folder, plain)
    assert not (folder / "snapshot.new").exists()
    opened(folder).save()
    assert sorted(one.name for one in folder.iterdir()) == ["lock", "log-3", "snapshot"]
    assert is_same(folder, plain)


def test_a_full_disk_confirms_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    index = opened(tmp_path / "index")
    index.add(bytes(32))
    size = (tmp_path / "index" / "log-0").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, hard))
    try:
        with pytest.raises(OSError, match="log-0"):
            index.add(bytes(32))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (len(index), index.add(bytes(32))) == (1, 1)
    del index
    assert opened(tmp_path / "index").near(bytes(32), 0, ALL)[0] == [(0, 0, 0), (0, 1, 0)]


def test_a_folder_that_is_not_there_and_an_index_without_one_say_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="lock"):
        _native.Index(str(tmp_path / "nowhere"))
    with pytest.raises(RuntimeError, match="in memory only"):
        _native.Index().save()


def test_copies_of_a_folder_are_indexes_of_their_own(tmp_path: Path) -> None:
    plain = filled(tmp_path / "index", 40)
    shutil.copytree(tmp_path / "index", tmp_path / "copy")
    assert is_same(tmp_path / "copy", plain)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", 0xEF46DB3751D8E999),  # as published with XXH64
        (b"a", 0xD24EC4F1A98C6E5B),
        (b"abc", 0x44BC2CF5AD770999),
        (b"abcdefghijklmnopqrstuvwxyz" * 3, None),
    ],
)
def test_checksums_are_those_of_xxh64(content: bytes, expected: int | None) -> None:
    assert expected in {None, _native.checksum(content)}
    assert len({_native.checksum(content + bytes([one])) for one in range(256)}) == 256
