"""A teen's question to a guardian, and the answer: yes, another offer, or not now with a reason."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from hoede import accounts
from hoede.accounts.rules import local_date
from hoede.db import Transaction
from hoede.flow.pair import mailing
from hoede.flow.pair.desk import (
    Guardian,
    PairDesk,
    Teen,
    in_force,
    mine,
    move,
    read_step,
    settings_changed,
    teen_facts,
    teen_of,
)
from hoede.pairing import By, LinkRow, families, limits, requests, store
from hoede.pairing.rules.asking import (
    LASTS,
    LONGEST_WORDS,
    MOST_OPEN,
    OPEN_FOR,
    Kind,
    RequestRow,
    Stands,
    Wish,
    fits_offer,
    widens,
)
from hoede.pairing.rules.limits import at_most
from hoede.pairing.rules.saying import Refusal, Why
from hoede.policy import Step, effective

_A_DAY = timedelta(days=1)
_ASKED_OTHERWISE = frozenset({Kind.END_LINK})  # stopping has its own way, and its question comes with it


@dataclass(frozen=True, slots=True)
class Asking:
    """Questions and answers. Nothing is ever approved by time, and no answer is not a no."""

    desk: PairDesk

    def ask(self, teen: Teen, wish: Wish) -> RequestRow | Refusal:
        """A question to all guardians one has; one yes is enough. Asked again, it is the same question."""
        request_id = self.desk.new_id("req")
        return self.desk.db.commit(lambda tx: self._ask(tx, teen, wish, request_id))

    def approve(
        self, guardian: Guardian, request_id: str, *, until: datetime | None = None
    ) -> RequestRow | Refusal:
        """Yes, as it was asked; `until` when it ends, 90 days at most."""

        def answered(tx: Transaction, link: LinkRow, row: RequestRow) -> RequestRow | Refusal:
            if row.wish.kind is Kind.END_LINK:
                moved = move(tx, self.desk, link, "agree_end", By.GUARDIAN)
                return moved if isinstance(moved, Refusal) else self._say(tx, row, link, Stands.APPROVED)
            return self._grant(tx, link, row, row.wish.step, until)

        return self._answer(guardian, request_id, Stands.APPROVED, answered)

    def counter(
        self, guardian: Guardian, request_id: str, offer: object, *, reason: str = ""
    ) -> RequestRow | Refusal:
        """Something between what is and what was asked; then the teen answers."""

        def answered(tx: Transaction, link: LinkRow, row: RequestRow) -> RequestRow | Refusal:
            setting = row.wish.setting
            dial = self.desk.vocabulary.settings.get(setting) if setting else None
            found = in_force(tx.conn, self.desk, *teen_of(link), tx.now)
            there = found[setting].step if setting else None
            if len(reason) > LONGEST_WORDS or not fits_offer(dial, row.wish, offer, there):
                return Refusal(Why.NO_STEP)
            more = {"offer": offer, "reason": reason.strip(), "until": tx.now + LASTS}
            return self._say(tx, row, link, Stands.COUNTERED, **more)

        return self._answer(guardian, request_id, Stands.COUNTERED, answered)

    def decline(self, guardian: Guardian, request_id: str, reason: str) -> RequestRow | Refusal:
        """Not now; one honest sentence is needed. Stopping goes on by itself all the same."""

        def answered(tx: Transaction, link: LinkRow, row: RequestRow) -> RequestRow | Refusal:
            if not 1 <= len(reason.strip()) <= LONGEST_WORDS:
                return Refusal(Why.REASON)
            return self._say(tx, row, link, Stands.DECLINED, reason=reason.strip())

        return self._answer(guardian, request_id, Stands.DECLINED, answered)

    def accept_offer(self, teen: Teen, request_id: str) -> RequestRow | Refusal:
        """The teen takes what was offered."""

        def step(tx: Transaction, row: RequestRow) -> RequestRow | Refusal:
            link = None if row.answered_by is None else store.lock_if_there(tx, row.answered_by)
            if row.stands is not Stands.COUNTERED or link is None or not link.counts:
                return Refusal(Why.STALE)
            return self._grant(tx, link, row, row.offer, None)

        return self._by_teen(teen, request_id, step)

    def take_back(self, teen: Teen, request_id: str) -> RequestRow | Refusal:
        """The teen leaves it."""

        def step(tx: Transaction, row: RequestRow) -> RequestRow | Refusal:
            if row.wish.kind in _ASKED_OTHERWISE:
                return Refusal(Why.NOT_NOW)
            requests.stands(tx, row.id, Stands.TAKEN_BACK)
            return _there(tx, row)

        return self._by_teen(teen, request_id, step)

    def _ask(self, tx: Transaction, teen: Teen, wish: Wish, request_id: str) -> RequestRow | Refusal:
        links = [one for one in store.standing_of(tx.conn, teen.service, teen.account) if one.counts]
        wish = replace(wish, words=wish.words.strip())
        if not links or wish.kind in _ASKED_OTHERWISE:
            return Refusal(Why.NOT_NOW)
        if (wrong := wish.wrong()) is not None:
            return Refusal(wrong)
        waiting = requests.open_since(tx.conn, teen.service, teen.account, tx.now)
        for one in waiting:
            if one.wish.same_as(wish):
                return one
        if len(waiting) >= MOST_OPEN:
            return Refusal(Why.FULL)
        if (why := self._cannot(tx, teen, links, wish)) is not None:
            return Refusal(why)
        row = RequestRow(
            id=request_id,
            service=teen.service,
            account=teen.account,
            wish=wish,
            band=teen_facts(tx.conn, self.desk, teen.service, teen.account, tx.now).band,
            asked_at=tx.now,
            until=tx.now + LASTS,
            stands=Stands.OPEN,
        )
        requests.add(tx, row)
        for link in links:
            store.note(tx, store.lock(tx, link.id), "ask", by=By.TEEN, detail=row.id)
            mailing.to_guardian(tx, self.desk, link, "asked")
        return row

    def _cannot(self, tx: Transaction, teen: Teen, links: list[LinkRow], wish: Wish) -> Why | None:
        """Why no guardian could say yes to it."""
        if wish.kind is Kind.UNBLOCK:
            blocked = families.family_of(tx.conn, teen.service, teen.account).blocked
            return None if wish.about in blocked else Why.NO_STEP
        if wish.kind is Kind.CONTACT:
            return Why.NO_STEP if wish.about == teen.account else None
        if wish.kind is not Kind.LOOSEN or wish.setting is None:
            return None
        step = read_step(self.desk, wish.setting, wish.step)
        if step is None:
            return Why.NO_STEP
        found = in_force(tx.conn, self.desk, teen.service, teen.account, tx.now)[wish.setting]
        if not widens(found.setting, step, found.step):
            return Why.NO_STEP
        return None if self._opens(tx, teen, links, wish.setting, step) else Why.NOT_ALLOWED

    def _opens(self, tx: Transaction, teen: Teen, links: list[LinkRow], setting: str, step: Step) -> bool:
        """Whether a yes of all guardians would bring the setting to this step: packs say how far."""
        side = self.desk.side(tx.conn, teen.service, teen.account, tx.now)
        asked = replace(
            side,
            locks=tuple(one for one in side.locks if one.setting != setting),
            approved={**side.approved, setting: step},
            choices={**side.choices, setting: step},
            assured_guardian=any(one.is_assured(tx.now) for one in links),
        )
        there = effective(self.desk.policy(), asked, tx.now)[setting]
        return at_most(there.setting.kind, step, there.step)

    def _answer(
        self,
        guardian: Guardian,
        request_id: str,
        how: Stands,
        answered: Callable[[Transaction, LinkRow, RequestRow], RequestRow | Refusal],
    ) -> RequestRow | Refusal:
        def whole(tx: Transaction) -> RequestRow | Refusal:
            row = requests.lock(tx, request_id)
            link = None if row is None else self._link(tx, guardian, row)
            if row is None or link is None:
                return Refusal(Why.NOT_NOW)
            if row.stands is not Stands.OPEN:
                by_me = row.stands is how and row.answered_by == link.id
                return Refusal(Why.REPEAT if by_me else Why.STALE)
            if row.now(tx.now) is Stands.EXPIRED:
                requests.stands(tx, row.id, Stands.EXPIRED)
                return Refusal(Why.STALE)
            if teen_facts(tx.conn, self.desk, row.service, row.account, tx.now).band != row.band:
                requests.stands(tx, row.id, Stands.BIRTHDAY)
                return Refusal(Why.BIRTHDAY)
            return answered(tx, link, row)

        done = self.desk.db.commit(whole)
        if isinstance(done, RequestRow):
            self.desk.forget(done.service, done.account)
        return done

    def _link(self, tx: Transaction, guardian: Guardian, row: RequestRow) -> LinkRow | None:
        """This guardian's pairing with who asks, locked, while it counts."""
        for one in store.standing_of(tx.conn, row.service, row.account):
            if one.guardian == guardian.person and row.is_to(one.id, one.started_at):
                link = mine(tx, guardian, one.id)
                return link if link is not None and link.counts else None
        return None

    def _by_teen(
        self,
        teen: Teen,
        request_id: str,
        step: Callable[[Transaction, RequestRow], RequestRow | Refusal],
    ) -> RequestRow | Refusal:
        def whole(tx: Transaction) -> RequestRow | Refusal:
            row = requests.lock(tx, request_id)
            if row is None or (row.service, row.account) != (teen.service, teen.account):
                return Refusal(Why.NOT_NOW)
            if row.now(tx.now) not in {Stands.OPEN, Stands.COUNTERED}:
                return Refusal(Why.STALE)
            if teen_facts(tx.conn, self.desk, row.service, row.account, tx.now).band != row.band:
                requests.stands(tx, row.id, Stands.BIRTHDAY)
                return Refusal(Why.BIRTHDAY)
            return step(tx, row)

        done = self.desk.db.commit(whole)
        self.desk.forget(teen.service, teen.account)
        return done

    def _grant(
        self, tx: Transaction, link: LinkRow, row: RequestRow, step: Any, until: datetime | None
    ) -> RequestRow | Refusal:
        """Write the yes down; it counts until its end, and as long as the pairing does."""
        wish, now = row.wish, tx.now
        if wish.kind is Kind.CONTACT and not link.is_assured(now):
            return Refusal(Why.NOT_ALLOWED)
        if until is not None and until <= now:
            return Refusal(Why.NO_STEP)
        ends = (
            self._midnight(tx, row)
            if wish.kind is Kind.EXTRA_TIME
            else min(until or now + OPEN_FOR, now + OPEN_FOR)
        )
        if wish.kind is Kind.UNBLOCK:
            for one in store.standing_of(tx.conn, row.service, row.account):
                if one.id == link.id:
                    limits.unblock(tx, one.id, wish.about or "")
        else:
            limits.grant(
                tx,
                row.id,
                link.id,
                kind=wish.kind,
                until=ends,
                setting=wish.setting,
                step=step,
                about=wish.about,
            )
        if wish.kind is Kind.LOOSEN and wish.setting is not None:
            accounts.choose(tx, row.service, row.account, wish.setting, step)
        said = self._say(tx, row, link, Stands.APPROVED, granted_until=ends, offer=step)
        settings_changed(tx, self.desk, store.known(tx.conn, link.id))
        return said

    def _say(self, tx: Transaction, row: RequestRow, link: LinkRow, how: Stands, **values: Any) -> RequestRow:
        requests.stands(tx, row.id, how, answered_by=link.id, answered_at=tx.now, **values)
        there = store.lock(tx, link.id)
        detail = f"{row.id} {how}"
        store.note(tx, there, "answer", by=By.GUARDIAN, detail=detail)
        return _there(tx, row)

    def _midnight(self, tx: Transaction, row: RequestRow) -> datetime:
        """The end of the teen's day, where a day ends last if nobody told the zone."""
        zone = accounts.account(tx.conn, row.service, row.account).zone
        today = local_date(tx.now, zone)
        latest = datetime.combine(today, time(0), UTC) + 3 * _A_DAY
        hours = (tx.now + timedelta(hours=one) for one in range(1, 50))
        return next((at for at in hours if local_date(at, zone) > today), latest)


def _there(tx: Transaction, row: RequestRow) -> RequestRow:
    return requests.lock(tx, row.id) or row
