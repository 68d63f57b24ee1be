"""Weekly digests: rows that both ends read, and what a page of them is written from."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, insert, or_, select

from hoede.db import Transaction
from hoede.pairing.rules.asking import Stands
from hoede.pairing.rules.digest import Digest
from hoede.pairing.rules.states import COUNTS
from hoede.pairing.store import LinkRow, link_row
from hoede.pairing.tables import CHANGES, DIGESTS, LINKS, LOOKS, REQUESTS

MOST_SHOWN = 12
_NAMED = ("limit", "sign")  # changes whose detail are names of settings


def keep(tx: Transaction, told: Iterable[tuple[str, date, str, Digest]]) -> None:
    """Keep the week's texts of pairings that have none."""
    rows = [
        {
            "link": link,
            "week": week,
            "locale": locale,
            "title": text.title,
            "lines": json.dumps(text.lines, ensure_ascii=False),
        }
        for link, week, locale, text in told
    ]
    if rows:
        tx.conn.execute(insert(DIGESTS), rows)


def digests_of(conn: Connection, link: str) -> tuple[Digest, ...]:
    """The newest first."""
    asked = select(DIGESTS).where(DIGESTS.c.link == link).order_by(DIGESTS.c.week.desc()).limit(MOST_SHOWN)
    return tuple(Digest(row.title, tuple(json.loads(row.lines))) for row in conn.execute(asked))


def page(conn: Connection, after: str, most: int) -> list[LinkRow]:
    """Pairings whose limits count, in the order of their ids."""
    asked = select(LINKS).where(LINKS.c.state.in_(COUNTS), LINKS.c.id > after)
    return [link_row(row) for row in conn.execute(asked.order_by(LINKS.c.id).limit(most))]


def digested(conn: Connection, links: Collection[str], week: date) -> set[str]:
    """Of these pairings, which have their text for this week."""
    asked = select(DIGESTS.c.link).where(DIGESTS.c.link.in_(links), DIGESTS.c.week == week)
    return set(conn.execute(asked).scalars())


def settings_changed(
    conn: Connection, links: Collection[str], since: datetime, until: datetime
) -> dict[str, list[str]]:
    """By pairing, which settings were limited or agreed on, the first first."""
    c = CHANGES.c
    asked = select(c.link, c.detail).where(c.link.in_(links), c.act.in_(_NAMED), c.at >= since, c.at < until)
    found: dict[str, list[str]] = defaultdict(list)
    for row in conn.execute(asked.order_by(c.link, c.number)):
        found[row.link].extend(row.detail.split())
    return found


def asked(
    conn: Connection, links: Collection[str], since: datetime, until: datetime
) -> Iterator[tuple[str, Stands]]:
    """Pairing and how it stands, of each question of the week to its guardian (`RequestRow.is_to`)."""
    c = REQUESTS.c
    same = and_(c.service == LINKS.c.service, c.account == LINKS.c.account)
    to_them = and_(c.asked_at >= LINKS.c.started_at, or_(c.link.is_(None), c.link == LINKS.c.id))
    week = (LINKS.c.id.in_(links), c.asked_at >= since, c.asked_at < until)
    for row in conn.execute(
        select(LINKS.c.id, c.stands).join_from(LINKS, REQUESTS, same).where(to_them, *week)
    ):
        yield row.id, Stands(row.stands)


def looked(conn: Connection, links: Collection[str], since: datetime, until: datetime) -> dict[str, int]:
    """By pairing, how often its guardian looked."""
    c = LOOKS.c
    counted = select(c.link, func.count().label("times")).where(
        c.link.in_(links), c.at >= since, c.at < until
    )
    return {row.link: row.times for row in conn.execute(counted.group_by(c.link))}
