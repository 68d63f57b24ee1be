"""Codes of invitations, and how often somebody guessed. Neither a code nor who guesses can be read here."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from hoede.core.orders import opaque
from hoede.db import Transaction, insert_new
from hoede.db.columns import milliseconds, moment
from hoede.pairing.rules.codes import A_DAY, BY_CODE, plain_handle
from hoede.pairing.tables import CODES, TRIES

_DAY_MS = A_DAY // timedelta(milliseconds=1)
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class CodeRow:
    link: str
    until: datetime


def keep(tx: Transaction, link: str, *, secret: str, code: str, handle: str, until: datetime) -> None:
    """Let a secret, or a code beside its inviter's name, open one pairing once."""
    tx.conn.execute(
        insert(CODES).values(
            link=link,
            secret_sha256=_digest(secret),
            code=_mark(tx.key, "code", code),
            handle=_mark(tx.key, "handle", plain_handle(handle)),
            until=until,
            tries=0,
        )
    )


def by_secret(conn: Connection, secret: str, now: datetime) -> CodeRow | None:
    """What a link opens; one that was used, taken back or is too old opens nothing."""
    asked = select(CODES.c.link, CODES.c.until).where(
        CODES.c.secret_sha256 == _digest(secret), CODES.c.until > now
    )
    row = conn.execute(asked).one_or_none()
    return None if row is None else CodeRow(row.link, row.until)


def by_code(tx: Transaction, code: str, handle: str) -> CodeRow | None:
    """What a code opens, of the inviter of this name. A wrong one counts against all of theirs."""
    mine = (CODES.c.handle == _mark(tx.key, "handle", plain_handle(handle)), CODES.c.until > tx.now)
    rows = tx.conn.execute(select(CODES).where(*mine, CODES.c.tries < BY_CODE).with_for_update()).all()
    wanted = _mark(tx.key, "code", code)
    for row in rows:
        if row.code == wanted:
            return CodeRow(row.link, row.until)
    tx.conn.execute(update(CODES).where(*mine).values(tries=CODES.c.tries + 1))
    return None


def end(tx: Transaction, link: str) -> bool:
    """It works no more; false when another request was quicker."""
    return bool(tx.conn.execute(delete(CODES).where(CODES.c.link == link)).rowcount)


def open_of(tx: Transaction, handle: str) -> int:
    """How many codes of this inviter work now."""
    mine = (CODES.c.handle == _mark(tx.key, "handle", plain_handle(handle)), CODES.c.until > tx.now)
    return int(tx.conn.execute(select(func.count()).select_from(CODES).where(*mine)).scalar_one())


def wrong(tx: Transaction, who: str) -> int:
    """Count a wrong try of an end, an address or everybody; how many that makes today."""
    row = {"who": _who(tx.key, who), "since": _today(tx.now)}
    mine = (TRIES.c.who == row["who"], TRIES.c.since == row["since"])
    if not insert_new(tx.conn, TRIES, {**row, "tries": 1}):
        tx.conn.execute(update(TRIES).where(*mine).values(tries=TRIES.c.tries + 1))
    return int(tx.conn.execute(select(TRIES.c.tries).where(*mine)).scalar_one())


def tried(conn: Connection, key: bytes, who: str, now: datetime) -> int:
    """How many wrong tries there were today."""
    mine = (TRIES.c.who == _who(key, who), TRIES.c.since == _today(now))
    return int(conn.execute(select(TRIES.c.tries).where(*mine)).scalar_one_or_none() or 0)


def tried_by_everybody(conn: Connection, now: datetime) -> int:
    return tried(conn, b"", EVERYBODY, now)


def forget_old(tx: Transaction) -> int:
    """Delete codes that are over, and counts of days before."""
    gone = tx.conn.execute(delete(CODES).where(CODES.c.until <= tx.now)).rowcount
    return gone + tx.conn.execute(delete(TRIES).where(TRIES.c.since <= tx.now - A_DAY)).rowcount


def tomorrow(now: datetime) -> datetime:
    """When counts begin anew."""
    return _today(now) + A_DAY


def _today(now: datetime) -> datetime:
    return moment(milliseconds(now) // _DAY_MS * _DAY_MS)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _who(key: bytes, who: str) -> str:
    """Opaque, but for everybody together, who are nobody."""
    return EVERYBODY if who == EVERYBODY else _mark(key, "try", who)


def _mark(key: bytes, what: str, text: str) -> str:
    return opaque(key, f"pairing\x1f{what}\x1f{text}")
