"""One stand-in per test, on a clock that stands still until it is moved."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest

from hoede.simulators.cybertipline import Settings, Simulator, VirtualClock

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
CARD = b"a test card, nothing else"
REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<report>
  <incidentSummary>
    <incidentType>Child Pornography (possession, manufacture, and distribution)</incidentType>
    <incidentDateTime>2026-01-15T11:59:00Z</incidentDateTime>
  </incidentSummary>
  <reporter>
    <reportingPerson><email>desk@plein.example</email></reportingPerson>
  </reporter>
  <personOrUserReported>
    <espIdentifier>account-7</espIdentifier>
  </personOrUserReported>
</report>
"""


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def card() -> bytes:
    return CARD


@pytest.fixture
def report() -> str:
    """A small whole report, to be changed by `str.replace`."""
    return REPORT


@pytest.fixture
def details() -> Callable[[int, str, str], str]:
    """XML of a file's details: report id, file id, further elements."""

    def xml(report_id: int, file_id: str, more: str = "") -> str:
        return f"<fileDetails><reportId>{report_id}</reportId><fileId>{file_id}</fileId>{more}</fileDetails>"

    return xml


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[Simulator]:
    settings = Settings(allowed={sha256(CARD).hexdigest()})
    with Simulator(settings, tmp_path / "ledger.jsonl", clock=VirtualClock(lambda: NOON)) as simulator:
        yield simulator


@pytest.fixture
def api(sim: Simulator) -> Iterator[httpx2.Client]:
    """A client signed in at the API's address; a body without a type of its own is XML."""
    with httpx2.Client(base_url=sim.api, auth=("rehearsal", "rehearsal"), trust_env=False) as client:
        client.event_hooks = {"request": [_as_xml]}
        yield client


def _as_xml(request: httpx2.Request) -> None:
    request.headers.setdefault("content-type", "text/xml; charset=utf-8")
