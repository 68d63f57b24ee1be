"""What reaches the log: names of events, ids of ours, codes and counts. Never a person, never content."""

import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.parts import PATIENCE, api_key, failing_detectors, until
from tests.plugins.hoede_trigger import FAIL
from typer.testing import CliRunner

from hoede.cli import app
from hoede.client import AgeEvidence, Assurance, Channel, Client, Event, EventKind, HoedeRefused
from hoede.db import orders
from hoede.demo.stage import Ports, Stage, stage
from hoede.logs import ALLOWED, only_allowed, start_logs
from hoede.simulators.cybertipline import FaultKind, State
from hoede.simulators.pictures import test_card as the_card

MARKER = "MARKER-4711"
PERSONAL = ["account", "text", "media", "name", "screen_name", "ip", "link", "body", "detail"]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Any:
    """Starts the logs at the level asked for; gives the lines so far when called again."""

    def told(level: str | None = None) -> list[dict[str, Any]]:
        if level is not None:
            start_logs(level=level)
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return told


def test_a_field_that_is_not_on_the_list_is_left_out_and_counted() -> None:
    entry = {"event": "order.went", "order": "ord_x", "account": "anna", "text": "hello"}

    assert only_allowed(None, "info", entry) == {
        "event": "order.went",
        "order": "ord_x",
        "count_left_out": 2,
    }


@pytest.mark.parametrize(
    "name", ["account", "text", "media", "name", "screen_name", "ip", "link", "body", "detail"]
)
def test_no_field_that_could_hold_a_person_or_content_is_on_the_list(name: str) -> None:
    assert name not in ALLOWED


def test_a_line_is_one_json_object_with_level_and_time(lines: Any) -> None:
    lines("info")
    structlog.get_logger().info("order.went", order="ord_x", account=MARKER)

    (line,) = lines()

    assert datetime.fromisoformat(line.pop("timestamp")).tzinfo is not None
    assert line == {"event": "order.went", "level": "info", "order": "ord_x", "count_left_out": 1}


def test_other_libraries_are_heard_by_name_only(lines: Any) -> None:
    lines("debug")
    logging.getLogger("some.library").warning("failed on %s", MARKER)
    logging.getLogger("some.library").info("nothing of note: %s", MARKER)

    assert [(one["event"], one["code"]) for one in lines()] == [("library.spoke", "some.library")]


def test_an_exception_does_not_bring_its_values_along(lines: Any) -> None:
    lines("debug")
    try:
        raise ValueError(MARKER)
    except ValueError:
        structlog.get_logger().exception("worker.broke", error="ValueError")

    assert MARKER not in json.dumps(lines())


def test_a_level_leaves_out_what_is_below_it(lines: Any) -> None:
    lines("error")
    structlog.get_logger().info("order.went")

    assert lines() == []


def test_a_log_that_cannot_be_written_stops_nobody() -> None:
    start_logs()
    with redirect_stderr(closed := StringIO()):
        closed.close()
        structlog.get_logger().info("order.went")


@pytest.fixture
def playing(tmp_path: Path) -> Iterator[Stage]:
    with failing_detectors(), stage(tmp_path, Ports(), patience=PATIENCE) as started:
        yield started
    started.hoede.ballast.let_go()


def test_a_journey_at_debug_tells_nothing_of_the_person_or_the_content(lines: Any, playing: Stage) -> None:
    lines("debug")
    playing.authority.fault(FaultKind.ERROR_500)
    with Client(playing.hoede_url, api_key(playing.hoede.db)) as hoede:
        tell_everything(hoede)
    until(lambda: [one for one in playing.authority.reports() if one.state is State.FINISHED])
    until(lambda: broken_platform_orders(playing))

    told = json.dumps(lines())

    assert "order.went" in told  # it did speak
    assert MARKER not in told


def tell_everything(hoede: Client) -> None:
    """An account, the known card, and a detector that fails on what it sees: the marker is in all of them."""
    now = datetime.now(UTC)
    age = AgeEvidence(method="test", assurance=Assurance.VERIFIED, issuer=MARKER, as_of=now.date(), lower=18)
    hoede.put_account(f"account-{MARKER}", screen_name=MARKER, age_evidence=[age])
    for number, (text, media) in enumerate([(MARKER, the_card()), (f"{FAIL} {MARKER}", MARKER.encode())]):
        event = Event(
            id=f"{number}-{MARKER}",
            kind=EventKind.UPLOAD,
            channel=Channel.PUBLIC,
            account=f"account-{MARKER}",
            content=f"content-{number}-{MARKER}",  # nothing Plein has: it cannot carry the orders out
            at=now,
            text=text,
            media_type=f"image/{MARKER}",
        )
        hoede.send_event(event, media)
    with pytest.raises(HoedeRefused):
        hoede.send_receipt(f"ord-{MARKER}")


def broken_platform_orders(playing: Stage) -> list[str]:
    seen = playing.hoede.db.read(orders.views)
    return [one.order.id for one in seen if one.needs_human and one.order.by == "platform"]


def test_a_command_prints_its_answer_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """What is logged meanwhile stands beside it, and only from warnings on."""
    CliRunner().invoke(app, ["bench", "nothing"])
    structlog.get_logger().info("order.went")
    structlog.get_logger().warning("order.went", order="ord_1")

    told = capsys.readouterr()
    assert told.out == ""
    assert json.loads(told.err)["order"] == "ord_1"
