"""What time alone does with pairings: expiring, cooling, resting, ending, reminding. A step for each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import structlog

from hoede import accounts
from hoede.accounts import AgeGround, age_ground
from hoede.accounts.rules import best, bounds, local_date
from hoede.core.ages import Assurance
from hoede.db import Transaction
from hoede.flow.pair import mailing
from hoede.flow.pair.desk import PairDesk, move, teen_facts, teen_of
from hoede.pairing import By, Cause, LinkRow, State, codes, mails, requests, store
from hoede.pairing.rules.leaving import FADES, REMINDED, adult_day, is_of_age
from hoede.pairing.rules.saying import Refusal

log = structlog.get_logger()

AT_ONCE = 200  # pairings read at once


@dataclass(frozen=True, slots=True)
class Clock:
    """Run by every worker; what one did, another finds done."""

    desk: PairDesk

    def once(self) -> bool:
        """One round through everything that is due; what cannot move keeps nobody else waiting."""
        after = ""
        while due := self._due(after):
            for link_id in due:
                try:
                    self._one(link_id)
                except Exception as error:  # noqa: BLE001 - the other pairings' time goes on
                    log.error("pairing.stuck", error=type(error).__name__)  # noqa: TRY400 - no values
            after = due[-1]
        self.desk.db.commit(requests.expire)
        self.desk.db.commit(codes.forget_old)
        self.desk.db.commit(mails.forget_gone)
        return False

    def age_told(self, tx: Transaction, service: str, those: Collection[str]) -> None:
        """More is known of the age of these accounts: pairings of who is proved to be 18 end now.

        What is proved of a birthday counts from now on, whatever was known when the pairing began.
        """
        for link_id in store.standing_among(tx.conn, service, those):
            link = store.lock(tx, link_id)
            if (day := self._proved_day(tx, link)) is not None:
                store.is_adult_on(tx, link_id, day)
            self._step(tx, store.lock(tx, link_id))

    def _due(self, after: str) -> list[str]:
        now = self.desk.db.now()
        return self.desk.db.read(lambda conn: store.due(conn, now, now + REMINDED, after=after, most=AT_ONCE))

    def _one(self, link_id: str) -> None:
        def step(tx: Transaction) -> LinkRow | None:
            link = store.lock_if_there(tx, link_id)
            return None if link is None else self._step(tx, link)

        done = self.desk.db.commit(step)
        if done is not None and done.service and done.account:
            self.desk.forget(done.service, done.account)

    def _step(self, tx: Transaction, link: LinkRow) -> LinkRow | None:
        """What is due for one pairing; None when nothing is any more."""
        if link.state is not State.ENDED and self._is_of_age(tx, link):
            return _moved(move(tx, self.desk, link, "come_of_age", By.CLOCK))
        if link.state is not State.ACTIVE and link.until is not None and link.until <= tx.now:
            return self._over(tx, link)
        if link.counts and _is_past(link.teen_by, tx.now):
            return self._teen_is_silent(tx, link)
        if (cause := _rests_for(link, tx.now)) is not None:
            return _moved(rest(tx, self.desk, link, cause, By.CLOCK))
        return self._remind(tx, link) if link.counts and link.reminded_at is None else None

    def _remind(self, tx: Transaction, link: LinkRow) -> LinkRow | None:
        """Tell a guardian what they have to do soon, for what rests once does not come back."""
        soon, proof_ends = tx.now + REMINDED, link.assured_until if link.assured else None
        for kind, day in (("proof_ends", proof_ends), ("still_right", link.guardian_by)):
            if day is not None and day <= soon:
                mailing.to_guardian(tx, self.desk, link, kind, date=day.date().isoformat())
                return store.note(tx, link, "remind", by=By.CLOCK, reminded_at=tx.now)
        return None

    def _teen_is_silent(self, tx: Transaction, link: LinkRow) -> LinkRow:
        """All pairings of a teen rest at once, as they do after a safe exit: two guardians may compare."""
        for one in store.standing_of(tx.conn, *teen_of(link)):
            if one.counts:
                rest(tx, self.desk, store.lock(tx, one.id), Cause.LAPSED, By.CLOCK)
        return store.known(tx.conn, link.id)

    def _proved_day(self, tx: Transaction, link: LinkRow) -> date | None:
        """The day on which the teen is 18, by proof; None when nothing is proved."""
        told = accounts.account(tx.conn, *teen_of(link))
        today = local_date(tx.now, told.zone)
        counted = best(told.age_evidence, tx.now, today)
        if counted is None or counted.assurance is not Assurance.VERIFIED:
            return None
        return adult_day(counted.born, bounds(counted, today)[0], today)

    def _over(self, tx: Transaction, link: LinkRow) -> LinkRow | None:
        if link.state is State.ENDING:
            return _moved(move(tx, self.desk, link, "cooled", By.CLOCK))
        if link.state is State.FROZEN:
            return _moved(move(tx, self.desk, link, "fade", By.CLOCK))
        codes.end(tx, link.id)
        return _moved(move(tx, self.desk, link, "expire", By.CLOCK))

    def _is_of_age(self, tx: Transaction, link: LinkRow) -> bool:
        if link.service is None or link.account is None:
            return False  # a guardian invited, and nobody came yet
        service, account = link.service, link.account
        told = accounts.account(tx.conn, service, account)
        today: date = local_date(tx.now, told.zone)
        facts = teen_facts(tx.conn, self.desk, service, account, tx.now)
        proved = age_ground(told.age_evidence, tx.now, told.zone) is AgeGround.VERIFIED_ADULT
        return is_of_age(adult_on=link.adult_on, age=facts.age, verified_adult=proved, today=today)


def rest(tx: Transaction, desk: PairDesk, link: LinkRow, cause: Cause, by: By) -> LinkRow | Refusal:
    """Let a pairing rest. What follows is the same for every cause, to the byte: who looks learns nothing."""
    frozen = move(tx, desk, link, store.RESTS, by, until=tx.now + FADES, rests_for=cause)
    if isinstance(frozen, LinkRow):
        mailing.to_guardian(tx, desk, frozen, "rests")
    return frozen


def _rests_for(link: LinkRow, now: datetime) -> Cause | None:
    """What is missing for a pairing that counts; None when nothing is."""
    if not link.counts:
        return None
    if _is_past(link.guardian_by, now):
        return Cause.LAPSED
    return Cause.UNASSURED if link.assured and not link.is_assured(now) else None


def _moved(done: LinkRow | Refusal) -> LinkRow | None:
    if isinstance(done, LinkRow):
        return done
    log.error("pairing.stuck", code=done.why)
    return None


def _is_past(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
