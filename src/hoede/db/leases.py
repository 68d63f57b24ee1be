"""Who of several processes may do a thing now."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, String, Table, bindparam, delete, or_, select, update

from hoede.db.columns import METADATA, Moment
from hoede.db.engine import Transaction
from hoede.db.rows import change, insert_new, one_row

# Nobody puts anything off for so long: what is due later was written by a clock that ran ahead.
TOO_FAR = timedelta(days=2)


def longest(duration: timedelta) -> timedelta:
    """How far ahead a lease of this duration may end; one that ends later was written by such a clock.

    Twice: while processes are replaced one after the other, some may lease for longer than others.
    """
    return 2 * duration


LEASES = Table(
    "lease",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", Moment, nullable=False),
)

_ASKED = {name: bindparam(name, type_=Moment) for name in ("now", "longest")}
_FREE = select(LEASES.c.name).where(
    LEASES.c.name == bindparam("lease"),
    or_(
        LEASES.c.holder == bindparam("by"),
        LEASES.c.until < _ASKED["now"],
        LEASES.c.until > _ASKED["longest"],
    ),
)
_MINE, _ANYBODYS = _FREE.with_for_update(), _FREE.with_for_update(skip_locked=True)


def take_lease(tx: Transaction, name: str, holder: str, duration: timedelta) -> bool:
    """Take or renew a lease on database time; false while somebody else holds it.

    Who takes or renews it just now is not waited for, and who only asks locks nothing: neither keeps
    the steps of other callers waiting.
    """
    until = tx.now + duration
    if (seen := one_row(tx.conn, LEASES, name=name)) is None:
        return insert_new(tx.conn, LEASES, {"name": name, "holder": holder, "until": until})
    asked = {"lease": name, "by": holder, "now": tx.now, "longest": tx.now + longest(duration)}
    if tx.conn.execute(_MINE if seen.holder == holder else _ANYBODYS, asked).first() is None:
        return False
    change(tx.conn, LEASES, {"holder": holder, "until": until}, name=name)
    return True


def give_back(tx: Transaction, name: str, holder: str) -> None:
    """Let others have it now; nothing changes when it is somebody else's by then."""
    tx.conn.execute(delete(LEASES).where(LEASES.c.name == name, LEASES.c.holder == holder))


def hold_still(tx: Transaction, name: str) -> None:
    """Wait until nobody works under this lease, and let nobody begin before this transaction ends.

    Whoever takes or renews a lease writes its row, so holding the row is enough.
    """
    insert_new(tx.conn, LEASES, {"name": name, "holder": "", "until": tx.now - timedelta(milliseconds=1)})
    tx.conn.execute(update(LEASES).where(LEASES.c.name == name).values(name=name))


def is_held(conn: Connection, name: str, now: datetime, duration: timedelta) -> bool:
    """Whether somebody holds it at this moment, who takes it for so long."""
    c = LEASES.c
    held = select(c.name).where(c.name == name, c.until >= now, c.until <= now + longest(duration))
    return conn.execute(held).first() is not None
