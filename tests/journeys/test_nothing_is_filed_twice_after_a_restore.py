"""A report that may have been filed in the time nobody remembers waits, until a person has looked."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.databases import Databases
from tests.journeys.lost import World, world_in
from tests.journeys.scene import CARD, VERIFIED, Scene
from tests.parts import fresh

from hoede.app.build import settle_of
from hoede.client import Channel, Event, EventKind
from hoede.core.orders import OrderState, OrderView
from hoede.db import orders, restores
from hoede.reporting import SagaState
from hoede.reporting import store as reports
from hoede.reporting.jobs import NotWaiting, ReceiptInvalid, resend
from hoede.simulators.cybertipline import Endpoint, FaultKind, SimReport, State

LOOKED = "the desk looked at the authority's side on 26 November 2026"


def settle(world: World, order: str, receipt: str) -> None:
    """A person says that it was filed, and under which number."""
    settle_of(world.play.hoede.tables, world.play.hoede.db)(order, receipt, LOOKED)


@pytest.fixture
def world(databases: Databases, kind: str, tmp_path: Path) -> Iterator[World]:
    lent: list[str] = []

    def bare() -> str:
        lent.append(databases.lend(kind, tmp_path))
        return lent[-1]

    with world_in(tmp_path, bare) as made:
        yield made
    for url in lent:
        databases.take_back(url)


def known_upload(world: World) -> str:
    """Somebody whose upload is acted on without a person."""
    account = world.play.person(VERIFIED)
    world.play.upload(account)
    return account


def not_begun(play: Scene) -> None:
    play.carry("vault")


def behind_preserve(_play: Scene) -> None:
    """Nothing is sealed yet."""


def open_there(play: Scene) -> None:
    play.carry("vault")
    play.authority.fault(FaultKind.ERROR_500, Endpoint.UPLOAD)
    play.hoede.carry_out.one("authority")


def filled_there(play: Scene) -> None:
    play.carry("vault")
    play.authority.fault(FaultKind.ERROR_500, Endpoint.FINISH)
    play.hoede.carry_out.one("authority")


def finish_in_doubt(play: Scene) -> None:
    play.carry("vault")
    play.authority.fault(FaultKind.DROP_AFTER, Endpoint.FINISH)
    play.hoede.carry_out.one("authority")


def submit_in_doubt(play: Scene) -> None:
    play.carry("vault")
    play.authority.fault(FaultKind.DROP_AFTER, Endpoint.SUBMIT)
    play.hoede.carry_out.one("authority")


STANDS = [not_begun, behind_preserve, open_there, filled_there, finish_in_doubt, submit_in_doubt]
Stands = Callable[[Scene], None]


@pytest.mark.parametrize("stands", STANDS)
def test_what_was_finished_after_the_backup_stays_the_only_one_and_waits(
    world: World, stands: Stands
) -> None:
    account = known_upload(world)
    stands(world.play)
    world.back_up()
    world.play.settle()
    assert len(world.play.finished(account)) == 1

    world.lose()
    world.run_everything()

    assert len(world.play.finished(account)) == 1
    assert world.waits(account)
    assert world.sound


@pytest.mark.parametrize("stands", STANDS)
def test_what_is_settled_with_its_receipt_is_done_and_nothing_is_sent(world: World, stands: Stands) -> None:
    account = known_upload(world)
    stands(world.play)
    world.back_up()
    world.play.settle()
    (finished,) = world.play.finished(account)
    world.lose()
    seen = world.play.order(account, "report").order.id

    settle(world, seen, str(finished.id))
    world.run_everything()

    order = world.play.order(account, "report")
    assert (order.state, order.outcome, order.reason) == (OrderState.DONE, "settled", None)
    row = world.play.hoede.db.read(lambda conn: reports.find(conn, seen))
    assert row is None or (row.saga.state, row.saga.remote_id) == (SagaState.FINISHED, str(finished.id))
    assert (len(world.play.finished(account)), world.sound) == (1, True)


@pytest.mark.parametrize("stands", STANDS)
def test_what_was_not_filed_is_filed_once_when_a_person_says_so(world: World, stands: Stands) -> None:
    account = known_upload(world)
    stands(world.play)
    world.back_up()
    world.lose()
    world.run_everything()
    seen = world.play.order(account, "report").order.id
    before = len(world.play.finished(account))  # one, where only the answer to finish was lost

    resend(world.play.hoede.db, seen, LOOKED)
    world.run_everything()

    assert world.play.order(account, "report").state is OrderState.DONE
    assert (before, len(world.play.finished(account))) == (int(stands is finish_in_doubt), 1)
    assert one_whole_file(world.play.finished(account)[0])
    assert world.sound


def one_whole_file(report: SimReport) -> bool:
    return [(file.size, bool(file.file_details)) for file in report.files] == [(len(CARD), True)]


@pytest.mark.parametrize("stands", [open_there, filled_there, finish_in_doubt])
def test_a_person_who_errs_does_not_file_it_twice_under_an_id_we_know(world: World, stands: Stands) -> None:
    """Taking an open report back tells that it was finished: nothing is built anew."""
    account = known_upload(world)
    stands(world.play)
    world.back_up()
    world.play.settle()
    world.lose()

    resend(world.play.hoede.db, world.play.order(account, "report").order.id, LOOKED)
    for _ in range(3):
        world.play.carry("authority")

    order = world.play.order(account, "report")
    assert [one.state for one in world.play.reported(account)].count(State.FINISHED) == 1
    went_on = OrderState.OPEN if stands is open_there else OrderState.DONE
    assert (order.state, order.needs_human) == (went_on, True)


def test_a_person_who_erred_settles_it_after_all(world: World) -> None:
    account = known_upload(world)
    open_there(world.play)
    world.back_up()
    world.play.settle()
    (finished,) = world.play.finished(account)
    world.lose()
    db, seen = world.play.hoede.db, world.play.order(account, "report").order.id
    resend(db, seen, "looked badly")
    world.play.carry("authority")

    settle(world, seen, str(finished.id))
    world.run_everything()

    assert world.play.order(account, "report").state is OrderState.DONE
    assert (len(world.play.finished(account)), world.sound) == (1, True)


def test_a_report_whose_receipt_is_in_the_backup_ends_by_itself(world: World) -> None:
    """Killed between the receipt and the order's end: nothing is left to be done twice."""
    account = known_upload(world)
    world.play.settle()
    seen = world.play.order(account, "report").order.id
    table = orders.ORDERS
    reopened = table.update().where(table.c.id == seen).values(state="open", ended_at=None, outcome=None)
    world.play.hoede.db.commit(lambda tx: tx.conn.execute(reopened))
    world.back_up()

    world.lose()
    world.run_everything()

    assert (world.parked, world.play.order(account, "report").state) == ((), OrderState.DONE)
    assert len(world.play.finished(account)) == 1


def told_at(account: str, at: datetime) -> Event:
    return Event(
        id=fresh("event"),
        kind=EventKind.UPLOAD,
        channel=Channel.PUBLIC,
        account=account,
        content=fresh("content"),
        at=at,
        media_type="image/png",
    )


def test_what_a_platform_tells_anew_after_a_restore_is_not_reported_a_second_time(world: World) -> None:
    """Told, reported and forgotten; told once more, it is another case with another order."""
    account = world.play.person(VERIFIED)
    world.back_up()
    event = told_at(account, datetime.now(UTC))
    world.play.client.send_event(event, CARD)
    world.play.settle()
    assert len(world.play.finished(account)) == 1

    world.lose()
    world.play.client.send_event(event, CARD)
    world.run_everything()

    assert len(world.play.finished(account)) == 1
    assert world.waits(account)
    resend(world.play.hoede.db, world.play.order(account, "report").order.id, LOOKED)
    world.run_everything()
    assert len(world.play.finished(account)) == 2  # a person said so
    assert world.sound


def test_what_happens_after_a_restore_is_reported_at_once(world: World) -> None:
    account = world.play.person(VERIFIED)
    world.back_up()
    world.lose()
    world.play.client.send_event(told_at(account, datetime.now(UTC) + timedelta(seconds=1)), CARD)
    world.run_everything()
    assert (len(world.play.finished(account)), world.play.order(account, "report").state) == (
        1,
        OrderState.DONE,
    )


def test_later_files_of_an_account_whose_report_waits_get_a_report_of_their_own(world: World) -> None:
    account = known_upload(world)
    world.play.carry("vault")
    world.back_up()
    world.lose()
    first = world.play.case(account)
    world.play.client.send_event(told_at(account, datetime.now(UTC) + timedelta(seconds=1)), CARD)
    world.run_everything()
    later = world.play.case(account)
    states = [one.state for one in world.play.views(account) if one.order.measure == "report"]
    assert (later.earlier, sorted(states)) == (first.id, [OrderState.DONE, OrderState.WAITING])


def told(play: Scene, account: str) -> list[OrderView]:
    """Orders that the platform carries out."""
    return [one for one in play.views(account) if one.order.by == "platform"]


def test_orders_for_the_platform_go_again_under_the_same_id(world: World) -> None:
    account = known_upload(world)
    world.play.carry("vault")
    world.back_up()
    world.play.settle()
    before = {
        one.order.id: one.order.measure for one in world.play.views(account) if one.order.by == "platform"
    }
    world.lose()
    world.run_everything()
    after = [one for one in world.play.views(account) if one.order.by == "platform"]
    assert {one.order.id: one.order.measure for one in after} == before
    assert {one.state for one in after} == {OrderState.DONE}


def test_a_decision_is_about_an_order_that_waits_and_is_made_once(world: World) -> None:
    account = known_upload(world)
    world.play.carry("vault")
    world.back_up()
    world.lose()
    db, seen = world.play.hoede.db, world.play.order(account, "report").order.id
    with pytest.raises(ReceiptInvalid):
        settle(world, seen, "two words")
    resend(db, seen, LOOKED)
    for order in (seen, "ord_unknown"):
        with pytest.raises(NotWaiting):
            resend(db, order, LOOKED)
    world.run_everything()
    for order in (seen, "ord_unknown", world.play.order(account, "hold").order.id):
        with pytest.raises(NotWaiting):
            settle(world, order, "900")
    row = db.read(lambda conn: conn.execute(restores.RESTORED.select()).one())
    assert (row.resent_why, row.settled_at, row.receipt) == (LOOKED, None, None)
