"""What each end sees. Every look of a guardian is written down in the step that reads what is shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from hoede.core.ages import AgeBand
from hoede.db import Transaction
from hoede.flow.pair.desk import (
    Guardian,
    PairDesk,
    Teen,
    TeenFacts,
    adult_by_proof,
    in_force,
    mine,
    read_step,
    teen_facts,
    teen_of,
)
from hoede.pairing import (
    By,
    LinkRow,
    Mode,
    State,
    digests,
    families,
    guardians,
    limits,
    looks,
    proposals,
    requests,
    store,
)
from hoede.pairing.looks import LookRow
from hoede.pairing.rules.asking import RequestRow
from hoede.pairing.rules.digest import Digest
from hoede.pairing.rules.limits import LockRow, at_most, together
from hoede.pairing.rules.seeing import (
    NOBODY,
    ChangeSeen,
    CountsSeen,
    GuardianSees,
    LookSeen,
    PartsSeen,
    ProposalSeen,
    RequestSeen,
    RestingSeen,
    SettingSeen,
    TeenSeen,
    WeekSeen,
    seen_list,
)
from hoede.pairing.rules.states import STANDS
from hoede.pairing.store import ChangeRow
from hoede.policy import InForce
from hoede.policy.rules.effective import Who

A_WEEK = timedelta(days=7)
TOLD_FOR = timedelta(days=14)  # how long one reads that something ended
PAGES = frozenset({"overview", "settings", "time", "requests", "agreement", "digest"})
ABOUT_SETTINGS = frozenset({"limit", "sign", "block", "answer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    minutes: int | None = None
    minutes_before: int | None = None
    most_in: str | None = None
    counts: CountsSeen | None = None


class Figures(Protocol):
    """Minutes and counts of accounts, from whoever keeps them. Nothing else has a way in here."""

    def time(
        self, conn: Connection, service: str, account: str, band: AgeBand, now: datetime
    ) -> PartsSeen | WeekSeen | None: ...

    def counts(self, conn: Connection, service: str, account: str, since: datetime) -> CountsSeen | None: ...

    def weeks(
        self, conn: Connection, service: str, ids: Collection[str], begins: datetime
    ) -> Mapping[str, WeekFigures]:
        """By account, a week's minutes and counts; many at once, for digests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MyTeen:
    """A line of a guardian's list."""

    link: str
    teen: str
    rests: bool
    invited: bool  # it has not begun
    state: State
    invited_by: By
    mode: Mode
    assured: bool = False  # what was proved of the guardian's age counts here
    until: datetime | None = None  # of what has not begun
    sees: tuple[str, ...] = ()  # what is visible or will be, as keys of words, once the teen is known


@dataclass(frozen=True, slots=True, kw_only=True)
class MyGuardian:
    """What a teen reads of one pairing: who, what of it is visible, every change and every look."""

    link: str
    guardian: str
    assured: bool
    state: State
    invited_by: By
    mode: str
    version: int
    sees: tuple[str, ...]  # keys of words
    since: datetime | None
    until: datetime | None
    confirm_by: datetime | None
    limits: tuple[SettingSeen, ...]
    blocked: tuple[str, ...]
    proposals: tuple[ProposalSeen, ...]
    changes: tuple[ChangeRow, ...]
    looks: tuple[LookRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MyPast:
    """A pairing of a teen's that ended lately, whatever for; or an invitation of theirs that nobody took."""

    guardian: str
    ended_at: datetime
    had_begun: bool


@dataclass(frozen=True, slots=True)
class FamilyViews:
    desk: PairDesk
    figures: Figures

    def my_teens(self, guardian: Guardian) -> tuple[MyTeen, ...]:
        """A guardian's pairings by name, and whether each rests."""
        return self.desk.db.read(lambda conn: self._teens(conn, guardian))

    def guardian_sees(self, guardian: Guardian, link_id: str, page: str) -> GuardianSees | None:
        """One page about one teen; None for what is not theirs. What cannot be written down is not shown."""
        if page not in PAGES:
            return None
        return self.desk.db.commit(lambda tx: self._look(tx, guardian, link_id, page))

    def my_guardians(self, teen: Teen) -> tuple[MyGuardian, ...]:
        """Everything a teen may read about their pairings."""
        return self.desk.db.read(lambda conn: self._mine(conn, teen))

    def my_past(self, teen: Teen) -> tuple[MyPast, ...]:
        """What ended in the last weeks, so that nobody has to find out by what is not there any more."""
        return self.desk.db.read(lambda conn: self._past(conn, teen))

    def my_requests(self, teen: Teen) -> tuple[RequestSeen, ...]:
        """Everything one asked, whoever answered."""

        def mine(conn: Connection) -> tuple[RequestSeen, ...]:
            now, rows = self.desk.db.time(conn), requests.of_account(conn, teen.service, teen.account)
            return tuple(_request(one, now, answer=True) for one in rows)

        return self.desk.db.read(mine)

    def my_time(self, teen: Teen) -> tuple[PartsSeen | None, WeekSeen | None]:
        """One's own minutes: of today by part of the day, and of this week and the last. Nobody sees less."""
        now = self.desk.db.now()

        def of(conn: Connection, band: AgeBand) -> PartsSeen | WeekSeen | None:
            return self.figures.time(conn, teen.service, teen.account, band, now)

        day, weeks = self.desk.db.read(lambda conn: (of(conn, AgeBand.FROM_13), of(conn, AgeBand.FROM_16)))
        return (
            day if isinstance(day, PartsSeen) else None,
            weeks if isinstance(weeks, WeekSeen) else None,
        )

    def digests(self, end: Guardian | Teen, link_id: str) -> tuple[Digest, ...]:
        """The weeks of a pairing: both ends read the very same rows. A guardian's look is written down."""
        if isinstance(end, Guardian):
            seen = self.guardian_sees(end, link_id, "digest")
            if not isinstance(seen, TeenSeen):
                return ()
        elif not any(one.link == link_id for one in self.my_guardians(end)):
            return ()
        return self.desk.db.read(lambda conn: digests.digests_of(conn, link_id))

    def _teens(self, conn: Connection, guardian: Guardian) -> tuple[MyTeen, ...]:
        now = self.desk.db.time(conn)
        rows = store.of_guardian(conn, guardian.person)
        return tuple(self._teen(conn, one, now) for one in rows if one.state is not State.ENDED)

    def _teen(self, conn: Connection, link: LinkRow, now: datetime) -> MyTeen:
        """What is told of one that rests is the same whatever it rests for."""
        invited, rests = link.state not in STANDS, link.state is State.FROZEN
        known = not rests and link.service is not None and link.account is not None
        return MyTeen(
            link=link.id,
            teen=link.teen_name,
            rests=rests,
            invited=invited,
            state=link.state,
            invited_by=link.invited_by,
            mode=link.mode,
            assured=link.counts and link.is_assured(now),
            until=link.until if invited else None,
            sees=seen_list(teen_facts(conn, self.desk, *teen_of(link), now).band) if known else (),
        )

    def _look(self, tx: Transaction, guardian: Guardian, link_id: str, page: str) -> GuardianSees | None:
        link = mine(tx, guardian, link_id)
        if link is None or link.state not in STANDS:
            return None
        looks.looked(tx, link.id, page)
        if link.state is State.FROZEN:
            return RestingSeen(link.id)
        return self._seen(tx.conn, link, tx.now)

    def _seen(self, conn: Connection, link: LinkRow, now: datetime) -> TeenSeen:
        service, account = teen_of(link)
        band = teen_facts(conn, self.desk, service, account, now).band
        sees = seen_list(band)
        return TeenSeen(
            link=link.id,
            teen=link.teen_name,
            since=link.started_at or link.made_at,
            mode=link.mode,
            version=families.family_of(conn, service, account).version,
            ending_at=link.until if link.state is State.ENDING else None,
            confirm_by=link.guardian_by or now,
            settings=self._settings(conn, link, now),
            changes=_changes(store.history(conn, link.id, now - 4 * A_WEEK)),
            time=self.figures.time(conn, service, account, band, now) if sees else None,
            counts=self.figures.counts(conn, service, account, now - A_WEEK) if "counts" in sees else None,
            requests=_asked(conn, link, now),
            proposals=_proposals(conn, link.id, now),
            blocked=limits.blocked_by(conn, link.id),
            looks=tuple(LookSeen(one.page, one.at) for one in looks.looks_of(conn, link.id)),
        )

    def _settings(self, conn: Connection, link: LinkRow, now: datetime) -> tuple[SettingSeen, ...]:
        found = in_force(conn, self.desk, *teen_of(link), now)
        locks = [one for one in limits.locks_of(conn, link.id) if one.stands(now)]
        own = {one.setting: one for one in locks}
        others = self._others(conn, link, locks, now)
        return tuple(
            SettingSeen(
                name=name,
                step=one.setting.kind.show(one.step),
                who=_who(one),
                limited_to=own[name].step if name in own else None,
                limit_reason=own[name].reason if name in own else "",
                limit_until=own[name].until if name in own else None,
                others=name in others,
            )
            for name, one in found.items()
        )

    def _others(self, conn: Connection, link: LinkRow, own: Collection[LockRow], now: datetime) -> set[str]:
        """Settings that another guardian limits further than this one does."""
        found = set()
        for one in families.family_of(conn, *teen_of(link)).locks:
            step = read_step(self.desk, one.setting, one.step)
            if one.link == link.id or step is None or not one.stands(now):
                continue
            kind = self.desk.vocabulary[one.setting].kind
            mine = together(kind, [each for each in own if each.setting == one.setting], now)
            if not at_most(kind, mine, step):
                found.add(one.setting)
        return found

    def _mine(self, conn: Connection, teen: Teen) -> tuple[MyGuardian, ...]:
        now = self.desk.db.time(conn)
        facts = teen_facts(conn, self.desk, teen.service, teen.account, now)
        version = families.family_of(conn, teen.service, teen.account).version
        return tuple(
            self._guardian(conn, one, facts, version, now)
            for one in store.of_account(conn, teen.service, teen.account)
            if one.state is not State.ENDED
        )

    def _past(self, conn: Connection, teen: Teen) -> tuple[MyPast, ...]:
        since, found = self.desk.db.time(conn) - TOLD_FOR, []
        for one in store.of_account(conn, teen.service, teen.account):
            untaken = one.invited_by is By.TEEN and one.guardian is None and one.ended_by == By.CLOCK
            if one.ended_at is None or one.ended_at < since or not (one.started_at or untaken):
                continue
            known = None if one.guardian is None else guardians.find(conn, one.guardian)
            found.append(
                MyPast(
                    guardian=known.name if known else "",
                    ended_at=one.ended_at,
                    had_begun=one.started_at is not None,
                )
            )
        return tuple(found)

    def _guardian(
        self, conn: Connection, link: LinkRow, facts: TeenFacts, version: int, now: datetime
    ) -> MyGuardian:
        found = None if link.guardian is None else guardians.find(conn, link.guardian)
        own = limits.locks_of(conn, link.id) if link.counts else ()
        return MyGuardian(
            link=link.id,
            guardian=found.name if found else "",
            assured=_is_assured(conn, link, facts, now),
            state=link.state,
            invited_by=link.invited_by,
            mode=link.mode,
            version=version,
            sees=seen_list(facts.band) if link.state is not State.FROZEN else (),
            since=link.started_at,
            until=link.until if link.state is not State.FROZEN else None,
            confirm_by=link.teen_by if link.counts else None,
            limits=tuple(
                SettingSeen(
                    name=one.setting,
                    step=one.step,
                    who="guardian",
                    limited_to=one.step,
                    limit_reason=one.reason,
                    limit_until=one.until,
                )
                for one in own
                if one.stands(now)
            ),
            blocked=limits.blocked_by(conn, link.id) if link.counts else (),
            proposals=_proposals(conn, link.id, now) if link.counts else (),
            changes=tuple(one for one in store.history(conn, link.id) if one.by in {By.TEEN, By.GUARDIAN}),
            looks=looks.looks_of(conn, link.id),
        )


def _is_assured(conn: Connection, link: LinkRow, facts: TeenFacts, now: datetime) -> bool:
    """Whether the guardian proved to be an adult; it is written with a pairing only once that begins.

    Of what rests it is not told: a proof that ran out would tell one cause from another.
    """
    if link.guardian is None or link.state in STANDS:
        return link.counts and link.is_assured(now)
    return adult_by_proof(conn, link.guardian, facts.asks, now).assured


def _who(one: InForce) -> str:
    """Who decided. A measure for safety reads like the limit for the age: a case is no guardian's to know."""
    if not one.bounds:
        return NOBODY
    return Who.HOUSE if one.who is Who.SAFETY else one.who


def _changes(history: tuple[ChangeRow, ...]) -> tuple[ChangeSeen, ...]:
    return tuple(
        ChangeSeen(setting=name, by=one.by, at=one.at)
        for one in history
        if one.act in {"limit", "sign"}
        for name in one.detail.split()
    )


def _asked(conn: Connection, link: LinkRow, now: datetime) -> tuple[RequestSeen, ...]:
    """What this guardian was asked. What another one answered, in words or by an offer, is not theirs."""
    return tuple(
        _request(one, now, answer=one.answered_by == link.id)
        for one in requests.of_account(conn, *teen_of(link))
        if one.is_to(link.id, link.started_at)
    )


def _request(one: RequestRow, now: datetime, *, answer: bool) -> RequestSeen:
    return RequestSeen(
        id=one.id,
        kind=one.wish.kind,
        setting=one.wish.setting,
        wanted=one.wish.step,
        about=one.wish.about,
        words=one.wish.words,
        stands=one.now(now),
        asked_at=one.asked_at,
        until=one.until,
        offer=one.offer if answer else None,
        reason=one.reason if answer else "",
    )


def _proposals(conn: Connection, link: str, now: datetime) -> tuple[ProposalSeen, ...]:
    """What lies on the table and what was signed; what nobody signed in time is told as over for a while."""
    return tuple(
        ProposalSeen(
            id=one.id,
            by=one.by,
            mode=one.mode,
            steps=one.steps,
            text=one.text,
            at=one.at,
            signed_by_teen=one.teen_at is not None,
            signed_by_guardian=one.guardian_at is not None,
            until=one.until,
            over=one.is_over(now),
            look_again_at=one.look_again_at,
        )
        for one in proposals.of_link(conn, link)
        if one.ended_at is None and not one.is_over(now - TOLD_FOR)
    )
