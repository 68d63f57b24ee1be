"""Ways to a first or a new passkey: one-time links, and recovery codes that give such a link."""

import base64
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from hoede.access.people import lock_person, note
from hoede.access.rules import digest_of
from hoede.access.sessions import end_all_sessions
from hoede.access.tables import CODES, INVITATIONS
from hoede.core.errors import HoedeError
from hoede.db import Transaction

INVITED_FOR = timedelta(hours=24)
RECOVERED_FOR = timedelta(minutes=15)
CODES_AT_ONCE = 10
CODE_BYTES, CODE_GROUP = 15, 6  # 120 bits, so that a plain digest is enough


class LinkRefused(HoedeError):
    """This link was used, replaced, or is too old. Ask for a new one."""

    code = "link-refused"


class CodeRefused(HoedeError):
    """This code is not known, or it was used. Each works once."""

    code = "code-refused"


def give_link(tx: Transaction, link: str, person_id: str, lasts: timedelta) -> None:
    """Let a link make one passkey of this person; an earlier one ends."""
    tx.conn.execute(delete(INVITATIONS).where(INVITATIONS.c.person_id == person_id))
    tx.conn.execute(
        insert(INVITATIONS).values(digest=digest_of(link), person_id=person_id, until=tx.now + lasts)
    )


def invited(conn: Connection, link: str, now: datetime) -> str:
    """The id of who a link is for; raises `LinkRefused`."""
    asked = select(INVITATIONS.c.person_id).where(
        INVITATIONS.c.digest == digest_of(link), INVITATIONS.c.until > now
    )
    person_id = conn.execute(asked).scalar_one_or_none()
    if person_id is None:
        raise LinkRefused
    return str(person_id)


def use_link(tx: Transaction, link: str) -> str:
    """Likewise, and it works no more."""
    person_id = invited(tx.conn, link, tx.now)
    used = tx.conn.execute(delete(INVITATIONS).where(INVITATIONS.c.digest == digest_of(link)))
    if not used.rowcount:
        raise LinkRefused  # another request was quicker
    return person_id


def end_links(tx: Transaction, person_id: str) -> None:
    tx.conn.execute(delete(INVITATIONS).where(INVITATIONS.c.person_id == person_id))


def new_codes(random: Callable[[int], bytes]) -> tuple[str, ...]:
    """Ten codes to write down, e.g. `abcdef-ghijkl-mnopqr-stuvwx`."""
    return tuple(_shown(random(CODE_BYTES)) for _ in range(CODES_AT_ONCE))


def keep_codes(tx: Transaction, person_id: str, codes: Sequence[str]) -> None:
    """Keep the digests of a person's new codes; the earlier ones end."""
    end_codes(tx, person_id)
    tx.conn.execute(
        insert(CODES), [{"digest": digest_of(_plain(one)), "person_id": person_id} for one in codes]
    )
    note(tx, person_id, "codes.made", by=person_id)


def codes_left(conn: Connection, person_id: str) -> int:
    counted = select(func.count()).select_from(CODES).where(CODES.c.person_id == person_id)
    return conn.execute(counted).scalar_one()


def recover(tx: Transaction, code: str, link: str) -> None:
    """Let a code be used up for a link that lasts minutes; it signs in to nothing. Raises `CodeRefused`.

    Whoever lost a passkey may have lost a browser too: their sessions end.
    """
    digest = digest_of(_plain(code))
    person_id = tx.conn.execute(
        select(CODES.c.person_id).where(CODES.c.digest == digest)
    ).scalar_one_or_none()
    if person_id is None or lock_person(tx, person_id).is_disabled:
        raise CodeRefused
    if not tx.conn.execute(delete(CODES).where(CODES.c.digest == digest)).rowcount:
        raise CodeRefused  # another request was quicker
    give_link(tx, link, person_id, RECOVERED_FOR)
    end_all_sessions(tx, person_id)
    note(tx, person_id, "code.used", by=person_id)


def end_codes(tx: Transaction, person_id: str) -> None:
    tx.conn.execute(delete(CODES).where(CODES.c.person_id == person_id))


def forget_old_links(tx: Transaction) -> int:
    return tx.conn.execute(delete(INVITATIONS).where(INVITATIONS.c.until <= tx.now)).rowcount


def _shown(secret: bytes) -> str:
    letters = base64.b32encode(secret).decode().lower()
    return "-".join(letters[at : at + CODE_GROUP] for at in range(0, len(letters), CODE_GROUP))


def _plain(code: str) -> str:
    """As it was made, however it was typed."""
    return "".join(one for one in code.lower() if one.isalnum())
