"""A platform names a known file by its address: fetched, held, sealed byte for byte, removed and reported."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.journeys.scene import CARD, VERIFIED, Scene, Upload, scene
from tests.media.far import Far, answer, head, says
from tests.parts import fresh

from hoede.client import Answer, Channel, Event, EventAnswer, EventKind
from hoede.evidence import EvidenceState


@pytest.fixture
def far() -> Iterator[Far]:
    """The platform's own store, with the known file in it."""
    with Far(says(answer(CARD))) as store:
        yield store


@pytest.fixture
def play(tmp_path: Path, far: Far) -> Iterator[Scene]:
    with scene(tmp_path, media_hosts=[f"http://127.0.0.1:{far.port}"]) as stage:
        yield stage


def told(play: Scene, far: Far, account: str) -> Upload:
    """Tell of an upload whose media is there."""
    event = Event(
        id=fresh("event"),
        kind=EventKind.UPLOAD,
        channel=Channel.PUBLIC,
        account=account,
        content=fresh("content"),
        at=datetime.now(UTC),
    )
    answer = play.client.send_event(event, media_url=f"http://127.0.0.1:{far.port}/1")
    return Upload(event.id, event.content, answer)


def test_it_is_held_sealed_removed_and_reported_like_any_other(play: Scene, far: Far) -> None:
    account = play.person(VERIFIED)

    upload = told(play, far, account)
    play.settle()

    (copy,) = play.copies()
    (report,) = play.finished(account)
    assert (upload.answer.answer, copy.state, far.count) == (Answer.HOLD, EvidenceState.SEALED, 1)
    assert b"".join(play.hoede.vault.open(copy.taken)) == CARD
    assert (play.platform.ledger.done("remove"), [one.size for one in report.files]) == (
        [upload.content],
        [len(CARD)],
    )


def test_while_the_store_is_broken_the_content_is_hidden_and_nothing_is_kept(play: Scene, far: Far) -> None:
    account = play.person(VERIFIED)
    far.scripts[:] = [says(head("Content-Length: 1000") + CARD)]  # half of it

    upload = told(play, far, account)

    assert upload.answer == EventAnswer(Answer.HOLD, certain=False)
    assert (play.views(account), play.copies()) == ([], ())
