"""Faults: asked for, met, counted down; a dropped line is really dropped."""

import httpx2
import pytest
from lxml import etree

from hoede.simulators.cybertipline import Endpoint, FaultKind, Simulator, State

DROPPED = (httpx2.RemoteProtocolError, httpx2.ReadError)


def _open(api: httpx2.Client, report: str) -> str:
    return etree.fromstring(api.post("/submit", content=report).content).findtext("reportId") or ""


@pytest.mark.parametrize(
    ("kind", "value", "status", "code"),
    [
        (FaultKind.ERROR_500, None, 500, b">1000<"),
        (FaultKind.REFUSE, None, 400, b">4100<"),
        (FaultKind.REFUSE, 2000, 401, b">2000<"),
        (FaultKind.BAD_GATEWAY, None, 502, b"<html>"),
        (FaultKind.WRONG_CODE, None, 200, b">7777<"),
        (FaultKind.WRONG_CODE, 2000, 200, b">2000<"),
        (FaultKind.UNAVAILABLE, None, 503, b""),
        (FaultKind.UNAVAILABLE, 30, 503, b""),
        (FaultKind.TOO_MANY, None, 429, b""),
        (FaultKind.EMPTY_401, None, 401, b""),
    ],
)
def test_a_fault_answers_once_and_nothing_is_done(  # noqa: PLR0917 - two fixtures and a table's columns
    sim: Simulator,
    api: httpx2.Client,
    report: str,
    kind: FaultKind,
    value: int | None,
    status: int,
    code: bytes,
) -> None:
    sim.fault(kind, Endpoint.SUBMIT, value=value)

    met = api.post("/submit", content=report)

    assert (met.status_code, code in met.content) == (status, True)
    assert "Request-ID" in met.headers
    assert sim.reports() == []
    assert api.post("/submit", content=report).status_code == 200


def test_an_answer_dropped_after_the_work_leaves_the_work_done(
    sim: Simulator, api: httpx2.Client, report: str
) -> None:
    number = _open(api, report)
    sim.fault(FaultKind.DROP_AFTER, Endpoint.FINISH)

    with pytest.raises(DROPPED):
        api.post("/finish", data={"id": number})

    assert [kept.state for kept in sim.reports()] == [State.FINISHED]
    again = api.post("/finish", data={"id": number})
    assert etree.fromstring(again.content).findtext("responseCode") == "5102"


def test_a_line_dropped_before_the_work_leaves_nothing(
    sim: Simulator, api: httpx2.Client, report: str
) -> None:
    sim.fault(FaultKind.DROP_BEFORE, Endpoint.SUBMIT)

    with pytest.raises((*DROPPED, httpx2.WriteError)):
        api.post("/submit", content=report)

    assert sim.reports() == []


def test_a_line_dropped_in_the_middle_of_a_large_upload_is_an_error(
    sim: Simulator, api: httpx2.Client
) -> None:
    sim.fault(FaultKind.DROP_BEFORE, Endpoint.UPLOAD)

    with pytest.raises((*DROPPED, httpx2.WriteError)):
        api.post("/upload", data={"id": "1"}, files={"file": b"0" * 8_000_000})


def test_an_answer_cut_in_half_is_an_error_and_the_work_is_done(
    sim: Simulator, api: httpx2.Client, report: str
) -> None:
    sim.fault(FaultKind.TRUNCATE_AFTER, Endpoint.SUBMIT)

    with pytest.raises(DROPPED):
        api.post("/submit", content=report)

    assert [kept.state for kept in sim.reports()] == [State.OPEN]


def test_a_half_closed_line_is_an_error_and_the_work_is_done(
    sim: Simulator, api: httpx2.Client, report: str
) -> None:
    sim.fault(FaultKind.HALF_CLOSE, Endpoint.SUBMIT)

    with pytest.raises(DROPPED):
        api.post("/submit", content=report)

    assert [kept.state for kept in sim.reports()] == [State.OPEN]
    assert api.get("/status").status_code == 200


@pytest.mark.parametrize("kind", [FaultKind.OVERSIZE_AFTER, FaultKind.DOCTYPE_AFTER])
def test_an_answer_may_come_in_a_form_nobody_should_read(
    sim: Simulator, api: httpx2.Client, report: str, kind: FaultKind
) -> None:
    sim.fault(kind, Endpoint.SUBMIT)

    met = api.post("/submit", content=report)

    assert (len(met.content) > 1 << 20, b"<!DOCTYPE" in met.content) == (
        kind is FaultKind.OVERSIZE_AFTER,
        kind is FaultKind.DOCTYPE_AFTER,
    )
    assert [kept.state for kept in sim.reports()] == [State.OPEN]


@pytest.mark.parametrize("kind", [FaultKind.UNAVAILABLE, FaultKind.TOO_MANY])
def test_who_is_busy_may_say_for_how_long(sim: Simulator, api: httpx2.Client, kind: FaultKind) -> None:
    sim.fault(kind, value=30)
    assert api.get("/status").headers["retry-after"] == "30"


def test_an_answer_that_is_late_runs_into_the_clients_patience(
    sim: Simulator, api: httpx2.Client, report: str
) -> None:
    sim.fault(FaultKind.LATENCY_MS, value=300)

    with pytest.raises(httpx2.ReadTimeout):
        api.post("/submit", content=report, timeout=0.05)


def test_a_fault_counts_down_only_where_it_fits(sim: Simulator, api: httpx2.Client) -> None:
    sim.fault(FaultKind.UNAVAILABLE, Endpoint.STATUS, times=2)
    api.get("/xsd")

    met = [api.get("/status").status_code for _ in range(3)]

    assert met == [503, 503, 200]


def test_a_fault_without_a_number_lasts_until_cleared(sim: Simulator, api: httpx2.Client) -> None:
    sim.fault(FaultKind.UNAVAILABLE, times=None)
    met = [api.get("/status").status_code for _ in range(3)]

    sim.clear_faults()

    assert (met, api.get("/status").status_code) == ([503, 503, 503], 200)


def test_faults_are_set_shown_and_cleared_by_http(sim: Simulator, api: httpx2.Client) -> None:
    faults = f"{sim.url}/admin/faults"
    asked = {"kind": "error_500", "endpoint": "status", "times": 1, "value": None}

    assert api.post(faults, json=asked).json() == [asked]
    assert api.get("/status").status_code == 500
    assert api.get(faults).json() == []
    api.post(faults, json={"kind": "unavailable", "times": None})
    assert api.delete(faults).json() == []


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "no-such-fault"},
        {"kind": "error_500", "endpoint": "admin"},
        {"kind": "error_500", "times": 0},
        {"kind": "error_500", "times": "often"},
        {"kind": "latency_ms"},  # how long?
        {"kind": "refuse", "value": 7},  # no such code
        {"kind": "error_500", "when": "now"},  # unknown key
        ["error_500"],
    ],
)
def test_a_fault_that_cannot_be_is_refused(sim: Simulator, api: httpx2.Client, asked: object) -> None:
    answer = api.post(f"{sim.url}/admin/faults", json=asked)

    assert answer.status_code == 400
    assert sim.faults.waiting() == ()


def test_a_web_form_cannot_set_a_fault(sim: Simulator, api: httpx2.Client) -> None:
    answer = api.post(
        f"{sim.url}/admin/faults", content='{"kind": "error_500"}', headers={"content-type": "text/plain"}
    )

    assert answer.status_code == 400
