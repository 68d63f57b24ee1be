"""What somebody gets who asks for their own data: everything told of them, and everything told to them.

Never whether there is a case, a finding or a report: that would warn, and it is left out for everybody alike.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from hoede.detection.store import EVENTS
from hoede.flow.erase.columns import Columns, Scope
from hoede.flow.erase.scopes import Whom, given_rows
from hoede.review.notice_store import NOTICES
from hoede.review.store import LETTERS

LEFT_OUT = (
    "What child safety may need to keep to itself is left out for everybody, whether it is there or not."
)


def own_data(conn: Connection, columns: Columns, service: str, account: str) -> dict[str, Any]:
    """By table, the rows about an account, ready for JSON."""
    whom = Whom(service, account)
    ids = {Scope.EVENT: _events(conn, whom), Scope.ORDER: _letters(conn, whom)}
    told = {
        rule.name: [_plain(row) for row in given_rows(conn, rule, ids, whom)]
        for rule in columns.values()
        if rule.given
    }
    said = {"reported_by_you": _reported(conn, whom)}
    return {"about": {"service": service, "account": account}, **told, **said, "left_out": LEFT_OUT}


def _events(conn: Connection, whom: Whom) -> list[str]:
    mine = (EVENTS.c.service == whom.service, EVENTS.c.account == whom.account)
    return list(conn.execute(select(EVENTS.c.id).where(*mine)).scalars())


def _letters(conn: Connection, whom: Whom) -> list[str]:
    mine = (LETTERS.c.service == whom.service, LETTERS.c.account == whom.account)
    return list(conn.execute(select(LETTERS.c.order_id).where(*mine)).scalars())


def _reported(conn: Connection, whom: Whom) -> list[dict[str, Any]]:
    """What they reported, without whom it was about."""
    c = NOTICES.c
    mine = (c.service == whom.service, c.reporter == whom.account)
    rows = conn.execute(select(c.number, c.reason, c.words, c.came_at).where(*mine).order_by(c.came_at))
    return [_plain(dict(row)) for row in rows.mappings()]


def _plain(row: Any) -> dict[str, Any]:
    return {name: _one(value) for name, value in row.items() if value is not None}


def _one(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, str | int | float | bool) else str(value)
