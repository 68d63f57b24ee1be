"""From an attempt to a permit: the accounts, the policy in force, and `decide`. Fails closed."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import structlog

from hoede import accounts
from hoede.db import Database, Transaction
from hoede.flow.attempt.sides import Known, Sides, side_at
from hoede.pairing import families
from hoede.policy import (
    NEVER_CLOSED,
    SOMEBODY,
    Answer,
    Attempt,
    InForce,
    Path,
    Permit,
    Policy,
    Reason,
    Relation,
    Setting,
    Side,
    Step,
    TimeNow,
    Whom,
    check_failed,
    decide,
    effective,
    time_now,
)
from hoede.policy.rules.compiled import Compiled
from hoede.policy.rules.permits import NEUTRAL, account_reasons, path_of

log = structlog.get_logger()
STRICTNESS = (Answer.GRANTED, Answer.ASK, Answer.REFUSED)
ALWAYS = Permit(answer=Answer.GRANTED)
# To the other side, and to who attempts, as neutral as any contact that may not be.
BLOCKED = Permit(answer=Answer.REFUSED, reasons=(NEUTRAL,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a platform asks about."""

    account: str
    attempt: str
    counterpart: str | None = None
    relation: Relation = Relation.NONE
    wanted: Step | None = None
    at: datetime | None = None  # when it was attempted; None: now
    with_guardian: bool = False
    this_month: int | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it asks for nothing beyond doing it now: then the tables have the answer."""
        return self.wanted is None and self.at is None and not self.with_guardian and self.this_month is None

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.account,) if self.counterpart is None else (self.account, self.counterpart)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A permit, and whose it is: what its words need to know besides."""

    permit: Permit
    side: Side
    born: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InForceFor:
    """All that is in force for one account, and by which packs."""

    side: Side
    settings: Mapping[str, InForce]
    packs: tuple[str, ...]
    path: Path = Path.ACCOUNT
    refused: tuple[Reason, ...] = ()  # why there is no account, where there is none
    limits: frozenset[str] = frozenset()  # what may be done when nobody can be asked
    paired: bool = False  # with a guardian, so that the platform shows the sign


class Tables:
    """The policy in force, compiled once; anew when another one is in force."""

    def __init__(self, policy: Callable[[], Policy]) -> None:
        self._policy = policy
        self._made: Compiled | None = None

    @property
    def ready(self) -> bool:
        """Whether there is a policy, so that nobody waits for the first one."""
        return self._made is not None

    def __call__(self) -> Compiled:
        policy, made = self._policy(), self._made
        if made is None or made.policy is not policy:
            made = self._made = Compiled(policy)
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Permits:
    """Answers attempts. Where the policy in force cannot be had, everything is closed."""

    db: Database
    sides: Sides
    tables: Tables
    in_shadow: Callable[[], bool]  # whether a version of policy is tried beside the one in force
    counted: Callable[[Side, Attempt, Permit, datetime], None]  # for that version

    def at_hand(self, service: str, asked: Sequence[Asked], now: datetime) -> list[Answered] | None:
        """The answers if nothing has to be read for them; None otherwise."""
        known = self.sides.fresh(service, _ids(asked)) if self.tables.ready else None
        return None if known is None else [self._answer(known, one, now) for one in asked]

    def permits(self, service: str, asked: Sequence[Asked], now: datetime) -> list[Answered]:
        """The answers, in order. Help and the like are granted even when nothing can be read."""
        try:
            known = self.sides.load(service, _ids(asked), now)
        except Exception as error:  # noqa: BLE001 - the request fence: what cannot be read stays closed
            log.error("permits.not_read", error=type(error).__name__)  # noqa: TRY400 - no values
            return [_unread(one) for one in asked]
        return [self._answer(known, one, now) for one in asked]

    def effective(self, service: str, account: str, now: datetime) -> InForceFor:
        """Everything that is in force for an account."""
        tables = self.tables()
        policy, known = tables.policy, self.sides.load(service, (account,), now)[account]
        side, acting = known.side, policy.acting(known.side, now)
        return InForceFor(
            side=side,
            settings=effective(policy, side, now),
            packs=tuple(one.ref for one in acting),
            path=path_of(side, acting),
            refused=tuple(account_reasons(side, acting)),
            limits=tables.always(side, now),
            paired=known.facts.said.family.paired,
        )

    def times(self, service: str, ids: Collection[str], now: datetime) -> dict[str, TimeNow]:
        """How the time of accounts stands, as the database has it."""
        policy = self.tables().policy
        known = self.sides.load(service, ids, now)
        return {one: time_now(policy, mine.side, now) for one, mine in known.items()}

    def zones(self, service: str, ids: Collection[str], now: datetime) -> dict[str, tuple[str, ...]]:
        """The zones whose clocks count for accounts."""
        return {one: mine.side.zones for one, mine in self.sides.load(service, ids, now).items()}

    def choose(
        self, service: str, account: str, setting: Setting, step: Step | None, now: datetime
    ) -> Answered:
        """Keep what an account's owner chose, if it may be; None lets go of the choice.

        Up to the limit it is theirs; the permit says why not, or whom to ask.
        """
        known = self.sides.load(service, (account,), now)[account]
        permit = self._may_choose(known.side, setting, step, now)
        if permit.answer is Answer.GRANTED:
            written = None if step is None else setting.kind.show(step)

            def keep(tx: Transaction) -> None:
                if known.facts.said.family.paired:
                    families.lock(tx, service, account)  # a signature is before this, or sees it
                accounts.choose(tx, service, account, setting.name, written)

            self.db.commit(keep)
            self.sides.forget(service, account)
        return Answered(permit=permit, side=known.side, born=known.born)

    def _may_choose(self, side: Side, setting: Setting, step: Step | None, now: datetime) -> Permit:
        policy = self.tables().policy
        others = {name: chosen for name, chosen in side.choices.items() if name != setting.name}
        side = replace(side, choices=others)
        if step is None or setting.kind.meet(step, effective(policy, side, now)[setting.name].step) == step:
            return ALWAYS  # as strict as without it, or stricter
        permit = decide(policy, side, Attempt(what=setting.name, wanted=step), now)
        itself = permit.answer is Answer.ASK and permit.whom is Whom.SELF
        return replace(permit, answer=Answer.GRANTED, whom=None) if itself else permit

    def _answer(self, known: Mapping[str, Known], asked: Asked, now: datetime) -> Answered:
        try:
            mine = known[asked.account]
            other = None if asked.counterpart is None else known[asked.counterpart]
            permit = self._decided(mine, other, asked, now)
            self._count(mine, other, asked, permit, now)
            return Answered(permit=permit, side=mine.side, born=mine.born)
        except Exception as error:  # noqa: BLE001 - the request fence: what cannot be decided stays closed
            log.error("permits.not_decided", error=type(error).__name__)  # noqa: TRY400 - no values
            return _unread(asked)

    def _count(self, mine: Known, other: Known | None, asked: Asked, permit: Permit, now: datetime) -> None:
        """Tell what was answered to whoever counts; that never changes the answer."""
        try:
            if self.in_shadow():
                self.counted(mine.side, _attempt(asked, None if other is None else other.side), permit, now)
        except Exception as error:  # noqa: BLE001 - the request fence: what only counts closes nothing
            log.error("permits.not_counted", error=type(error).__name__)  # noqa: TRY400 - no values

    def _decided(self, mine: Known, other: Known | None, asked: Asked, now: datetime) -> Permit:
        """What guardians said about the two counts before all else: vouched for, or blocked."""
        if other is None or asked.attempt in NEVER_CLOSED:
            return self._by_policy(mine, other, asked, now)
        ours, theirs = mine.facts.said, other.facts.said
        if asked.counterpart in ours.family.blocked or asked.account in theirs.family.blocked:
            return BLOCKED
        if ours.vouches(other.facts.account.id, now) or theirs.vouches(asked.account, now):
            asked = replace(asked, relation=Relation.TRUSTED)
        return self._by_policy(mine, other, asked, now)

    def _by_policy(self, mine: Known, other: Known | None, asked: Asked, now: datetime) -> Permit:
        tables = self.tables()
        if asked.is_plain:
            theirs = None if other is None else other.seated(tables, now)
            return tables.decide(mine.seated(tables, now), asked.attempt, now, theirs, asked.relation)
        permit = decide(tables.policy, mine.side, _attempt(asked, None if other is None else other.side), now)
        if asked.at is None or asked.at >= now:
            return permit
        then = side_at(mine.facts, asked.at)
        theirs_then = None if other is None else side_at(other.facts, asked.at)
        return _stricter(permit, decide(tables.policy, then, _attempt(asked, theirs_then), asked.at))


def _attempt(asked: Asked, counterpart: Side | None) -> Attempt:
    return Attempt(
        what=asked.attempt,
        counterpart=counterpart,
        relation=asked.relation,
        wanted=asked.wanted,
        with_guardian=asked.with_guardian,
        this_month=asked.this_month,
    )


def _ids(asked: Iterable[Asked]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for each in asked for one in each.ids))


def _stricter(one: Permit, other: Permit) -> Permit:
    """Of an attempt that was told late, as of then and as of now."""
    return max(one, other, key=lambda permit: STRICTNESS.index(permit.answer))


def _unread(asked: Asked) -> Answered:
    """Where nothing could be found out: closed, but for what is never closed."""
    return Answered(permit=ALWAYS if asked.attempt in NEVER_CLOSED else check_failed(), side=SOMEBODY)
