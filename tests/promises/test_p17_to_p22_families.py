"""P17 to P22: a guardian and a teen pair, and set content, privacy, time and search together."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from tests.parts import until
from tests.promises.asking import ZONE, platform, somebody, turns
from tests.promises.families import House, a_family, letter_to, letters, own_link

from hoede.app import new_id
from hoede.app.rehearsal import SERVICE
from hoede.bench.walking import Walker
from hoede.client import Client, Heartbeat
from hoede.demo.stage import Ports, Stage, stage
from hoede.demo.story import PATIENCE
from hoede.flow.pair import KeptFigures, Weekly
from hoede.pairing.rules.digest import STARTERS
from hoede.pairing.tables import LINKS
from hoede.policy import shipped_vocabulary
from hoede.usage import Used, locked, save
from hoede.words import catalogue

__all__ = ["platform"]

MEASURED = Path(__file__).parents[2] / "docs" / "results" / "pairing.json"


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage of their own: Plein does not know these accounts, so what it is told of them waits for ever."""
    with stage(tmp_path_factory.mktemp("families"), Ports(), patience=PATIENCE) as up:
        yield up


@pytest.fixture
def house(playing: Stage, platform: Client) -> House:
    return a_family(playing, platform)


@pytest.mark.promise(17, "each-setting-carries-a-question-to-talk-about")
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_each_setting_has_a_question_on_both_sides(house: House, lang: str) -> None:
    own = house.teen.open(house.own("/me").at.replace("lang=en", f"lang={lang}")).text
    theirs = house.guardian.open(f"{house.about}/settings?lang={lang}").text
    asked = {name: one.say("talk", lang) for name, one in shipped_vocabulary().settings.items()}

    assert [name for name, question in asked.items() if question not in own] == []
    assert [name for name, question in asked.items() if question not in theirs] == []


@pytest.mark.promise(17, "a-weeks-text-has-one-starter-and-both-read-it")
def test_both_read_the_very_same_week_with_one_thing_to_talk_about(playing: Stage, house: House) -> None:
    _as_if_paired_for(playing, house, timedelta(days=9))
    weekly = Weekly(playing.hoede.db, KeptFigures(), shipped_vocabulary(), new_id)
    while weekly.once():
        pass
    own, theirs = house.own("/me/family/weeks").text, house.guardian.open(f"{house.about}/week").text
    [letter] = [one for one in letters(playing, f"{house.account}@mail.example") if "Your week" in one] or [
        _letter_of_the_week(playing, house)
    ]
    starters = {catalogue("en").say(f"starter.{number}") for number in range(1, STARTERS + 1)}
    lines = [line for line in letter.partition("\n\n")[2].splitlines() if line]

    assert [line for line in lines if line not in own or line not in theirs] == []
    assert len([one for one in starters if one in letter]) == 1
    assert len(lines) - 1 <= 7


def _letter_of_the_week(playing: Stage, house: House) -> str:
    mail = f"{house.account}@mail.example"
    until(lambda: any("Your week" in one for one in letters(playing, mail)))
    return next(one for one in letters(playing, mail) if "Your week" in one)


def _as_if_paired_for(playing: Stage, house: House, time: timedelta) -> None:
    since = datetime.now(UTC) - time
    playing.hoede.db.commit(
        lambda tx: tx.conn.execute(update(LINKS).where(LINKS.c.id == house.link).values(started_at=since))
    )


@pytest.mark.promise(18, "linked-once-both-read-the-exact-list")
def test_it_begins_when_both_read_the_same_lists_and_the_teen_says_yes(
    playing: Stage, platform: Client
) -> None:
    account = somebody(platform, turns(14, in_days=-40))
    teen, guardian = Walker(playing.hoede_url), Walker(playing.hoede_url)
    own = f"{own_link(playing, account)}&lang=en"
    teen.open(own).follow("Invite a parent or guardian").press("Make an invitation", mode="limits")
    guardian.open(teen.value("Or send the link"))
    guardian.press("Send me the letter", name="Anna", mail=f"{account}@mail.example")
    came = letter_to(playing)(f"{account}@mail.example")
    guardian.open(next(one for one in came.split() if "/family/join/" in one))
    guardian.press("Come in without a passkey")
    seen_by_guardian = guardian.text
    guardian.press("Pair with").reads("now reads what you will see, and decides.")
    before = (guardian.text, platform.policy(account)["paired"])
    teen.open(own).follow("Read what Anna will see")
    seen_by_teen = teen.text
    teen.press("I read both lists.").reads("Paired since")
    words = catalogue("en")

    for key in ("time_parts", "settings", "requests"):
        assert words.say(f"pair.sees.{key}") in seen_by_teen
    for never in ("messages", "searches", "drafts and private posts", "visits to help pages"):
        assert (never in seen_by_teen, never in seen_by_guardian) == (True, True)
    assert (before[1], platform.policy(account)["paired"]) == (False, True)
    assert "Settings and limits" not in before[0]


@pytest.mark.promise(18, "linking-was-measured")
def test_linking_takes_less_than_two_minutes() -> None:
    rows = {row["name"]: row["ours"] for row in json.loads(MEASURED.read_text())["rows"]}
    assert rows["linking_at_a_calm_pace"] <= 120  # s
    assert rows["linking_taps"] <= 20


@pytest.mark.promise(18, "nobody-is-paired-without-their-own-yes")
def test_who_read_the_lists_and_says_no_is_not_paired(playing: Stage, platform: Client, house: House) -> None:
    account = somebody(platform, turns(15, in_days=-40))
    teen = Walker(playing.hoede_url).open(f"{own_link(playing, account)}&lang=en")
    teen.follow("Invite a parent or guardian").press("Make an invitation", mode="limits")
    house.guardian.open(teen.value("Or send the link")).press("Pair with")
    teen.open(f"{own_link(playing, account)}&lang=en").follow("Read what Anna will see").press("Do not pair")

    assert "It does not begin. Nothing else changed." in teen.text
    assert platform.policy(account)["paired"] is False
    assert account not in house.guardian.open("/family").text


@pytest.mark.promise(19, "content-is-set-asked-offered-and-agreed")
def test_content_settings_are_set_asked_and_agreed_together(house: House) -> None:
    house.limit("feed.level", step="strict", reason="Until we talked.")
    house.limit("feed.keywords_blocked", step="betting")
    limited = (house.step("feed.level"), house.step("feed.keywords_blocked"))
    _ask_for_room(house, "feed.level", "standard", "It is for my project.")
    house.guardian.open(f"{house.about}/requests").reads("It is for my project.")
    house.guardian.press("Offer this", offer="filtered", reason="A bit more.")
    offered = house.own().reads("A bit more.").text
    house.teen.press("Accept")

    assert limited == ("strict", ["betting"])
    assert "You can also have: Filtered" in offered
    assert house.step("feed.level") == "filtered"  # in force at the next permit


@pytest.mark.promise(20, "privacy-only-ever-gets-tighter-by-a-guardian")
def test_a_guardian_only_tightens_privacy(house: House) -> None:
    house.limit("comment.receive", step="none", reason="After last week.")
    house.limit("comment.receive", step="friends")  # no step that opens is on the page: sent by hand

    assert house.step("comment.receive") == "none"
    assert "Looser starts with a question" in house.guardian.text


@pytest.mark.promise(20, "privacy-is-set-asked-offered-and-agreed")
def test_privacy_settings_are_set_asked_and_agreed_together(house: House) -> None:
    house.limit("account.discoverable", step="off", reason="After last week.")
    limited = house.step("account.discoverable")
    _ask_for_room(house, "account.discoverable", "everyone", "My club looks for me.")
    house.guardian.open(f"{house.about}/requests")
    house.guardian.press("Offer this", offer="mutuals", reason="Friends of friends first.")
    house.own().reads("Friends of friends first.").press("Accept")

    assert (limited, house.step("account.discoverable")) == ("off", "mutuals")


def _ask_for_room(house: House, setting: str, step: str, words: str) -> None:
    house.own("/me/family/ask").press("Choose", setting=setting)
    house.teen.press("Ask", words=words, **{f"set.{setting}": step})


@pytest.mark.promise(21, "a-days-time-is-used-up-and-extended")
def test_time_is_limited_used_up_and_extended_by_agreement(playing: Stage, house: House) -> None:
    house.limit("time.daily_cap", step="45", reason="School comes first.")
    house.limit("notify.quiet_hours", days="every", begins="20:00", ends="21:30")
    _use(playing, house.account, minutes=45)
    up = house.platform.permit(house.account, "post")
    time = house.own("/me/time").text
    house.own("/me/family/ask").press("Ask", minutes="30", words="To finish it.")
    house.guardian.open(f"{house.about}/requests").press("Offer this", minutes="15", reason="Late.")
    house.own().press("Accept")

    assert (up.permit, [one.code for one in up.reasons]) == ("refused", ["daily_time"])
    assert "Left: 0 of 45 min." in time
    assert "Go on today" not in time  # it is the guardian's, not the teen's own
    assert house.platform.permit(house.account, "post").granted
    assert house.platform.usage(house.account).minutes_left == 15
    assert house.platform.permit(house.account, "help").granted


@pytest.mark.promise(21, "devices-quiet-hours-and-breaks")
def test_devices_count_once_and_quiet_hours_and_breaks_hold(house: House) -> None:
    here = datetime.now(ZoneInfo(ZONE))
    begins, ends = (f"{here + timedelta(hours=more):%H}:00" for more in (-1, 2))
    house.limit("notify.quiet_hours", days="every", begins=begins, ends=ends)
    house.own("/me/time").press("Save", set__time__break_every="10")
    beats = [
        Heartbeat(account=house.account, device=device, seq=seq, mark="on" if seq else "begin", held_s=held)
        for device in ("phone", "tablet")
        for seq, held in enumerate(range(11 * 60, -1, -30))
    ]
    house.platform.heartbeats(beats)

    assert house.platform.usage(house.account).minutes_today == 11  # of both devices together
    assert [one.code for one in house.platform.permit(house.account, "notify").reasons][:1] == ["quiet"]
    assert [one.code for one in house.platform.permit(house.account, "search").reasons] == ["break"]


def _use(playing: Stage, account: str, *, minutes: int) -> None:
    """As if so many minutes of today were counted, over all devices together."""
    now = int(datetime.now(UTC).timestamp() * 1000)
    quarters = {now // 900_000 - n: 900_000 for n in range(minutes // 15)}
    used = Used(quarters=quarters, in_a_row=minutes * 60_000, used_at=now)
    playing.hoede.db.commit(lambda tx: locked(tx, SERVICE, (account,)))
    playing.hoede.db.commit(lambda tx: save(tx, SERVICE, {account: used}))
    playing.hoede.permits.sides.forget(SERVICE, account)


@pytest.mark.promise(22, "search-is-set-asked-offered-and-agreed")
def test_search_is_closed_by_a_guardian_and_opened_by_the_teens_question(house: House) -> None:
    before = house.platform.permit(house.account, "search").granted
    house.limit("search.use", step="off", reason="Until the exams.")
    house.limit("search.result_level", step="strict")
    closed = house.platform.permit(house.account, "search")
    own = house.own("/me").text
    _ask_for_room(house, "search.use", "on", "For school.")
    house.guardian.open(f"{house.about}/requests").press("Yes, agreed")
    _ask_for_room(house, "search.result_level", "standard", "For school, too.")
    house.guardian.open(f"{house.about}/requests").press("Offer this", offer="filtered", reason="So far.")
    house.own().press("Accept")

    assert (before, closed.granted) == (True, False)
    assert "Until the exams." in own
    assert house.platform.permit(house.account, "search").granted
    assert house.step("search.result_level") == "filtered"
    assert "Anna looked at: your settings," in house.own("/me/family/looks").text
