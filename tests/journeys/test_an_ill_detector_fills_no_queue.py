"""A detector that fails on one file makes a case of it; one that fails on many is ill, and is waited for."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from tests.journeys.conftest import OpenScene
from tests.journeys.scene import VERIFIED, Scene, Upload
from tests.parts import failing_detectors
from tests.plugins.hoede_trigger import DAWDLE, FAIL, ILL_WHILE

from hoede.core.orders import OrderState
from hoede.detection import Coverage
from hoede.detection import store as events
from hoede.detection.health import FEWEST_FAILURES, Health

HARMLESS = b"harmless bytes"


@dataclass(frozen=True, slots=True)
class Ward:
    """A scene whose detector is ill while a file is there."""

    play: Scene
    illness: Path

    def upload(self, account: str) -> Upload:
        return self.play.upload(account, HARMLESS, text=f"{ILL_WHILE}{self.illness}")

    def coverage(self, upload: Upload) -> Coverage:
        row = self.play.hoede.db.read(lambda conn: events.known(conn, "plein", upload.event))
        return row.coverage


@pytest.fixture
def ward(open_scene: OpenScene, tmp_path: Path) -> Ward:
    illness = tmp_path / "ill"
    illness.touch()
    with failing_detectors():
        play = open_scene()
    made = Ward(play, illness)
    for _ in range(FEWEST_FAILURES):
        made.upload(play.person(VERIFIED))
    return made


def test_the_first_failures_are_cases_of_their_files(ward: Ward) -> None:
    assert len(ward.play.queue()) == FEWEST_FAILURES - 1  # the last one showed that it is an illness


def test_then_what_it_fails_on_is_held_without_a_case(ward: Ward) -> None:
    before = ward.play.queue()
    upload = ward.upload(account := ward.play.person(VERIFIED))
    assert upload.answer.hold
    assert ward.coverage(upload) is Coverage.PENDING
    assert sorted(ward.play.states(account)) == ["hold", "look"]
    assert ward.play.queue() == before


def test_what_it_does_not_fail_on_goes_on_as_usual(ward: Ward) -> None:
    assert ward.play.upload(ward.play.person(VERIFIED), HARMLESS).answer.hold is None
    ward.play.upload(account := ward.play.person(VERIFIED))
    assert "remove" in ward.play.states(account)


def test_while_it_is_ill_nothing_is_lost_and_no_try_is_counted(ward: Ward) -> None:
    ward.upload(account := ward.play.person(VERIFIED))
    ward.play.carry("screening")
    look = ward.play.order(account, "look")
    assert (look.state, look.tries) == (OrderState.OPEN, 0)


def test_once_it_is_back_it_looks_again_and_what_is_harmless_is_released(ward: Ward) -> None:
    upload = ward.upload(account := ward.play.person(VERIFIED))
    ward.illness.unlink()
    ward.play.carry_until(lambda: "release" in ward.play.states(account), "screening")
    assert ward.coverage(upload) is Coverage.LOOKED
    ward.play.settle()
    assert upload.content in ward.play.platform.ledger.done("release")


def test_one_file_it_fails_on_again_and_again_is_a_case(open_scene: OpenScene) -> None:
    """It dawdled first, so it is held and looked at as an order; then it only fails, and only on this."""
    with failing_detectors():
        play = open_scene(look_within_ms=50)
    play.upload(account := play.person(VERIFIED), HARMLESS, text=f"{DAWDLE} {FAIL}")
    play.settle()
    assert sorted(play.states(account)) == ["hold", "look", "review"]


@pytest.mark.parametrize(
    ("failures", "looks", "ill"),
    [
        (FEWEST_FAILURES - 1, FEWEST_FAILURES - 1, False),  # too few to say
        (FEWEST_FAILURES, FEWEST_FAILURES, True),
        (FEWEST_FAILURES, 250, False),  # two of a hundred
        (6, 250, True),
    ],
)
def test_when_a_detector_is_ill(failures: int, looks: int, *, ill: bool) -> None:
    health = Health()
    for number in range(looks):
        health.note(["pdq"], frozenset({"pdq"} if number < failures else ()), 0.0)
    assert health.all(now=30.0) == {"pdq": ill}


def test_what_was_a_minute_ago_is_forgotten() -> None:
    health = Health()
    for _ in range(100):
        health.note(["pdq"], frozenset({"pdq"}), 0.0)
    after = timedelta(minutes=1).total_seconds()
    assert (health.all(after - 1), health.all(after)) == ({"pdq": True}, {"pdq": False})
