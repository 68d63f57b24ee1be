"""The acceptance set: documents of every sort, filed over real HTTP as the authority's documentation says."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from lxml import etree

from hoede.reporting.cybertipline import to_xml
from hoede.reporting.cybertipline.examples import EARLIER, FILE_ID, FILES, ID, REPORTS
from hoede.reporting.transcripts import Written, transcript
from hoede.simulators.cybertipline import Settings, Simulator, State, VirtualClock

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CARD, LINES = b"a test card, nothing else", ("a harmless line", "another one")
XML = {"content-type": "text/xml; charset=utf-8"}


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    allowed = {hashlib.sha256(one).hexdigest() for one in (CARD, *(line.encode() for line in LINES))}
    settings = Settings(allowed=allowed, first_report=int(EARLIER))
    ledger = tmp_path_factory.mktemp("acceptance") / "ledger.jsonl"
    with Simulator(settings, ledger, clock=VirtualClock(lambda: NOW)) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def api(sim: Simulator) -> Iterator[httpx2.Client]:
    """Signed in; the report that examples call the earlier one is finished."""
    with httpx2.Client(base_url=sim.api, auth=("rehearsal", "rehearsal"), trust_env=False) as client:
        earlier = opened(client, "minimal")
        assert earlier == EARLIER
        finish(client, earlier)
        yield client


def code(answer: httpx2.Response) -> int:
    return int(etree.fromstring(answer.content).findtext("responseCode") or -1)


def opened(api: httpx2.Client, name: str) -> str:
    answer = api.post("/submit", content=to_xml(REPORTS[name]), headers=XML)
    assert code(answer) == 0, answer.text
    return etree.fromstring(answer.content).findtext("reportId") or ""


def upload(api: httpx2.Client, report: str, content: bytes) -> httpx2.Response:
    return api.post("/upload", data={"id": report}, files={"file": content})


def sent(api: httpx2.Client, report: str, details: str, content: bytes = CARD) -> None:
    """Upload a file and tell about it as this example does."""
    answer = upload(api, report, content)
    assert code(answer) == 0, answer.text
    file_id = etree.fromstring(answer.content).findtext("fileId") or ""
    body = to_xml(FILES[details]).decode().replace(ID, report).replace(FILE_ID, file_id)
    answer = api.post("/fileinfo", content=body.encode(), headers=XML)
    assert code(answer) == 0, answer.text


def finish(api: httpx2.Client, report: str) -> int:
    return code(api.post("/finish", data={"id": report}))


def state(sim: Simulator, report: str) -> State:
    return next(one.state for one in sim.reports() if one.id == int(report))


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("minimal", ()),
        ("minimal", ("minimal", "legacy-meme")),
        ("maximal", ("maximal",)),
        ("batched", ("batched",)),
        ("supplementary", ()),
        ("text-only", ()),
    ],
)
def test_every_sort_of_report_is_filed(
    sim: Simulator, api: httpx2.Client, name: str, files: tuple[str, ...]
) -> None:
    report = opened(api, name)
    for one in files:
        sent(api, report, one)
    assert (finish(api, report), state(sim, report)) == (0, State.FINISHED)


def lines(*texts: str) -> bytes:
    at = NOW - timedelta(days=1)
    return transcript(
        Written(at=at, sender="a", receivers=("b",), channel="private", content=str(n), text=text)
        for n, text in enumerate(texts)
    )


def test_a_transcript_of_synthetic_lines_goes_with_a_report(sim: Simulator, api: httpx2.Client) -> None:
    report = opened(api, "text-only")
    sent(api, report, "transcript", lines(*LINES))
    assert (finish(api, report), state(sim, report)) == (0, State.FINISHED)


@pytest.mark.parametrize(
    "content", [lines(*LINES, "a line on no list"), lines(), b"at,from,to,channel,content,text\n\xff"]
)
def test_a_transcript_of_anything_else_is_refused(api: httpx2.Client, content: bytes) -> None:
    assert code(upload(api, opened(api, "text-only"), content)) == 4200


def test_a_second_file_of_a_batched_report_must_be_taken_back_and_done_anew(
    sim: Simulator, api: httpx2.Client
) -> None:
    report = opened(api, "batched")
    sent(api, report, "batched")
    assert code(upload(api, report, CARD)) == 0
    assert finish(api, report) == 4100
    assert code(api.post("/retract", data={"id": report})) == 0
    anew = opened(api, "batched")
    sent(api, anew, "batched")
    assert (finish(api, anew), state(sim, report)) == (0, State.RETRACTED)


def test_a_report_that_was_taken_back_takes_nothing_more(api: httpx2.Client) -> None:
    report = opened(api, "minimal")
    assert (
        code(
            api.post(
                "/retract",
                content=f"id={report}",
                headers={"content-type": "application/x-www-form-urlencoded"},
            )
        )
        == 0
    )
    assert (code(upload(api, report, CARD)), finish(api, report)) == (5101, 5101)


def test_an_expired_report_is_gone_and_another_one_is_opened(sim: Simulator, api: httpx2.Client) -> None:
    report = opened(api, "minimal")
    sim.advance(timedelta(hours=25))
    assert (finish(api, report), state(sim, report)) == (5001, State.EXPIRED)
    anew = opened(api, "minimal")
    sent(api, anew, "minimal")
    assert finish(api, anew) == 0
