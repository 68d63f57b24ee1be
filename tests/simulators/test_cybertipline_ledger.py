"""The ledger: what was answered is in it, through expiry, restarts and kills."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import md5, sha256
from pathlib import Path

import httpx2
import pytest
from lxml import etree

from hoede.simulators.cybertipline import (
    Settings,
    SimReport,
    Simulator,
    State,
    VirtualClock,
    allow_file,
    reports,
)
from hoede.simulators.cybertipline.settings import AllowListError


def told(answer: httpx2.Response, path: str) -> str | None:
    return etree.fromstring(answer.content).findtext(path)


def _open(api: httpx2.Client, report: str) -> str:
    return told(api.post("/submit", content=report), "reportId") or ""


@pytest.mark.parametrize(
    ("uploaded_after_h", "finished_after_h", "is_over"),
    [
        (None, 23.9, False),
        (None, 24, True),  # 24 hours after opening
        (1, 23.9, False),  # an early upload does not shorten it
        (1, 24, True),
        (23.5, 24.4, False),  # a late one gives an hour more
        (23.5, 24.5, True),
    ],
)
def test_an_unfinished_report_is_deleted_in_time(
    now: datetime,
    uploaded_after_h: float | None,
    finished_after_h: float,
    is_over: bool,  # noqa: FBT001 - a column of the table
) -> None:
    uploaded = None if uploaded_after_h is None else now + timedelta(hours=uploaded_after_h)
    report = SimReport(7, "rehearsal", State.OPEN, "<report/>", now, touched_at=uploaded)

    assert (report.expires_at <= now + timedelta(hours=finished_after_h)) == is_over


def test_a_late_upload_gives_an_hour_more(sim: Simulator, api: httpx2.Client, report: str) -> None:
    early, late = _open(api, report), _open(api, report)
    sim.advance(timedelta(hours=23, minutes=30))
    api.post("/upload", data={"id": late}, files={"file": b"a test card, nothing else"})
    sim.advance(timedelta(minutes=31))

    codes = [told(api.post("/finish", data={"id": number}), "responseCode") for number in (early, late)]

    assert codes == ["5001", "0"]


def test_expiry_is_in_the_ledger_as_soon_as_the_clock_moved(
    sim: Simulator, api: httpx2.Client, report: str
) -> None:
    _open(api, report)
    finished = _open(api, report)
    api.post("/finish", data={"id": finished})

    api.post(f"{sim.url}/admin/clock", json={"seconds": 86_400})

    assert [kept.state for kept in reports(sim.ledger)] == [State.EXPIRED, State.FINISHED]


def test_the_clock_only_moves_ahead(sim: Simulator, api: httpx2.Client) -> None:
    before = api.get(f"{sim.url}/admin/clock").json()

    answer = api.post(f"{sim.url}/admin/clock", json={"seconds": -1})

    assert (answer.status_code, api.get(f"{sim.url}/admin/clock").json()) == (400, before)


def test_after_a_restart_everything_is_as_it_was(
    sim: Simulator, api: httpx2.Client, report: str, details: Callable[[int, str, str], str]
) -> None:
    first, second = _open(api, report), _open(api, report)
    card = b"a test card, nothing else"
    file_id = told(api.post("/upload", data={"id": first}, files={"file": card}), "fileId") or ""
    api.post("/fileinfo", content=details(int(first), file_id, ""))
    api.post("/retract", data={"id": second})
    before = sim.reports()

    sim.stop()
    sim.start()

    assert sim.reports() == before
    assert [kept.state for kept in before] == [State.OPEN, State.RETRACTED]
    assert before[0].files[0].md5 == md5(card, usedforsecurity=False).hexdigest()
    assert told(api.post("/finish", data={"id": first}), "files/fileId") == file_id
    assert int(_open(api, report)) == int(second) + 1


def test_a_torn_last_line_was_never_answered_and_is_cut_off(
    sim: Simulator, api: httpx2.Client, report: str
) -> None:
    number = _open(api, report)
    sim.stop()
    with sim.ledger.open("ab") as ledger:
        ledger.write(b'{"act": "finished", "rep')

    assert [kept.state for kept in sim.reports()] == [State.OPEN]
    sim.start()
    assert told(api.post("/finish", data={"id": number}), "responseCode") == "0"
    assert [kept.state for kept in sim.reports()] == [State.FINISHED]


def test_after_a_restart_the_clock_does_not_lag_the_ledger(
    tmp_path: Path, report: str, now: datetime
) -> None:
    ahead, behind = VirtualClock(lambda: now + timedelta(days=3)), VirtualClock(lambda: now)
    with Simulator(Settings(), tmp_path / "ledger.jsonl", clock=ahead) as sim:
        httpx2.post(
            f"{sim.api}/submit",
            content=report,
            auth=("rehearsal", "rehearsal"),
            headers={"content-type": "text/xml"},
            trust_env=False,
        )

    with Simulator(Settings(), tmp_path / "ledger.jsonl", clock=behind) as sim:
        assert sim.clock.now() == now + timedelta(days=3)


def test_no_ledger_yet_means_no_reports(tmp_path: Path) -> None:
    assert reports(tmp_path / "none.jsonl") == []


def test_each_line_is_json_with_digests_and_the_xml(sim: Simulator, api: httpx2.Client, report: str) -> None:
    card = b"a test card, nothing else"
    number = _open(api, report)
    api.post("/upload", data={"id": number}, files={"file": card})

    opened, uploaded = map(json.loads, sim.ledger.read_text().splitlines())

    assert (opened["act"], opened["login"], opened["xml"]) == ("submitted", "rehearsal", report)
    assert (uploaded["sha256"], uploaded["size"]) == (sha256(card).hexdigest(), len(card))


def test_as_a_program_it_serves_and_a_kill_loses_nothing(tmp_path: Path, report: str) -> None:
    allow, ledger = tmp_path / "allow.txt", tmp_path / "ledger.jsonl"
    allow.write_text(f"# synthetic\n{sha256(b'card').hexdigest()}  card.png\n")
    command = [
        sys.executable,
        "-m",
        "hoede.simulators.cybertipline",
        "--ledger",
        str(ledger),
        "--allow",
        str(allow),
    ]
    past = datetime.now(UTC).isoformat(timespec="seconds")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:  # noqa: S603 - our own program
        assert program.stdout is not None
        served = json.loads(program.stdout.readline())
        with httpx2.Client(
            base_url=served["api"], auth=("rehearsal", "rehearsal"), trust_env=False
        ) as client:
            xml = report.replace("2026-01-15T11:59:00Z", past)
            answer = client.post("/submit", content=xml, headers={"content-type": "text/xml"})
        program.send_signal(signal.SIGKILL)

    assert [str(kept.id) for kept in reports(ledger)] == [told(answer, "reportId")]


@pytest.mark.parametrize("line", ["abc", "g" * 64, "0" * 63])
def test_an_allow_list_with_a_bad_line_is_refused_by_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "allow.txt"
    path.write_text(f"{'0' * 64}\n\n{line}\n")

    with pytest.raises(AllowListError, match="line 3"):
        allow_file(path)


def test_a_taken_port_is_an_error_and_nothing_is_opened(sim: Simulator, tmp_path: Path) -> None:
    second = Simulator(Settings(), tmp_path / "second.jsonl", port=sim.port)

    with pytest.raises(OSError, match="in use"):
        second.start()

    assert not second.ledger.exists()


def test_what_the_disk_does_not_take_is_not_acknowledged(
    sim: Simulator, api: httpx2.Client, report: str
) -> None:
    assert sim._opened is not None
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, sim._opened._file)
    os.close(full)

    answer = api.post("/submit", content=report)

    assert (answer.status_code, told(answer, "responseCode")) == (500, "1100")
    assert sim.reports() == []
