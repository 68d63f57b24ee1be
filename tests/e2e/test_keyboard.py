"""Without a mouse: the way past the menu comes first, and one always sees where one is."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from hoede.demo.stage import Stage

FEWEST_STOPS, MOST_STOPS = 2, 60
PAGES = ("{hoede}/", "{hoede}/help?country=NL", "{plein}/", "{plein}/join", "{authority}/")
# A date's calendar button lies inside the browser's own field, which draws the ring itself.
WHERE = """async () => {
  await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const one = document.activeElement;
  const ring = style => style.outlineStyle !== "none" && style.outlineWidth !== "0px";
  const box = one.getBoundingClientRect(), seen = box.bottom > 0 && box.top < innerHeight && box.width > 0;
  const ringed = one.type === "date" || ring(getComputedStyle(one)) || ring(getComputedStyle(one, "::after"));
  return {name: one.tagName + " " + one.textContent.trim().slice(0, 30), seen, ringed,
    over: one === document.body || !document.hasFocus()};
}"""


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, opened: Callable[..., Page], playing: Stage) -> Page:
    address = request.param.format(
        hoede=playing.hoede_url, plein=playing.plein_url, authority=playing.authority.url
    )
    fresh = opened()
    fresh.goto(address)
    return fresh


def test_the_first_stop_leads_past_the_menu(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def test_one_sees_every_stop(page: Page) -> None:
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate(WHERE)
        if here["over"]:
            break
        stops.append(here)
    assert len(stops) >= FEWEST_STOPS
    assert [stop["name"] for stop in stops if not (stop["seen"] and stop["ringed"])] == []


@pytest.mark.parametrize("start", ["{plein}/join", "{plein}/", "{hoede}/", "{hoede}/nowhere"])
def test_help_is_one_tap_away(start: str, opened: Callable[..., Page], playing: Stage) -> None:
    page = opened()
    page.goto(start.format(hoede=playing.hoede_url, plein=playing.plein_url))
    page.get_by_role("link", name="Get help").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are not alone. Here are people who help.")
