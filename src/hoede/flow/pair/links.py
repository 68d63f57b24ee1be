"""Invited, accepted, confirmed, begun; and how either end stops. Each step is one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from hoede import accounts
from hoede.accounts.rules import best, local_date
from hoede.db import Transaction, orders
from hoede.flow.pair import mailing
from hoede.flow.pair.desk import (
    End,
    Guardian,
    PairDesk,
    Teen,
    adult_by_proof,
    by_of,
    mine,
    move,
    teen_facts,
    teen_of,
    tell_platform,
)
from hoede.pairing import By, LinkRow, Mode, State, codes, exits, families, guardians, requests, store
from hoede.pairing.rules import codes as code_rules
from hoede.pairing.rules.asking import Kind, RequestRow, Stands, Wish
from hoede.pairing.rules.codes import LASTS, new_code, new_link, plain_code
from hoede.pairing.rules.leaving import (
    COOLS,
    FADES,
    WAITS,
    Leaving,
    adult_day,
    guardian_asked_by,
    leaving,
    teen_asked_by,
)
from hoede.pairing.rules.reach import MOST_GUARDIANS, MOST_TEENS, UNRELATED, unrelated
from hoede.pairing.rules.saying import Refusal, Why
from hoede.pairing.rules.seeing import list_version, seen_list
from hoede.pairing.rules.states import allows
from hoede.review import Grounds, judgments
from hoede.review import store as review
from hoede.words import catalogue

T = TypeVar("T")
AFTER_FIRST_MESSAGE = timedelta(hours=24)
CLOSING = ("restrict_account", "close_account")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What an inviter hands on; shown once, kept nowhere."""

    link: str
    secret: str  # for an address and a QR picture
    code: str
    handle: str  # what goes with the code
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What a guardian reads of a teen's invitation before taking it."""

    teen: str
    mode: Mode
    sees: tuple[str, ...]  # keys of words


@dataclass(frozen=True, slots=True)
class Links:
    """What the two ends do with a pairing. Refusals are answers; nothing else was written then."""

    desk: PairDesk

    def invite(self, end: End, mode: Mode = Mode.LIMITS) -> Invitation | Refusal:
        """A link and a code for the other end: each works once, for 48 hours."""
        secret = new_link(self.desk.random(code_rules.LINK_BYTES))
        code = new_code(self.desk.random(code_rules.CODE_BYTES))
        link_id = self.desk.new_id("pair")
        return self.desk.db.commit(lambda tx: self._invite(tx, end, mode, link_id, secret, code))

    def look_at(self, secret: str) -> Invited | None:
        """Who invites by a link, and what will be visible; nothing is used up by looking."""

        def look(conn: Connection) -> Invited | None:
            now = self.desk.db.time(conn)
            found = codes.by_secret(conn, secret, now)
            link = None if found is None else store.find(conn, found.link)
            if link is None or link.invited_by is not By.TEEN or link.state is not State.INVITED:
                return None
            facts = teen_facts(conn, self.desk, *teen_of(link), now)
            return Invited(teen=link.teen_name, mode=link.mode, sees=seen_list(facts.band))

        return self.desk.db.read(look)

    def accept_link(self, end: End, secret: str) -> LinkRow | Refusal:
        """The other end came by the link."""
        return self.desk.db.commit(lambda tx: self._accept_link(tx, end, secret))

    def accept_code(self, end: End, code: str, handle: str) -> LinkRow | Refusal:
        """The other end typed the code and the name of who invited."""
        return self.desk.db.commit(lambda tx: self._accept_code(tx, end, code, handle))

    def what_is_seen(self, teen: Teen) -> tuple[tuple[str, ...], str]:
        """What will be visible, as keys of words, and the version that a yes must name."""
        now = self.desk.db.now()
        band = self.desk.db.read(
            lambda conn: teen_facts(conn, self.desk, teen.service, teen.account, now)
        ).band
        keys = seen_list(band)
        return keys, list_version(keys, catalogue("en").texts)

    def confirm(self, teen: Teen, link_id: str, version: str) -> LinkRow | Refusal:
        """The teen read both lists and says yes; it begins at once where nothing is missing."""
        return self._with(teen, link_id, lambda tx, link: self._confirm(tx, teen, link, version))

    def begin(self, link_id: str) -> LinkRow | Refusal:
        """Begin a pairing that the teen said yes to, once what was missing is there."""
        return self.desk.db.commit(lambda tx: self._begin(tx, store.lock(tx, link_id)))

    def decline(self, end: End, link_id: str) -> LinkRow | Refusal:
        """Either end does not want it: the code works no more."""

        def step(tx: Transaction, link: LinkRow) -> LinkRow | Refusal:
            codes.end(tx, link.id)
            return move(tx, self.desk, link, "decline", by_of(end))

        return self._with(end, link_id, step)

    def say_again(self, end: End, link_id: str) -> LinkRow | Refusal:
        """It is still right. What rests already goes on to its end, whatever it rests for."""
        return self._with(end, link_id, lambda tx, link: self._say_again(tx, end, link))

    def how_to_stop(self, teen: Teen) -> Leaving:
        """Which way out is open to a teen now, so that a page can say it before."""
        now = self.desk.db.now()
        facts = self.desk.db.read(lambda conn: teen_facts(conn, self.desk, teen.service, teen.account, now))
        return leaving(facts.band, by_law=facts.by_law)

    def stop(self, end: End, link_id: str) -> LinkRow | Refusal:
        """Stop: at once, or for who is under 16 in seven days unless the guardian agrees before."""
        return self._with(end, link_id, lambda tx, link: self._stop(tx, end, link))

    def take_back(self, teen: Teen, link_id: str) -> LinkRow | Refusal:
        """The teen would rather go on."""
        return self._with(
            teen,
            link_id,
            lambda tx, link: self._settle(tx, link, Stands.TAKEN_BACK, "take_back", By.TEEN, until=None),
        )

    def agree_end(self, guardian: Guardian, link_id: str) -> LinkRow | Refusal:
        """The guardian agrees to stop now."""
        return self._with(
            guardian,
            link_id,
            lambda tx, link: self._settle(tx, link, Stands.APPROVED, "agree_end", By.GUARDIAN),
        )

    def erase_teen(self, service: str, account: str) -> int:
        """The account is no more: its pairings end, and what it asked; how many that were."""

        def step(tx: Transaction) -> int:
            requests.end_open(tx, service, account, Stands.OVER)
            return self._erase(tx, store.of_account(tx.conn, service, account), By.SERVICE)

        return self._told(service, account, self.desk.db.commit(step))

    def erase_guardian(self, person: str) -> int:
        """Likewise of a guardian who goes."""
        before = self.desk.db.read(lambda conn: store.of_guardian(conn, person))
        ended = self.desk.db.commit(
            lambda tx: self._erase(tx, store.of_guardian(tx.conn, person), By.GUARDIAN)
        )
        for one in before:
            if one.service and one.account:
                self.desk.forget(one.service, one.account)
        return ended

    def _with(
        self, end: End, link_id: str, step: Callable[[Transaction, LinkRow], LinkRow | Refusal]
    ) -> LinkRow | Refusal:
        """One step on one's own pairing; of anybody else's nobody learns that it is there."""

        def whole(tx: Transaction) -> LinkRow | Refusal:
            link = mine(tx, end, link_id)
            return Refusal(Why.NOT_NOW) if link is None else step(tx, link)

        done = self.desk.db.commit(whole)
        if isinstance(done, LinkRow) and done.service and done.account:
            self.desk.forget(done.service, done.account)
        return done

    def _told(self, service: str, account: str, answer: T) -> T:
        self.desk.forget(service, account)
        return answer

    def _invite(  # noqa: PLR0917 - what the step was given before it began
        self, tx: Transaction, end: End, mode: Mode, link_id: str, secret: str, code: str
    ) -> Invitation | Refusal:
        handle = self._handle(tx, end)
        if handle is None:
            return Refusal(Why.UNAVAILABLE)
        if codes.open_of(tx, handle) >= code_rules.MOST_CODES:
            return Refusal(Why.TOO_MANY)
        if (wrong := self._wrong_end(tx, end)) is not None:
            return wrong
        until = tx.now + LASTS
        who: dict[str, Any]
        if isinstance(end, Teen):
            hand = None if end.linked is None else guardians.hand_of(tx.key, end.service, end.linked)
            who = {"service": end.service, "account": end.account, "teen_name": handle, "hand": hand}
        else:
            who = {"guardian": end.person}
        drafted = store.add(tx, link_id, invited_by=by_of(end), mode=mode, until=until, **who)
        codes.keep(tx, link_id, secret=secret, code=plain_code(code) or "", handle=handle, until=until)
        moved = move(tx, self.desk, drafted, "invite", by_of(end))
        if isinstance(moved, Refusal):
            return moved
        return Invitation(link=link_id, secret=secret, code=code, handle=handle, until=until)

    def _handle(self, tx: Transaction, end: End) -> str | None:
        """The name that a code goes with: a teen's on the platform, a guardian's address."""
        if isinstance(end, Teen):
            return accounts.account(tx.conn, end.service, end.account).screen_name or end.account
        found = guardians.find(tx.conn, end.person)
        return None if found is None else found.mail

    def _wrong_end(self, tx: Transaction, end: End) -> Refusal | None:
        """Why this end may not pair now, whoever the other one is."""
        if isinstance(end, Guardian):
            return Refusal(Why.UNAVAILABLE) if self._is_suspect(tx, end.person) else None
        if end.wrote_first is not None and tx.now < end.wrote_first + AFTER_FIRST_MESSAGE:
            return Refusal(Why.TOO_SOON, end.wrote_first + AFTER_FIRST_MESSAGE)
        if teen_facts(tx.conn, self.desk, end.service, end.account, tx.now).is_adult:
            return Refusal(Why.UNAVAILABLE)
        there = store.standing_of(tx.conn, end.service, end.account)
        return Refusal(Why.TOO_MANY) if len(there) >= MOST_GUARDIANS else None

    def _is_suspect(self, tx: Transaction, person: str) -> bool:
        """Shut out, waiting for a person to look, or under suspicion with an account of their own."""
        found = guardians.lock(tx, person)
        if found is None or found.shut_out_at is not None or exits.open_reach(tx.conn, person) is not None:
            return True
        undoes = {name: self.desk.measures[name].inverse for name in CLOSING}
        for service, account, _ in guardians.accounts_of(tx.conn, person):
            cases = review.of_account(tx.conn, service, account)
            judged = (judgments.in_force(tx.conn, one.id) for one in cases)
            if any(one.state != review.JUDGED for one in cases) or any(
                one is not None and one.account_measures for one in judged
            ):
                return True
            if orders.standing(tx.conn, service, (account,), undoes)[account]:
                return True
        return False

    def _accept_link(self, tx: Transaction, end: End, secret: str) -> LinkRow | Refusal:
        if (late := self._too_many(tx, end)) is not None:
            return late
        found = codes.by_secret(tx.conn, secret, tx.now)
        return self._accept(tx, end, None if found is None else found.link)

    def _accept_code(self, tx: Transaction, end: End, code: str, handle: str) -> LinkRow | Refusal:
        everybody = codes.tried(tx.conn, tx.key, codes.EVERYBODY, tx.now)
        if everybody >= code_rules.BY_EVERYBODY:
            return Refusal(Why.TRIES, codes.tomorrow(tx.now))
        if (late := self._too_many(tx, end)) is not None:
            return late
        plain = plain_code(code)
        found = None if plain is None else codes.by_code(tx, plain, handle)
        return self._accept(tx, end, None if found is None else found.link)

    def _too_many(self, tx: Transaction, end: End) -> Refusal | None:
        most = {f"end\x1f{_name(end)}": code_rules.BY_END}
        if end.address:
            most[f"address\x1f{end.address}"] = code_rules.BY_ADDRESS
        for who, tries in most.items():
            if codes.tried(tx.conn, tx.key, who, tx.now) >= tries:
                return Refusal(Why.TRIES, codes.tomorrow(tx.now))
        return None

    def _accept(self, tx: Transaction, end: End, link_id: str | None) -> LinkRow | Refusal:
        link = None if link_id is None else store.lock_if_there(tx, link_id)
        if link is None or link.state is not State.INVITED or link.invited_by is by_of(end):
            for who in (f"end\x1f{_name(end)}", f"address\x1f{end.address}", codes.EVERYBODY):
                codes.wrong(tx, who)
            return Refusal(Why.CODE)
        joined = self._joined(tx, end, link)
        if (wrong := self._wrong_pair(tx, end, joined)) is not None:
            return wrong
        if not codes.end(tx, link.id):
            return Refusal(Why.CODE)
        came = {
            name: getattr(joined, name) for name in ("service", "account", "guardian", "teen_name", "hand")
        }
        moved = move(tx, self.desk, link, "accept", by_of(end), until=tx.now + WAITS, **came)
        if isinstance(moved, LinkRow):
            mailing.to_guardian(tx, self.desk, moved, "accepted")
        return moved

    def _joined(self, tx: Transaction, end: End, link: LinkRow) -> LinkRow:
        if isinstance(end, Guardian):
            return replace(link, guardian=end.person)
        hand = None if end.linked is None else guardians.hand_of(tx.key, end.service, end.linked)
        name = accounts.account(tx.conn, end.service, end.account).screen_name or end.account
        return replace(link, service=end.service, account=end.account, teen_name=name, hand=hand)

    def _wrong_pair(self, tx: Transaction, end: End, link: LinkRow) -> Refusal | None:
        """Why these two may not pair now."""
        if link.guardian is None or link.service is None or link.account is None:
            return Refusal(Why.NOT_NOW)
        wrong = self._wrong_end(tx, end)
        if wrong is None and self._is_suspect(tx, link.guardian):
            return Refusal(Why.UNAVAILABLE)
        return wrong or self._wrong_people(tx, link, link.guardian) or self._reaches_far(tx, link)

    def _wrong_people(self, tx: Transaction, link: LinkRow, guardian: str) -> Refusal | None:
        """Two people, one of them an adult as far as is known and the other not; at most two guardians."""
        theirs = guardians.accounts_of(tx.conn, guardian)
        hands = {hand for _, _, hand in theirs if hand is not None}
        if teen_of(link) in {one[:2] for one in theirs} or link.hand in hands:
            return Refusal(Why.SAME_PERSON)
        facts = teen_facts(tx.conn, self.desk, *teen_of(link), tx.now)
        if facts.is_adult:
            return Refusal(Why.UNAVAILABLE)
        if adult_by_proof(tx.conn, guardian, facts.asks, tx.now).is_minor:
            return Refusal(Why.ADULT_NEEDED)
        standing = store.standing_of(tx.conn, *teen_of(link))
        if any(one.guardian == guardian for one in standing):
            return Refusal(Why.REPEAT)
        if len(standing) >= MOST_GUARDIANS:
            return Refusal(Why.TOO_MANY)
        return self._rested(tx, *teen_of(link))

    def _rested(self, tx: Transaction, service: str, account: str) -> Refusal | None:
        """A teen whose pairing came to rest begins none for as long as that rests, with nobody.

        What has not begun is left alone until then, whatever it rests for: who waits learns nothing by it.
        Where nothing rested that a person could end, both read something neutral for as long.
        """
        rested = store.rested_at(tx.conn, service, account)
        if rested is not None and tx.now < rested + FADES:
            return Refusal(Why.RESTED, rested + FADES)
        ended = exits.ended_at(tx.conn, service, account)
        if ended is None or ended + FADES <= tx.now or (rested is not None and ended < rested + FADES):
            return None
        return Refusal(Why.UNAVAILABLE)

    def _reaches_far(self, tx: Transaction, link: LinkRow) -> Refusal | None:
        """One adult who reaches for many unrelated teens: a person looks first, and both read no reason."""
        person = link.guardian or ""
        reached = [teen_of(one) for one in store.of_guardian(tx.conn, person) if one.service and one.account]
        teens = list(dict.fromkeys([*reached, teen_of(link)]))
        found = guardians.find(tx.conn, person)
        cleared = found.cleared if found else 0
        families_of = unrelated(teens, store.guardians_beside(tx.conn, teens, person))
        if families_of <= max(UNRELATED, cleared) and len(teens) <= max(MOST_TEENS, cleared):
            return None
        lane = self.desk.lanes["child_safety"]
        case_id = self.desk.new_id("case")
        review.open_case(
            tx,
            case_id,
            service=teen_of(link)[0],
            account=person,
            grounds=Grounds.PAIRING,
            lane=lane.name,
            due_at=tx.now + lane.due,
        )
        exits.add_reach(tx, case_id, person)
        return Refusal(Why.UNAVAILABLE)

    def _confirm(self, tx: Transaction, teen: Teen, link: LinkRow, version: str) -> LinkRow | Refusal:
        facts = teen_facts(tx.conn, self.desk, teen.service, teen.account, tx.now)
        if version != list_version(seen_list(facts.band), catalogue("en").texts):
            return Refusal(Why.STALE)
        families.lock(tx, teen.service, teen.account)  # of two at once the second counts the first
        if (wrong := self._wrong_pair(tx, teen, link)) is not None:
            return wrong
        moved = move(tx, self.desk, link, "confirm", By.TEEN, detail=version, list_version=version)
        if isinstance(moved, Refusal):
            return moved
        begun = self._begin(tx, moved)
        return moved if isinstance(begun, Refusal) else begun

    def _begin(self, tx: Transaction, link: LinkRow) -> LinkRow | Refusal:
        if link.state is not State.CONFIRMED or link.guardian is None:
            return Refusal(Why.NOT_NOW)
        service, account = teen_of(link)
        teen = Teen(service=service, account=account)
        families.lock(tx, service, account)  # likewise
        if (wrong := self._wrong_pair(tx, teen, link)) is not None:
            return wrong
        facts = teen_facts(tx.conn, self.desk, service, account, tx.now)
        adult = adult_by_proof(tx.conn, link.guardian, facts.asks, tx.now)
        if facts.asks.needed and not adult.assured:
            return Refusal(Why.ADULT_NEEDED)
        told = accounts.account(tx.conn, service, account)
        today = local_date(tx.now, told.zone)
        counted = best(told.age_evidence, tx.now, today)
        begun = move(
            tx,
            self.desk,
            link,
            "start",
            By.CLOCK,
            until=None,
            started_at=tx.now,
            assured=adult.assured,
            assured_until=adult.until,
            adult_on=adult_day(counted.born if counted else None, facts.age, today),
            teen_by=teen_asked_by(self.desk.names, link.id, tx.now),
            guardian_by=guardian_asked_by(tx.now),
        )
        if isinstance(begun, LinkRow):
            tell_platform(tx, self.desk, begun, "link_started")
            mailing.to_guardian(tx, self.desk, begun, "started")
        return begun

    def _say_again(self, tx: Transaction, end: End, link: LinkRow) -> LinkRow | Refusal:
        values: dict[str, Any]
        if isinstance(end, Teen):
            values = {"teen_by": teen_asked_by(self.desk.names, link.id, tx.now)}
        else:
            values = {"guardian_by": guardian_asked_by(tx.now), "reminded_at": None}
        return move(tx, self.desk, link, "reconfirm", by_of(end), **values)

    def _stop(self, tx: Transaction, end: End, link: LinkRow) -> LinkRow | Refusal:
        if isinstance(end, Guardian) or link.state is State.FROZEN:
            return self._settle(tx, link, Stands.OVER, "leave", by_of(end))
        facts = teen_facts(tx.conn, self.desk, end.service, end.account, tx.now)
        match leaving(facts.band, by_law=facts.by_law):
            case Leaving.BY_LAW:
                return Refusal(Why.BY_LAW)
            case Leaving.AT_ONCE:
                return self._settle(tx, link, Stands.OVER, "leave", By.TEEN)
            case Leaving.COOLS:
                return self._cool(tx, end, link, facts.band)

    def _settle(
        self, tx: Transaction, link: LinkRow, how: Stands, act: str, by: By, **values: Any
    ) -> LinkRow | Refusal:
        """One act, and the question by which a teen asked to stop answered with what comes of it."""
        if allows(self.desk.acts, link.state, act, by) is None:
            return Refusal(Why.NOT_NOW)
        _end_question(tx, link, how)  # before what ends every question that is still open
        return move(tx, self.desk, link, act, by, **values)

    def _cool(self, tx: Transaction, teen: Teen, link: LinkRow, band: str) -> LinkRow | Refusal:
        moved = move(tx, self.desk, link, "ask_end", By.TEEN, until=tx.now + COOLS)
        if isinstance(moved, LinkRow):
            question = RequestRow(
                id=self.desk.new_id("req"),
                service=teen.service,
                account=teen.account,
                wish=Wish(kind=Kind.END_LINK, link=link.id),
                band=band,
                asked_at=tx.now,
                until=tx.now + COOLS,
                stands=Stands.OPEN,
            )
            requests.add(tx, question)
            mailing.to_guardian(tx, self.desk, moved, "wants_to_stop", date=_day(tx.now + COOLS))
        return moved

    def _erase(self, tx: Transaction, links: tuple[LinkRow, ...], by: By) -> int:
        ended = 0
        for one in links:
            if one.state is not State.ENDED:
                codes.end(tx, one.id)
                move(tx, self.desk, store.lock(tx, one.id), "erase", by)
                ended += 1
        return ended


def _name(end: End) -> str:
    return f"{end.service}\x1f{end.account}" if isinstance(end, Teen) else end.person


def _end_question(tx: Transaction, link: LinkRow, how: Stands) -> None:
    """The question by which a teen asked to stop is answered with what came of it."""
    service, account = teen_of(link)
    for one in requests.open_since(tx.conn, service, account, tx.now):
        if one.wish.kind is Kind.END_LINK and one.wish.link == link.id:
            requests.stands(tx, one.id, how, answered_at=tx.now)


def _day(at: datetime) -> str:
    return at.date().isoformat()
