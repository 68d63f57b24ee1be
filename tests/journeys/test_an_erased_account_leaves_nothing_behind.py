"""An account is erased: no table and no file holds a word of it, but for what a hold or a duty keeps."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update
from tests.journeys.desk import Desk
from tests.journeys.keeping import LONG, erase, hold, later, let_go, sound
from tests.journeys.scene import DECLARED, FIFTEEN, VERIFIED, Scene
from tests.parts import fresh

from hoede.accounts import erasures
from hoede.app import new_id
from hoede.app.rehearsal import SERVICE
from hoede.core.orders import Order, Target, TargetKind
from hoede.db import METADATA, Transaction, orders
from hoede.evidence import EvidenceState, clock
from hoede.evidence.holds import Kept
from hoede.evidence.store import EVIDENCE
from hoede.flow.erase import own_data, shipped_columns
from hoede.flow.report import Supplement
from hoede.review.store import LETTERS

ADDRESS = "203.0.113.77"


def found_in(play: Scene, *canaries: str) -> list[str]:
    """Tables with a value, and files of data and database with a byte, of these."""
    return [*_in_tables(play, canaries), *_in_files(play, canaries)]


def _in_tables(play: Scene, canaries: tuple[str, ...]) -> Iterator[str]:
    for table in METADATA.sorted_tables:
        rows = play.hoede.db.read(lambda conn, one=table: conn.execute(one.select()).all())  # type: ignore[misc] # a default binds it
        text = "\n".join(str(list(row)) for row in rows)
        yield from (f"{table.name}: {one}" for one in canaries if one in text)


def _in_files(play: Scene, canaries: tuple[str, ...]) -> Iterator[str]:
    files = [one for one in play.hoede.config.data_folder.rglob("*") if one.is_file()]
    if play.hoede.db.engine.dialect.name == "sqlite":
        database = Path(str(play.hoede.db.engine.url.database))
        with closing(sqlite3.connect(database)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what was deleted is zeros in the file
        files += database.parent.glob(f"{database.name}*")
    for path in files:
        if path.name != "ballast":
            content = path.read_bytes()
            yield from (f"{path.name}: {one}" for one in canaries if one.encode() in content)


def test_nothing_is_left_of_an_account_that_only_lived_here(play: Scene) -> None:
    name = fresh("screen-name")
    account = play.person(FIFTEEN, screen_name=name)
    uploads = [play.upload(account, b"harmless %d" % number, ip=ADDRESS) for number in range(3)]
    canaries = (account, name, ADDRESS, uploads[0].content, uploads[2].event)
    assert {one.partition(":")[0] for one in found_in(play, *canaries)} >= {"account", "event"}
    assert erase(play, account) is None
    assert sound(play)
    assert found_in(play, *canaries) == []


def test_a_case_goes_when_its_time_is_over_and_the_log_stays_sound(play: Scene) -> None:
    desk, name = Desk(play), fresh("screen-name")
    account = play.person(DECLARED, screen_name=name)
    upload = play.upload(account, ip=ADDRESS)
    play.settle()
    assert erase(play, account) == "still-judged"
    desk.judge(account, "eva", "no_violation")
    play.settle()
    play.hoede.erase.once()
    assert play.hoede.db.read(erasures.all_under_way) != []
    later(play)
    play.hoede.erase.once()
    assert play.hoede.db.read(erasures.all_under_way) == []
    assert play.copies() == ()
    assert list((play.hoede.config.data_folder / "vault" / "objects").iterdir()) == []
    assert sound(play)
    canaries = (account, name, ADDRESS, upload.content, upload.event)
    assert found_in(play, *canaries) == []


def test_what_was_reported_is_kept_as_long_as_due_and_a_legal_hold_beats_its_end(play: Scene) -> None:
    account = play.person(VERIFIED)
    play.upload(account)
    play.settle()
    assert erase(play, account) == "may-be-objected-to"
    play.hoede.db.commit(lambda tx: tx.conn.execute(update(LETTERS).values(until=(tx.now - LONG).date())))
    play.hoede.erase.once()
    assert [one.kept for one in play.hoede.db.read(erasures.all_erasures)] == ["retention"]
    hold_id = hold(play, Kept.ACCOUNT, account)
    later(play)
    assert (play.hoede.expire.once().evidence, play.hoede.erase.once()) == (0, 1)
    assert len(play.copies()) == 1
    assert sound(play)
    let_go(play, hold_id)
    play.hoede.erase.once()
    assert (play.copies(), play.hoede.db.read(erasures.all_under_way)) == ((), [])
    assert sound(play)


def test_copies_go_when_their_time_is_over_but_not_by_a_clock_that_jumped(play: Scene) -> None:
    play.upload(play.person(VERIFIED))
    play.settle()
    later(play)
    play.hoede.db.commit(clock.believe)
    play.hoede.db.commit(lambda tx: tx.conn.execute(update(clock.CLOCK).values(seen_at=tx.now - LONG)))
    assert play.hoede.expire.once().evidence == 0
    assert play.hoede.db.read(clock.stopped_at) is not None
    play.hoede.db.commit(clock.believe)
    assert play.hoede.expire.once().evidence == 1
    (copy,) = play.copies()
    assert (copy.destroyed_why, copy.taken.key.sealed) == ("retention", b"")


def test_a_wish_to_be_erased_takes_nothing_early_by_a_clock_that_jumped(play: Scene) -> None:
    account = play.person(VERIFIED)
    play.upload(account)
    play.settle()
    later(play)
    play.hoede.db.commit(clock.believe)
    play.hoede.db.commit(lambda tx: tx.conn.execute(update(clock.CLOCK).values(seen_at=tx.now - 2 * LONG)))
    assert erase(play, account) is not None
    assert [copy.destroyed_at for copy in play.copies()] == [None]
    play.hoede.db.commit(clock.believe)
    play.hoede.erase.once()
    assert play.copies() == ()


def test_who_asks_for_their_own_data_never_learns_of_a_case(play: Scene) -> None:
    quiet, held = play.person(FIFTEEN), play.person(DECLARED)
    for account in (quiet, held):
        play.upload(account, b"harmless")
    play.upload(held)
    play.settle()
    told = [
        play.hoede.db.read(lambda conn, one=one: own_data(conn, shipped_columns(), SERVICE, one))  # type: ignore[misc] # a default binds it
        for one in (quiet, held)
    ]
    assert told[0].keys() == told[1].keys()
    assert {name for one in told for row in one["event"] for name in row}.isdisjoint({"hold", "answer", "ip"})
    assert [len(one["event"]) for one in told] == [1, 2]
    assert told[0]["about"] == {"service": SERVICE, "account": quiet}
    with pytest.raises(KeyError):
        told[1]["case_"]


def test_no_order_is_left_that_names_the_account_or_its_content(play: Scene) -> None:
    """Also of what nothing was decided about, and what no case asked for."""
    account = play.person(FIFTEEN)
    upload = play.upload(account, b"harmless")
    targets = {
        "time_up": Target(TargetKind.ACCOUNT, account),
        "hold": Target(TargetKind.CONTENT, upload.content),
    }

    def asked(tx: Transaction) -> None:
        for measure, target in targets.items():
            orders.open_order(
                tx,
                Order(
                    id=fresh("ord"),
                    service=SERVICE,
                    cause=fresh("cause"),
                    measure=measure,
                    target=target,
                    by="platform",
                    values={"account": account},
                ),
            )

    play.hoede.db.commit(asked)
    assert erase(play, account) == "orders-open"
    play.settle()
    play.hoede.erase.once()
    assert play.hoede.db.read(erasures.all_under_way) == []
    assert found_in(play, account, upload.content) == []
    assert sound(play)


def test_what_was_added_to_a_report_goes_with_it(play: Scene) -> None:
    name = fresh("screen-name")
    play.upload(account := play.person(VERIFIED, screen_name=name))
    play.settle()
    hoede, report = play.hoede, play.order(account, "report").order.id
    supplement = Supplement(db=hoede.db, measures=hoede.tables.book.measures, new_id=new_id)
    supplement(report, "The school called.", "lena")
    play.settle()
    assert len(play.finished(account)) == 2
    later(play)
    assert erase(play, account) is None
    assert found_in(play, account, name, "The school called.") == []
    assert sound(play)


def test_a_hold_that_has_ended_names_nobody_who_was_erased(play: Scene) -> None:
    account = play.person(FIFTEEN)
    let_go(play, hold(play, Kept.ACCOUNT, account))
    assert erase(play, account) is None
    assert found_in(play, account) == []
    assert sound(play)


def test_a_copy_that_was_never_sealed_goes_with_its_time_and_its_file(play: Scene) -> None:
    desk, account = Desk(play), play.person(DECLARED)
    play.upload(account)
    desk.judge(account, "eva", "no_violation")
    play.settle_but("preserve")
    play.hoede.db.commit(lambda tx: tx.conn.execute(update(EVIDENCE).values(state="intake", sealed_at=None)))
    (copy,) = play.copies()
    folder = play.hoede.config.data_folder / "vault"
    (folder / "objects" / copy.taken.id).rename(folder / "intake" / copy.taken.id)
    later(play)
    assert play.hoede.expire.once().evidence == 1
    assert (play.copies()[0].state, play.copies()[0].taken.key.sealed) == (EvidenceState.DESTROYED, b"")
    assert not (folder / "intake" / copy.taken.id).exists()
