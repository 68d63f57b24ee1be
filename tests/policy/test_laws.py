"""Laws of the six layers: nothing that is added, and nothing that is forgotten, ever opens."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.scene import (
    NOW,
    SETTINGS,
    WORDS,
    attempts,
    grown,
    locks,
    packs,
    policies,
    rank,
    restrictions,
    sides,
    steps_of,
)

from hoede.core.ages import AgeBand
from hoede.policy import (
    NEVER_CLOSED,
    Answer,
    Attempt,
    Lock,
    Pack,
    Policy,
    Relation,
    Restriction,
    Setting,
    Side,
    Step,
    decide,
    effective,
    shipped_pack,
)
from hoede.policy.rules.allowing import Asked, says
from hoede.policy.rules.sides import local_times
from hoede.policy.rules.steps import at_most, strictest

FEW = settings(max_examples=40)


@st.composite
def three_steps(draw: st.DrawFn) -> tuple[Setting, Step, Step, Step]:
    setting = draw(SETTINGS)
    return setting, draw(steps_of(setting)), draw(steps_of(setting)), draw(steps_of(setting))


@given(three_steps())
def test_a_meet_does_not_mind_order_grouping_or_repetition(drawn: tuple[Setting, Step, Step, Step]) -> None:
    setting, one, two, three = drawn
    meet = setting.kind.meet
    assert meet(one, two) == meet(two, one)
    assert meet(meet(one, two), three) == meet(one, meet(two, three))
    assert meet(one, one) == one
    assert meet(one, setting.kind.most_open) == one


@given(three_steps())
def test_a_meet_is_monotone(drawn: tuple[Setting, Step, Step, Step]) -> None:
    setting, one, two, three = drawn
    kind = setting.kind
    stricter = kind.meet(one, two)
    assert at_most(kind, stricter, one)
    assert at_most(kind, kind.meet(stricter, three), kind.meet(one, three))


@given(three_steps())
def test_a_step_is_read_as_it_is_shown(drawn: tuple[Setting, Step, Step, Step]) -> None:
    setting, one, _, _ = drawn
    assert setting.kind.read(setting.kind.show(one)) == one


@given(
    three_steps(), st.none() | st.sampled_from(Relation), st.none() | st.integers(0, 60), st.integers(0, 1)
)
def test_a_meet_allows_what_each_of_its_steps_allows(
    drawn: tuple[Setting, Step, Step, Step], relation: Relation | None, count: int | None, beside: int
) -> None:
    setting, one, two, _ = drawn
    times = local_times(NOW, ("Europe/Amsterdam",))
    asked = Asked(
        times=times,
        zones_known=True,
        relation=relation,
        this_month=count,
        minutes_today=count,
        with_guardian=bool(beside),
    )
    least = min(says(setting.kind, step, asked).value for step in (one, two))
    assert says(setting.kind, setting.kind.meet(one, two), asked).value == least


@FEW
@given(policies(), packs(), sides(), attempts())
def test_a_further_pack_never_opens(policy: Policy, further: Pack, side: Side, attempt: Attempt) -> None:
    more = Policy(WORDS, (*(one for one in policy.packs if one.id != further.id), further))
    less = Policy(WORDS, tuple(one for one in policy.packs if one.id != further.id))
    assert rank(decide(more, side, attempt, NOW)) <= rank(decide(less, side, attempt, NOW))


@FEW
@given(policies(), restrictions(), locks(), sides(), attempts())
def test_a_further_restriction_or_lock_never_opens(
    policy: Policy,
    restricted: tuple[Restriction, ...],
    locked: tuple[Lock, ...],
    side: Side,
    attempt: Attempt,
) -> None:
    more = replace(side, restrictions=side.restrictions + restricted, locks=side.locks + locked)
    assert rank(decide(policy, more, attempt, NOW)) <= rank(decide(policy, side, attempt, NOW))


FORGOTTEN: dict[str, dict[str, Any]] = {
    "country": {"country": None, "region": None},
    "zone": {"zones": ()},
    "what a guardian said yes to": {"approved": {}},
    "that a guardian is an adult": {"assured_guardian": False},
}


@pytest.mark.parametrize("what", FORGOTTEN)
@settings(max_examples=25)
@given(policies(), sides(), attempts())
def test_what_is_forgotten_never_opens(what: str, policy: Policy, side: Side, attempt: Attempt) -> None:
    less = replace(side, **FORGOTTEN[what])
    assert rank(decide(policy, less, attempt, NOW)) <= rank(decide(policy, side, attempt, NOW))


@FEW
@given(
    st.sampled_from(["hoede-baseline", "release-2021", "eu-dsa28", "uk-osa"]),
    sides().filter(grown),
    attempts(),
)
def test_an_age_that_is_forgotten_never_opens(name: str, side: Side, attempt: Attempt) -> None:
    policy = Policy(WORDS, (shipped_pack(name),))
    less = replace(side, known=False, band=AgeBand.FROM_13, age=None)
    assert rank(decide(policy, less, attempt, NOW)) <= rank(decide(policy, side, attempt, NOW))


@FEW
@given(policies(), sides(), attempts())
def test_who_knows_each_other_less_may_no_more(policy: Policy, side: Side, attempt: Attempt) -> None:
    stranger = replace(attempt, relation=Relation.NONE)
    assert rank(decide(policy, side, stranger, NOW)) <= rank(decide(policy, side, attempt, NOW))


@FEW
@given(policies(), sides(), attempts())
def test_every_answer_but_granted_has_a_reason_and_names_its_packs(
    policy: Policy, side: Side, attempt: Attempt
) -> None:
    permit = decide(policy, side, attempt, NOW)
    assert bool(permit.reasons) == (permit.answer is not Answer.GRANTED)
    assert set(permit.packs) == {one.ref for one in policy.acting(side, NOW)}
    assert all(one.pack is None or one.pack in permit.packs + permit.their_packs for one in permit.reasons)


@FEW
@given(policies(), sides(), attempts())
def test_the_order_of_packs_changes_nothing(policy: Policy, side: Side, attempt: Attempt) -> None:
    turned = Policy(WORDS, policy.packs[::-1])
    one, two = decide(policy, side, attempt, NOW), decide(turned, side, attempt, NOW)
    assert (one.answer, one.whom, set(one.reasons)) == (two.answer, two.whom, set(two.reasons))


@FEW
@given(policies(), sides(), st.sampled_from(sorted(NEVER_CLOSED)))
def test_help_and_the_like_are_always_granted(policy: Policy, side: Side, what: str) -> None:
    assert decide(policy, side, Attempt(what=what), NOW).answer is Answer.GRANTED


@FEW
@given(policies(), sides(), attempts())
def test_who_attempts_sees_nothing_of_the_other_side(policy: Policy, side: Side, attempt: Attempt) -> None:
    told = decide(policy, side, attempt, NOW).told()
    hidden = [one for one in told.reasons if one.theirs]
    assert told.their_packs == ()
    assert all((one.setting, one.pack, one.age, one.step, one.until) == (None,) * 5 for one in hidden)


@FEW
@given(policies(), sides())
def test_what_is_in_force_is_never_past_its_limit(policy: Policy, side: Side) -> None:
    for one in effective(policy, side, NOW).values():
        kind = one.setting.kind
        assert at_most(kind, one.step, one.limit)
        assert one.step == strictest(kind, (bound.step for bound in one.bounds))
        assert (one.loosen is None) == (one.step == one.limit)
