"""Limits of a guardian, questions of a teen, agreements of both: what is in force at the next permit."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.pairing.scene import BASELINE, SERVICE, VOCABULARY, Scene, done, why

from hoede.flow.attempt import Asked
from hoede.flow.pair import Guardian, Teen
from hoede.pairing import LinkRow, Mode
from hoede.pairing.rules.asking import Kind, RequestRow, Stands, Wish
from hoede.pairing.rules.saying import Why
from hoede.policy import Answer, Code, Policy, Relation, Who, read_pack

Pair = tuple[Scene, Teen, Guardian, LinkRow]
MORE = Wish(kind=Kind.LOOSEN, setting="time.daily_cap", step=60, words="homework group")


@pytest.fixture
def pair(scene: Scene) -> Pair:
    """A 16 year old and a guardian whose adulthood nobody checked, in limits mode."""
    teen, guardian = scene.teen(age=16), scene.guardian()
    return scene, teen, guardian, scene.paired(teen, guardian)


def limited(pair: Pair, setting: str, step: object, **more: Any) -> Why | None:
    scene, teen, guardian, link = pair
    return why(scene.limit(guardian, link.id, teen, setting, step, **more))


def asked(pair: Pair, wish: Wish = MORE) -> RequestRow:
    scene, teen, _, _ = pair
    row: RequestRow = done(scene.asking.ask(teen, wish))
    return row


def permit(pair: Pair, attempt: str, **more: Any) -> Any:
    scene, teen, _, _ = pair
    one = Asked(account=teen.account, attempt=attempt, **more)
    return scene.permits.permits(SERVICE, [one], scene.clock.now())[0].permit


def test_a_limit_is_in_force_at_the_next_permit_with_its_reason(pair: Pair) -> None:
    assert permit(pair, "search").answer is Answer.GRANTED
    assert limited(pair, "search.use", "off", reason="until your exams") is None

    refused = permit(pair, "search")

    assert (refused.answer, refused.reasons[0].code) == (Answer.REFUSED, Code.GUARDIAN_LOCK)
    assert refused.reasons[0].note == "until your exams"
    assert pair[0].told(pair[1])[-1] == "settings_changed"


@pytest.mark.parametrize(
    ("setting", "step", "refused"),
    [
        ("search.use", "off", None),
        ("dm.send", "connections", None),  # as it is: from now on it stays so
        ("dm.send", "everyone", Why.ONLY_TIGHTER),  # what the fine of 2023 was about
        ("account.visibility", "public", Why.ONLY_TIGHTER),
        ("live.host", "on", Why.ONLY_TIGHTER),
        ("time.daily_cap", 90, Why.ONLY_TIGHTER),
        ("time.daily_cap", 30, None),  # the tightest
        ("time.daily_cap", 29, Why.PAST_TIGHTEST),
        ("time.weekday_caps", {"mon": 30}, None),
        ("time.weekday_caps", {"mon": 10}, Why.PAST_TIGHTEST),
        ("time.away_windows", ["mon-fri 08:00-15:00"], None),
        ("time.away_windows", ["00:00-23:59"], Why.PAST_TIGHTEST),  # nobody is locked out of their whole day
        ("time.wind_down_at", "18:00", Why.PAST_TIGHTEST),
        ("feed.keywords_blocked", ["slime"], None),
        ("dm.send", "friends", Why.NO_STEP),  # a step of another ladder
        ("dm.send", None, Why.NO_STEP),
        ("help", "off", Why.NO_STEP),  # what is never closed is no setting
        ("report", "off", Why.NO_STEP),
        ("dm.fly", "none", Why.NO_STEP),
    ],
)
def test_a_guardian_only_tightens_and_not_past_the_tightest(
    pair: Pair, setting: str, step: object, refused: Why | None
) -> None:
    before = pair[0].in_force(pair[1])
    assert limited(pair, setting, step) is refused
    if refused is not None:
        assert pair[0].in_force(pair[1]) == before


def test_a_limit_lets_go_at_its_end(pair: Pair) -> None:
    scene, teen, _, _ = pair
    assert limited(pair, "search.use", "off", until=scene.clock.now() + timedelta(days=2)) is None
    assert scene.step(teen, "search.use") == "off"

    scene.later(days=2)
    assert scene.step(teen, "search.use") == "on"
    assert limited(pair, "search.use", "off", until=scene.clock.now()) is Why.NO_STEP


def test_the_same_form_twice_changes_nothing_twice(pair: Pair) -> None:
    scene, teen, _, _ = pair
    version = scene.family(teen).version
    assert limited(pair, "search.use", "off", version=version) is None
    assert limited(pair, "search.use", "off", version=version) is Why.REPEAT
    assert len(scene.family(teen).locks) == 1


def test_of_two_guardians_at_once_the_second_is_told_to_look_again(pair: Pair) -> None:
    scene, teen, _, _ = pair
    other = scene.guardian("Bo")
    theirs = scene.paired(teen, other)
    version = scene.family(teen).version
    assert limited(pair, "search.use", "off", version=version) is None

    late = scene.limit(other, theirs.id, teen, "feed.level", "strict", version=version)

    assert why(late) is Why.STALE


def test_of_two_guardians_the_stricter_counts(pair: Pair) -> None:
    scene, teen, _, _ = pair
    other = scene.guardian("Bo")
    theirs = scene.paired(teen, other)
    assert limited(pair, "time.daily_cap", 45) is None
    assert why(scene.limit(other, theirs.id, teen, "time.daily_cap", 40)) is None
    assert scene.step(teen, "time.daily_cap") == 40

    done(scene.links.stop(other, theirs.id))
    assert scene.step(teen, "time.daily_cap") == 45


def test_nobody_limits_a_teen_who_is_not_theirs(pair: Pair) -> None:
    scene, teen, _, link = pair
    stranger = scene.guardian("Stranger")

    assert why(scene.limit(stranger, link.id, teen, "search.use", "off")) is Why.NOT_NOW
    assert why(scene.limit(stranger, "pair_none", teen, "search.use", "off")) is Why.NOT_NOW


def test_a_preset_only_tightens(pair: Pair) -> None:
    scene, teen, guardian, link = pair
    before = scene.in_force(teen)
    assert limited(pair, "time.daily_cap", 30) is None
    done(scene.together.preset(guardian, link.id, "start", version=scene.family(teen).version))
    after = scene.in_force(teen)

    meets = [one.setting.kind.meet(one.step, after[name].step) for name, one in before.items()]
    assert meets == [one.step for one in after.values()]
    assert (after["time.daily_cap"].step, after["remix.duet"].step) == (30, "none")


def test_a_preset_shows_what_it_would_change(pair: Pair) -> None:
    scene, _, guardian, link = pair

    assert scene.together.preview(guardian, link.id, "independent") == {}
    assert scene.together.preview(guardian, link.id, "start")["feed.level"] == ("standard", "strict")
    assert scene.together.preview(scene.guardian("Bo"), link.id, "start") == {}


def test_a_question_is_approved_and_in_force(pair: Pair) -> None:
    scene, teen, guardian, _ = pair
    assert limited(pair, "time.daily_cap", 30) is None
    request = asked(pair)

    said = done(scene.asking.approve(guardian, request.id))

    assert (said.stands, scene.step(teen, "time.daily_cap")) == (Stands.APPROVED, 60)


def test_a_yes_ends_on_its_day_and_the_limit_is_back(pair: Pair) -> None:
    scene, teen, guardian, _ = pair
    assert limited(pair, "time.daily_cap", 30) is None
    done(scene.asking.approve(guardian, asked(pair).id, until=scene.clock.now() + timedelta(days=3)))
    scene.later(days=3)

    assert scene.step(teen, "time.daily_cap") == 30


def test_a_guardian_who_limits_again_says_so_instead_of_the_yes(pair: Pair) -> None:
    scene, teen, guardian, _ = pair
    assert limited(pair, "time.daily_cap", 30) is None
    done(scene.asking.approve(guardian, asked(pair).id))
    assert limited(pair, "time.daily_cap", 45) is None

    assert scene.step(teen, "time.daily_cap") == 30  # the older, stricter limit stands, too


def test_an_offer_in_between_is_the_teens_to_take(pair: Pair) -> None:
    scene, teen, guardian, _ = pair
    assert limited(pair, "time.daily_cap", 30) is None
    request = asked(pair)
    done(scene.asking.counter(guardian, request.id, 45, reason="and a walk"))
    assert scene.step(teen, "time.daily_cap") == 30

    taken = done(scene.asking.accept_offer(teen, request.id))

    assert (taken.stands, taken.offer, scene.step(teen, "time.daily_cap")) == (Stands.APPROVED, 45, 45)


@pytest.mark.parametrize("offer", [30, 60, 90, 10, "45", None])
def test_an_offer_lies_between_what_is_and_what_was_asked(pair: Pair, offer: object) -> None:
    scene, _, guardian, _ = pair
    assert limited(pair, "time.daily_cap", 30) is None

    assert why(scene.asking.counter(guardian, asked(pair).id, offer)) is Why.NO_STEP


def test_not_now_needs_a_reason(pair: Pair) -> None:
    scene, _, guardian, _ = pair
    assert limited(pair, "time.daily_cap", 30) is None
    request = asked(pair)

    assert why(scene.asking.decline(guardian, request.id, "  ")) is Why.REASON
    assert done(scene.asking.decline(guardian, request.id, "first sleep")).reason == "first sleep"
    assert why(scene.asking.decline(guardian, request.id, "first sleep")) is Why.REPEAT
    assert why(scene.asking.approve(guardian, request.id)) is Why.STALE


def test_a_question_nobody_answers_ends_and_was_no_no(pair: Pair) -> None:
    scene, teen, guardian, _ = pair
    assert limited(pair, "time.daily_cap", 30) is None
    request = asked(pair)
    scene.later(hours=24)

    assert why(scene.asking.approve(guardian, request.id)) is Why.STALE
    assert [one.stands for one in scene.views.my_requests(teen)] == [Stands.EXPIRED]
    assert asked(pair).id != request.id


def test_three_questions_are_the_most(pair: Pair) -> None:
    scene, teen, _, _ = pair
    for name in ("search.use", "ai.chat", "live.watch", "like_counts"):
        assert limited(pair, name, "off") is None
    wishes = [
        Wish(kind=Kind.LOOSEN, setting=name, step="on") for name in ("search.use", "ai.chat", "live.watch")
    ]
    ids = [asked(pair, one).id for one in wishes]

    full = scene.asking.ask(teen, Wish(kind=Kind.LOOSEN, setting="like_counts", step="on"))
    assert why(full) is Why.FULL
    assert asked(pair, wishes[0]).id == ids[0]  # asked again it is the same question
    done(scene.asking.take_back(teen, ids[0]))
    assert done(scene.asking.ask(teen, Wish(kind=Kind.LOOSEN, setting="like_counts", step="on")))


@pytest.mark.parametrize(
    ("wish", "refused"),
    [
        (Wish(kind=Kind.LOOSEN, setting="gift.send", step="on"), Why.NOT_ALLOWED),  # from 18
        (Wish(kind=Kind.LOOSEN, setting="ads.profiled", step="on"), Why.NOT_ALLOWED),
        (Wish(kind=Kind.LOOSEN, setting="search.use", step="on"), Why.NO_STEP),  # it is on
        (Wish(kind=Kind.LOOSEN, setting="dm.send", step="sideways"), Why.NO_STEP),
        (Wish(kind=Kind.LOOSEN, setting="no.such", step="on"), Why.NO_STEP),
        (Wish(kind=Kind.LOOSEN), Why.NO_STEP),
        (Wish(kind=Kind.EXTRA_TIME, step=121), Why.NO_STEP),
        (Wish(kind=Kind.EXTRA_TIME, step=True), Why.NO_STEP),
        (Wish(kind=Kind.UNBLOCK, about="sam"), Why.NO_STEP),  # nobody blocked them
        (Wish(kind=Kind.CONTACT, about="noor"), Why.NO_STEP),  # oneself
        (Wish(kind=Kind.END_LINK, link="pair_1"), Why.NOT_NOW),  # stopping has its own way
        (replace(MORE, words="x" * 501), Why.REASON),
    ],
)
def test_what_nobody_could_answer_is_not_asked(pair: Pair, wish: Wish, refused: Why) -> None:
    scene, teen, _, _ = pair
    assert why(scene.asking.ask(teen, wish)) is refused


def test_a_birthday_in_between_ends_the_question(scene: Scene) -> None:
    teen, guardian = scene.teen(age=15), scene.guardian()
    pair = (scene, teen, guardian, scene.paired(teen, guardian))
    scene.limit(guardian, pair[3].id, teen, "time.daily_cap", 30)
    request = asked(pair)
    scene.teen(age=16)

    assert why(scene.asking.approve(guardian, request.id)) is Why.BIRTHDAY


def test_minutes_more_count_until_the_end_of_the_day(pair: Pair) -> None:
    scene, teen, guardian, _ = pair
    done(scene.asking.approve(guardian, asked(pair, Wish(kind=Kind.EXTRA_TIME, step=20)).id))

    def extra() -> int:
        facts = scene.sides.load(SERVICE, (teen.account,), scene.clock.now())[teen.account].facts
        return facts.said.extra_minutes(scene.clock.now())

    assert extra() == 20
    scene.later(hours=10)  # noon in UTC is one o'clock there
    assert extra() == 20
    scene.later(hours=1)
    assert extra() == 0


def test_who_is_blocked_reaches_nobody_until_it_is_undone(pair: Pair) -> None:
    scene, _, guardian, link = pair
    scene.teen("sam", age=16)
    contact = {"counterpart": "sam", "relation": Relation.FRIEND}
    assert permit(pair, "message", **contact).answer is Answer.GRANTED
    done(scene.together.block(guardian, link.id, "sam"))
    assert permit(pair, "message", **contact).answer is Answer.REFUSED
    assert permit(pair, "block", **contact).answer is Answer.GRANTED

    wish = Wish(kind=Kind.UNBLOCK, about="sam")
    done(scene.asking.approve(guardian, asked(pair, wish).id))
    assert permit(pair, "message", **contact).answer is Answer.GRANTED


def test_only_a_guardian_who_proved_to_be_an_adult_vouches_for_a_contact(pair: Pair) -> None:
    scene, teen, guardian, _ = pair
    wish = Wish(kind=Kind.CONTACT, about="coach")
    assert why(scene.asking.approve(guardian, asked(pair, wish).id)) is Why.NOT_ALLOWED
    scene.prove(guardian)
    done(scene.asking.approve(guardian, asked(pair, wish).id))

    facts = scene.sides.load(SERVICE, (teen.account,), scene.clock.now())[teen.account].facts
    assert facts.said.vouches("coach", scene.clock.now())


OPENABLE = """
[pack]
id = "openable"
version = "1.0.0"
title = { en = "Opens", nl = "Opent" }
legal_basis = "house"
law = ""
status = "in_force"
as_of = 2026-11-26
effective_from = 2021-05-31
verified_by = ""
where = ["*"]
sources = ["docs/sources.md#house-baseline"]
unknown_as = "13-15"

[pack.why]
en = ["x"]
nl = ["x"]

[pack.silent]
en = ["x"]
nl = ["x"]

[[limit]]
setting = "call.receive"
bands = ["under-13", "13-15", "16-17"]
step = "none"
guardian_may_open = true
open_to = "connections"
source = "docs/sources.md#house-baseline"

[[limit]]
setting = "mention"
bands = ["under-13", "13-15", "16-17"]
step = "none"
guardian_may_open = true
open_to = "friends"
source = "docs/sources.md#house-baseline"
"""


@pytest.mark.parametrize(
    ("setting", "step", "proved", "opens"),
    [
        ("mention", "friends", False, True),  # neither contact nor who sees what
        ("mention", "everyone", True, False),  # never past what the pack lets
        ("call.receive", "connections", True, True),
        ("call.receive", "connections", False, False),  # contact only by proof
    ],
)
def test_a_yes_opens_what_the_pack_lets_as_far_as_it_lets(
    scene: Scene, setting: str, step: str, *, proved: bool, opens: bool
) -> None:
    scene.policy = Policy(VOCABULARY, (*BASELINE.packs, read_pack(OPENABLE, VOCABULARY)))
    teen, guardian = scene.teen(age=16), scene.guardian(proved=proved)
    scene.paired(teen, guardian)
    row = scene.asking.ask(teen, Wish(kind=Kind.LOOSEN, setting=setting, step=step))
    if why(row) is None:
        scene.asking.approve(guardian, done(row).id)

    assert (scene.step(teen, setting) == step) is opens


def test_in_agreement_mode_nobody_sets_a_limit_alone(scene: Scene) -> None:
    teen, guardian = scene.teen(age=16), scene.guardian()
    link = scene.paired(teen, guardian, Mode.AGREEMENT)

    assert why(scene.limit(guardian, link.id, teen, "search.use", "off")) is Why.AGREE


def test_what_both_signed_is_the_teens_own_choice(scene: Scene) -> None:
    teen, guardian = scene.teen(age=16), scene.guardian()
    link = scene.paired(teen, guardian, Mode.AGREEMENT)
    version = scene.family(teen).version
    proposal = done(
        scene.together.propose(
            guardian,
            link.id,
            {"time.daily_cap": 45},
            mode=Mode.AGREEMENT,
            version=version,
            text="and we read",
        )
    )
    assert scene.step(teen, "time.daily_cap") == 60
    assert why(scene.together.sign(guardian, proposal.id)) is Why.REPEAT

    assert done(scene.together.sign(teen, proposal.id)).is_signed
    found = scene.in_force(teen)["time.daily_cap"]
    assert (found.step, found.who) == (45, Who.YOU)
    assert why(scene.together.sign(teen, proposal.id)) is Why.REPEAT


@pytest.mark.parametrize(
    ("by_teen", "steps", "mode", "refused"),
    [
        (False, {"dm.send": "everyone"}, Mode.LIMITS, Why.ONLY_TIGHTER),
        (True, {"dm.send": "everyone"}, Mode.LIMITS, None),  # the teen may ask for what is theirs anyway
        (True, {"gift.send": "on"}, Mode.LIMITS, Why.PAST_LIMIT),
        (False, {}, Mode.AGREEMENT, Why.ONLY_TIGHTER),  # it would end limits
        (True, {}, Mode.AGREEMENT, None),
        (True, {}, Mode.LIMITS, Why.NO_STEP),  # nothing proposed
        (True, {"dm.send": "sideways"}, Mode.LIMITS, Why.NO_STEP),
    ],
)
def test_a_guardian_proposes_nothing_that_opens(
    pair: Pair, *, by_teen: bool, steps: dict[str, object], mode: Mode, refused: Why | None
) -> None:
    scene, teen, guardian, link = pair
    version = scene.family(teen).version
    end = teen if by_teen else guardian

    assert why(scene.together.propose(end, link.id, steps, mode=mode, version=version)) is refused


def test_changing_to_agreement_ends_the_limits_of_this_pairing(pair: Pair) -> None:
    scene, teen, guardian, link = pair
    assert limited(pair, "search.use", "off") is None
    version = scene.family(teen).version
    proposal = done(scene.together.propose(teen, link.id, {}, mode=Mode.AGREEMENT, version=version))
    assert scene.step(teen, "search.use") == "off"
    done(scene.together.sign(guardian, proposal.id))

    assert (scene.step(teen, "search.use"), scene.link(link.id).mode) == ("on", Mode.AGREEMENT)


def test_an_old_proposal_never_opens_what_was_tightened_since(pair: Pair) -> None:
    scene, teen, guardian, link = pair
    version = scene.family(teen).version
    steps = {"time.daily_cap": 45}
    proposal = done(scene.together.propose(guardian, link.id, steps, mode=Mode.LIMITS, version=version))
    scene.chooses(teen, "time.daily_cap", 35)

    assert why(scene.together.sign(teen, proposal.id)) is Why.STALE
    assert scene.step(teen, "time.daily_cap") == 35


OPENS: dict[str, object] = {"comment.receive": "everyone"}


def proposed_by_teen(pair: Pair, steps: dict[str, object] = OPENS) -> str:
    scene, teen, _, link = pair
    version = scene.family(teen).version
    made = scene.together.propose(teen, link.id, steps, mode=Mode.LIMITS, version=version)
    return done(made).id


@pytest.mark.parametrize(
    ("before", "since"),
    [
        ("connections", "none"),  # closed since
        ("connections", None),  # a choice that was let go of
        (None, "none"),
        ("none", "none"),  # said once more
    ],
)
def test_a_guardian_alone_opens_nothing_that_the_teen_chose_otherwise_since(
    pair: Pair, before: str | None, since: str | None
) -> None:
    scene, teen, guardian, _ = pair
    scene.chooses(teen, "comment.receive", before)
    paper = proposed_by_teen(pair)
    scene.clock.advance(timedelta(minutes=1))
    scene.chooses(teen, "comment.receive", since)
    step = scene.step(teen, "comment.receive")

    assert why(scene.together.sign(guardian, paper)) is Why.STALE
    assert scene.step(teen, "comment.receive") == step


def test_what_a_teen_chose_of_another_setting_leaves_the_proposal_as_it_is(pair: Pair) -> None:
    scene, teen, guardian, _ = pair
    scene.chooses(teen, "comment.receive", "none")
    paper = proposed_by_teen(pair)
    scene.chooses(teen, "search.use", "off")

    assert done(scene.together.sign(guardian, paper)).is_signed
    assert scene.step(teen, "comment.receive") == "everyone"


def test_a_birthday_into_another_age_group_ends_what_the_teen_proposed(scene: Scene) -> None:
    teen, guardian = scene.teen(age=15), scene.guardian()
    paper = proposed_by_teen((scene, teen, guardian, scene.paired(teen, guardian)), {"time.daily_cap": 50})
    scene.teen(age=16)

    assert why(scene.together.sign(guardian, paper)) is Why.STALE


def test_a_proposal_ends_after_seven_days_and_both_read_so(pair: Pair) -> None:
    scene, teen, guardian, link = pair
    paper = proposed_by_teen(pair, {"time.daily_cap": 50})

    def over() -> list[bool]:
        theirs: Any = scene.views.guardian_sees(guardian, link.id, "agreement")
        [mine] = scene.views.my_guardians(teen)
        assert theirs.proposals == mine.proposals
        return [one.over for one in mine.proposals]

    scene.stays(teen, days=7, seconds=-1)
    assert over() == [False]
    scene.later(seconds=1)
    assert over() == [True]
    assert why(scene.together.sign(guardian, paper)) is Why.STALE
    scene.stays(teen, days=14)
    assert over() == []


ENTRIES = [
    ("time.away_windows", ["mon-fri 14:00-18:00"], ["22:00-23:00"]),
    ("feed.keywords_blocked", ["slime"], ["casino"]),
    ("time.weekday_caps", {"mon": 45}, {"sat": 50}),
]


@pytest.mark.parametrize(("setting", "theirs", "mine"), ENTRIES)
def test_a_limit_takes_over_nothing_that_another_guardian_or_the_teen_said(
    pair: Pair, setting: str, theirs: Any, mine: Any
) -> None:
    scene, teen, _, _ = pair
    other, kind = scene.guardian("Bo"), VOCABULARY[setting].kind
    his = scene.paired(teen, other)
    before = scene.step(teen, setting)
    until = scene.clock.now() + timedelta(days=5)
    assert why(scene.limit(other, his.id, teen, setting, theirs, until=until)) is None
    assert limited(pair, setting, mine) is None
    all_of_it = kind.meet(kind.meet(before, kind.read(theirs)), kind.read(mine))
    assert scene.step(teen, setting) == all_of_it

    scene.later(days=5)
    assert scene.step(teen, setting) == kind.meet(before, kind.read(mine))


@pytest.mark.parametrize(("setting", "first", "more"), ENTRIES)
def test_what_a_guardian_said_before_stays_as_long_as_they_said(
    pair: Pair, setting: str, first: Any, more: Any
) -> None:
    scene, teen, guardian, link = pair
    kind, before = VOCABULARY[setting].kind, scene.step(teen, setting)
    assert limited(pair, setting, first) is None
    assert limited(pair, setting, more, until=scene.clock.now() + timedelta(days=2)) is None
    seen: Any = scene.views.guardian_sees(guardian, link.id, "settings")
    [own] = [one.limited_to for one in seen.settings if one.name == setting]
    assert kind.read(own) == kind.meet(kind.read(first), kind.read(more))

    scene.later(days=2)
    assert scene.step(teen, setting) == kind.meet(before, kind.read(first))


@pytest.mark.parametrize(
    ("first", "more", "refused"),
    [
        (["06:00-18:00"], ["17:00-21:00"], None),  # 15 hours of a day together
        (["06:00-18:00"], ["18:00-23:00"], Why.PAST_TIGHTEST),
        (["06:00-18:00"], [], Why.ONLY_TIGHTER),
    ],
)
def test_what_is_closed_already_counts_towards_the_tightest(
    pair: Pair, first: list[str], more: list[str], refused: Why | None
) -> None:
    scene, teen, _, _ = pair
    other = scene.guardian("Bo")
    his = scene.paired(teen, other)
    assert why(scene.limit(other, his.id, teen, "time.away_windows", first)) is None

    assert limited(pair, "time.away_windows", more) is refused


def test_a_day_of_the_week_gets_no_more_than_is_in_force(pair: Pair) -> None:
    assert limited(pair, "time.weekday_caps", {"mon": 45}) is None
    assert limited(pair, "time.weekday_caps", {"mon": 50, "tue": 40}) is Why.ONLY_TIGHTER
    assert limited(pair, "time.weekday_caps", {"tue": 40}) is None


def test_more_words_than_there_may_be_are_no_step(pair: Pair) -> None:
    scene, teen, _, _ = pair
    other = scene.guardian("Bo")
    his = scene.paired(teen, other)
    words = [f"word {one}" for one in range(501)]
    assert why(scene.limit(other, his.id, teen, "feed.keywords_blocked", words[:400])) is None

    assert limited(pair, "feed.keywords_blocked", words[400:]) is Why.NO_STEP


def test_a_preset_takes_over_nothing_of_another_guardian(pair: Pair) -> None:
    scene, teen, guardian, link = pair
    other, kind = scene.guardian("Bo"), VOCABULARY["notify.quiet_hours"].kind
    his = scene.paired(teen, other)
    until = scene.clock.now() + timedelta(days=5)
    before = scene.step(teen, "notify.quiet_hours")
    done(scene.limit(other, his.id, teen, "notify.quiet_hours", ["13:00-14:00"], until=until))
    done(scene.together.preset(guardian, link.id, "start", version=scene.family(teen).version))
    scene.later(days=5)

    assert scene.step(teen, "notify.quiet_hours") == kind.meet(before, kind.read(["20:00-07:00"]))
