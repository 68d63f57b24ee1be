"""P11 to P16: what an account may do follows from its age, with reasons that point at the guidelines."""

import re
from datetime import date
from pathlib import Path

import httpx2
import pytest
from tests.parts import until
from tests.promises.asking import in_utc, platform, somebody, today, turns
from tests.promises.office import Office, office, with_a_mode_for_children

from hoede.app.outside import endpoints_of
from hoede.app.rehearsal import SERVICE
from hoede.client import Client, me_link
from hoede.demo import records
from hoede.demo.people import join, post
from hoede.demo.stage import Stage
from hoede.policy import (
    NEVER_CLOSED,
    Answer,
    Attempt,
    Permit,
    Policy,
    Relation,
    born_side,
    decide,
    read_pack,
    shipped_pack,
    shipped_vocabulary,
)
from hoede.simulators.pictures import test_card as the_card

__all__ = ["office", "platform"]

RELEASE = Policy(shipped_vocabulary(), (shipped_pack("release-2021"),))
ATTEMPTS = [one for one in shipped_vocabulary().gates if "." not in one]
SEARCH = Attempt(what="search")
BANDS = {"under-13": 12, "13-15": 14, "16-17": 16, "18+": 30}


def own_page(playing: Stage, account: str) -> str:
    """What somebody sees behind the link that their platform makes."""
    secrets = endpoints_of(playing.hoede.config)[SERVICE].secrets
    link = me_link(playing.hoede_url, secrets, service=SERVICE, account=account, now=playing.hoede.db.now())
    return httpx2.get(f"{link}&lang=en").text


def by_library(
    born: date | None, what: str, day: date, hour: int = 12, zone: str = "Europe/Amsterdam"
) -> Permit:
    """The rules of 2021 without a server: towards a friend who is an adult."""
    now = in_utc(day, hour)
    friend = born_side(date(1990, 1, 1), now, zones=(zone,))
    attempt = Attempt(what=what, counterpart=friend, relation=Relation.FRIEND)
    return decide(RELEASE, born_side(born, now, zones=(zone,)), attempt, now)


@pytest.mark.promise(11, "every-refusal-points-at-the-guidelines")
def test_every_refusal_points_at_a_section_of_the_page(playing: Stage, platform: Client) -> None:
    page = httpx2.get(f"{playing.hoede_url}/guidelines").text
    accounts = [somebody(platform, turns(age, in_days=-40)) for age in BANDS.values()]
    permits = [platform.permit(one, what) for one in accounts for what in ATTEMPTS]
    named = {reason.guideline for one in permits for reason in one.reasons}
    assert len(named) > 3
    assert {one for one in named if f'id="{one}"' not in page} == set()


@pytest.mark.promise(11, "every-letter-points-at-the-guidelines")
def test_every_letter_points_at_a_section_of_the_page(playing: Stage, platform: Client) -> None:
    closed = join(playing.plein_url, "Sem", "1980-01-01", verify=True)
    post(closed, the_card())
    until(lambda: records.account_state(playing, closed) == "closed")
    until(lambda: records.letter_opens(playing, closed))
    told = httpx2.get(f"{playing.plein_url}/admin/accounts/{closed.id}").json()["letters"]
    letter = httpx2.get(told[-1]["appeal_url"]).text
    [(address, key)] = re.findall(r"(\S+/guidelines)#(\w+)", letter)
    assert f'id="{key}"' in httpx2.get(address).text


@pytest.mark.promise(12, "every-attempt-is-answered-by-band-with-reasons")
@pytest.mark.parametrize(("band", "age"), BANDS.items())
def test_every_attempt_is_answered_and_what_is_not_granted_has_a_reason(
    platform: Client, band: str, age: int
) -> None:
    account = somebody(platform, turns(age, in_days=-40))
    assert platform.policy(account)["age_band"] == band
    permits = {what: platform.permit(account, what) for what in ATTEMPTS}
    assert all(one.certain for one in permits.values())
    assert [what for what, one in permits.items() if not one.granted and not one.reasons] == []
    texts = [reason.text for one in permits.values() for reason in one.reasons]
    assert all(text["en"] and text["nl"] for text in texts)


@pytest.mark.promise(12, "help-is-for-every-band")
def test_help_is_open_at_every_age(platform: Client) -> None:
    accounts = [somebody(platform, turns(age, in_days=-40)) for age in BANDS.values()]
    assert all(platform.permit(one, what).granted for one in accounts for what in NEVER_CLOSED)


@pytest.mark.promise(12, "under-13-is-told-in-a-childs-words")
def test_who_is_under_13_is_refused_in_a_childs_words_and_finds_help(
    playing: Stage, platform: Client
) -> None:
    child = somebody(platform, turns(10, in_days=-40))
    permit = platform.permit(child, "post")
    assert (permit.permit, platform.policy(child)["path"]) == ("refused", "refused")
    assert permit.reasons[0].text["en"] == "You have to be 13 to be here. You did nothing wrong."
    assert "Ask a grown-up you trust to look at this with you." in permit.now["en"]
    page = own_page(playing, child)
    assert "You are a bit too young for" in page
    assert ("These people listen to children." in page, 'href="/help"' in page) == (True, True)
    by_rules = by_library(turns(10, in_days=-40), "post", today())
    assert (by_rules.answer, by_rules.reasons[0].code) == (Answer.REFUSED, "law_account")


@pytest.mark.promise(12, "under-13-has-a-mode-of-its-own-where-a-pack-says-so")
def test_where_a_pack_has_a_mode_for_children_they_have_a_place_and_its_limits(
    playing: Stage, platform: Client, office: Office, tmp_path: Path
) -> None:
    child = somebody(platform, turns(10, in_days=-40))
    draft = with_a_mode_for_children(tmp_path)
    made = office.run("propose", draft, "--why", "A part for children.", "--by", office.anna)
    office.run("approve", made["version"], "--by", office.bas)
    until(lambda: platform.policy(child)["path"] == "child_mode")
    answers = [platform.permit(child, what).permit for what in ("search", "message", "go_live", "gift")]
    page = own_page(playing, child)
    back = office.run("rollback", "--why", "The end of a test.", "--by", office.anna)
    office.run("approve", back["version"], "--by", office.bas)
    until(lambda: platform.policy(child)["path"] == "refused")
    assert answers == ["granted", "refused", "refused", "refused"]
    assert ("This is the part for children." in page, "<b>Messages out:</b> Nobody" in page) == (True, True)
    pack = read_pack(draft.read_text(), shipped_vocabulary())
    now = in_utc(today(), 12)
    permit = decide(
        Policy(shipped_vocabulary(), (pack,)), born_side(turns(10, in_days=-40), now), SEARCH, now
    )
    assert permit.answer is Answer.GRANTED


@pytest.mark.promise(13, "a-new-account-of-13-to-15-is-private")
def test_a_new_account_of_13_14_15_or_unknown_age_is_private(platform: Client) -> None:
    births = [*(turns(age, in_days=-40) for age in (13, 14, 15)), None]
    found = [platform.policy(somebody(platform, one))["settings"]["account.visibility"] for one in births]
    assert [(one["step"], one["who"]) for one in found] == [("private", "house")] * 4


@pytest.mark.promise(13, "only-who-is-let-in-sees-it")
def test_somebody_who_was_not_let_in_sees_no_private_account(platform: Client) -> None:
    teen, other = (somebody(platform, turns(age, in_days=-40)) for age in (14, 15))
    assert not platform.permit(other, "view_profile", counterpart=teen).granted
    assert platform.permit(other, "view_profile", counterpart=teen, relation="follower").granted


@pytest.mark.promise(14, "messages-from-the-16th-birthday")
def test_messages_are_refused_until_the_16th_birthday_sent_and_received(platform: Client) -> None:
    young, old = somebody(platform, turns(16, in_days=1)), somebody(platform, turns(16, in_days=0))
    friend = somebody(platform, turns(16, in_days=-300))

    def may(sender: str, receiver: str) -> str:
        return platform.permit(sender, "message", counterpart=receiver, relation="friend").permit

    assert (may(young, friend), may(friend, young)) == ("refused", "refused")
    assert (may(old, friend), may(friend, old)) == ("granted", "granted")
    assert "age_dm" in [one.code for one in platform.permit(young, "message", counterpart=friend).reasons]


@pytest.mark.promise(14, "in-the-zone-of-the-account-and-on-leap-days")
def test_the_birthday_begins_in_the_zone_of_the_account_and_a_leap_day_is_the_first_of_march() -> None:
    leap = date(2008, 2, 29)
    assert by_library(leap, "message", date(2024, 2, 28)).answer is Answer.REFUSED
    assert by_library(leap, "message", date(2024, 2, 29)).answer is Answer.GRANTED
    leap_17th = date(2009, 3, 1)  # 16 on 1 March 2025
    assert by_library(leap_17th, "message", date(2025, 2, 28), 22).answer is Answer.REFUSED
    assert by_library(leap_17th, "message", date(2025, 2, 28), 23).answer is Answer.GRANTED  # 00:00 there
    zone = "America/Los_Angeles"
    assert by_library(leap_17th, "message", date(2025, 3, 1), 7, zone).answer is Answer.REFUSED
    assert by_library(leap_17th, "message", date(2025, 3, 1), 8, zone).answer is Answer.GRANTED


@pytest.mark.promise(15, "live-from-the-16th-birthday")
def test_live_is_refused_until_the_16th_birthday_hosting_and_taking_part(platform: Client) -> None:
    young = somebody(platform, turns(16, in_days=1))
    friend = somebody(platform, turns(16, in_days=-300))
    hosting = platform.permit(young, "go_live")
    part = platform.permit(young, "cohost", counterpart=friend, relation="friend")
    assert (hosting.permit, part.permit) == ("refused", "refused")
    assert hosting.reasons[0].code == "age_live"
    assert by_library(turns(16, in_days=0), "go_live", today()).answer is Answer.GRANTED


@pytest.mark.promise(15, "from-then-on-it-is-a-choice")
def test_from_16_on_live_is_no_longer_refused_by_age(platform: Client) -> None:
    permit = platform.permit(somebody(platform, turns(16, in_days=0)), "go_live")
    assert "age_live" not in [one.code for one in permit.reasons]


@pytest.mark.promise(16, "a-first-days-path")
def test_a_teen_who_begins_sees_safe_starts_what_to_choose_whom_to_ask_and_how_to_report(
    playing: Stage, platform: Client
) -> None:
    teen = somebody(platform, turns(14, in_days=-40))
    page = own_page(playing, teen)
    assert "Your first days here" in page
    assert re.search(r"<b>Messages out:</b> Nobody", page)
    assert 'href="/help"' in page
    assert "Report something" in page
    assert 'value="private" selected' in page
