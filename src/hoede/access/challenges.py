"""Challenges of passkeys: each is answered once, soon, and by who it was made for."""

from datetime import timedelta

from sqlalchemy import delete, insert

from hoede.access.rules import digest_of
from hoede.access.tables import CHALLENGES
from hoede.db import Transaction

ANSWERED_WITHIN = timedelta(minutes=5)


def keep_challenge(tx: Transaction, challenge: str, bound_to: str) -> None:
    """Remember a challenge, in base64url, and which visit, invitation or session it was made for."""
    tx.conn.execute(
        insert(CHALLENGES).values(
            digest=digest_of(challenge), bound_to=digest_of(bound_to), until=tx.now + ANSWERED_WITHIN
        )
    )


def take_challenge(tx: Transaction, challenge: str, bound_to: str) -> bool:
    """Whether this challenge was made for it and may still be answered; afterwards it may not."""
    taken = tx.conn.execute(
        delete(CHALLENGES).where(
            CHALLENGES.c.digest == digest_of(challenge),
            CHALLENGES.c.bound_to == digest_of(bound_to),
            CHALLENGES.c.until > tx.now,
        )
    )
    return bool(taken.rowcount)


def forget_old_challenges(tx: Transaction) -> int:
    return tx.conn.execute(delete(CHALLENGES).where(CHALLENGES.c.until <= tx.now)).rowcount
