"""Proposals of agreements, each signed by none, one or both."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hoede.db import Transaction
from hoede.pairing.rules.states import By, Mode
from hoede.pairing.tables import PROPOSALS

LASTS = timedelta(days=7)  # what somebody wanted longer ago is no yes of today


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    id: str
    link: str
    by: By
    mode: Mode
    steps: Mapping[str, Any]
    text: str
    at: datetime
    look_again_at: datetime
    teen_at: datetime | None
    guardian_at: datetime | None
    ended_at: datetime | None
    band: str | None
    own: Mapping[str, Any] | None  # what the teen had chosen of these settings: step, milliseconds

    @property
    def until(self) -> datetime:
        return self.at + LASTS

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and not self.is_signed

    @property
    def is_signed(self) -> bool:
        return self.teen_at is not None and self.guardian_at is not None

    def is_over(self, now: datetime) -> bool:
        """Whether it was not signed by both in time."""
        return not self.is_signed and self.until <= now


def add(tx: Transaction, row: ProposalRow) -> None:
    """A new one; what was still open of this pairing ends, so that there is one paper on the table."""
    open_ones = (PROPOSALS.c.link == row.link, PROPOSALS.c.ended_at.is_(None))
    unsigned = PROPOSALS.c.teen_at.is_(None) | PROPOSALS.c.guardian_at.is_(None)
    tx.conn.execute(update(PROPOSALS).where(*open_ones, unsigned).values(ended_at=tx.now))
    tx.conn.execute(
        insert(PROPOSALS).values(
            id=row.id,
            link=row.link,
            by=row.by,
            mode=row.mode,
            steps=json.dumps(row.steps),
            text=row.text,
            at=row.at,
            look_again_at=row.look_again_at,
            teen_at=row.teen_at,
            guardian_at=row.guardian_at,
            band=row.band,
            own=None if row.own is None else json.dumps(row.own),
        )
    )


def lock(tx: Transaction, proposal_id: str) -> ProposalRow | None:
    asked = select(PROPOSALS).where(PROPOSALS.c.id == proposal_id).with_for_update()
    row = tx.conn.execute(asked).one_or_none()
    return None if row is None else _row(row)


def of_link(conn: Connection, link: str) -> tuple[ProposalRow, ...]:
    """The newest first."""
    asked = select(PROPOSALS).where(PROPOSALS.c.link == link)
    return tuple(_row(row) for row in conn.execute(asked.order_by(PROPOSALS.c.at.desc(), PROPOSALS.c.id)))


def sign(tx: Transaction, proposal_id: str, by: By) -> None:
    signed = {"teen_at" if by is By.TEEN else "guardian_at": tx.now}
    tx.conn.execute(update(PROPOSALS).where(PROPOSALS.c.id == proposal_id).values(**signed))


def end(tx: Transaction, proposal_id: str) -> None:
    tx.conn.execute(update(PROPOSALS).where(PROPOSALS.c.id == proposal_id).values(ended_at=tx.now))


def _row(row: Row[Any]) -> ProposalRow:
    told = row._asdict()
    told |= {"by": By(row.by), "mode": Mode(row.mode), "steps": json.loads(row.steps)}
    told["own"] = None if row.own is None else json.loads(row.own)
    return ProposalRow(**told)
