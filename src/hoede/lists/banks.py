"""Rows of banks: how the lists in them are matched."""

from typing import Any

from sqlalchemy import Connection, Row, select, update

from hoede.core.leaves import Leaf
from hoede.db import Transaction, insert_new
from hoede.lists.rules import Bank
from hoede.lists.tables import BANKS, LISTS
from hoede.lists.versions import count_up


def set_bank(tx: Transaction, bank: Bank) -> None:
    """Make a bank, or change how it matches; every change has its leaf."""
    values = {
        "threshold": bank.threshold,
        "quality_floor": bank.quality_floor,
        "most_results": bank.most_results,
        "negative": bank.negative,
    }
    if not insert_new(tx.conn, BANKS, {"name": bank.name, "settings": 1, **values}):
        row = BANKS.c.name == bank.name
        tx.conn.execute(update(BANKS).where(row).values(settings=BANKS.c.settings + 1, **values))
    number = tx.conn.execute(select(BANKS.c.settings).where(BANKS.c.name == bank.name)).scalar_one()
    tx.leaf(Leaf("bank.set", f"{bank.name}:{number}", str(bank)))
    count_up(tx)


def ensure_bank(tx: Transaction, name: str) -> None:
    """A bank with the usual settings, unless there is one of this name."""
    if find_bank(tx.conn, name) is None:
        set_bank(tx, Bank(name=name))


def find_bank(conn: Connection, name: str) -> Bank | None:
    row = conn.execute(select(BANKS).where(BANKS.c.name == name)).one_or_none()
    return None if row is None else _bank(row)


def all_banks(conn: Connection) -> tuple[Bank, ...]:
    return tuple(_bank(row) for row in conn.execute(select(BANKS).order_by(BANKS.c.name)))


def bank_of_list(conn: Connection, list_name: str) -> Bank:
    """The bank a list is matched in; every list has one."""
    asked = select(BANKS).join(LISTS, LISTS.c.bank == BANKS.c.name).where(LISTS.c.name == list_name)
    return _bank(conn.execute(asked).one())


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    rows = conn.execute(select(BANKS.c.name, BANKS.c.settings)).all()
    return [("bank.set", f"{row.name}:{number}") for row in rows for number in range(1, row.settings + 1)]


def _bank(row: Row[Any]) -> Bank:
    return Bank(
        name=row.name,
        threshold=row.threshold,
        quality_floor=row.quality_floor,
        most_results=row.most_results,
        negative=row.negative,
    )
