"""Permits: may this account do this now? Granted, refused, or ask, with every reason. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hoede.core.ages import BANDS, AgeBand, youngest_of
from hoede.policy.rules.allowing import Asked, Says, extended, opens_again, says
from hoede.policy.rules.effective import Bound, Layer, Policy, Who, band_in, bounds_of
from hoede.policy.rules.packs import CONTACT, Basis, Choosing, Pack, UnderMinimum
from hoede.policy.rules.sides import SOMEBODY, Attempt, Side, knows_zone, local_times
from hoede.policy.rules.steps import ClosedTimes, Step, Stretch, at_most
from hoede.policy.rules.vocabulary import NEVER_CLOSED, Code, Gate, Setting

_TIMES = frozenset({Code.QUIET, Code.DAILY_TIME, Code.BREAK, Code.AWAY})
_CHILD = 13  # below it an account needs a pack that gives it a path of its own


class Answer(StrEnum):
    GRANTED = "granted"
    ASK = "ask"
    REFUSED = "refused"


class Path(StrEnum):
    """Which way somebody has here, by their age and the packs that count for them."""

    ACCOUNT = "account"
    CHILD_MODE = "child_mode"  # under 13, where the packs have a mode for children
    REFUSED = "refused"  # too young for an account at all


class Whom(StrEnum):
    """Who is asked."""

    SELF = "self"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason, with the facts that its words need."""

    code: Code
    layer: Layer
    who: Who
    theirs: bool = False  # it is about the other side, and not for who attempts
    asks: Whom | None = None  # None: nobody can say yes to it now
    setting: str | None = None
    step: Step | None = None
    pack: str | None = None  # id@version+hash
    law: str = ""
    source: str = ""
    age: int | None = None  # from which it opens
    country: str | None = None
    until: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The answer. Every refusal and every `ask` has a reason; packs are named by version and hash."""

    answer: Answer
    whom: Whom | None = None
    reasons: tuple[Reason, ...] = ()
    packs: tuple[str, ...] = ()
    their_packs: tuple[str, ...] = ()
    retry_at: datetime | None = None  # when time alone opens it again

    def told(self) -> "Permit":
        """What who attempts may see: of the other side no more than that there is no contact."""
        own = tuple(one for one in self.reasons if not one.theirs)
        if len(own) == len(self.reasons) and not self.their_packs:
            return self
        hidden = (NEUTRAL,) if len(own) < len(self.reasons) else ()
        return replace(self, reasons=own + hidden, their_packs=(), retry_at=None if hidden else self.retry_at)


NEUTRAL = Reason(code=Code.CONTACT_AGE, layer=Layer.LIMIT, who=Who.HOUSE, theirs=True)
_FAILED = Reason(code=Code.CHECK_FAILED, layer=Layer.LIMIT, who=Who.HOUSE)
ALWAYS = Permit(answer=Answer.GRANTED)


def check_failed() -> Permit:
    """The answer where none could be found."""
    return Permit(answer=Answer.REFUSED, reasons=(_FAILED,))


def decide(policy: Policy, side: Side, attempt: Attempt, now: datetime) -> Permit:
    """May `side` do this now? An attempt nobody knows is refused; help and the like are always granted."""
    if attempt.what in NEVER_CLOSED:
        return ALWAYS
    gate = policy.vocabulary.gates.get(attempt.what)
    if gate is None or not _can_be_wanted(policy, attempt):
        return check_failed()
    other = (attempt.counterpart if gate.takes_other else None) or (SOMEBODY if gate.needs_other else None)
    packs = policy.acting(side, now)
    their_packs = () if other is None else policy.acting(other, now)
    asked = asked_of(attempt, side, other, now)
    reasons = [*account_reasons(side, packs), *_restricted(side, attempt.what, gate, now)]
    for setting in gate.own:
        reasons += _of_setting(setting, side, packs, asked, now)
    if other is not None:
        theirs = [*account_reasons(other, their_packs)]
        for setting in gate.theirs:
            theirs += _of_setting(setting, other, their_packs, asked.turned(other, now), now)
        if gate.contact:
            theirs += _matrix(side, other, (packs, their_packs), attempt)
        reasons += [_not_ours(one, side) for one in theirs]
    return permit_of(reasons, side, packs, their_packs)


def _can_be_wanted(policy: Policy, attempt: Attempt) -> bool:
    """Whether `wanted` is a step of the setting that is asked for."""
    if attempt.wanted is None:
        return True
    setting = policy.vocabulary.settings.get(attempt.what)
    try:
        return setting is not None and at_most(setting.kind, attempt.wanted, setting.kind.most_open)
    except (TypeError, ValueError):
        return False


def asked_of(attempt: Attempt, side: Side, other: Side | None, now: datetime) -> Asked:
    near = other is not None and side.known and other.known and abs(_place(side) - _place(other)) <= 1
    return Asked(
        times=local_times(now, side.zones),
        zones_known=knows_zone(side.zones),
        relation=None if other is None else attempt.relation,
        near=near,
        wanted=attempt.wanted,
        with_guardian=attempt.with_guardian,
        this_month=attempt.this_month,
        minutes_today=side.minutes_today,
        minutes_in_a_row=side.minutes_in_a_row,
        break_until=side.break_until,
    )


def _place(side: Side) -> int:
    return BANDS.index(side.band)


def permit_of(
    reasons: list[Reason], side: Side, packs: tuple[Pack, ...], their_packs: tuple[Pack, ...]
) -> Permit:
    """Refused where any reason is; asked where somebody can say yes to each; else granted."""
    refs, theirs = tuple(one.ref for one in packs), tuple(one.ref for one in their_packs)
    if not reasons:
        return Permit(answer=Answer.GRANTED, packs=refs, their_packs=theirs)
    ordered = sorted(
        dict.fromkeys(reasons), key=lambda one: (one.asks is not None, one.layer, -(one.age or 0))
    )
    refused = ordered[0].asks is None
    guardian = any(one.asks is Whom.GUARDIAN for one in ordered)
    whom = None if refused else Whom.GUARDIAN if guardian else Whom.SELF
    untimed = [one for one in ordered if one.until is None or one.theirs]
    retry_at = None if untimed else max(one.until for one in ordered if one.until is not None)
    if not side.known and any(not one.theirs for one in ordered):
        ordered.append(Reason(code=Code.AGE_UNKNOWN, layer=Layer.LIMIT, who=Who.HOUSE))
    return Permit(
        answer=Answer.REFUSED if refused else Answer.ASK,
        whom=whom,
        reasons=tuple(ordered),
        packs=refs,
        their_packs=theirs,
        retry_at=retry_at,
    )


def _not_ours(reason: Reason, side: Side) -> Reason:
    """Of the other side everything is a refusal, and only a minor is told that it is about ages."""
    shown = reason.code is Code.CONTACT_AGE and not side.is_adult
    return replace(reason, theirs=not shown, asks=None)


def account_reasons(side: Side, packs: tuple[Pack, ...]) -> Iterator[Reason]:
    """Old enough for an account at all? Below 13 only where a pack gives a path of its own."""
    found, paths = False, False
    for pack in packs:
        if pack.min_account_age is None:
            continue
        child_mode = pack.under_minimum is UnderMinimum.CHILD_MODE
        paths = paths or child_mode
        if side.at_least < pack.min_account_age and not child_mode:
            found = True
            yield _too_young(side, pack, pack.min_account_age)
    if side.band is AgeBand.UNDER_13 and not paths and not found:
        yield _too_young(side, None, _CHILD)


def path_of(side: Side, packs: tuple[Pack, ...]) -> Path:
    """The way of an account of this age under these packs."""
    if any(account_reasons(side, packs)):
        return Path.REFUSED
    return Path.CHILD_MODE if side.band is AgeBand.UNDER_13 else Path.ACCOUNT


def _too_young(side: Side, pack: Pack | None, age: int) -> Reason:
    law = pack is not None and pack.legal_basis is Basis.LAW
    return Reason(
        code=Code.LAW_ACCOUNT,
        layer=Layer.JURISDICTION,
        who=Who.LAW if law else Who.HOUSE,
        pack=pack.ref if pack else None,
        law=pack.law if pack else "",
        source=pack.sources[0] if pack else "",
        age=age,
        country=side.country,
    )


def _restricted(side: Side, word: str, gate: Gate, now: datetime) -> Iterator[Reason]:
    names = {word, *(one.name for one in gate.own)}
    for one in side.restrictions:
        if names & one.names and (one.until is None or now < one.until):
            yield Reason(
                code=Code.RESTRICTED,
                layer=Layer.RESTRICTION,
                who=Who.SAFETY,
                until=one.until,
                note=one.order,
            )


def _matrix(
    side: Side, other: Side, packs: tuple[tuple[Pack, ...], tuple[Pack, ...]], attempt: Attempt
) -> Iterator[Reason]:
    """Band by band: how widely who attempts may reach the other."""
    relation = Asked(relation=attempt.relation)
    senders, receivers = _any_of(side), _any_of(other)
    for pack in dict.fromkeys((*packs[0], *packs[1])):
        for row in pack.contacts:
            concerns = senders & row.senders and receivers & row.receivers
            if concerns and says(CONTACT, row.at_most, relation) is not Says.YES:
                house = pack.legal_basis is Basis.HOUSE
                yield Reason(
                    code=Code.CONTACT_AGE,
                    layer=Layer.LIMIT if house else Layer.JURISDICTION,
                    who=Who.LAW if pack.legal_basis is Basis.LAW else Who.HOUSE,
                    step=row.at_most,
                    pack=pack.ref,
                    law=pack.law,
                    source=row.source,
                )


def _any_of(side: Side) -> frozenset[AgeBand]:
    """Who is of unknown age may be an adult, and may be a child: every row counts."""
    return frozenset({side.band}) if side.known else frozenset(BANDS)


def _of_setting(
    setting: Setting, side: Side, packs: tuple[Pack, ...], asked: Asked, now: datetime
) -> Iterator[Reason]:
    yield from reasons_of(setting, side, bounds_of(setting, side, packs, now), asked)


def reasons_of(setting: Setting, side: Side, bounds: Iterable[Bound], asked: Asked) -> Iterator[Reason]:
    """A reason for each bound that stands in the way."""
    for one in bounds:
        bound = with_extra(setting, one, side)
        said = says(setting.kind, bound.step, asked)
        if said is not Says.YES:
            yield reason_of(setting, side, bound, said, asked)


def with_extra(setting: Setting, bound: Bound, side: Side) -> Bound:
    """Extra time goes on top of what somebody may let go of: of a limit no further than a yes opens it.

    What somebody took themselves goes on top of what is theirs alone, never of what a guardian set.
    """
    own = side.own_extra_minutes if is_own(bound) else 0
    step = extended(setting.kind, bound.step, side.extra_minutes + own)
    if bound.layer <= Layer.LIMIT:
        step = bound.step if bound.open_to is None else setting.kind.meet(step, bound.open_to)
    return bound if step == bound.step else replace(bound, step=step)


def is_own(bound: Bound) -> bool:
    """Whether it is somebody's own to let go of: their choice, or a start that needs nobody else's yes."""
    return bound.layer is Layer.CHOICE or bound.choosing in {Choosing.SELF, Choosing.PROMPT}


def reason_of(setting: Setting, side: Side, bound: Bound, said: Says, asked: Asked) -> Reason:
    """Why a bound stands in the way, and who could say yes."""
    if bound.layer is Layer.RESTRICTION:
        return Reason(
            code=Code.RESTRICTED, layer=bound.layer, who=bound.who, until=bound.until, note=bound.note
        )
    asks = _asks(setting, bound, said, asked)
    limiting = bound.pack if bound.layer <= Layer.LIMIT else None
    age = _opens_at(setting, side, limiting, asked) if limiting else None
    return Reason(
        code=_code(setting, bound, asks, age),
        layer=bound.layer,
        who=bound.who,
        asks=asks,
        setting=setting.name,
        step=bound.step,
        pack=bound.pack.ref if bound.pack else None,
        law=bound.pack.law if bound.pack else "",
        source=bound.source,
        age=age,
        country=side.country,
        until=opens_again(setting.kind, bound.step, asked) or bound.until,
        note=bound.note,
    )


def _asks(setting: Setting, bound: Bound, said: Says, asked: Asked) -> Whom | None:
    if isinstance(setting.kind, (ClosedTimes, Stretch)):
        return None  # it opens by itself
    if said is Says.ASK_GUARDIAN:
        return Whom.GUARDIAN
    if bound.choosing is not None:
        return Whom.GUARDIAN if bound.choosing is Choosing.GUARDIAN else Whom.SELF
    opens = bound.open_to is not None and says(setting.kind, bound.open_to, asked) is Says.YES
    return Whom.GUARDIAN if opens else None


def _opens_at(setting: Setting, side: Side, pack: Pack, asked: Asked) -> int | None:
    """The age from which this pack lets it be; None where it never does."""
    for band in BANDS[BANDS.index(band_in(pack, side)) + 1 :]:
        rows = [one for one in pack.limits if one.setting == setting.name and band in one.bands]
        if all(says(setting.kind, one.step, asked) is not Says.NO for one in rows):
            return youngest_of(band)
    return None


def _code(setting: Setting, bound: Bound, asks: Whom | None, age: int | None) -> Code:
    by_time, limit = setting.reason in _TIMES, bound.layer <= Layer.LIMIT
    if bound.birthday:
        return Code.BIRTHDAY
    if not by_time and (asks is Whom.GUARDIAN or bound.layer is Layer.LOCK):
        return Code.NEEDS_GUARDIAN if asks is Whom.GUARDIAN else Code.GUARDIAN_LOCK
    if limit and bound.who is Who.LAW:
        return Code.LAW
    if by_time or setting.reason in {Code.PRIVATE, Code.SEARCH_OFF} or (limit and age is not None):
        return setting.reason
    return Code.CONTACT_CHOICE if setting.contact and not limit else Code.FEATURE_OFF
