"""Compiled policy answers as the plain evaluator does, in every case and with every reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.scene import ATTEMPTS, NOW, WORDS, born, policies, policy, sides

from hoede.core.ages import AgeBand
from hoede.policy import (
    Answer,
    Attempt,
    Compiled,
    Crowd,
    Lock,
    Policy,
    Relation,
    Restriction,
    Side,
    answer_of,
    decide,
    outcome_of,
    shipped_ids,
    shipped_pack,
)
from hoede.policy.rules import compiled as compiled_rules

PEOPLE = [
    born(day, country=country)
    for day in ("2018-01-01", "2012-01-01", "2009-06-01", "1990-01-01", None)
    for country in ("NL", "AU", None)
]
LATER = st.sampled_from(
    [timedelta(), timedelta(hours=-3), timedelta(hours=3), timedelta(days=3), timedelta(days=60)]
)


@settings(max_examples=50)
@given(
    policies(),
    st.lists(sides(), min_size=1, max_size=4),
    st.lists(
        st.tuples(ATTEMPTS, st.integers(0, 9), st.integers(0, 9), st.sampled_from(Relation), LATER),
        max_size=12,
    ),
)
def test_compiled_and_plain_agree(
    policy: Policy, people: list[Side], asked: list[tuple[str, int, int, Relation, timedelta]]
) -> None:
    compiled = Compiled(policy)
    seats = [*(compiled.seat(side, NOW) for side in people), None]
    for what, own, other, relation, later in asked:
        seat, met = seats[own % len(people)], seats[other % len(seats)]
        assert seat is not None
        attempt = Attempt(what=what, counterpart=met.side if met else None, relation=relation)
        plain = decide(policy, seat.side, attempt, NOW + later)
        assert compiled.decide(seat, what, NOW + later, met, relation) == plain
        assert compiled.decide(seat, what, NOW + later, met, relation) == plain  # from the table


@pytest.mark.parametrize("name", shipped_ids())
def test_compiled_and_plain_agree_on_every_shipped_pack(name: str) -> None:
    selected = policy(name)
    compiled = Compiled(selected)
    seats = [compiled.seat(side, NOW) for side in PEOPLE]
    for at, what in enumerate(WORDS.attempts):
        for seat in seats:
            other = seats[(at + seats.index(seat)) % len(seats)]
            attempt = Attempt(what=what, counterpart=other.side, relation=Relation.FOLLOWER)
            plain = decide(selected, seat.side, attempt, NOW)
            assert compiled.decide(seat, what, NOW, other, Relation.FOLLOWER) == plain


@settings(max_examples=25)
@given(policies(), sides(), sides(), st.sampled_from(Relation))
def test_what_holds_when_nobody_can_be_asked_is_never_more_than_what_is_granted(
    policy: Policy, side: Side, other: Side, relation: Relation
) -> None:
    for what in Compiled(policy).always(side, NOW):
        attempt = Attempt(what=what, counterpart=other, relation=relation)
        assert decide(policy, side, attempt, NOW).answer is Answer.GRANTED, what


def test_what_looks_at_the_clock_or_is_up_to_somebody_else_does_not_hold_then() -> None:
    baseline = Compiled(policy("hoede-baseline"))
    teen, adult = (baseline.always(born(day), NOW) for day in ("2012-01-01", "1990-01-01"))
    assert {"post", "search"} <= teen
    assert teen & {"notify", "go_live", "message", "comment"} == set()
    assert "go_live" in adult
    assert adult & {"message", "comment", "view_profile"} == set()


def alike(name: str) -> list[Side]:
    """People who differ only in what is said about one setting, and by whom."""
    base = born("2009-06-01", joined=NOW.date())
    rungs = WORDS[name].ladder or ()
    locked = [Lock(setting=name, step=rungs[0], reason=reason, by="pair_1") for reason in ("one", "two")]
    return [
        base,
        *(replace(base, choices={name: rung}) for rung in rungs),
        *(replace(base, locks=(one,)) for one in locked),
        *(replace(base, approved={name: rung}, assured_guardian=True) for rung in rungs),
        replace(base, restrictions=(Restriction(order="ord_1", names=frozenset({name})),)),
        replace(base, settled=AgeBand.FROM_13),
    ]


@pytest.mark.parametrize(
    "name", ["dm.send", "dm.receive", "account.visibility", "live.host", "feed.personalised"]
)
def test_people_who_differ_in_one_setting_are_kept_apart(name: str) -> None:
    selected = policy("hoede-baseline", "us-coppa", "eu-dsa28")
    compiled, people = Compiled(selected), alike(name)
    seats = [compiled.seat(side, NOW) for side in people]
    other = compiled.seat(born("2009-01-01", joined=NOW.date()), NOW)
    for what in (name, WORDS[name].attempt or "message"):
        for one, two in [*((seat, other) for seat in seats), *((other, seat) for seat in seats)]:
            attempt = Attempt(what=what, counterpart=two.side, relation=Relation.FRIEND)
            plain = decide(selected, one.side, attempt, NOW)
            assert compiled.decide(one, what, NOW, two, Relation.FRIEND) == plain


def test_a_table_that_is_full_begins_anew_and_answers_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_rules, "_ENTRIES", 2)
    selected = policy("hoede-baseline")
    compiled = Compiled(selected)
    seats = [compiled.seat(side, NOW) for side in PEOPLE]
    for seat in seats * 2:
        for what in ("go_live", "gift.send", "search"):
            plain = decide(selected, seat.side, Attempt(what=what), NOW)
            assert compiled.decide(seat, what, NOW) == plain


def test_a_pack_that_begins_counts_from_its_first_day_for_seats_that_are_old() -> None:
    selected = Policy(WORDS, (shipped_pack("hoede-baseline"),))
    first = selected.packs[0].effective_from
    after = datetime(first.year, first.month, first.day, 18, tzinfo=UTC)
    before = after - timedelta(days=1)
    compiled = Compiled(selected)
    seat = compiled.seat(born("2012-01-01"), before)
    answers = [compiled.decide(seat, "go_live", now).answer for now in (before, after)]
    assert answers == [Answer.GRANTED, Answer.REFUSED]


@settings(max_examples=25)
@given(policies(), st.lists(sides(), min_size=1, max_size=4))
def test_a_crowd_is_answered_as_each_of_it_is(policy: Policy, people: list[Side]) -> None:
    compiled = Compiled(policy)
    everybody = [people[at % len(people)] for at in range(20)]
    whats = ("message", "go_live", "notify", "help")
    crowd = Crowd(compiled, everybody, NOW, whats)
    who, others = np.arange(20), np.arange(20)[::-1]
    relations = np.arange(20) % len(Relation)
    for what in whats:
        alone, pairs = crowd.ask(what), crowd.ask(what, who, others, relations)
        for at, side in enumerate(everybody):
            assert alone[at] == outcome_of(decide(policy, side, Attempt(what=what), NOW))
            relation = Relation(int(relations[at]))
            attempt = Attempt(what=what, counterpart=everybody[others[at]], relation=relation)
            assert pairs[at] == outcome_of(decide(policy, side, attempt, NOW))


def test_an_outcome_says_the_answer_and_the_first_reason() -> None:
    permit = decide(policy("hoede-baseline"), born("2012-01-01"), Attempt(what="go_live"), NOW)
    assert answer_of(outcome_of(permit)) == (Answer.REFUSED, None, permit.reasons[0].code)


def test_a_million_accounts_take_less_than_64_megabytes() -> None:
    compiled = Compiled(policy("hoede-baseline", "eu-dsa28", "nl"))
    crowd = Crowd(compiled, [PEOPLE[at % len(PEOPLE)] for at in range(1000)], NOW, WORDS.words)
    assert crowd.bytes / 1000 <= 64
