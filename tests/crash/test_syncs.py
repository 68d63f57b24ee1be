"""What SIGKILL cannot show: that everything an answer promises was synced to disk before the answer left.

The system calls of a whole `serve` are traced while one picture is held and carried out.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hoede.bench.crash.harness import Harness, answers, harness

STRACE = shutil.which("strace")
ALONE = Path(__file__).with_name("serve_alone.py")
CALLS = "fsync,fdatasync,pwrite64,write,sendto,sendmsg,rename,link,linkat,unlink"
# 123 12:00:00.000001 fdatasync(7</data/hoede.sqlite-wal>) = 0     or the same in two lines when interrupted
LINE = re.compile(r"^(?P<pid>\d+) +(?P<rest>.*)$")

pytestmark = pytest.mark.skipif(
    STRACE is None and os.environ.get("CI") != "true", reason="no strace; ./check crash installs it"
)


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The system calls of a `serve` that held one picture, in the order in which they ended."""
    folder = tmp_path_factory.mktemp("syncs")
    with harness(folder, 1) as run:
        config, out = folder / "config.json", folder / "trace"
        config.write_text(json.dumps(run.config))
        command = [STRACE or "strace", "-D", "-f", "-y", "-s", "120", "-e", f"trace={CALLS}", "-o", str(out)]
        with subprocess.Popen([*command, sys.executable, str(ALONE), str(config)]) as process:  # noqa: S603 - ours
            _play(run)
            process.send_signal(signal.SIGTERM)
        over = re.compile(rf"^{process.pid} +\+\+\+", re.MULTILINE)
        _until(lambda: over.search(out.read_text(errors="replace")) is not None)
        return _ended(out.read_text(errors="replace").splitlines())


def _play(run: Harness) -> None:
    _until(lambda: answers(run.url))
    upload = run.upload("account-1")
    run.tell_all([run.url])
    assert upload.acknowledged
    _until(lambda: bool(run.platform.ledger.done("remove")))


def _until(so: Callable[[], bool], within_s: float = 60) -> None:
    end = time.monotonic() + within_s
    while not so():
        assert time.monotonic() < end
        time.sleep(0.05)


def _ended(lines: list[str]) -> list[str]:
    """Whole calls, each at the place where it returned."""
    begun: dict[str, str] = {}
    whole = []
    for line in lines:
        found = LINE.match(line)
        if not found:
            continue
        pid, rest = found["pid"], found["rest"]
        if rest.endswith("<unfinished ...>"):
            begun[pid] = rest.removesuffix("<unfinished ...>")
        elif rest.startswith("<..."):
            whole.append(begun.pop(pid, "") + rest)
        else:
            whole.append(rest)
    return whole


def place(trace: list[str], wanted: str, *, before: int | None = None, last: bool = False) -> int:
    """Where a call stands that matches; the last one before a place when asked so."""
    found = [at for at, call in enumerate(trace[:before]) if re.search(wanted, call)]
    assert found, f"no call matches {wanted}"
    return found[-1] if last else found[0]


def test_the_database_is_synced_after_its_last_write_and_before_the_answer(trace: list[str]) -> None:
    answer = place(trace, r'send(to|msg)\(.*\\"answer\\":\\"hold\\"|write\(.*\\"answer\\":\\"hold\\"')
    wrote = place(trace, r"pwrite64\(\d+<[^>]*sqlite-wal>", before=answer, last=True)
    synced = place(trace, r"(fdatasync|fsync)\(\d+<[^>]*sqlite-wal>", before=answer, last=True)
    assert wrote < synced < answer


def test_the_copy_and_its_folder_are_synced_before_the_database_knows_it(trace: list[str]) -> None:
    answer = place(trace, r'\\"answer\\":\\"hold\\"')
    copy = place(trace, r"fsync\(\d+<[^>]*/intake/evi_[^>]*\.part>")
    renamed = place(trace, r"rename\(.*/intake/evi_")
    folder = place(trace, r"fsync\(\d+<[^>]*/intake>", before=answer, last=True)
    synced = place(trace, r"(fdatasync|fsync)\(\d+<[^>]*sqlite-wal>", before=answer, last=True)
    assert copy < renamed < folder < synced < answer


def test_an_object_has_its_final_name_on_disk_before_the_first_one_goes(trace: list[str]) -> None:
    named = place(trace, r"link(at)?\(.*/objects/evi_")
    folder = place(trace, r"fsync\(\d+<[^>]*/objects>", last=True)
    gone = place(trace, r"unlink\(.*/intake/evi_")
    assert named < folder
    assert any(
        named < at < gone for at, call in enumerate(trace) if re.search(r"fsync\(\d+<[^>]*/objects>", call)
    )


def test_the_removal_is_sent_after_the_seal_is_synced(trace: list[str]) -> None:
    removal = place(trace, r"order\.remove")
    sealed = place(trace, r"unlink\(.*/intake/evi_")
    synced = [
        at
        for at, call in enumerate(trace)
        if sealed < at < removal and re.search(r"(fdatasync|fsync)\(\d+<[^>]*sqlite-wal>", call)
    ]
    assert synced
