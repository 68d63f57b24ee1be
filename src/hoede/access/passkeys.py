"""Passkeys of people: public keys only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from hoede.access.people import note
from hoede.access.tables import PASSKEYS
from hoede.core.errors import HoedeError
from hoede.db import Transaction, insert_new


class PasskeyTaken(HoedeError):
    """This passkey is known here already. Make another one."""

    code = "passkey-taken"


class LastPasskey(HoedeError):
    """This is your only passkey. Make another one first."""

    code = "last-passkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    id: str
    credential: str  # base64url, as browsers name it
    person_id: str
    public_key: bytes  # COSE
    sign_count: int  # 0 where the authenticator does not count
    made_at: datetime
    used_at: datetime


def add_passkey(
    tx: Transaction, passkey_id: str, *, credential: str, person_id: str, public_key: bytes, sign_count: int
) -> None:
    """Keep a new passkey of a person who is locked; `PasskeyTaken` when somebody has this credential."""
    row = {
        "id": passkey_id,
        "credential": credential,
        "person_id": person_id,
        "public_key": public_key,
        "sign_count": sign_count,
        "made_at": tx.now,
        "used_at": tx.now,
    }
    if not insert_new(tx.conn, PASSKEYS, row):
        raise PasskeyTaken
    note(tx, person_id, "passkey.made", by=person_id, detail=passkey_id)


def find_passkey(conn: Connection, credential: str) -> Passkey | None:
    row = conn.execute(select(PASSKEYS).where(PASSKEYS.c.credential == credential)).one_or_none()
    return None if row is None else _passkey(row)


def passkeys_of(conn: Connection, person_id: str) -> tuple[Passkey, ...]:
    """A person's passkeys, the oldest first."""
    rows = conn.execute(
        select(PASSKEYS).where(PASSKEYS.c.person_id == person_id).order_by(PASSKEYS.c.made_at, PASSKEYS.c.id)
    )
    return tuple(_passkey(row) for row in rows)


def passkey_used(tx: Transaction, passkey: Passkey, sign_count: int) -> bool:
    """Note the new count; false when the passkey is gone or was used by another request meanwhile."""
    used = tx.conn.execute(
        update(PASSKEYS)
        .where(PASSKEYS.c.id == passkey.id, PASSKEYS.c.sign_count == passkey.sign_count)
        .values(sign_count=sign_count, used_at=tx.now)
    )
    return bool(used.rowcount)


def end_passkey(tx: Transaction, passkey_id: str, person_id: str, *, by: str) -> bool:
    """End one of a person's passkeys; false when there is none of this id, `LastPasskey` for the only one."""
    held = [one.id for one in passkeys_of(tx.conn, person_id)]
    if passkey_id not in held:
        return False
    if held == [passkey_id]:
        raise LastPasskey
    tx.conn.execute(delete(PASSKEYS).where(PASSKEYS.c.id == passkey_id))
    note(tx, person_id, "passkey.ended", by=by, detail=passkey_id)
    return True


def end_all_passkeys(tx: Transaction, person_id: str) -> None:
    """End all of them; what they end for has a leaf of its own."""
    tx.conn.execute(delete(PASSKEYS).where(PASSKEYS.c.person_id == person_id))


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(
        id=row.id,
        credential=row.credential,
        person_id=row.person_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        made_at=row.made_at,
        used_at=row.used_at,
    )
