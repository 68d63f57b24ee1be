"""What a guardian sees of a teen and does with it, through the pages, and how little a rest tells."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from tests.web.family import Home, guardian, paired, version_in

from hoede.app import Hoede
from hoede.flow.pair import Teen
from hoede.flow.pair.clock import rest as let_rest
from hoede.pairing import Mode, State, guardians, limits, looks, store
from hoede.pairing.rules.asking import Kind, RequestRow, Wish
from hoede.pairing.rules.saying import Refusal
from hoede.pairing.rules.states import By, Cause
from hoede.pairing.tables import LINKS, PROPOSALS, REQUESTS


def link_of(path: str) -> str:
    return path.rpartition("/")[2]


def step_of(hoede: Hoede, end: Teen, setting: str) -> object:
    found = hoede.permits.effective(end.service, end.account, datetime.now(UTC))
    return found.settings[setting].step


def limit(home: Home, path: str, setting: str, **fields: str) -> tuple[int, str]:
    """Send the form of a setting as its page shows it; the status and the words that came back."""
    at = f"{path}/settings/{setting}"
    told = {"version": version_in(home.page(at))} | fields
    answer = home.post(at, told, at=at)
    return answer.status_code, answer.text


def asked(hoede: Hoede, end: Teen, wish: Wish) -> RequestRow:
    row = hoede.pair.asking.ask(end, wish)
    assert not isinstance(row, Refusal), row
    return row


def answer(home: Home, path: str, row: RequestRow, how: str, **fields: str) -> tuple[int, str]:
    at = f"{path}/requests"
    said = home.post(f"{at}/{row.id}/{how}", fields, at=path)
    return said.status_code, said.text


def test_the_first_page_says_what_is_seen_and_what_never(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    page = home.page(path)

    assert f"{end.account} and you" in page
    assert "time, per part of the day" in page
    assert f"what {end.account} reported" in page
    assert "You say that you are 18 or over. We did not check it." in page


def test_what_was_checked_is_said_instead(console: Hoede) -> None:
    home, _ = guardian(console, proved=True)
    _, path = paired(console, home)

    assert "We checked that you are 18 or over." in home.page(path)
    assert "By: a document." in home.page("/family/me")


def test_every_look_is_written_down_and_a_look_at_headers_is_none(console: Hoede) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home)
    for page in ("", "/settings", "/settings/dm.send", "/time", "/requests", "/agreement", "/week"):
        home.page(f"{path}{page}")
        home.http.head(f"{path}{page}")

    seen = console.db.read(lambda conn: looks.looks_of(conn, link_of(path)))

    names = ["overview", "settings", "settings", "time", "requests", "agreement", "digest"]
    assert [one.page for one in reversed(seen)] == names


def test_somebody_elses_teen_is_nowhere(console: Hoede) -> None:
    _, path = paired(console, guardian(console)[0])
    other, _ = guardian(console)
    tried = [
        "",
        "/settings",
        "/settings/dm.send",
        "/presets/start",
        "/requests",
        "/agreement",
        "/time",
        "/week",
    ]

    assert {other.get(f"{path}{one}").status_code for one in (*tried, "/stop")} == {404}
    acts = ["/stop", "/again", "/decline", "/agree-end", "/block", "/settings/dm.send", "/agreement/limits"]
    assert {other.post(f"{path}{one}").status_code for one in acts} == {404}


# A setting of every kind and group: what is sent, and what is in force then.
LIMITS = [
    ("feed.level", {"step": "strict"}, "strict"),  # content
    ("feed.keywords_blocked", {"step": "Dieet\ncasino, gokken"}, frozenset({"dieet", "casino", "gokken"})),
    ("account.discoverable", {"step": "off"}, "off"),  # privacy
    ("comment.receive", {"step": "none"}, "none"),  # contact
    ("search.use", {"step": "off"}, "off"),  # search
    ("live.watch", {"step": "off"}, "off"),  # live
    ("time.daily_cap", {"step": "45"}, 45),  # time
    ("time.break_every", {"step": "20"}, 20),
    ("time.wind_down_at", {"step": "20:00"}, "20:00"),
]


@pytest.mark.parametrize(("setting", "fields", "step"), LIMITS, ids=[one[0] for one in LIMITS])
def test_a_limit_is_set_and_counts_at_once(
    console: Hoede, setting: str, fields: dict[str, str], step: object
) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)

    assert limit(home, path, setting, reason="We agreed on it.", **fields)[0] == 303

    assert step_of(console, end, setting) == step
    page = home.page(f"{path}/settings/{setting}")
    assert "A guardian" in page
    assert "Your reason: We agreed on it." in page


def test_closed_times_and_days_of_the_week_only_grow_stricter(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    before = console.permits.effective(end.service, end.account, datetime.now(UTC)).settings

    assert limit(home, path, "time.away_windows", days="school", begins="08:30", ends="15:00")[0] == 303
    assert limit(home, path, "time.weekday_caps", **{"step.sat": "90"})[0] == 303

    after = console.permits.effective(end.service, end.account, datetime.now(UTC)).settings
    for name in ("time.away_windows", "time.weekday_caps"):
        kind = before[name].setting.kind
        assert kind.meet(after[name].step, before[name].step) == after[name].step != before[name].step


def test_a_form_for_times_adds_to_ones_own_and_says_whose_the_rest_is(console: Hoede) -> None:
    first, second = guardian(console)[0], guardian(console, "Berthold")[0]
    end, path = paired(console, first)
    _, other = paired(console, second, end=end)
    name = "time.away_windows"
    limit(second, other, name, days="school", begins="08:30", ends="15:00")
    limit(first, path, name, days="weekend", begins="06:00", ends="07:00")

    limit(first, path, name, days="weekend", begins="20:00", ends="21:00")

    locks = console.db.read(lambda conn: limits.locks_of(conn, link_of(path), name))
    assert [one.step for one in locks] == [["sat-sun 06:00-07:00", "sat-sun 20:00-21:00"]]
    page = first.page(f"{path}/settings/{name}")
    assert "Two guardians, two limits: the stricter counts." in page
    assert "08:30" in page  # what is in force is all of it


def test_a_form_that_adds_nothing_is_no_step(console: Hoede) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home)

    assert limit(home, path, "feed.keywords_blocked", step=" , ")[0] == 422
    assert limit(home, path, "time.weekday_caps")[0] == 422


def test_in_agreement_times_are_proposed_in_full(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home, mode=Mode.AGREEMENT)
    kind = console.pair.together.desk.vocabulary["time.away_windows"].kind
    before: Any = step_of(console, end, "time.away_windows")
    limit(home, path, "time.away_windows", days="weekend", begins="06:00", ends="07:00")
    (mine,) = console.pair.views.my_guardians(end)
    console.pair.together.sign(end, mine.proposals[0].id)

    new = kind.read(["sat-sun 06:00-07:00"])
    assert step_of(console, end, "time.away_windows") == kind.meet(before, new)


def test_a_limit_may_end_on_a_day(console: Hoede) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home)
    day = datetime.now(UTC).date() + timedelta(days=7)

    assert limit(home, path, "search.use", step="off", until=day.isoformat())[0] == 303

    assert f"Until {day.day + 1 if (day + timedelta(days=1)).month == day.month else 1} " in home.page(
        f"{path}/settings/search.use"
    )


REFUSED = [
    ("feed.autoplay", {"step": "on"}, "You can make this tighter. Looser starts with a question from"),
    ("time.daily_cap", {"step": "5"}, "A guardian cannot set this that tight."),
    ("time.daily_cap", {"step": "many"}, "This choice does not exist any more."),
    ("feed.level", {"step": "loudly"}, "This choice does not exist any more."),
    ("feed.level", {}, "This choice does not exist any more."),
    (
        "time.away_windows",
        {"days": "every", "begins": "00:00", "ends": "23:00"},
        "cannot set this that tight",
    ),
    (
        "time.away_windows",
        {"days": "never", "begins": "00:00", "ends": "23:00"},
        "This choice does not exist",
    ),
    ("search.use", {"step": "off", "until": "yesterday"}, "This choice does not exist any more."),
    ("search.use", {"step": "off", "until": "2020-01-01"}, "This choice does not exist any more."),
    ("search.use", {"step": "off", "reason": "x" * 301}, "A reason is needed, or it is too long."),
]


@pytest.mark.parametrize(("setting", "fields", "words"), REFUSED)
def test_what_may_not_be_set_is_refused_in_words_and_changes_nothing(
    console: Hoede, setting: str, fields: dict[str, str], words: str
) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    before = step_of(console, end, setting)

    status, text = limit(home, path, setting, **fields)

    assert (status, words in text) == (422, True)
    assert step_of(console, end, setting) == before


def test_no_control_offers_to_open_anything(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    found = console.permits.effective(end.service, end.account, datetime.now(UTC)).settings
    for name, one in found.items():
        if one.setting.ladder is None:
            continue
        offered = re.findall(r'name="step" value="([^"]+)"', home.page(f"{path}/settings/{name}"))
        assert offered, name
        assert all(one.setting.kind.meet(step, one.step) == step for step in offered), name


def test_a_setting_that_there_is_not_is_nowhere(console: Hoede) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home)

    assert home.get(f"{path}/settings/dm.sing").status_code == 404
    assert home.get(f"{path}/presets/harsh").status_code == 404


def test_of_two_at_once_the_second_reads_what_changed_and_nothing_is_lost(console: Hoede) -> None:
    first, second = guardian(console)[0], guardian(console, "Bo")[0]
    end, path = paired(console, first)
    _, other = paired(console, second, end=end)
    shown = version_in(second.page(f"{other}/settings/search.use"))
    was = re.search(r'name="was" value="([^"]+)"', second.page(f"{other}/settings/search.use"))
    assert was is not None
    limit(first, path, "search.use", step="off")

    answer = second.post(
        f"{other}/settings/search.use",
        {"version": shown, "was": was[1], "step": "off", "reason": "Let us talk."},
        at=f"{other}/settings/search.use",
    )

    assert answer.status_code == 409
    assert "Someone changed this just before you. This is how it is now." in answer.text
    assert f"When you opened this page: {was[1]}." in answer.text
    assert "Now: Off" in answer.text
    assert ">Let us talk.</textarea>" in answer.text


def test_of_two_guardians_the_stricter_counts_and_both_read_so(console: Hoede) -> None:
    first, second = guardian(console)[0], guardian(console, "Berthold")[0]
    end, path = paired(console, first)
    _, other = paired(console, second, end=end)
    limit(first, path, "time.daily_cap", step="50")

    limit(second, other, "time.daily_cap", step="40")

    assert step_of(console, end, "time.daily_cap") == 40
    page = first.page(f"{path}/settings/time.daily_cap")
    assert "Now: 40 min" in page
    assert "Your limit: 50 min." in page
    assert "Two guardians, two limits: the stricter counts." in page
    assert "Berthold" not in page  # neither sees the other


def test_the_same_limit_sent_again_does_nothing_twice(console: Hoede) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home)
    limit(home, path, "search.use", step="off")

    status, text = limit(home, path, "search.use", step="off")

    assert (status, "nothing happened twice" in text) == (409, True)


def test_a_beginning_shows_what_it_changes_before_it_does(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home, 16)
    page = home.page(f"{path}/presets/start")
    assert "This would change" in page
    assert step_of(console, end, "feed.level") != "strict"

    home.post(f"{path}/presets/start", {"version": version_in(page)}, at=f"{path}/presets/start")

    assert step_of(console, end, "feed.level") == "strict"
    assert "Nothing would change" in home.page(f"{path}/presets/start")


def test_a_beginning_that_is_overtaken_is_shown_anew(console: Hoede) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home, 16)
    page = home.page(f"{path}/presets/start")
    limit(home, path, "search.use", step="off")

    late = home.post(f"{path}/presets/start", {"version": version_in(page)}, at=f"{path}/presets/start")

    assert late.status_code == 409
    assert "This is how it is now." in late.text


def test_a_blocked_account_is_on_the_page_and_is_blocked_once(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)

    kept = home.post(f"{path}/block", {"about": "rude-1"}, at=path)
    again = home.post(f"{path}/block", {"about": "rude-1"}, at=path)
    nobody = home.post(f"{path}/block", {"about": end.account}, at=path)

    assert (kept.status_code, again.status_code, nobody.status_code) == (303, 409, 422)
    assert "<li>rude-1</li>" in home.page(f"{path}/settings")


HOSTILE = ["a" * 256, "a\u202eb", "two\nlines", " ", "\u0007"]


@pytest.mark.parametrize("about", HOSTILE)
def test_what_is_no_account_is_not_blocked(console: Hoede, about: str) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home)

    answer = home.post(f"{path}/block", {"about": about}, at=path)

    listed = home.page(f"{path}/settings")
    assert answer.status_code == 422 or "<li>ab</li>" in listed
    assert "\u202e" not in listed


def test_what_turns_text_round_does_not_reach_the_teen(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)

    limit(home, path, "search.use", step="off", reason="<b>Not\u202e yet</b>")

    assert "Your reason: &lt;b&gt;Not yet&lt;/b&gt;" in home.page(f"{path}/settings/search.use")
    (mine,) = console.pair.views.my_guardians(end)
    assert mine.limits[0].limit_reason == "<b>Not yet</b>"


ODD = [
    {"version": "9" * 40},
    {"version": "-1"},
    {"version": "\u0663"},
    {"step": "cap:" + "9" * 5000},
    {"until": "9999-12-31"},
]


@pytest.mark.parametrize("fields", ODD, ids=range(len(ODD)))
def test_a_form_that_was_bent_is_answered_in_words(console: Hoede, fields: dict[str, str]) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home)

    status, text = limit(home, path, "search.use", **{"step": "off"} | fields)

    assert status in {409, 422}
    assert 'role="alert"' in text


def test_a_question_is_agreed_to(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    row = asked(console, end, Wish(kind=Kind.EXTRA_TIME, step=30, words="The choir video with Yara."))
    page = home.page(f"{path}/requests")
    assert "The choir video with Yara." in page
    assert "Hours left to answer: 24" in page

    assert answer(home, path, row, "yes")[0] == 303

    assert "agreed" in home.page(f"{path}/requests")
    assert answer(home, path, row, "yes") == (409, answer(home, path, row, "yes")[1])  # a replay


def test_something_in_between_is_offered_and_more_than_asked_is_not(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    row = asked(console, end, Wish(kind=Kind.EXTRA_TIME, step=30))

    assert answer(home, path, row, "offer", minutes="45")[0] == 422
    assert answer(home, path, row, "offer", minutes="15", reason="It is late.")[0] == 303

    page = home.page(f"{path}/requests")
    assert "You offered: 15 min." in page
    assert "Your reason: It is late." in page


def test_more_room_within_the_limit_is_opened_only_as_far_as_agreed(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home, 16)
    limit(home, path, "comment.write", step="none")
    row = asked(console, end, Wish(kind=Kind.LOOSEN, setting="comment.write", step="friends"))
    page = home.page(f"{path}/requests")
    assert f"{end.account} asks: Comments out to Friends." in page
    assert "When do you choose not to react?" in page

    assert answer(home, path, row, "yes")[0] == 303

    assert step_of(console, end, "comment.write") == "friends"


def test_not_now_needs_a_reason(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    row = asked(console, end, Wish(kind=Kind.EXTRA_TIME, step=30))

    status, text = answer(home, path, row, "no", reason="  ")
    assert (status, "One honest sentence is enough." in text) == (422, True)

    assert answer(home, path, row, "no", reason="You sleep too little.")[0] == 303
    assert "Your reason: You sleep too little." in home.page(f"{path}/requests")


def test_a_contact_is_opened_by_a_guardian_who_was_checked_only(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    row = asked(console, end, Wish(kind=Kind.CONTACT, about="coach-7"))
    assert "asks for contact with: coach-7." in home.page(f"{path}/requests")

    status, text = answer(home, path, row, "yes")

    assert status == 422
    assert "we need proof that you are 18 or over" in text


def test_a_question_that_is_over_says_so_kindly(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    row = asked(console, end, Wish(kind=Kind.EXTRA_TIME, step=30))
    past = console.db.now() - timedelta(minutes=1)
    console.db.commit(
        lambda tx: tx.conn.execute(update(REQUESTS).where(REQUESTS.c.id == row.id).values(until=past))
    )

    assert "ended without an answer. You may bring it up yourself." in home.page(f"{path}/requests")
    assert answer(home, path, row, "yes")[0] == 409


def test_a_birthday_in_between_ends_a_question(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    row = asked(console, end, Wish(kind=Kind.EXTRA_TIME, step=30))
    console.db.commit(
        lambda tx: tx.conn.execute(update(REQUESTS).where(REQUESTS.c.id == row.id).values(band="under-13"))
    )

    status, text = answer(home, path, row, "yes")

    assert (status, "is in the next age group now." in text) == (409, True)


def test_in_agreement_a_guardian_proposes_and_the_teen_signs(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home, mode=Mode.AGREEMENT)
    assert "Propose a limit" in home.page(f"{path}/settings/time.daily_cap")

    assert limit(home, path, "time.daily_cap", step="40", reason="For school nights.")[0] == 303

    page = home.page(f"{path}/agreement")
    assert "For school nights." in page
    assert "40 min" in page
    assert "Take it back" in page
    assert "Sign this" not in page
    assert step_of(console, end, "time.daily_cap") != 40
    (mine,) = console.pair.views.my_guardians(end)
    console.pair.together.sign(end, mine.proposals[0].id)
    assert step_of(console, end, "time.daily_cap") == 40
    assert "Signed by both" in home.page(f"{path}/agreement")


def test_what_the_teen_proposes_is_signed_or_laid_aside(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    (mine,) = console.pair.views.my_guardians(end)
    proposed = console.pair.together.propose(
        end, mine.link, {"time.daily_cap": 50}, mode=Mode.AGREEMENT, version=mine.version, text="Together?"
    )
    assert not isinstance(proposed, Refusal)
    assert "To sign: 1" in home.page(path)

    signed = home.post(f"{path}/agreement/{proposed.id}/sign", at=path)

    assert signed.status_code == 303
    assert "Agreement: both propose, both sign. No locks." in home.page(path)
    assert step_of(console, end, "time.daily_cap") == 50
    replay = home.post(f"{path}/agreement/{proposed.id}/sign", at=path)
    assert (replay.status_code, "nothing happened twice" in replay.text) == (409, True)


def test_a_proposal_that_was_not_signed_in_time_is_over(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    (mine,) = console.pair.views.my_guardians(end)
    steps = {"time.daily_cap": 50}
    console.pair.together.propose(end, mine.link, steps, mode=Mode.AGREEMENT, version=mine.version)
    at = f"{path}/agreement"
    assert "unless both of you signed" in home.page(at)
    ago = console.db.now() - timedelta(days=8)
    console.db.commit(lambda tx: tx.conn.execute(update(PROPOSALS).values(at=ago)))

    page = home.page(at)

    assert ("because not both of you signed" in page, "Sign this" in page) == (True, False)
    assert "To sign: 1" not in home.page(path)


def test_from_agreement_there_is_a_way_back_that_both_sign(console: Hoede) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home, mode=Mode.AGREEMENT)
    at = f"{path}/agreement"

    sent = home.post(f"{at}/limits", {"version": version_in(home.page(at)), "text": "Shall we?"}, at=path)

    assert sent.status_code == 303
    assert "Limits: the guardian sets, the teen can ask." in home.page(at)
    assert "Agreement: both propose" in home.page(path)  # until both signed


def test_a_beginning_is_proposed_where_limits_are_agreed_on(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home, 16, Mode.AGREEMENT)
    page = home.page(f"{path}/presets/start")

    sent = home.post(f"{path}/presets/start", {"version": version_in(page)}, at=f"{path}/presets/start")

    assert sent.headers["location"] == f"{path}/agreement?done=proposed"
    assert step_of(console, end, "feed.level") != "strict"


def test_a_teen_who_asks_to_stop_is_let_go_when_the_guardian_agrees(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    console.pair.links.stop(end, link_of(path))
    assert f"{end.account} asks to stop" in home.page(path)
    assert "asks to stop pairing. Without an answer it stops by itself" in home.page(f"{path}/requests")

    gone = home.post(f"{path}/agree-end", at=path)

    assert "The pairing has stopped." in home.page(gone.headers["location"])
    assert home.get(path).status_code == 404


def test_a_yes_to_the_question_of_stopping_stops_too(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    console.pair.links.stop(end, link_of(path))
    (row,) = console.pair.views.my_requests(end)

    gone = home.post(f"{path}/requests/{row.id}/yes", at=path)

    assert gone.headers["location"] == "/family?done=stopped"


def test_a_guardian_stops_at_once_after_reading_what_it_does(console: Hoede) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home)
    assert "You can stop now. The limits for the age stay." in home.page(f"{path}/stop")

    home.post(f"{path}/stop", at=f"{path}/stop")

    assert console.db.read(lambda conn: store.known(conn, link_of(path))).state is State.ENDED
    assert home.get(path).status_code == 404


def test_it_is_said_again_that_it_is_right(console: Hoede) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home)
    soon = console.db.now() + timedelta(days=7)
    console.db.commit(lambda tx: tx.conn.execute(update(LINKS).values(guardian_by=soon)))
    assert "Still right with" in home.page(path)

    home.post(f"{path}/again", at=path)

    assert "Still right with" not in home.page(path)


def test_an_account_that_is_deleted_takes_its_pairing_with_it(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)

    console.pair.links.erase_teen(end.service, end.account)

    assert home.get(path).status_code == 404
    assert end.account not in home.page()


def test_a_guardian_who_goes_is_signed_out_and_their_pairings_stop(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    assert "All your pairings stop now: 1." in home.page("/family/me/go")

    gone = home.post("/family/me/go", at="/family/me/go")

    assert "You left. All your pairings have stopped." in home.page(gone.headers["location"])
    assert console.db.read(lambda conn: store.known(conn, link_of(path))).state is State.ENDED
    assert console.pair.views.my_guardians(end) == ()


def test_of_a_guardian_who_goes_no_name_address_or_passkey_stays(console: Hoede) -> None:
    home, person = guardian(console, "Wilhelmina")
    kept, _ = console.pair.people.known(person)
    assert kept is not None

    home.post("/family/me/go", at="/family/me/go")

    gone, accounts = console.pair.people.known(person)
    assert gone is not None
    assert (gone.name, gone.mail, gone.age_evidence, accounts) == ("", person, (), ())
    home.post("/family/letter", {"mail": kept.mail, "name": "Anew"})
    new = console.db.read(lambda conn: guardians.by_mail(conn, kept.mail))
    assert new is not None
    assert (new.name, new.person == person) == ("Anew", False)  # somebody new


def test_the_week_is_told_word_for_word(console: Hoede) -> None:
    home, _ = guardian(console)
    end, path = paired(console, home)
    assert "No week yet" in home.page(f"{path}/week")
    begun = console.db.now() - timedelta(days=14)
    console.db.commit(lambda tx: tx.conn.execute(update(LINKS).values(started_at=begun)))
    console.pair.weekly._done = None
    while console.pair.weekly.once():
        pass

    page = home.page(f"{path}/week")

    (mine,) = console.pair.views.digests(end, link_of(path))
    assert mine.title in page
    assert all(line.replace("'", "&#39;") in page for line in mine.lines)


def test_every_page_speaks_dutch(console: Hoede) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home)
    told = {
        path: "Je ziet nooit:",
        f"{path}/settings": "Losser begint met een vraag van",
        f"{path}/settings/time.daily_cap": "Hoe merk je dat het genoeg is?",
        f"{path}/presets/start": "Een voorinstelling maakt alleen strenger.",
        f"{path}/requests": "Geen open vragen",
        f"{path}/agreement": "Niets te tekenen",
        f"{path}/time": "Nooit wie, en nooit wat.",
        f"{path}/week": "Nog geen week",
        f"{path}/stop": "De grenzen van de leeftijd blijven.",
        "/family/me": "Wat we bewaren",
        "/family/pair": "Je kreeg een code",
    }

    assert [at for at, words in told.items() if words not in home.page(at, "nl")] == []


def rest(hoede: Hoede, link: str, cause: Cause) -> None:
    """Let it rest for this cause, by the way that cause has."""
    until = hoede.db.now() - timedelta(minutes=1)
    values: dict[str, object]
    if cause is Cause.LAPSED:
        values = {"guardian_by": until}
    elif cause is Cause.UNASSURED:
        values = {"assured": True, "assured_until": until}
    else:
        values = {}
    if values:
        hoede.db.commit(lambda tx: tx.conn.execute(update(LINKS).where(LINKS.c.id == link).values(**values)))
        while hoede.pair.clock.once():
            pass
    else:
        desk = hoede.pair.links.desk
        hoede.db.commit(lambda tx: let_rest(tx, desk, store.lock(tx, link), cause, By.PERSON))
    assert hoede.db.read(lambda conn: store.known(conn, link)).rests_for is cause


PAGES_OF_REST = [
    "",
    "/settings",
    "/settings/dm.send",
    "/presets/start",
    "/requests",
    "/agreement",
    "/time",
    "/week",
]


def read_all(home: Home, path: str, name: str) -> list[str]:
    """Every page, and the answer to every act, of a pairing that rests, but for what is its own."""
    pages = [home.get(f"{path}{one}") for one in PAGES_OF_REST]
    acts = ["/again", "/block", "/settings/dm.send", "/presets/start", "/agree-end", "/agreement/limits"]
    pages += [home.post(f"{path}{one}", at=path) for one in acts]
    told = [f"{one.status_code}\n{sorted(one.headers.items())}\n{one.text}" for one in [*pages, home.get()]]
    return [one.replace(path, "PATH").replace(name, "NAME") for one in told]


def test_a_pairing_that_rests_reads_the_same_to_the_byte_whatever_it_rests_for(console: Hoede) -> None:
    found = {}
    for cause in Cause:
        home, _ = guardian(console)
        end, path = paired(console, home)
        rest(console, link_of(path), cause)
        token = home.form()
        pages = read_all(home, path, end.account)
        found[cause] = [one.replace(token, "FORM") for one in pages]

    assert "Family Pairing is not available now." in found[Cause.SAFE_EXIT][0]
    assert [cause for cause in Cause if found[cause] != found[Cause.SAFE_EXIT]] == []


@pytest.mark.parametrize("cause", [Cause.SAFE_EXIT, Cause.LAPSED])
def test_to_say_that_it_is_right_brings_nothing_back_while_it_rests(console: Hoede, cause: Cause) -> None:
    home, _ = guardian(console)
    _, path = paired(console, home)
    rest(console, link_of(path), cause)

    said = home.post(f"{path}/again", at=path)

    assert said.status_code == 409
    assert "Family Pairing is not available now." in home.page(path)
