"""One's own time: minutes, going on, caps and closed times, for who is paired and who is not."""

from tests.web.api import Api
from tests.web.families import Phone, guardian, pair, phone
from tests.web.test_api_usage import minutes, never_midnight, send, spent

from hoede.pairing.rules.saying import Refusal

TIME = "/me/time"


def of_today(api: Api, used: int) -> Phone:
    """Somebody of 14 with minutes of today, wherever the test runs."""
    account = never_midnight(api)
    spent(api, account, used)
    return Phone(api, account)


def test_it_says_what_was_used_and_what_is_left(api: Api) -> None:
    mine = Phone(api, never_midnight(api))
    send(api, *minutes(mine.account, 10))

    page = mine.page(TIME)

    assert "Used today: 10 min." in page
    assert "Left: 50 of 60 min." in page


def test_who_reached_their_own_cap_goes_on_for_today_once_for_each_tap(api: Api) -> None:
    mine = of_today(api, 60)

    before = mine.page(TIME)
    after = mine.does(f"{TIME}/on", after="0")

    assert "This is your own limit, so you may go on." in before
    assert "You go on, for today only." in after
    assert "Left: 15 of 75 min." in after
    assert mine.refused(f"{TIME}/on", after="0")[0] == 409
    assert mine.refused(f"{TIME}/on", after="x")[0] == 409


def test_nobody_goes_on_past_what_a_guardian_limited(api: Api) -> None:
    mine = of_today(api, 60)
    theirs = guardian(api)
    link = pair(api, mine, theirs)
    version = api.hoede.pair.views.my_guardians(mine.teen)[0].version
    limit = api.hoede.pair.together.limit(theirs, link, "time.daily_cap", 45, version=version)
    assert not isinstance(limit, Refusal)

    page = mine.page(TIME)
    refused = mine.refused(f"{TIME}/on", after="0")

    assert "Go on today" not in page
    assert "Ask something" in page
    assert refused[0] == 409


def test_who_is_not_paired_chooses_caps_breaks_and_closed_times(api: Api) -> None:
    mine = phone(api)

    page = mine.does(
        TIME,
        set__time__daily_cap="45",
        set__time__break_every="30",
        **{
            "set.time.away_windows.days.0": "mon-fri",
            "set.time.away_windows.from.0": "17:30",
            "set.time.away_windows.to.0": "18:30",
            "set.time.weekday_caps.sat": "120",
            "set.notify.quiet_hours.days.0": "mon-sun",
            "set.notify.quiet_hours.from.0": "20:00",
            "set.notify.quiet_hours.to.0": "08:00",
        },
    )

    answer = api.http.get(f"/v1/accounts/{mine.account}/policy", headers=api.headers()).json()["settings"]
    found = {name: one["step"] for name, one in answer.items() if one["who"] == "you"}
    assert "Saved. It counts from now on." in page
    assert found["time.daily_cap"] == 45
    assert found["time.break_every"] == 30
    assert found["time.away_windows"] == ["mon-fri 17:30-18:30"]
    assert found["notify.quiet_hours"] == ["20:00-08:00"]


def test_sent_again_as_it_is_nothing_is_chosen(api: Api) -> None:
    mine = phone(api)

    mine.does(
        TIME,
        set__time__daily_cap="60",
        **{
            "set.notify.quiet_hours.days.0": "mon-sun",
            "set.notify.quiet_hours.from.0": "21:00",
            "set.notify.quiet_hours.to.0": "07:00",
        },
    )

    answer = api.http.get(f"/v1/accounts/{mine.account}/policy", headers=api.headers()).json()["settings"]
    assert [one["who"] for one in answer.values() if one["who"] == "you" and one["step"] == 60] == []


def test_times_that_are_none_are_refused_in_words(api: Api) -> None:
    mine = phone(api)

    wrong = [
        {"set.time.away_windows.from.0": "25:00", "set.time.away_windows.to.0": "26:00"},
        {"set.time.away_windows.from.0": "10:00"},
        {"set.time.weekday_caps.mon": "many"},
        {"set.time.daily_cap": "-1"},
        {"set.nothing": "1"},
    ]

    assert [mine.refused(TIME, **one)[0] for one in wrong] == [422] * 5


def test_what_a_guardian_closed_is_refused_with_the_reason(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    link = pair(api, mine, theirs)
    version = api.hoede.pair.views.my_guardians(mine.teen)[0].version
    api.hoede.pair.together.limit(
        theirs, link, "time.daily_cap", 45, version=version, reason="School comes first."
    )

    page = mine.page(TIME)
    answer = mine.send(TIME, set__time__daily_cap="120")

    assert "School comes first." in page
    assert answer.status_code == 409
