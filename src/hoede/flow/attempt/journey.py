"""From an attempt to a permit: the accounts, the policy in force, and `decide`. Fails closed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import structlog

from hoede import accounts
from hoede.accounts import Account
from hoede.accounts.rules import best
from hoede.core.errors import HoedeError
from hoede.db import Database
from hoede.flow.attempt.sides import Facts, Sides, side_at
from hoede.policy import (
    NEVER_CLOSED,
    SOMEBODY,
    Answer,
    Attempt,
    InForce,
    Permit,
    Policy,
    Relation,
    Setting,
    Side,
    Step,
    Whom,
    check_failed,
    decide,
    effective,
)

log = structlog.get_logger()
STRICTNESS = (Answer.GRANTED, Answer.ASK, Answer.REFUSED)
ALWAYS = Permit(answer=Answer.GRANTED)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Permits:
    """Answers attempts. `policy` yields what is in force now; where it raises, everything is closed."""

    db: Database
    sides: Sides
    policy: Callable[[], Policy]

    def at_hand(self, service: str, asked: Sequence[Asked], now: datetime) -> list[Answered] | None:
        """The answers if nothing has to be read for them; None otherwise."""
        known = self.sides.fresh(service, _ids(asked))
        return None if known is None else [self._answer(known, one, now) for one in asked]

    def permits(self, service: str, asked: Sequence[Asked], now: datetime) -> list[Answered]:
        """The answers, in order. Help and the like are granted even when nothing can be read."""
        try:
            known = self.sides.load(service, _ids(asked))
        except HoedeError as error:
            log.error("permits.not_read", error=error.code)  # noqa: TRY400 - no values
            return [_unread(one) for one in asked]
        return [self._answer(known, one, now) for one in asked]

    def effective(self, service: str, account: str, now: datetime) -> InForceFor:
        """Everything that is in force for an account."""
        policy, side = self.policy(), side_at(self.sides.load(service, (account,))[account], now)
        packs = tuple(one.ref for one in policy.acting(side, now))
        return InForceFor(side=side, settings=effective(policy, side, now), packs=packs)

    def choose(
        self, service: str, account: str, setting: Setting, step: Step | None, now: datetime
    ) -> Answered:
        """Keep what an account's owner chose, if it may be; None lets go of the choice.

        Up to the limit it is theirs; the permit says why not, or whom to ask.
        """
        facts = self.sides.load(service, (account,))[account]
        side = side_at(facts, now)
        permit = self._may_choose(side, setting, step, now)
        if permit.answer is Answer.GRANTED:
            written = None if step is None else setting.kind.show(step)
            self.db.commit(lambda tx: accounts.choose(tx, service, account, setting.name, written))
            self.sides.forget(service, account)
        return Answered(permit=permit, side=side, born=_born(facts.account, now))

    def _may_choose(self, side: Side, setting: Setting, step: Step | None, now: datetime) -> Permit:
        policy = self.policy()
        others = {name: chosen for name, chosen in side.choices.items() if name != setting.name}
        side = replace(side, choices=others)
        if step is None or setting.kind.meet(step, effective(policy, side, now)[setting.name].step) == step:
            return ALWAYS  # as strict as without it, or stricter
        permit = decide(policy, side, Attempt(what=setting.name, wanted=step), now)
        itself = permit.answer is Answer.ASK and permit.whom is Whom.SELF
        return replace(permit, answer=Answer.GRANTED, whom=None) if itself else permit

    def _answer(self, known: dict[str, Facts], asked: Asked, now: datetime) -> Answered:
        try:
            facts = known[asked.account]
            side = side_at(facts, now)
            permit = self._decided(known, asked, side, now)
            if asked.at is not None and asked.at < now:
                then = self._decided(known, asked, side_at(facts, asked.at), asked.at)
                permit = _stricter(permit, then)
            return Answered(permit=permit, side=side, born=_born(facts.account, now))
        except Exception as error:  # noqa: BLE001 - the request fence: what cannot be decided stays closed
            log.error("permits.not_decided", error=type(error).__name__)  # noqa: TRY400 - no values
            return _unread(asked)

    def _decided(self, known: dict[str, Facts], asked: Asked, side: Side, now: datetime) -> Permit:
        other = None if asked.counterpart is None else side_at(known[asked.counterpart], now)
        attempt = Attempt(
            what=asked.attempt,
            counterpart=other,
            relation=asked.relation,
            wanted=asked.wanted,
            with_guardian=asked.with_guardian,
            this_month=asked.this_month,
        )
        return decide(self.policy(), side, attempt, now)


def _ids(asked: Iterable[Asked]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for each in asked for one in each.ids))


def _stricter(one: Permit, other: Permit) -> Permit:
    """Of an attempt that was told late, as of then and as of now."""
    return max(one, other, key=lambda permit: STRICTNESS.index(permit.answer))


def _unread(asked: Asked) -> Answered:
    """Where nothing could be found out: closed, but for what is never closed."""
    return Answered(permit=ALWAYS if asked.attempt in NEVER_CLOSED else check_failed(), side=SOMEBODY)


def _born(account: Account, now: datetime) -> date | None:
    """The birthday that counts, so that words can tell a day."""
    found = best(account.age_evidence, now, now.date())
    return found.born if found is not None else None
