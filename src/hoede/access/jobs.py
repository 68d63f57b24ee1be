"""What somebody signed in with and whose time is up goes."""

from hoede.access.challenges import forget_old_challenges
from hoede.access.invitations import forget_old_links
from hoede.access.sessions import forget_over
from hoede.access.tries import forget_old_tries
from hoede.db import Transaction


def forget_sign_ins(tx: Transaction) -> int:
    """Delete sessions, links, challenges and counts of tries that are over; how many that were."""
    return forget_over(tx) + forget_old_links(tx) + forget_old_challenges(tx) + forget_old_tries(tx)
