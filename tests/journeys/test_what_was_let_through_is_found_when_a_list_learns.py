"""A list that learns late: earlier uploads are found by their fingerprints, held, and asked for again."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from tests.journeys.conftest import OpenScene
from tests.journeys.scene import VERIFIED, Scene, Upload
from tests.parts import failing_detectors, fresh, import_list, until
from tests.pictures import drawn, encoded
from tests.plugins.hoede_trigger import UNTIL

from hoede.app import verify_log
from hoede.app.rehearsal import SERVICE
from hoede.client import Channel, Event, EventKind
from hoede.core.media import Frame
from hoede.detection import fingerprints
from hoede.detection import store as events
from hoede.lists import rescans
from hoede.review import Grounds

PICTURE = encoded(drawn(100))
NAME = "late"


@pytest.fixture
def play(open_scene: OpenScene) -> Scene:
    return open_scene(also_allowed=[PICTURE], acts_alone={NAME: "the tests, 2026-11-26, to show all"})


def sha256(media: bytes) -> str:
    return f"sha256\n{hashlib.sha256(media).hexdigest()}\n"


def rescan(play: Scene, import_id: str) -> rescans.RescanRow:
    """To its end."""
    while True:
        row = play.hoede.db.read(lambda conn: rescans.known(conn, import_id))
        if row.done_at is not None:
            return row
        assert play.hoede.rescan.step(row)


def let_through(play: Scene, media: bytes = PICTURE) -> tuple[str, Upload]:
    upload = play.upload(account := play.person(VERIFIED), media)
    assert upload.answer.hold is None
    return account, upload


def again(play: Scene, upload: Upload, account: str, media: bytes = PICTURE) -> Upload:
    """The platform sends what was wanted, because of the case."""
    event = Event(
        id=fresh("again"),
        kind=EventKind.UPLOAD,
        channel=Channel.PUBLIC,
        account=account,
        content=upload.content,
        at=datetime.now(UTC),
        because=play.case(account).id,
    )
    return Upload(event.id, event.content, play.client.send_event(event, media))


@pytest.mark.parametrize("by", ["sha256", "pdq"])
def test_it_is_held_and_wanted_and_a_person_is_called(play: Scene, by: str) -> None:
    account, upload = let_through(play)
    imported = (
        import_list(play.hoede.db, NAME, sha256(PICTURE)) if by == "sha256" else play.list_pictures(PICTURE)
    )
    done = rescan(play, imported)
    play.settle()
    assert done.found == 1
    assert sorted(play.states(account)) == ["hold", "review", "want"]
    assert play.platform.ledger.done("hold") == [upload.content]
    assert (play.case(account).grounds, play.case(account).lane) == (Grounds.SUSPECTED, "child_safety")
    (order,) = [one for one in play.platform.ledger.orders.values() if one["measure"] == "want"]
    assert order["case"] == play.case(account).id


def test_what_the_platform_sends_again_is_acted_on_as_any_upload(play: Scene) -> None:
    account, upload = let_through(play)
    rescan(play, import_list(play.hoede.db, NAME, sha256(PICTURE)))
    again(play, upload, account)
    play.settle()
    states = play.states(account)
    assert (states["preserve"], states["remove"], states["close_account"], states["report"]) == ("done",) * 4
    assert len(play.finished(account)) == 1


def test_told_once_more_the_event_is_held_from_now_on(play: Scene) -> None:
    _, upload = let_through(play)
    rescan(play, import_list(play.hoede.db, NAME, sha256(PICTURE)))
    row = play.hoede.db.read(lambda conn: events.known(conn, SERVICE, upload.event))
    assert (row.answer, row.hold is not None) == ("hold", True)


def test_a_second_rescan_finds_nothing_more(play: Scene) -> None:
    account, _ = let_through(play)
    imported = import_list(play.hoede.db, NAME, sha256(PICTURE))
    rescan(play, imported)
    before = play.views(account)
    play.hoede.db.commit(lambda tx: rescans.again(tx, imported))
    assert rescan(play, imported).found == 1
    assert play.views(account) == before


def test_another_picture_is_left_alone(play: Scene) -> None:
    account, _ = let_through(play, encoded(drawn(101)))
    assert rescan(play, play.list_pictures(PICTURE)).found == 0
    assert play.states(account) == {}


def test_a_mirrored_upload_is_found_by_its_fingerprint(play: Scene) -> None:
    mirrored = encoded(drawn(100).transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    account, _ = let_through(play, mirrored)
    rescan(play, play.list_pictures(PICTURE))
    assert "hold" in play.states(account)


def test_it_goes_in_steps_and_on_after_a_stop(play: Scene) -> None:
    accounts = [let_through(play, encoded(drawn(seed, 64, 48)))[0] for seed in range(200, 206)]
    frames = tuple(Frame(width=1, height=1, pdq=(bytes([seed]) * 32,)) for seed in range(32))
    row = play.hoede.db.read(lambda conn: events.known(conn, SERVICE, let_through(play, b"plain")[1].event))
    for _ in range(90):
        play.hoede.db.commit(lambda tx: fingerprints.keep(tx, row.id, {}, frames))
    imported = play.list_pictures(*(encoded(drawn(seed, 64, 48)) for seed in (200, 205)))
    first = play.hoede.db.read(lambda conn: rescans.known(conn, imported))
    assert play.hoede.rescan.step(first)
    midway = play.hoede.db.read(lambda conn: rescans.known(conn, imported))
    assert (midway.done_at, midway.looked) == (None, 2000)
    assert rescan(play, imported).found == 2
    assert [bool(play.states(one)) for one in accounts] == [True, False, False, False, False, True]


def test_a_look_that_was_under_way_while_the_list_learned_is_not_missed(
    open_scene: OpenScene, tmp_path: Path
) -> None:
    """The rescan was through before the upload was written down: it is sent back."""
    with failing_detectors():
        play = open_scene(also_allowed=[PICTURE])
    account, go_on = play.person(VERIFIED), tmp_path / "go-on"
    with ThreadPoolExecutor() as executor:
        uploading = executor.submit(play.upload, account, PICTURE, text=f"{UNTIL}{go_on}")
        until(go_on.with_suffix(".begun").exists)
        imported = import_list(play.hoede.db, NAME, sha256(PICTURE))
        assert rescan(play, imported).found == 0
        go_on.touch()
        assert uploading.result().answer.hold is None
    assert rescan(play, imported).found == 1
    assert "hold" in play.states(account)


def test_the_log_stays_sound(play: Scene) -> None:
    let_through(play)
    rescan(play, import_list(play.hoede.db, NAME, sha256(PICTURE)))
    play.settle()
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()
