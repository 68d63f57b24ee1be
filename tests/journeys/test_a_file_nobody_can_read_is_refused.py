"""A file that cannot be taken goes back to its uploader: no case, no copy, no trace."""

import pytest
from tests.journeys.conftest import OpenScene
from tests.journeys.scene import VERIFIED, Scene
from tests.pictures import drawn, encoded

from hoede.app.rehearsal import SERVICE
from hoede.client import HoedeRefused
from hoede.detection import store as events

BROKEN = encoded(drawn(1), "JPEG")[:4000]
BOMB = encoded(drawn(1))[:16] + (60_000).to_bytes(4) * 2 + encoded(drawn(1))[24:]


@pytest.mark.parametrize(("media", "code"), [(BROKEN, "media-unreadable"), (BOMB, "media-too-much")])
def test_it_is_refused_with_the_reason_and_nothing_is_kept(shared: Scene, media: bytes, code: str) -> None:
    copies, told = len(shared.copies()), len(shared.views())
    with pytest.raises(HoedeRefused) as refused:
        shared.upload(shared.person(VERIFIED), media)
    assert (refused.value.code, refused.value.status) == (code, 422)
    assert (len(shared.copies()), len(shared.views())) == (copies, told)


def test_a_whole_file_under_the_same_id_is_taken_afterwards(shared: Scene) -> None:
    account = shared.person(VERIFIED)
    with pytest.raises(HoedeRefused):
        shared.upload(account, BROKEN)
    assert shared.upload(account, encoded(drawn(2))).answer.certain


def test_a_broken_file_that_is_listed_byte_by_byte_is_held_all_the_same(open_scene: OpenScene) -> None:
    import hashlib  # noqa: PLC0415 - only here

    from tests.parts import import_list  # noqa: PLC0415 - likewise

    play = open_scene()
    import_list(play.hoede.db, "broken", f"sha256\n{hashlib.sha256(BROKEN).hexdigest()}\n")
    assert play.upload(play.person(VERIFIED), BROKEN).answer.hold


def test_one_that_was_held_because_the_look_took_long_is_refused_by_an_order(open_scene: OpenScene) -> None:
    play = open_scene(look_within_ms=1)
    upload = play.upload(account := play.person(VERIFIED), BROKEN)
    play.settle()
    assert play.states(account) == {"hold": "done", "look": "done", "refuse": "done"}
    assert play.platform.ledger.done("refuse") == [upload.content]
    row = play.hoede.db.read(lambda conn: events.known(conn, SERVICE, upload.event))
    assert row.ip is None
