"""The people on Plein and who is signed in. All SQL of the account and session tables."""

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hoede.client import AgeEvidence, Assurance

ISSUER = "Plein demo"


class AccountState(StrEnum):
    OPEN = "open"
    RESTRICTED = "restricted"  # may read, report and get help; may not post
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: str
    name: str
    born: date  # as the person told us
    country: str  # "" when elsewhere
    locale: str
    joined_at: datetime
    verified_at: datetime | None = None  # when a (simulated) document confirmed the birth date
    restricted: bool = False
    closed: bool = False
    told: bool = False

    @property
    def state(self) -> AccountState:
        if self.closed:
            return AccountState.CLOSED
        return AccountState.RESTRICTED if self.restricted else AccountState.OPEN

    @property
    def age_evidence(self) -> list[AgeEvidence]:
        """Everything we know of the age: what was declared, and what was verified."""
        declared = AgeEvidence(
            method="self-declared",
            assurance=Assurance.DECLARED,
            issuer=ISSUER,
            as_of=self.joined_at.date(),
            born=self.born,
        )
        if self.verified_at is None:
            return [declared]
        verified = AgeEvidence(
            method="document-simulated",
            assurance=Assurance.VERIFIED,
            issuer=ISSUER,
            as_of=self.verified_at.date(),
            born=self.born,
        )
        return [declared, verified]


def add(tx: sqlite3.Connection, account: Account) -> None:
    tx.execute(
        "INSERT INTO account (id, name, born, country, locale, joined_at) VALUES (?, ?, ?, ?, ?, ?)",
        (
            account.id,
            account.name,
            account.born.isoformat(),
            account.country,
            account.locale,
            account.joined_at.isoformat(),
        ),
    )


def find(tx: sqlite3.Connection, account: str) -> Account | None:
    row = tx.execute("SELECT * FROM account WHERE id = ?", (account,)).fetchone()
    return row and _account(row)


def everybody(tx: sqlite3.Connection) -> list[Account]:
    return [_account(row) for row in tx.execute("SELECT * FROM account ORDER BY joined_at, id")]


def not_told(tx: sqlite3.Connection) -> list[Account]:
    """Accounts of which Hoede has not heard, or not the latest."""
    return [_account(row) for row in tx.execute("SELECT * FROM account WHERE told = 0 ORDER BY joined_at")]


def mark_told(tx: sqlite3.Connection, account: Account) -> None:
    """Hoede has the account as given; when it changed meanwhile it stays to be told."""
    verified_at = account.verified_at and account.verified_at.isoformat()
    tx.execute("UPDATE account SET told = 1 WHERE id = ? AND verified_at IS ?", (account.id, verified_at))


def verify(tx: sqlite3.Connection, account: str, now: datetime) -> None:
    """The birth date is confirmed; Hoede is to be told."""
    tx.execute("UPDATE account SET verified_at = ?, told = 0 WHERE id = ?", (now.isoformat(), account))


def restrict(tx: sqlite3.Connection, account: str, *, restricted: bool) -> bool:
    """Whether there is such an account; it is restricted, or no longer."""
    return tx.execute("UPDATE account SET restricted = ? WHERE id = ?", (restricted, account)).rowcount == 1


def close(tx: sqlite3.Connection, account: str, *, closed: bool) -> bool:
    """Whether there is such an account; it is closed, or no longer."""
    return tx.execute("UPDATE account SET closed = ? WHERE id = ?", (closed, account)).rowcount == 1


def sign_in(tx: sqlite3.Connection, account: str, token: str) -> None:
    tx.execute("INSERT INTO session (token_hash, account) VALUES (?, ?)", (_hash(token), account))


def sign_out(tx: sqlite3.Connection, token: str) -> None:
    tx.execute("DELETE FROM session WHERE token_hash = ?", (_hash(token),))


def signed_in(tx: sqlite3.Connection, token: str) -> Account | None:
    row = tx.execute(
        "SELECT account.* FROM account JOIN session ON session.account = account.id WHERE token_hash = ?",
        (_hash(token),),
    ).fetchone()
    return row and _account(row)


def _hash(token: str) -> str:
    """What we keep of a token: who reads the database cannot sign in with it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _account(row: sqlite3.Row) -> Account:
    return Account(
        id=row["id"],
        name=row["name"],
        born=date.fromisoformat(row["born"]),
        country=row["country"],
        locale=row["locale"],
        joined_at=datetime.fromisoformat(row["joined_at"]),
        verified_at=datetime.fromisoformat(row["verified_at"]) if row["verified_at"] else None,
        restricted=bool(row["restricted"]),
        closed=bool(row["closed"]),
        told=bool(row["told"]),
    )
