"""Time: what an account has left today, whether time closes it now, whether it is evening. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hoede.policy.rules.effective import Bound, Layer, Policy, bounds_of
from hoede.policy.rules.permits import Permit, Whom, asked_of, permit_of, reasons_of, with_extra
from hoede.policy.rules.sides import Attempt, Side
from hoede.policy.rules.steps import NOON, Minutes, Step, Stretch, Week, strictest
from hoede.policy.rules.vocabulary import ANYTHING, Code, Setting, Vocabulary
from hoede.policy.rules.windows import DAY, minute_of

WIND_DOWN = "time.wind_down_at"
MORNING = 5 * 60  # of the day; an evening goes on until then


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeNow:
    """How an account's time stands."""

    permit: Permit  # to use it at all, as far as time decides
    minutes_today: int
    minutes_allowed: int | None  # extra time is in it; None: no end
    extra_minutes: int
    wind_down_at: str | None  # time of day
    winds_down: bool

    @property
    def may_go_on(self) -> bool:
        """Whether it is closed by nothing but a cap that is somebody's own to let go of."""
        reasons = self.permit.reasons
        return bool(reasons) and all(
            one.code is Code.DAILY_TIME and (one.layer is Layer.CHOICE or one.asks is Whom.SELF)
            for one in reasons
        )

    @property
    def minutes_left(self) -> int | None:
        return None if self.minutes_allowed is None else max(0, self.minutes_allowed - self.minutes_today)


def time_now(policy: Policy, side: Side, now: datetime) -> TimeNow:
    """How the time of an account stands; of who was never heard of, nothing is used."""
    packs = policy.acting(side, now)
    asked = asked_of(Attempt(what=ANYTHING), side, None, now)
    said = {one: bounds_of(one, side, packs, now) for one in _governs(policy.vocabulary)}
    reasons = [found for one, bounds in said.items() for found in reasons_of(one, side, bounds, asked)]
    evening = policy.vocabulary[WIND_DOWN]
    starts = strictest(evening.kind, (one.step for one in bounds_of(evening, side, packs, now)))
    wind_down_at = None if starts == evening.kind.most_open else str(starts)
    allowed = [caps for one, bounds in said.items() for caps in _caps(one, side, bounds, asked.times)]
    return TimeNow(
        permit=permit_of(reasons, side, packs, ()),
        minutes_today=side.minutes_today or 0,
        minutes_allowed=min(allowed, default=None),
        extra_minutes=side.extra_minutes + side.own_extra_minutes,
        wind_down_at=wind_down_at,
        winds_down=wind_down_at is not None and any(_is_evening(one, wind_down_at) for one in asked.times),
    )


def _governs(vocabulary: Vocabulary) -> Iterator[Setting]:
    return (one for one in vocabulary.settings.values() if one.attempt == ANYTHING)


def _caps(
    setting: Setting, side: Side, bounds: tuple[Bound, ...], times: tuple[datetime, ...]
) -> Iterator[int]:
    """The minutes that each bound leaves for the day, or for either of two days."""
    for one in bounds:
        step: Step = with_extra(setting, one, side).step
        if isinstance(setting.kind, Week) and isinstance(step, tuple):
            yield from (cap for local in times if (cap := int(step[local.weekday()])) < DAY)  # type: ignore[arg-type]
        elif isinstance(setting.kind, Minutes) and isinstance(step, int):
            yield from () if isinstance(setting.kind, Stretch) else (step,)


def _is_evening(local: datetime, starts: str) -> bool:
    """From then until the morning; both may be after midnight."""
    minute = (local.hour * 60 + local.minute - NOON) % DAY
    return (minute_of(starts) - NOON) % DAY <= minute < (MORNING - NOON) % DAY
