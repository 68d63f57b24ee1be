"""Questions of teens, and their answers."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hoede.db import Transaction
from hoede.pairing.rules.asking import UNANSWERED, Kind, RequestRow, Stands, Wish
from hoede.pairing.tables import REQUESTS

MOST_SHOWN = 50


def add(tx: Transaction, row: RequestRow) -> None:
    wish = row.wish
    tx.conn.execute(
        insert(REQUESTS).values(
            id=row.id,
            service=row.service,
            account=row.account,
            kind=wish.kind,
            setting=wish.setting,
            step=None if wish.step is None else json.dumps(wish.step),
            about=wish.about,
            link=wish.link,
            words=wish.words,
            band=row.band,
            asked_at=row.asked_at,
            until=row.until,
            stands=row.stands,
            reason="",
        )
    )


def lock(tx: Transaction, request_id: str) -> RequestRow | None:
    asked = select(REQUESTS).where(REQUESTS.c.id == request_id).with_for_update()
    row = tx.conn.execute(asked).one_or_none()
    return None if row is None else _row(row)


def of_account(conn: Connection, service: str, account: str) -> tuple[RequestRow, ...]:
    """The newest first."""
    asked = (
        select(REQUESTS)
        .where(REQUESTS.c.service == service, REQUESTS.c.account == account)
        .order_by(REQUESTS.c.asked_at.desc(), REQUESTS.c.id)
        .limit(MOST_SHOWN)
    )
    return tuple(_row(row) for row in conn.execute(asked))


def stands(tx: Transaction, request_id: str, now: Stands, **values: Any) -> None:
    """How it stands from now on, and what was answered with it."""
    if "offer" in values:
        values["offer"] = json.dumps(values["offer"])
    tx.conn.execute(update(REQUESTS).where(REQUESTS.c.id == request_id).values(stands=now, **values))


def end_open(tx: Transaction, service: str, account: str, how: Stands) -> int:
    """Everything this account still asks ends."""
    mine = (REQUESTS.c.service == service, REQUESTS.c.account == account)
    ended = update(REQUESTS).where(*mine, REQUESTS.c.stands.in_(UNANSWERED)).values(stands=how)
    return tx.conn.execute(ended).rowcount


def expire(tx: Transaction) -> int:
    """What got no answer in time ends so."""
    over = (REQUESTS.c.stands.in_(UNANSWERED), REQUESTS.c.until <= tx.now)
    return tx.conn.execute(update(REQUESTS).where(*over).values(stands=Stands.EXPIRED)).rowcount


def _row(row: Row[Any]) -> RequestRow:
    def read(text: str | None) -> Any:
        return None if text is None else json.loads(text)

    return RequestRow(
        id=row.id,
        service=row.service,
        account=row.account,
        wish=Wish(
            kind=Kind(row.kind),
            setting=row.setting,
            step=read(row.step),
            about=row.about,
            link=row.link,
            words=row.words,
        ),
        band=row.band,
        asked_at=row.asked_at,
        until=row.until,
        stands=Stands(row.stands),
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        offer=read(row.offer),
        reason=row.reason,
        granted_until=row.granted_until,
    )


def open_since(conn: Connection, service: str, account: str, now: datetime) -> tuple[RequestRow, ...]:
    """What waits for an answer."""
    return tuple(one for one in of_account(conn, service, account) if one.now(now) in UNANSWERED)
