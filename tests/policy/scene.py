"""People, packs and attempts for tests of the age policy; all made up."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from hoede.core.ages import BANDS, AgeBand
from hoede.policy import (
    Answer,
    Attempt,
    Basis,
    Choosing,
    Contact,
    Limit,
    Lock,
    Pack,
    Permit,
    Policy,
    Relation,
    Restriction,
    Setting,
    Side,
    Start,
    Step,
    Whom,
    born_side,
    decide,
    shipped_ids,
    shipped_pack,
    shipped_vocabulary,
)
from hoede.policy.rules.packs import CONTACT
from hoede.policy.rules.steps import Clock, ClosedTimes, Ladder, Minutes, Week

WORDS = shipped_vocabulary()
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
AMSTERDAM = ("Europe/Amsterdam",)
RANKS = ((Answer.REFUSED, None), (Answer.ASK, Whom.GUARDIAN), (Answer.ASK, Whom.SELF), (Answer.GRANTED, None))


def policy(*names: str, home: str | None = None) -> Policy:
    return Policy(WORDS, tuple(shipped_pack(name) for name in names), home)


def born(day: str | None, now: datetime = NOW, **more: Any) -> Side:
    """Somebody in Amsterdam whose account is as old as the rules of 2021."""
    told = {"zones": AMSTERDAM, "joined": date(2021, 5, 31), **more}
    return born_side(None if day is None else date.fromisoformat(day), now, **told)


def ask(names: str, side: Side, what: str, now: datetime = NOW, **more: Any) -> Permit:
    return decide(policy(*names.split(" ")), side, Attempt(what=what, **more), now)


def codes(permit: Permit) -> list[str]:
    return [one.code.value for one in permit.reasons]


def rank(permit: Permit) -> int:
    """From refused to granted."""
    return RANKS.index((permit.answer, permit.whom))


def steps_of(setting: Setting) -> st.SearchStrategy[Step]:
    """Any step of a setting."""
    kind = setting.kind
    if isinstance(kind, Ladder):
        rungs = [one for one in kind.rungs if one != "cap"]
        caps = ["cap:0", "cap:5", "cap:50"] if "cap" in kind.rungs else []
        return st.sampled_from([*rungs, *caps]).map(kind.read)
    if isinstance(kind, Minutes):
        return (st.integers(0, 1440) | st.just("no_limit")).map(kind.read)
    if isinstance(kind, Clock):
        return st.sampled_from(["19:00", "22:30", "00:15", "no_limit"]).map(kind.read)
    if isinstance(kind, Week):
        return st.dictionaries(st.sampled_from(["mon", "thu", "sun"]), st.integers(0, 1440)).map(kind.read)
    if isinstance(kind, ClosedTimes):
        texts = [
            "21:00-07:00",
            "22:00-06:30",
            "mon-fri 08:00-15:00",
            "sat,sun 10:00-12:00",
            "thu 12:30-13:30",
        ]
        return st.lists(st.sampled_from(texts), max_size=3).map(kind.read)
    return st.lists(st.sampled_from(["hat", "green", "rain"]), max_size=3).map(kind.read)


SETTINGS = st.sampled_from(list(WORDS.settings.values()))
BAND_SETS = st.sets(st.sampled_from(BANDS), min_size=1).map(frozenset)
# What the properties look at most: contact, money, live, and what looks at the clock.
ATTEMPTS = st.sampled_from(
    ["message", "comment", "go_live", "gift", "buy", "notify", "post", "search", "dm.receive"]
)


@st.composite
def chosen(draw: st.DrawFn) -> dict[str, Step]:
    settings = draw(st.lists(SETTINGS, max_size=6))
    return {one.name: draw(steps_of(one)) for one in settings}


@st.composite
def locks(draw: st.DrawFn) -> tuple[Lock, ...]:
    until = st.none() | st.sampled_from([NOW - timedelta(hours=1), NOW + timedelta(hours=1)])
    return tuple(
        Lock(setting=name, step=step, reason="agreed", by="pair_1", until=draw(until))
        for name, step in draw(chosen()).items()
    )


@st.composite
def restrictions(draw: st.DrawFn) -> tuple[Restriction, ...]:
    names = st.sets(st.sampled_from(["post", "dm.send", "dm.receive", "live.host"]), min_size=1)
    until = st.none() | st.sampled_from([NOW - timedelta(hours=1), NOW + timedelta(days=2)])
    made = st.builds(Restriction, order=st.just("ord_1"), names=names.map(frozenset), until=until)
    return tuple(draw(st.lists(made, max_size=2)))


@st.composite
def sides(draw: st.DrawFn) -> Side:
    """Anybody."""
    made = born_side(
        draw(st.none() | st.dates(date(1980, 1, 1), date(2020, 1, 1))),
        NOW,
        zones=draw(
            st.sampled_from([AMSTERDAM, (), ("Pacific/Auckland", "America/Los_Angeles"), ("No/Where",)])
        ),
        joined=draw(st.none() | st.dates(date(2018, 1, 1), NOW.date())),
        country=draw(st.sampled_from([None, "NL", "AU", "US", "BR", "GB"])),
    )
    return replace(
        made,
        choices=draw(chosen()),
        approved=draw(chosen()),
        assured_guardian=draw(st.booleans()),
        locks=draw(locks()),
        restrictions=draw(restrictions()),
        minutes_today=draw(st.none() | st.integers(0, 200)),
        minutes_in_a_row=draw(st.integers(0, 90)),
        break_until=draw(
            st.none() | st.sampled_from([NOW - timedelta(minutes=1), NOW + timedelta(minutes=4)])
        ),
        extra_minutes=draw(st.sampled_from([0, 0, 15, 60])),
        own_extra_minutes=draw(st.sampled_from([0, 0, 15, 60])),
    )


@st.composite
def packs(draw: st.DrawFn) -> Pack:
    """Any pack; of its rows only the shape is right."""
    number = draw(st.integers(0, 10**6))
    told: dict[str, Any] = {"source": "made up", "unverified": False, "line": 1}
    limits = [
        Limit(
            setting=setting.name,
            bands=draw(BAND_SETS),
            step=draw(steps_of(setting)),
            open_to=draw(st.none() | st.just(setting.kind.most_open)),
            **told,
        )
        for setting in draw(st.lists(SETTINGS, max_size=5))
    ]
    starts = []
    for setting in draw(st.lists(SETTINGS, max_size=5)):
        step, choice = draw(steps_of(setting)), draw(st.sampled_from(Choosing))
        starts.append(Start(setting=setting.name, bands=draw(BAND_SETS), step=step, choice=choice, **told))
    contacts = [
        Contact(
            senders=draw(BAND_SETS),
            receivers=draw(BAND_SETS),
            at_most=draw(st.sampled_from(CONTACT.rungs)),
            **told,
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    return replace(
        shipped_pack("release-2021"),
        id=f"made-{number}",
        hash=f"{number:064x}",
        legal_basis=draw(st.sampled_from(Basis)),
        law="a law",
        where=frozenset({draw(st.sampled_from(["*", "NL", "EU", "US-CA"]))}),
        effective_from=draw(st.sampled_from([date(2021, 5, 31), NOW.date(), date(2027, 1, 1)])),
        min_account_age=draw(st.sampled_from([None, 13, 16])),
        limits=tuple(limits),
        starts=tuple(starts),
        contacts=tuple(contacts),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Some of the shipped packs, and some made up."""
    some = draw(st.sets(st.sampled_from(shipped_ids()), max_size=3))
    made = draw(st.lists(packs(), max_size=2, unique_by=lambda one: one.id))
    return Policy(WORDS, (*(shipped_pack(name) for name in sorted(some)), *made))


@st.composite
def attempts(draw: st.DrawFn) -> Attempt:
    return Attempt(
        what=draw(ATTEMPTS),
        counterpart=draw(st.none() | sides()),
        relation=draw(st.sampled_from(Relation)),
        with_guardian=draw(st.booleans()),
        this_month=draw(st.none() | st.integers(0, 60)),
    )


def grown(side: Side) -> bool:
    """Whether somebody is known to be 13 or over."""
    return side.known and side.band is not AgeBand.UNDER_13
