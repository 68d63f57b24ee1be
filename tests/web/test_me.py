"""One's own page: what is on, who decided it, what one may change; and the guidelines."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.parts import fresh
from tests.web.api import Api
from tests.web.permits import choose, policy_of, somebody

from hoede.app.outside import endpoints_of
from hoede.app.rehearsal import SERVICE
from hoede.client import handover_link, me_link
from hoede.policy.guidelines import shipped_guidelines


def link(api: Api, account: str, *, ago: timedelta = timedelta()) -> str:
    """The path and query that Plein hands somebody."""
    secrets = endpoints_of(api.hoede.config)[SERVICE].secrets
    whole = me_link(
        "http://testserver", secrets, service=SERVICE, account=account, now=datetime.now(UTC) - ago
    )
    return f"{urlsplit(whole).path}?{urlsplit(whole).query}"


def opened(api: Api, account: str, lang: str = "en") -> str:
    answer = api.http.get(f"{link(api, account)}&lang={lang}")
    assert answer.status_code == 200
    return answer.text


def send(api: Api, account: str, **fields: str) -> httpx2.Response:
    told = {f"set.{name.replace('__', '.')}": step for name, step in fields.items()}
    return api.http.post(f"{link(api, account)}&lang=en", data=told, follow_redirects=False)


def steps_of(page: str, setting: str) -> list[str]:
    """The values one can choose for a setting."""
    chooser = re.search(rf'<select[^>]*name="set\.{re.escape(setting)}".*?</select>', page, re.DOTALL)
    return re.findall(r'value="([^"]*)"', chooser[0]) if chooser else []


def test_it_shows_what_is_on_and_who_decided(api: Api) -> None:
    page = opened(api, somebody(api, 14))

    assert "<b>Messages out:</b> Nobody" in page
    assert "Decided by: Our rules." in page


def test_it_speaks_dutch(api: Api) -> None:
    page = opened(api, somebody(api, 14), "nl")

    assert "Mijn veiligheid" in page
    assert "<b>Berichten sturen:</b> Niemand" in page


def test_the_first_days_are_explained_until_one_has_chosen(api: Api) -> None:
    teen = somebody(api, 14)
    before = opened(api, teen)

    choose(api, teen, "comment.receive", "none")

    assert "Your first days here" in before
    assert "Your first days here" not in opened(api, teen)


def test_one_can_choose_up_to_the_limit_and_no_further(api: Api) -> None:
    page = opened(api, somebody(api, 14))

    assert steps_of(page, "live.host") == []  # nothing to choose under 16
    assert steps_of(page, "account.visibility") == ["private", "public"]


def test_what_is_chosen_counts_at_once_and_can_be_let_go(api: Api) -> None:
    teen = somebody(api, 14)

    kept = send(api, teen, comment__receive="none")
    chosen = policy_of(api, teen).body["settings"]["comment.receive"]
    send(api, teen, comment__receive="start")

    assert (kept.status_code, chosen["step"], chosen["who"]) == (303, "none", "you")
    assert policy_of(api, teen).body["settings"]["comment.receive"]["who"] == "house"


def test_what_may_not_be_chosen_is_refused_in_words(api: Api) -> None:
    teen = somebody(api, 14)

    answer = send(api, teen, live__host="on")

    assert answer.status_code == 409
    assert "Going live is for 16 and over." in answer.text
    assert policy_of(api, teen).body["settings"]["live.host"]["step"] == "off"


WRONG = [{"dm.send": "loudly"}, {"dm.sing": "off"}, {"time.daily_cap": "-5"}]


@pytest.mark.parametrize("told", WRONG)
def test_a_form_that_is_none_of_ours_changes_nothing(api: Api, told: dict[str, str]) -> None:
    answer = send(api, somebody(api, 30), **told)

    assert answer.status_code == 422
    assert "Nothing was changed." in answer.text


def test_another_site_cannot_choose_for_somebody(api: Api) -> None:
    teen = somebody(api, 14)

    answer = api.http.post(
        link(api, teen), data={"set.comment.receive": "everyone"}, headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.status_code == 403


def test_a_link_that_is_old_or_for_another_page_opens_nothing(api: Api) -> None:
    teen = somebody(api, 14)
    secrets = endpoints_of(api.hoede.config)[SERVICE].secrets
    report = handover_link("", secrets, service=SERVICE, subject=teen, now=datetime.now(UTC))
    paths = [link(api, teen, ago=timedelta(minutes=16)), report.replace("/report", "/me"), "/me", "/me?h=x.y"]

    answers = [api.http.get(path) for path in paths]

    assert [one.status_code for one in answers] == [410] * 4
    assert all("/help" in one.text for one in answers)


def test_a_link_to_ones_own_page_reports_nobody(api: Api) -> None:
    path = link(api, fresh("account")).replace("/me", "/report")

    assert api.http.get(path).status_code == 410


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_section_of_the_guidelines_has_its_place(api: Api, lang: str) -> None:
    page = api.http.get(f"/guidelines?lang={lang}").text

    assert [f'id="{one.key}"' in page for one in shipped_guidelines()] == [True] * len(shipped_guidelines())
    assert all(one.title[lang] in page for one in shipped_guidelines())


def test_a_child_who_is_too_young_reads_what_happens_and_where_help_is(api: Api) -> None:
    page = opened(api, somebody(api, 10))

    for said in (
        "You are a bit too young for",
        "You did nothing wrong",
        "You have to be 13 to be here.",
        "When you are 13, you can come back.",
        "These people listen to children.",
        'href="/help"',
    ):
        assert said in page
    assert "set." not in page  # nothing to choose


def test_it_speaks_dutch_to_a_child_too(api: Api) -> None:
    assert "Je bent nog iets te jong voor" in opened(api, somebody(api, 10), "nl")


def test_the_way_of_an_account_is_told_to_its_platform(api: Api) -> None:
    ways = [policy_of(api, somebody(api, years)).body["path"] for years in (10, 14, 30, None)]
    assert ways == ["refused", "account", "account", "account"]
