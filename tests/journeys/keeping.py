"""What tests of keeping and erasing do: erase, hold, let all times be over, check the log."""

from datetime import timedelta

from sqlalchemy import update
from tests.journeys.scene import Scene
from tests.parts import fresh

from hoede.accounts import erasures
from hoede.app import verify_log
from hoede.app.rehearsal import SERVICE
from hoede.db import Transaction
from hoede.evidence import holds
from hoede.evidence.holds import Hold, Kept
from hoede.evidence.store import EVIDENCE
from hoede.review.judgments import JUDGMENTS
from hoede.review.store import LETTERS

LONG = timedelta(days=500)


def erase(play: Scene, account: str) -> str | None:
    """What is kept of it, as a code; None when nothing is."""
    return kept(play, play.client.erase_account(account))


def kept(play: Scene, erasure: str) -> str | None:
    (found,) = [one for one in play.hoede.db.read(erasures.all_erasures) if one.id == erasure]
    assert (found.done_at is None) == (found.account is not None)
    return found.kept


def hold(play: Scene, kind: Kept, target: str) -> str:
    """Its id."""
    made = Hold(
        id=fresh("lho"),
        kind=kind,
        service=SERVICE if kind is Kept.ACCOUNT else None,
        target=target,
        basis="18 USC 2703(f)",
        why="asked for by letter",
        set_by="per_legal",
        until=None,
    )
    play.hoede.db.commit(lambda tx: holds.set_hold(tx, made))
    return made.id


def let_go(play: Scene, hold_id: str) -> None:
    play.hoede.db.commit(lambda tx: holds.end_hold(tx, hold_id, by="per_legal", why="over"))


def later(play: Scene) -> None:
    """As if all that has a time had had it."""

    def step(tx: Transaction) -> None:
        for column in (EVIDENCE.c.keep_until, EVIDENCE.c.destroy_after, JUDGMENTS.c.undo_until):
            tx.conn.execute(
                update(column.table).where(column.is_not(None)).values({column.name: tx.now - LONG})
            )
        tx.conn.execute(update(LETTERS).values(until=(tx.now - LONG).date()))

    play.hoede.db.commit(step)


def sound(play: Scene) -> bool:
    play.settle()
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()
    return True
