"""Where children live whom a case is about, as a person says it: their word counts before what was told."""

import re
from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import Column, Connection, ForeignKey, String, Table, delete, insert, select

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction

MOST: Final = 20  # countries of one case
_COUNTRY: Final = re.compile("[A-Z]{2}")

VICTIMS = Table(
    "case_victim",
    METADATA,
    Column("case_id", String(40), ForeignKey("case_.id"), primary_key=True),
    Column("country", String(2), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)


def countries_in(text: str) -> tuple[str, ...] | None:
    """Countries as somebody types them, `NL de, FR`; None when one of them is none."""
    told = dict.fromkeys(text.upper().replace(",", " ").split())
    fine = len(told) <= MOST and all(_COUNTRY.fullmatch(one) for one in told)
    return tuple(told) if fine else None


def say(tx: Transaction, case_id: str, countries: Iterable[str], person: str) -> None:
    """Note what a person says, in place of what one said before."""
    said = sorted(set(countries))
    if said == sorted(of_cases(tx.conn, [case_id]).get(case_id, ())):
        return
    tx.conn.execute(delete(VICTIMS).where(VICTIMS.c.case_id == case_id))
    for one in said:
        tx.conn.execute(insert(VICTIMS).values(case_id=case_id, country=one, person=person, at=tx.now))
    tx.leaf(Leaf("case.victims", case_id, " ".join(said)))


def of_cases(conn: Connection, cases: Collection[str]) -> dict[str, tuple[str, ...]]:
    """What people said, by case; a case of which nobody said anything is not in it."""
    c, found = VICTIMS.c, dict[str, tuple[str, ...]]()
    rows = conn.execute(select(c.case_id, c.country).where(c.case_id.in_(cases)).order_by(c.country))
    for row in rows:
        found[row.case_id] = (*found.get(row.case_id, ()), row.country)
    return found
