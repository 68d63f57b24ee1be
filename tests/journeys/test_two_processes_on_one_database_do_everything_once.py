"""Two processes over one database and one folder: told at once, or one of them asleep for too long."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from tests.asleep import armed, sleeping
from tests.journeys.conftest import OpenScene
from tests.journeys.keeping import later
from tests.journeys.scene import CARD, OTHER_CARD, VERIFIED, Scene
from tests.parts import fresh, serving, until

from hoede.app import build, verify_log
from hoede.app.rehearsal import SERVICE
from hoede.client import Answer, Channel, Client, Event, EventAnswer, EventKind, HoedeRefused
from hoede.core.orders import OrderState
from hoede.db import Transaction
from hoede.evidence import holds
from hoede.evidence.holds import Hold, Kept
from hoede.review import Grounds
from hoede.review import store as review

WAITS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def kind() -> str:
    return "postgresql"


@dataclass(frozen=True, slots=True)
class Two:
    """The same deployment twice; platform and authority are one each."""

    one: Scene
    other: Scene

    def at_once(self, act: Callable[[Scene], Any]) -> list[Any]:
        """Let both do it, the second while the transaction of the first is still open."""
        with overlapping(self.one), ThreadPoolExecutor(2) as pool:
            return list(pool.map(act, (self.one, self.other)))

    def is_sound(self) -> bool:
        while self.one.hoede.sequencer.run_once():
            pass
        return verify_log(self.one.hoede.db, self.one.hoede.keys).sound


@pytest.fixture
def two(open_scene: OpenScene) -> Iterator[Two]:
    one = open_scene(lease_s=0.4)
    hoede = build(one.hoede.config)
    with serving(hoede) as port, Client(f"http://127.0.0.1:{port}", one.platform.api_key, tries=1) as client:
        yield Two(one, replace(one, hoede=hoede, url=f"http://127.0.0.1:{port}", client=client))
    hoede.close()


@contextmanager
def overlapping(play: Scene) -> Iterator[None]:
    """The first transaction stays open until another one waits for what it locked."""
    first = threading.Lock()

    def act(passed: str) -> None:
        if passed == "commit.before" and first.acquire(blocking=False):
            until(lambda: play.hoede.db.read(lambda conn: conn.execute(WAITS).scalar_one()))

    with armed(act):
        yield


def upload_of(account: str) -> Event:
    return Event(
        id=fresh("event"),
        kind=EventKind.UPLOAD,
        channel=Channel.PUBLIC,
        account=account,
        content=fresh("content"),
        at=datetime.now(UTC),
    )


def test_the_same_event_told_to_both_at_once_is_one_event(two: Two) -> None:
    event = upload_of(account := two.one.person(VERIFIED))

    answers: list[EventAnswer] = two.at_once(lambda play: play.client.send_event(event, CARD))

    assert [(one.answer, one.certain) for one in answers] == [(Answer.HOLD, True)] * 2
    assert answers[0].hold == answers[1].hold == two.one.order(account, "hold").order.id
    assert len(two.one.copies()) == 1
    two.one.settle()
    assert [len(one.files) for one in two.one.finished(account)] == [1]


def test_two_uploads_of_one_account_to_both_at_once_are_one_case(two: Two) -> None:
    account = two.one.person(VERIFIED)

    two.at_once(lambda play: play.upload(account, CARD if play is two.one else OTHER_CARD))

    two.one.settle()
    assert [len(one.files) for one in two.one.finished(account)] == [2]


def test_a_case_follows_the_one_that_was_opened_and_composed_while_its_process_waited(two: Two) -> None:
    two.one.upload(account := two.one.person(VERIFIED))
    two.one.settle()

    began = threading.Event()

    def meanwhile(tx: Transaction) -> None:
        first = review.lock_latest_case(tx, SERVICE, account)
        assert first is not None
        began.set()
        until(lambda: two.other.hoede.db.read(lambda conn: conn.execute(WAITS).scalar_one()))
        review.open_case(
            tx,
            "case_between",
            service=SERVICE,
            account=account,
            grounds=Grounds.KNOWN,
            lane=None,
            due_at=None,
            earlier=first.id,
        )
        review.close_to_files(tx, "case_between")

    with ThreadPoolExecutor(1) as pool:
        between = pool.submit(two.other.hoede.db.commit, meanwhile)
        assert began.wait(20)
        two.one.upload(account, OTHER_CARD)
        between.result()

    assert two.one.case(account).earlier == "case_between"


@pytest.mark.parametrize(
    "destroys",
    [
        lambda play, _account: play.hoede.expire.once(),
        lambda play, account: play.client.erase_account(account),
    ],
    ids=["expiring", "erasing"],
)
def test_what_is_held_in_the_moment_it_would_go_stays(
    two: Two, destroys: Callable[[Scene, str], object]
) -> None:
    two.one.upload(account := two.one.person(VERIFIED))
    two.one.settle()
    later(two.one)
    (copy,), began = two.one.copies(), threading.Event()
    held = Hold(
        id=fresh("lho"),
        kind=Kept.COPY,
        service=None,
        target=copy.taken.id,
        basis="18 USC 2703(f)",
        why="asked for by letter",
        set_by="per_legal",
        until=None,
    )

    def meanwhile(tx: Transaction) -> None:
        holds.set_hold(tx, held)
        began.set()
        until(lambda: two.other.hoede.db.read(lambda conn: conn.execute(WAITS).scalar_one()))

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(two.other.hoede.db.commit, meanwhile)
        assert began.wait(20)
        destroys(two.one, account)
        holding.result()

    assert [one.destroyed_at for one in two.one.copies()] == [None]


def test_the_same_key_for_two_events_at_once_is_refused_for_one_of_them(two: Two) -> None:
    account, key = two.one.person(VERIFIED), fresh("key")

    def tell(play: Scene) -> str:
        try:
            return play.client.send_event(upload_of(account), CARD, idempotency_key=key).answer
        except HoedeRefused as refused:
            return refused.code

    assert sorted(two.at_once(tell)) == ["hold", "idempotency-key-reused"]
    assert len(two.one.copies()) == 1


def receipt(play: Scene, order: str, key: str, *, done: bool) -> Any:
    headers = {"authorization": f"Bearer {play.platform.api_key}", "idempotency-key": key}
    said = httpx2.post(f"{play.url}/v1/orders/{order}/receipt", json={"done": done}, headers=headers)
    return said.status_code, said.json()


def test_the_same_receipt_to_both_at_once_is_answered_the_same(two: Two) -> None:
    two.one.upload(account := two.one.person(VERIFIED))
    order, key = two.one.order(account, "hold").order.id, fresh("key")

    said = two.at_once(lambda play: receipt(play, order, key, done=True))

    assert said == [(200, {"order": order, "state": "done"})] * 2


def test_two_objections_at_once_are_one_case_and_one_receipt(two: Two) -> None:
    two.one.upload(account := two.one.person(VERIFIED))
    two.one.settle()
    told = two.one.platform.ledger.orders.values()
    (path,) = [httpx2.URL(one["letter"]["appeal_url"]).path for one in told if one["letter"]]

    pages = two.at_once(
        lambda play: httpx2.post(f"{play.url}{path}", data={"why": "It was not me."}, follow_redirects=True)
    )

    waiting = [one for one in two.one.hoede.db.read(review.queue) if one.grounds is Grounds.OBJECTION]
    assert [page.status_code for page in pages] == [200, 200]
    assert [one.account for one in waiting] == [account]


@pytest.mark.parametrize(
    ("at", "nth"),
    [
        ("claim.after", 1),  # nothing done yet
        ("report.before_call", 1),  # submit is announced, not asked
        ("report.before_call", 2),  # upload
        ("report.before_call", 3),  # details
        ("report.before_call", 4),  # finish
        ("report.after_call", 1),  # submit is answered, not noted
        ("report.after_call", 2),
        ("report.after_call", 3),
        ("report.after_call", 4),
        ("job.after", 1),  # finished, not written down
    ],
)
def test_a_worker_that_sleeps_through_its_lease_does_not_file_a_second_time(
    two: Two, at: str, nth: int
) -> None:
    two.one.upload(account := two.one.person(VERIFIED))
    two.one.carry("vault")
    with sleeping(at, nth) as sleeper, ThreadPoolExecutor(1) as pool:
        slept = pool.submit(two.one.hoede.carry_out.one, "authority")
        sleeper.wait()
        two.other.carry_until(
            lambda: two.other.order(account, "report").state is OrderState.DONE, "authority"
        )
        sleeper.wake()
        slept.result()

    assert [len(one.files) for one in two.one.finished(account)] == [1]
    assert two.is_sound()


@pytest.mark.parametrize("at", ["claim.after", "seal.manifest", "seal.moved", "job.after"])
def test_a_copy_that_two_seal_is_sealed_once_and_whole(two: Two, at: str) -> None:
    two.one.upload(account := two.one.person(VERIFIED))
    with sleeping(at) as sleeper, ThreadPoolExecutor(1) as pool:
        slept = pool.submit(two.one.hoede.carry_out.one, "vault")
        sleeper.wait()
        two.other.carry_until(lambda: two.other.order(account, "preserve").state is OrderState.DONE, "vault")
        sleeper.wake()
        slept.result()

    (copy,) = two.one.copies()
    assert b"".join(two.one.hoede.vault.open(copy.taken)) == CARD
    assert two.is_sound()
