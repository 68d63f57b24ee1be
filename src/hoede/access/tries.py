"""How often somebody tried to sign in lately, by address and by person; neither can be read here."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from hoede.access.tables import TRIES
from hoede.core.errors import HoedeError
from hoede.core.orders import opaque
from hoede.db import Transaction, insert_new
from hoede.db.columns import milliseconds, moment

WINDOW = timedelta(minutes=10)
_WINDOW_MS = WINDOW // timedelta(milliseconds=1)
MOST_BY_ADDRESS = 60  # a whole team may sit behind one address
MOST_BY_PERSON = 10


class TooManyTries(HoedeError):
    """There were too many tries to sign in. Wait ten minutes, then try again."""

    code = "too-many-tries"


def may_try(tx: Transaction, who: str, most: int) -> bool:
    """Count a try; false when there were more than `most` in this window of ten minutes.

    A step that raises is undone, and with it the count: say no after the commit.
    """
    since = moment(milliseconds(tx.now) // _WINDOW_MS * _WINDOW_MS)
    row = {"who": opaque(tx.key, f"try\x1f{who}"), "since": since}
    mine = (TRIES.c.who == row["who"], TRIES.c.since == since)
    if not insert_new(tx.conn, TRIES, {**row, "tries": 1}):
        tx.conn.execute(update(TRIES).where(*mine).values(tries=TRIES.c.tries + 1))
    return int(tx.conn.execute(select(TRIES.c.tries).where(*mine)).scalar_one()) <= most


def forget_old_tries(tx: Transaction) -> int:
    return tx.conn.execute(delete(TRIES).where(TRIES.c.since <= tx.now - WINDOW)).rowcount
