"""Effective policy: every bound of the six layers on a setting, and what they come to. Pure.

Each layer says how open a setting may be; what is in force is the meet of all that is said (DESIGN 6).
Only two things let go of a bound, and neither reaches past a limit: a choice replaces a start, and a
guardian's yes to the teen's own Request loosens what a pack let it loosen.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from hoede.core.ages import BANDS, AgeBand
from hoede.core.errors import HoedeError
from hoede.policy.rules.packs import Basis, Choosing, Limit, Pack, Start
from hoede.policy.rules.sides import Side, days_at
from hoede.policy.rules.steps import Step, at_most, strictest
from hoede.policy.rules.vocabulary import Setting, Vocabulary

# A guardian opens these only when assured to be an adult.
ASSURED_GROUPS = frozenset({"account", "contact"})


class PolicyError(HoedeError):
    """These packs cannot be in force together."""

    code = "policy-invalid"


class Layer(IntEnum):
    """Who said it; the lowest cannot be loosened by a higher one."""

    JURISDICTION = 0
    RESTRICTION = 1
    LIMIT = 2
    START = 3
    LOCK = 4
    CHOICE = 5


class Who(StrEnum):
    """Who decided, in the words of the catalogue (`word.who.*`)."""

    LAW = "law"
    HOUSE = "house"
    SAFETY = "safety"
    GUARDIAN = "guardian"
    YOU = "you"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One thing that is said about how open a setting may be."""

    layer: Layer
    who: Who
    step: Step
    choosing: Choosing | None = None  # who may let go of it; starts only
    open_to: Step | None = None  # how far a guardian's yes would open a limit
    birthday: bool = False  # it is of a younger band than the one of today, and only offered away
    pack: Pack | None = None
    source: str = ""
    note: str = ""  # a lock's reason, a restriction's order
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The packs an operator selected, and the operator's own country."""

    vocabulary: Vocabulary
    packs: tuple[Pack, ...]
    home: str | None = None

    def __post_init__(self) -> None:
        """Refuse two versions of one pack for the same day."""
        for at, one in enumerate(self.packs):
            for other in self.packs[:at]:
                if one.id == other.id and _together(one, other):
                    raise PolicyError(
                        f"{one.id}: versions {other.version} and {one.version} are in force on the same days;"
                        " end one with effective_to before the other begins."
                    )

    def acting(self, side: Side, now: datetime) -> tuple[Pack, ...]:
        """What counts for somebody now: where they live and where the operator is; anywhere if not known."""
        days = days_at(now, side.zones)
        return tuple(one for one in self.packs if self._concerns(one, side) and any(map(one.acts, days)))

    def inert(self, side: Side, now: datetime) -> tuple[Pack, ...]:
        """Selected and about somebody like this, but not in force: enjoined, proposed, or of another day."""
        acting = self.acting(side, now)
        return tuple(one for one in self.packs if self._concerns(one, side) and one not in acting)

    def _concerns(self, pack: Pack, side: Side) -> bool:
        at_home = self.home is not None and pack.concerns(self.home, None)
        return at_home or pack.concerns(side.country, side.region)


def _together(one: Pack, other: Pack) -> bool:
    if one.status is not other.status:
        return False
    first, second = sorted((one, other), key=lambda pack: pack.effective_from)
    return first.effective_to is None or second.effective_from < first.effective_to


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """What is in force for one setting of one account, and who may change it."""

    setting: Setting
    limit: Step
    start: Step  # until somebody chooses
    step: Step
    who: Who  # who decided it
    loosen: Choosing | None  # who may open it further; None: nobody
    up_to: Step  # how far
    bounds: tuple[Bound, ...]


def effective(policy: Policy, side: Side, now: datetime) -> dict[str, InForce]:
    """Every setting of an account, with all that was said about it."""
    packs = policy.acting(side, now)
    return {name: in_force(one, side, packs, now) for name, one in policy.vocabulary.settings.items()}


def in_force(setting: Setting, side: Side, packs: Iterable[Pack], now: datetime) -> InForce:
    bounds = bounds_of(setting, side, packs, now)
    kind = setting.kind
    limit = strictest(kind, (one.step for one in bounds if one.layer <= Layer.LIMIT))
    starts = [one for one in bounds if one.layer is Layer.START]
    step = strictest(kind, (one.step for one in bounds))
    locked = [one for one in bounds if one.layer is Layer.LOCK]
    asked = [one for one in starts if one.choosing is Choosing.GUARDIAN]
    loosen = None
    if step != limit:
        prompt = any(one.choosing is Choosing.PROMPT for one in starts)
        loosen = Choosing.GUARDIAN if locked or asked else Choosing.PROMPT if prompt else Choosing.SELF
    return InForce(
        setting=setting,
        limit=limit,
        start=strictest(kind, (limit, *(one.step for one in starts))),
        step=step,
        who=_decider(setting, bounds, step),
        loosen=loosen,
        up_to=limit,
        bounds=bounds,
    )


def _decider(setting: Setting, bounds: tuple[Bound, ...], step: Step) -> Who:
    """The lowest layer that already says what is in force; where it takes several, the last of them."""
    said = setting.kind.most_open
    who = Who.YOU if not bounds else Who.HOUSE
    for bound in bounds:
        further = setting.kind.meet(said, bound.step)
        if further != said:
            said, who = further, bound.who
        if said == step:
            break
    return who


def bounds_of(setting: Setting, side: Side, packs: Iterable[Pack], now: datetime) -> tuple[Bound, ...]:
    """All that is said about a setting, the lowest layer first."""
    packs = tuple(packs)
    found = [*_limits(setting, side, packs), *_restricted(setting, side, now)]
    found += _starts(setting, side, packs)
    found += _locks(setting, side, now)
    if setting.name in side.choices:
        found.append(Bound(layer=Layer.CHOICE, who=Who.YOU, step=side.choices[setting.name]))
    return tuple(sorted(found, key=lambda one: one.layer))


def band_in(pack: Pack, side: Side) -> AgeBand:
    """The band of somebody for a pack; each says how unknown ages count, never above 13-15."""
    return side.band if side.known else pack.unknown_as


def _said_by(pack: Pack) -> tuple[Layer, Who]:
    layer = Layer.LIMIT if pack.legal_basis is Basis.HOUSE else Layer.JURISDICTION
    return layer, Who.LAW if pack.legal_basis is Basis.LAW else Who.HOUSE


def _limits(setting: Setting, side: Side, packs: tuple[Pack, ...]) -> Iterator[Bound]:
    for pack in packs:
        layer, who = _said_by(pack)
        for one in pack.limits_of(setting.name, band_in(pack, side)):
            step = _opened(setting, side, one.step, one.open_to)
            yield Bound(layer=layer, who=who, step=step, open_to=one.open_to, pack=pack, source=one.source)


def _opened(setting: Setting, side: Side, step: Step, open_to: Step | None) -> Step:
    """A bound's step, or what a guardian said yes to, as far as the pack lets it go."""
    wanted = side.approved.get(setting.name)
    if wanted is None or open_to is None or not _may_approve(setting, side):
        return step
    opened = setting.kind.meet(wanted, open_to)
    return opened if at_most(setting.kind, step, opened) else step


def _may_approve(setting: Setting, side: Side) -> bool:
    return side.assured_guardian or setting.group not in ASSURED_GROUPS


def _starts(setting: Setting, side: Side, packs: tuple[Pack, ...]) -> Iterator[Bound]:
    chosen = setting.name in side.choices
    for pack in packs:
        band = band_in(pack, side)
        own = [_start(setting, side, pack, one) for one in pack.starts_of(setting.name, band)]
        yield from (one for one in own if not chosen or one.choosing is Choosing.GUARDIAN)
        if not chosen and side.settled is not None:
            limits = [one.step for one in pack.limits_of(setting.name, band)]
            as_of_today = strictest(setting.kind, (*limits, *(one.step for one in own)))
            younger = BANDS[BANDS.index(side.settled) : BANDS.index(band)]
            held = [one for earlier in younger for one in _of_earlier(setting, pack, earlier)]
            yield from (one for one in held if not at_most(setting.kind, as_of_today, one.step))


def _start(setting: Setting, side: Side, pack: Pack, row: Start) -> Bound:
    """What a guardian opens stays closed without the yes; the yes opens it up to the limit."""
    step = row.step
    if row.choice is Choosing.GUARDIAN:
        step = _opened(setting, side, row.step, setting.kind.most_open)
    return Bound(
        layer=Layer.START,
        who=_said_by(pack)[1],
        step=step,
        choosing=row.choice,
        pack=pack,
        source=row.source,
    )


def _of_earlier(setting: Setting, pack: Pack, band: AgeBand) -> Iterator[Bound]:
    """A birthday offers, never opens: what the younger band had stays until it is chosen away.

    Who was under 13 needs a guardian for it, too.
    """
    choosing = Choosing.GUARDIAN if band is AgeBand.UNDER_13 else Choosing.SELF
    rows: tuple[Limit | Start, ...] = (
        *pack.limits_of(setting.name, band),
        *pack.starts_of(setting.name, band),
    )
    for one in rows:
        yield Bound(
            layer=Layer.START,
            who=_said_by(pack)[1],
            step=one.step,
            choosing=choosing,
            birthday=True,
            pack=pack,
            source=one.source,
        )


def _locks(setting: Setting, side: Side, now: datetime) -> Iterator[Bound]:
    for one in side.locks:
        if one.setting == setting.name and (one.until is None or now < one.until):
            step = one.step
            if setting.tightest is not None and at_most(setting.kind, step, setting.tightest):
                step = setting.tightest
            yield Bound(layer=Layer.LOCK, who=Who.GUARDIAN, step=step, note=one.reason, until=one.until)


def _restricted(setting: Setting, side: Side, now: datetime) -> Iterator[Bound]:
    """Closed by enforcement: the strictest rung. What has no rungs is not closed so."""
    for one in side.restrictions:
        if setting.ladder and setting.name in one.names and (one.until is None or now < one.until):
            yield Bound(
                layer=Layer.RESTRICTION,
                who=Who.SAFETY,
                step=setting.ladder[0],
                note=one.order,
                until=one.until,
            )
