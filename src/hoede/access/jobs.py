"""What somebody signed in with goes: when its time is up, or all of it after a restore."""

from sqlalchemy import delete

from hoede.access.challenges import forget_old_challenges
from hoede.access.invitations import forget_old_links
from hoede.access.sessions import forget_over
from hoede.access.tables import CHALLENGES, INVITATIONS, SESSIONS
from hoede.access.tries import forget_old_tries
from hoede.db import Transaction


def forget_sign_ins(tx: Transaction) -> int:
    """Delete sessions, links, challenges and counts of tries that are over; how many that were."""
    return forget_over(tx) + forget_old_links(tx) + forget_old_challenges(tx) + forget_old_tries(tx)


def end_all_sign_ins(tx: Transaction) -> None:
    """End every session, link and challenge: some may have ended in a time that nobody remembers."""
    for table in (SESSIONS, INVITATIONS, CHALLENGES):
        tx.conn.execute(delete(table))
