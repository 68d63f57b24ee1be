"""What the packs answer: the promises of 2021, our baseline, and what nobody may open."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.policy.scene import AMSTERDAM, NOW, WORDS, ask, born, codes, policy

from hoede.core.ages import AgeBand
from hoede.policy import (
    SOMEBODY,
    Answer,
    Attempt,
    Limit,
    Lock,
    Path,
    Policy,
    PolicyError,
    Relation,
    Restriction,
    Side,
    Status,
    Step,
    UnderMinimum,
    Whom,
    decide,
    effective,
    shipped_pack,
    show_in_force,
    zones_at,
)
from hoede.policy.rules.permits import path_of

YEAR_14, YEAR_15, YEAR_17, ADULT = "2012-03-01", "2010-11-27", "2009-03-01", "1990-03-01"


def lock(setting: str, raw: object) -> tuple[Lock, ...]:
    return (Lock(setting=setting, step=WORDS[setting].kind.read(raw), reason="homework", by="pair_1"),)


@pytest.mark.parametrize("day", [YEAR_14, None])  # unknown counts as 13 to 15
def test_a_new_account_of_14_is_private(day: str | None) -> None:
    found = effective(policy("release-2021"), born(day), NOW)["account.visibility"]
    assert (found.step, found.up_to) == ("private", "public")


@pytest.mark.parametrize("day", [YEAR_14, None])
def test_going_public_at_14_is_asked_and_says_why(day: str | None) -> None:
    permit = ask("release-2021", born(day), "account.visibility", wanted="public")
    assert (permit.answer, permit.whom, codes(permit)[0]) == (Answer.ASK, Whom.SELF, "private")


@pytest.mark.parametrize(
    ("what", "code"),
    [("dm.send", "age_dm"), ("dm.receive", "age_dm"), ("live.host", "age_live"), ("live.cohost", "age_live")],
)
@pytest.mark.parametrize("day", [YEAR_15, None])  # 15 years and 364 days
def test_the_day_before_16_messages_and_live_are_refused_and_16_is_named(
    day: str | None, what: str, code: str
) -> None:
    permit = ask("release-2021", born(day), what)
    assert (permit.answer, permit.reasons[0].code, permit.reasons[0].age) == (Answer.REFUSED, code, 16)


@pytest.mark.parametrize("what", ["dm.send", "dm.receive", "live.host"])
def test_the_16th_birthday_offers_and_opens_nothing(what: str) -> None:
    permit = ask("release-2021", born("2010-11-26"), what)
    assert (permit.answer, permit.whom, codes(permit)) == (Answer.ASK, Whom.SELF, ["birthday"])


def test_what_is_chosen_after_the_birthday_is_open() -> None:
    side = replace(born("2010-11-26"), choices={"dm.send": "everyone"})
    assert ask("release-2021", side, "dm.send").answer is Answer.GRANTED


def test_who_joined_at_16_is_offered_nothing() -> None:
    assert ask("release-2021", born("2010-11-26", joined=NOW.date()), "dm.send").answer is Answer.GRANTED


@pytest.mark.parametrize(
    ("day", "known"),
    [
        (date(2024, 2, 28), AgeBand.FROM_13),
        (date(2024, 2, 29), AgeBand.FROM_16),  # a leap year
        (date(2026, 2, 28), AgeBand.FROM_16),
        (date(2026, 3, 1), AgeBand.FROM_18),  # no leap year: the day after
    ],
)
def test_a_leap_day_birthday_is_never_early(day: date, known: AgeBand) -> None:
    assert born("2008-02-29", datetime.combine(day, datetime.min.time(), UTC).replace(hour=12)).band is known


@pytest.mark.parametrize("what", ["gift.send", "gift.receive", "purchase", "gift"])
def test_gifts_wait_for_18_under_the_baseline(what: str) -> None:
    permit = ask("hoede-baseline", born(YEAR_17), what, counterpart=born(ADULT) if what == "gift" else None)
    assert (permit.answer, permit.reasons[0].code, permit.reasons[0].age) == (Answer.REFUSED, "age_gift", 18)
    assert ask("hoede-baseline", born(ADULT), "gift", counterpart=born(ADULT)).answer is Answer.GRANTED


def test_search_that_a_guardian_set_off_is_refused_by_the_lock() -> None:
    permit = ask("hoede-baseline", replace(born(YEAR_14), locks=lock("search.use", "off")), "search")
    assert (permit.answer, codes(permit), permit.reasons[0].note) == (
        Answer.REFUSED,
        ["guardian_lock"],
        "homework",
    )


@pytest.mark.parametrize(
    "opened", [{"locks": lock("dm.send", "everyone")}, {"approved": {"dm.send": "everyone"}}]
)
def test_no_guardian_opens_messages_at_14(opened: dict[str, object]) -> None:
    side = replace(born(YEAR_14), assured_guardian=True, **opened)  # type: ignore[arg-type] # a table of fields
    permit = ask("hoede-baseline", side, "dm.send")
    assert (permit.answer, permit.reasons[0].layer) == (Answer.REFUSED, 2)


def test_a_guardians_step_is_never_wider_than_the_teens_own_choice() -> None:
    side = replace(born(YEAR_17), choices={"dm.receive": "none"}, locks=lock("dm.receive", "everyone"))
    found = effective(policy("hoede-baseline"), side, NOW)["dm.receive"]
    assert (found.step, found.who) == ("none", "you")


def test_without_the_pairing_the_start_counts_again() -> None:
    paired = replace(born(YEAR_17, joined=NOW.date()), locks=lock("dm.receive", "none"))
    alone = replace(paired, locks=())
    of = {side: effective(policy("hoede-baseline"), side, NOW)["dm.receive"].step for side in (paired, alone)}
    assert of == {paired: "none", alone: "connections"}


def test_a_lock_beyond_the_tightest_step_counts_as_the_tightest() -> None:
    side = replace(born(YEAR_17), locks=lock("time.daily_cap", 5))
    assert effective(policy("release-2021"), side, NOW)["time.daily_cap"].step == 30


def test_of_two_minimum_ages_the_higher_wins() -> None:
    permit = ask("hoede-baseline au-smma16", born(YEAR_15, country="AU"), "post")
    assert [(one.code, one.age, one.law != "") for one in permit.reasons] == [("law_account", 16, True)]
    assert ask("hoede-baseline au-smma16", born(YEAR_15, country="NL"), "post").answer is Answer.GRANTED


def test_of_somebody_who_lives_nobody_knows_where_the_strictest_counts() -> None:
    assert codes(ask("hoede-baseline au-smma16", born(YEAR_15), "post")) == ["law_account"]


def test_the_law_of_the_operators_home_counts_everywhere() -> None:
    at_home = policy("au-smma16", home="AU")
    permit = decide(at_home, born(YEAR_15, country="NL"), Attempt(what="post"), NOW)
    assert codes(permit) == ["law_account"]


def test_a_pack_that_a_court_stopped_refuses_nothing_and_is_named() -> None:
    selected, side = policy("us-ca-sb976"), born(YEAR_14, country="US", region="US-CA")
    assert decide(selected, side, Attempt(what="feed.personalised"), NOW).answer is Answer.GRANTED
    assert [one.id for one in selected.inert(side, NOW)] == ["us-ca-sb976"]


def test_below_13_an_account_is_refused_whatever_it_attempts() -> None:
    permit = ask("hoede-baseline", born("2016-01-01"), "search")
    assert [(one.code, one.age) for one in permit.reasons] == [("law_account", 13)]
    assert codes(ask("release-2021", born("2016-01-01"), "search")) == ["law_account"]  # no pack has a path


def test_a_pack_with_a_child_mode_gives_those_below_13_a_path() -> None:
    path = replace(shipped_pack("hoede-baseline"), under_minimum=UnderMinimum.CHILD_MODE)
    child = Policy(WORDS, (path,))
    answers = [
        decide(child, born("2016-01-01"), Attempt(what=what), NOW).answer for what in ("search", "dm.send")
    ]
    assert answers == [Answer.GRANTED, Answer.REFUSED]


def test_everybody_has_one_path() -> None:
    baseline, mode = shipped_pack("hoede-baseline"), UnderMinimum.CHILD_MODE
    path = replace(baseline, under_minimum=mode)
    ways = [
        path_of(born("2016-01-01"), (baseline,)),
        path_of(born("2016-01-01"), ()),  # no pack has a mode for children
        path_of(born("2016-01-01"), (path,)),
        path_of(born("2016-01-01"), (path, shipped_pack("nl"))),  # the strictest wins
        path_of(born(YEAR_14), (path, baseline)),
        path_of(born(YEAR_14), (shipped_pack("au-smma16"),)),
        path_of(Side(), (baseline,)),  # of unknown age
    ]
    refused, account = Path.REFUSED, Path.ACCOUNT
    assert ways == [refused, refused, Path.CHILD_MODE, refused, account, refused, account]


def test_a_13th_birthday_out_of_child_mode_needs_a_guardian() -> None:
    side = replace(born("2013-11-26"), settled=AgeBand.UNDER_13)
    permit = ask("hoede-baseline", side, "comment.receive")
    assert (permit.answer, permit.whom) == (Answer.ASK, Whom.GUARDIAN)


@pytest.mark.parametrize(
    ("relation", "answer"),
    [
        (Relation.NONE, Answer.REFUSED),
        (Relation.FOLLOWER, Answer.REFUSED),
        (Relation.MUTUAL, Answer.GRANTED),
        (Relation.FRIEND, Answer.GRANTED),
    ],
)
def test_an_adult_reaches_a_17_year_old_only_as_a_connection(relation: Relation, answer: Answer) -> None:
    teen = born(YEAR_17, joined=NOW.date())
    permit = ask("hoede-baseline", born(ADULT), "message", counterpart=teen, relation=relation)
    assert permit.answer is answer


def test_who_is_refused_by_the_other_side_is_told_nothing_about_it() -> None:
    permit = ask("hoede-baseline", born(ADULT), "message", counterpart=born(YEAR_14))
    assert {one.code.value for one in permit.reasons} == {"age_dm", "contact_age"}
    [told] = permit.told().reasons
    assert (told.code, told.theirs, told.setting, told.age, told.pack) == (
        "contact_age",
        True,
        None,
        None,
        None,
    )


def test_a_teen_is_told_that_contact_with_adults_is_about_ages() -> None:
    permit = ask("hoede-baseline", born(YEAR_17), "call", counterpart=born(ADULT)).told()
    assert [(one.code, one.theirs) for one in permit.reasons] == [("contact_age", False)]


@pytest.mark.parametrize("other", [None, SOMEBODY])
def test_a_message_to_somebody_unknown_is_refused(other: Side | None) -> None:
    assert ask("hoede-baseline", born(ADULT), "message", counterpart=other).answer is Answer.REFUSED


def test_an_adult_who_hides_the_age_does_not_pass_for_a_teen() -> None:
    reached = [
        ask("hoede-baseline", side, "call", counterpart=born(YEAR_14)).answer
        for side in (born(ADULT), born(None))
    ]
    assert reached == [Answer.REFUSED, Answer.REFUSED]


@pytest.mark.parametrize("day", ["2027-01-01", "1880-01-01"])
def test_a_birth_in_the_future_or_too_long_ago_is_no_age(day: str) -> None:
    side = born(day)
    assert (side.known, side.band) == (False, AgeBand.FROM_13)
    assert "age_unknown" in codes(ask("release-2021", side, "dm.send"))


@pytest.mark.parametrize("what", ["nonsense", "", "dm"])
def test_an_attempt_nobody_knows_is_refused_with_a_reason(what: str) -> None:
    permit = ask("hoede-baseline", born(ADULT), what)
    assert (permit.answer, codes(permit)) == (Answer.REFUSED, ["check_failed"])


@pytest.mark.parametrize("wanted", ["wide open", 5, ("x",)])
def test_a_step_that_is_none_is_refused_with_a_reason(wanted: object) -> None:
    permit = ask("hoede-baseline", born(ADULT), "dm.send", wanted=wanted)
    assert (permit.answer, codes(permit)) == (Answer.REFUSED, ["check_failed"])


def test_a_restriction_closes_what_it_names_until_it_ends() -> None:
    until = NOW + timedelta(days=2)
    side = replace(
        born(ADULT), restrictions=(Restriction(order="ord_1", names=frozenset({"post"}), until=until),)
    )
    permit = ask("hoede-baseline", side, "post")
    assert (codes(permit), permit.retry_at) == (["restricted"], until)
    assert ask("hoede-baseline", side, "search").answer is Answer.GRANTED
    assert ask("hoede-baseline", side, "post", until).answer is Answer.GRANTED


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 11, 26, 19, 59, tzinfo=UTC), None),  # 20:59 in Amsterdam
        (datetime(2026, 11, 26, 20, 0, tzinfo=UTC), datetime(2026, 11, 27, 6, 0, tzinfo=UTC)),
        (datetime(2026, 7, 26, 20, 0, tzinfo=UTC), datetime(2026, 7, 27, 5, 0, tzinfo=UTC)),  # summer time
        (
            datetime(2026, 10, 24, 20, 0, tzinfo=UTC),
            datetime(2026, 10, 25, 6, 0, tzinfo=UTC),
        ),  # the clock goes back
        (datetime(2026, 3, 28, 21, 0, tzinfo=UTC), datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),  # and forward
    ],
)
def test_quiet_hours_go_by_the_clock_on_the_wall(now: datetime, opens: datetime | None) -> None:
    baseline = replace(shipped_pack("hoede-baseline"), effective_from=date(2021, 5, 31))
    side = replace(born(YEAR_14, now), choices={"notify.push": "on"})
    permit = decide(Policy(WORDS, (baseline,)), side, Attempt(what="notify"), now)
    assert (permit.retry_at, codes(permit)) == (opens, [] if opens is None else ["quiet"])


def test_for_24_hours_after_a_journey_both_zones_count() -> None:
    now = datetime(2026, 11, 26, 20, 30, tzinfo=UTC)  # 21:30 in Amsterdam, 15:30 in New York
    for hours, answer in (
        (1, Answer.REFUSED),
        (23, Answer.REFUSED),
        (24, Answer.GRANTED),
        (-1, Answer.REFUSED),
    ):
        zones = zones_at("America/New_York", AMSTERDAM[0], now - timedelta(hours=hours), now)
        permit = ask("hoede-baseline", born(YEAR_14, now, zones=zones), "notify", now)
        assert permit.answer is answer, hours


def test_a_birthday_waits_for_the_later_of_two_zones() -> None:
    now = datetime(
        2026, 11, 26, 1, tzinfo=UTC
    )  # in Auckland it is the 26th for hours, in New York it is the 25th
    zones = zones_at("Pacific/Auckland", "America/New_York", now, now)
    assert born("2010-11-26", now, zones=zones).band is AgeBand.FROM_13
    assert born("2010-11-26", now, zones=("Pacific/Auckland",)).band is AgeBand.FROM_16


def test_a_moment_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="now has no zone"):
        ask("release-2021", born(YEAR_14), "post", NOW.replace(tzinfo=None))


def test_minutes_that_are_used_up_refuse_until_midnight_there() -> None:
    side = replace(born(YEAR_14), minutes_today=60, locks=lock("time.daily_cap", 60))
    permit = ask("release-2021", side, "post")
    assert (codes(permit), permit.retry_at) == (["daily_time"], datetime(2026, 11, 26, 23, tzinfo=UTC))


def test_two_versions_of_a_pack_for_the_same_days_are_refused() -> None:
    old = shipped_pack("release-2021")
    with pytest.raises(PolicyError, match="in force on the same days"):
        Policy(WORDS, (old, replace(old, version="1.1.0", hash="0" * 64)))


def test_a_proposed_version_stands_beside_the_one_in_force() -> None:
    old = shipped_pack("release-2021")
    both = Policy(WORDS, (old, replace(old, version="2.0.0", hash="0" * 64, status=Status.PROPOSED)))
    assert both.acting(SOMEBODY, NOW) == (old,)


def opening(setting: str, step: str, open_to: str) -> Policy:
    """A pack that lets a guardian open one setting for those of 13 to 15."""
    old = shipped_pack("release-2021")
    row = Limit(
        setting=setting,
        bands=frozenset({AgeBand.FROM_13}),
        step=step,
        open_to=open_to,
        source="made up",
        unverified=False,
        line=1,
    )
    return Policy(WORDS, (replace(old, limits=(row,), starts=()),))


@pytest.mark.parametrize(
    ("yes", "assured", "answer"),
    [
        ({}, True, Answer.ASK),
        ({"dm.send": "connections"}, False, Answer.ASK),  # contact: only an assured guardian opens it
        ({"dm.send": "connections"}, True, Answer.GRANTED),
        ({"dm.send": "everyone"}, True, Answer.GRANTED),  # as far as the pack lets it
        ({"dm.send": "none"}, True, Answer.ASK),
    ],
)
def test_a_guardians_yes_opens_what_the_pack_lets_it_open(
    yes: dict[str, Step],
    assured: bool,  # noqa: FBT001 - a column of the table
    answer: Answer,
) -> None:
    side = replace(born(YEAR_14), approved=yes, assured_guardian=assured)
    selected = opening("dm.send", "none", "connections")
    permit = decide(selected, side, Attempt(what="dm.send"), NOW)
    assert (permit.answer, permit.whom) == (answer, Whom.GUARDIAN if answer is Answer.ASK else None)
    assert at_most_connections(effective(selected, side, NOW)["dm.send"].step)


def at_most_connections(step: Step) -> bool:
    return step in {"none", "trusted", "connections"}


def test_a_guardians_yes_opens_a_start_that_says_so_up_to_the_limit() -> None:
    sb976 = replace(shipped_pack("us-ca-sb976"), status=Status.IN_FORCE)
    side = replace(born(YEAR_14, country="US", region="US-CA"), choices={"feed.personalised": "on"})
    answers = [
        decide(Policy(WORDS, (sb976,)), one, Attempt(what="personalise"), NOW).whom
        for one in (side, replace(side, approved={"feed.personalised": "on"}))
    ]
    assert answers == [Whom.GUARDIAN, None]


def test_what_no_age_opens_names_none() -> None:
    closed = opening("dm.send", "none", "connections").packs[0]
    everybody = replace(closed, limits=(replace(closed.limits[0], bands=frozenset(AgeBand), open_to=None),))
    [reason] = decide(Policy(WORDS, (everybody,)), born(YEAR_14), Attempt(what="dm.send"), NOW).reasons
    assert (reason.code, reason.age) == ("feature_off", None)


def test_what_is_in_force_is_shown_with_every_bound() -> None:
    shown = show_in_force(effective(policy("hoede-baseline"), born(YEAR_14), NOW)["notify.quiet_hours"])
    assert (shown["step"], shown["who"], shown["loosen"]) == (["21:00-07:00"], "house", "prompt")
    assert [(one["layer"], one["step"], one["choice"]) for one in shown["bounds"]] == [
        (3, ["21:00-07:00"], "prompt")
    ]


@pytest.mark.parametrize(("count", "answer"), [(None, Answer.ASK), (4, Answer.GRANTED), (5, Answer.ASK)])
def test_beyond_a_number_a_month_a_guardian_is_asked(count: int | None, answer: Answer) -> None:
    side = replace(born(ADULT), locks=lock("purchase", "cap:5"))
    assert ask("hoede-baseline", side, "buy", this_month=count).answer is answer


@pytest.mark.parametrize(("beside", "answer"), [(False, Answer.ASK), (True, Answer.GRANTED)])
def test_with_an_adult_beside_one_goes_live(beside: bool, answer: Answer) -> None:  # noqa: FBT001 - likewise
    side = replace(born(ADULT), choices={"live.host": "with_guardian"})
    assert ask("hoede-baseline", side, "go_live", with_guardian=beside).answer is answer


@pytest.mark.parametrize(("minutes", "answer"), [(59, Answer.GRANTED), (60, Answer.REFUSED)])
def test_minutes_by_weekday_count_on_their_day(minutes: int, answer: Answer) -> None:
    side = replace(born(ADULT), minutes_today=minutes, locks=lock("time.weekday_caps", {"thu": 60, "fri": 0}))
    assert ask("release-2021", side, "post").answer is answer


def test_of_the_same_or_the_next_band_is_about_ones_age() -> None:
    teen = replace(born(YEAR_17), choices={"call.receive": "band_adjacent"})
    callers = {
        day: ask("release-2021", born(day), "call", counterpart=teen).answer for day in (YEAR_14, ADULT, None)
    }
    assert callers == {YEAR_14: Answer.GRANTED, ADULT: Answer.GRANTED, None: Answer.REFUSED}


def test_a_version_may_end_on_the_day_on_which_the_next_begins() -> None:
    old = replace(shipped_pack("release-2021"), effective_to=date(2027, 1, 1))
    new = replace(old, version="1.1.0", hash="0" * 64, effective_from=date(2027, 1, 1), effective_to=None)
    both = Policy(WORDS, (old, new))
    later = datetime(2027, 1, 2, 12, tzinfo=UTC)
    assert [both.acting(SOMEBODY, now) for now in (NOW, later)] == [(old,), (new,)]
