"""All that Plein tells Hoede, and how it makes sure that Hoede has heard it."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from hoede.client import (
    Channel,
    Client,
    Event,
    EventAnswer,
    EventKind,
    HoedeRefused,
    HoedeUnavailable,
)
from hoede.demo.plein import accounts, orders, posts
from hoede.demo.plein.accounts import Account
from hoede.demo.plein.database import Database
from hoede.demo.plein.pictures import Pictures
from hoede.demo.plein.posts import Post

log = logging.getLogger(__name__)

ZONES = {"NL": "Europe/Amsterdam", "BE": "Europe/Brussels", "DE": "Europe/Berlin", "FR": "Europe/Paris",
         "IE": "Europe/Dublin"}  # fmt: skip
OURS_TO_FIX = frozenset({401, 403})  # a wrong key of ours; what we tell is not at fault


class Telling:
    """Each method may be called again at any time: the same thing told twice is told once."""

    def __init__(
        self,
        hoede: Client,
        database: Database,
        pictures: Pictures,
        now: Callable[[], datetime],
        again_s: float,
    ) -> None:
        self._hoede = hoede
        self._database = database
        self._pictures = pictures
        self._now = now
        self._again = timedelta(seconds=again_s)
        self.stopping = threading.Event()  # a long round ends early

    def tell_account(self, account: Account) -> None:
        """Tell who this is. While Hoede is away a round tries again, and the age counts as unknown."""
        try:
            self._hoede.put_account(
                account.id,
                country=account.country or None,
                zone=ZONES.get(account.country),
                locale=account.locale,
                screen_name=account.name,
                age_evidence=account.age_evidence,
            )
        except (HoedeRefused, HoedeUnavailable) as error:
            log.warning("account-not-told %s", error.code)
            return
        with self._database.transaction() as tx:
            accounts.mark_told(tx, account)

    def send_post(self, post: Post) -> None:
        """Ask whether a post may be seen and follow the answer; without a certain one it stays hidden.

        The id of the event is the post's own and its time is the post's, so it is the same event each time.
        """
        try:
            answer = self._hoede.send_event(_event(post), self._pictures.path(post.id))
        except FileNotFoundError:
            return  # an order removed it while we waited our turn
        except HoedeRefused as error:
            self._refused(post, error)
        else:
            self._follow(post, answer)

    def _follow(self, post: Post, answer: EventAnswer) -> None:
        with self._database.transaction() as tx:
            if answer.certain:
                posts.settle(tx, post.id, answer.answer)
                return
            # "Hold, but not certain" means that Hoede has perhaps never heard of this post. Nobody would
            # ever release it, and nobody would ever look: so we keep it hidden AND keep asking.
            posts.ask_later(tx, post.id, self._now() + self._again)

    def _refused(self, post: Post, error: HoedeRefused) -> None:
        log.warning("event-refused %s", error.code)
        with self._database.transaction() as tx:
            if not _is_unreadable(error):
                posts.ask_later(tx, post.id, self._now() + self._again)
            elif posts.refuse(tx, post.id):
                self._pictures.erase(post.id)

    def tell_what_waits(self) -> None:
        """One round: what Hoede was not told yet, and what it wants again."""
        self.send_waiting_posts()
        self.send_wanted()

    def send_waiting_posts(self) -> None:
        """One round: tell accounts that were not told, then ask again about posts that wait."""
        with self._database.transaction() as tx:
            untold, waiting = accounts.not_told(tx), posts.to_ask(tx, self._now())
        for account in untold:
            if not self.stopping.is_set():
                self.tell_account(account)
        for post in waiting:
            if not self.stopping.is_set():
                self.send_post(post)

    def send_wanted(self) -> None:
        """One round: send the pictures that Hoede wants again, each because of its case."""
        with self._database.transaction() as tx:
            wanted = posts.wanted(tx)
        for post, case in wanted:
            if not self.stopping.is_set():
                self._send_wanted(post, case)

    def _send_wanted(self, post: Post, case: str) -> None:
        try:
            answer = self._hoede.send_event(_event(post, because=case), self._pictures.path(post.id))
        except (FileNotFoundError, HoedeRefused):
            certain = (
                True  # it is gone, or no file that anybody can read: sending it again would change nothing
            )
        else:
            certain = answer.certain
        if certain:
            with self._database.transaction() as tx:
                posts.given(tx, post.id, case)

    def send_receipts(self) -> None:
        """One round: send every receipt we owe. What does not arrive now stays owed."""
        with self._database.transaction() as tx:
            owed = orders.owed(tx)
        for receipt in owed:
            if not self.stopping.is_set():
                self._send_receipt(receipt)

    def _send_receipt(self, receipt: orders.Receipt) -> None:
        try:
            self._hoede.send_receipt(receipt.order, receipt.reason is None, receipt.reason)
        except HoedeUnavailable:
            return
        except HoedeRefused as error:
            log.warning("receipt-refused %s", error.code)
            if error.status in OURS_TO_FIX:
                return
            # Hoede knows no such order, or wants no more of it: telling it again would change nothing.
        with self._database.transaction() as tx:
            orders.mark_sent(tx, receipt)


def _event(post: Post, *, because: str | None = None) -> Event:
    """What is told of a post; told because of a case it is an event of its own."""
    return Event(
        id=f"upload-{post.id}" if because is None else f"again-{post.id}-{because}",
        kind=EventKind.UPLOAD,
        channel=Channel.PUBLIC,
        account=post.account,
        content=post.id,
        at=post.posted_at,
        text=post.caption,
        media_type=post.media_type,
        because=because,
    )


def _is_unreadable(error: HoedeRefused) -> bool:
    """Whether it is the file that nobody can look at, and not our call that is wrong."""
    return error.status in (413, 415) or error.code.startswith("media-")
