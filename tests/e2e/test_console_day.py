"""A judge's day in a browser: looking until the break that nobody goes around, and leaving in good hands."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.test_console import MAKE, Desk, desk_of, faults_of, invite
from tests.e2e.test_console_desk import SLOWEST_MS, look, suspected

from hoede.demo.stage import Stage

DAY = "/console/my-day"
CLOSED = {"en": "stays closed until", "nl": "blijft dicht tot"}
BREAK = {"en": "Your case is safe.", "nl": "Je zaak is veilig."}
HANDED = {"en": "Handed over: 1.", "nl": "Overgedragen: 1."}


@dataclass(frozen=True)
class Sight:
    playing: Stage
    desk: Desk
    language: str
    case: str

    def is_fit(self, name: str) -> None:
        assert faults_of(self.desk.page, name, self.language) == []


@pytest.fixture(scope="module", params=["en", "nl"])
def sight(request: pytest.FixtureRequest, playing: Stage, new_page: Callable[..., Page]) -> Iterator[Sight]:
    """Somebody who judges and leads, with one case in their hands and one colleague."""
    language = request.param
    desk = desk_of(new_page(language), playing.hoede_url)
    invite(playing, f"Aya {language}", "judge", language=language)
    desk.go(invite(playing, f"Sem {language}", "judge", "lead", language=language))
    desk.press(MAKE[language])
    desk.at("/console/me")
    case = suspected(playing, f"Lot {language}")
    desk.go(f"/console/cases/{case}")
    desk.page.locator("form[action$='/take'] button").click()
    yield Sight(playing, desk, language, case)
    desk.page.context.close()


def test_a_day_goes_up_to_the_break_and_ends_in_good_hands(sight: Sight) -> None:
    desk, page, words = sight.desk, sight.desk.page, sight.language
    desk.go(f"/console/cases/{sight.case}")
    page.locator("button[name=how][value=clear]").click()
    sight.is_fit("day-known")  # listed: nobody needs to see it
    most = sight.playing.hoede.tables.wellness.rest.after_views
    for _ in range(most):
        look(page, "clear")
        expect(page.locator("main img")).to_have_js_property("complete", value=True, timeout=SLOWEST_MS)
    look(page, "clear")
    expect(page.get_by_role("alert")).to_contain_text(CLOSED[words])
    expect(page.locator("main img")).to_have_count(0)
    sight.is_fit("day-closed")

    desk.go(DAY)
    expect(page.locator("main [role=status]")).to_contain_text(BREAK[words])
    expect(page.locator("form[action$='/go-on']")).to_have_count(0)  # a break that is due is not skipped
    sight.is_fit("day-break")
    page.locator("#to").select_option(label=f"Aya {words}")
    page.locator("#says").fill("The second picture is of another evening.")
    page.locator("form[action$='/leave'] button").click()
    expect(page.locator("main [role=status]").first).to_contain_text(HANDED[words])
    expect(page.locator("form[action$='/leave']")).to_have_count(0)
    sight.is_fit("day-left")


def test_how_one_begins_to_look_is_kept(sight: Sight) -> None:
    sight.desk.go(DAY)
    page = sight.desk.page
    page.locator("input[name=first][value=blurred]").check()
    page.locator("form[action$='/settings'] button").click()
    expect(page.locator("input[name=first][value=blurred]")).to_be_checked()


def test_what_a_lead_sees_of_a_team_is_fit_for_everybody(sight: Sight) -> None:
    sight.desk.go("/console/exposure")
    page = sight.desk.page
    page.locator("summary", has_text=f"Aya {sight.language}").click()
    sight.is_fit("exposure")
