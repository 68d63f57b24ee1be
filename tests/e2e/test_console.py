"""The console in a browser with a virtual authenticator: joining, signing in, adding somebody; its pages."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import CDPSession, Page, expect
from tests.e2e.test_pages import AXE, EVERY_RULE, LOOKS, RULES_OF_LOOKS, SHOTS, faults_of_looks, put_on

from hoede.access import staff
from hoede.app import new_id
from hoede.demo.stage import Stage

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
MAKE = {"en": "Make a passkey", "nl": "Maak een passkey"}


@dataclass(frozen=True)
class Desk:
    """A browser with a device that makes passkeys."""

    page: Page
    device: CDPSession
    url: str
    authenticator: str

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def at(self, path: str) -> None:
        expect(self.page).to_have_url(f"{self.url}{path}")

    def recognises(self, *, somebody: bool) -> None:
        """Whether the device recognises who touches it from now on."""
        told = {"authenticatorId": self.authenticator, "isUserVerified": somebody}
        self.device.send("WebAuthn.setUserVerified", told)


def desk_of(page: Page, url: str) -> Desk:
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return Desk(page, device, url, made["authenticatorId"])


def invite(playing: Stage, name: str, *roles: str, language: str = "en") -> str:
    """The path of a link for somebody new."""
    person, link = new_id("per"), secrets.token_urlsafe(32)
    playing.hoede.db.commit(
        lambda tx: staff.add(tx, person, link, name=name, roles=roles, language=language, by="a-test")
    )
    return f"/console/invitation/{link}"


@pytest.fixture
def desk(playing: Stage, opened: Callable[..., Page]) -> Desk:
    return desk_of(opened(), playing.hoede_url)


def join(desk: Desk, playing: Stage, *roles: str, name: str = "Anna") -> None:
    desk.go(invite(playing, name, *roles))
    desk.press("Make a passkey")
    desk.at("/console/me")


def test_one_joins_by_a_link_and_signs_in_again(desk: Desk, playing: Stage) -> None:
    join(desk, playing, "judge")
    desk.press("Sign out")
    desk.at("/console/sign-in")
    desk.go("/console/me")
    desk.at("/console/sign-in?to=/console/me")
    desk.press("Use my passkey")
    desk.at("/console/me")
    cookies = {one["name"]: one for one in desk.page.context.cookies()}
    session = cookies["__Host-hoede_session"]
    assert (session["secure"], session["httpOnly"], session["sameSite"]) == (True, True, "Lax")


def test_an_administrator_adds_somebody_who_joins_at_another_desk(
    desk: Desk, playing: Stage, opened: Callable[..., Page]
) -> None:
    join(desk, playing, "administrator")
    desk.page.get_by_role("link", name="People").click()
    desk.page.get_by_label("Name").fill("<b>Joris</b>")
    desk.page.locator("input[value='judge']").check()
    desk.press("Add and make a link")
    link = desk.page.get_by_role("textbox", name="Link").input_value()
    other = desk_of(opened(), playing.hoede_url)
    other.page.goto(link)
    other.press("Make a passkey")
    other.at("/console/me")
    expect(other.page.locator(".top__end")).to_contain_text("<b>Joris</b>")


def test_a_code_that_was_written_down_makes_a_new_passkey(
    desk: Desk, playing: Stage, opened: Callable[..., Page]
) -> None:
    join(desk, playing, "judge")
    desk.press("Make new codes")
    code = desk.page.locator("ol code").first.inner_text()
    other = desk_of(opened(), playing.hoede_url)
    other.go("/console/sign-in")
    other.page.get_by_role("link", name="Lost your passkey?").click()
    other.page.get_by_label("Recovery code").fill(code)
    other.press("Use this code")
    other.press("Make a passkey")
    other.at("/console/me")
    desk.page.reload()
    desk.go("/console")
    desk.at("/console/sign-in?to=/console")


def test_the_page_says_when_nothing_came_of_a_passkey_and_one_can_try_again(
    desk: Desk, playing: Stage
) -> None:
    join(desk, playing, "judge")
    desk.press("Sign out")
    desk.recognises(somebody=False)
    desk.press("Use my passkey")
    expect(desk.page.get_by_role("alert")).to_contain_text("You can try again.")
    desk.recognises(somebody=True)
    desk.press("Use my passkey")
    desk.at("/console")


def test_everything_is_reached_without_a_mouse(desk: Desk, playing: Stage) -> None:
    desk.go(invite(playing, "Anna", "administrator"))
    button = desk.page.get_by_role("button", name="Make a passkey")
    expect(button).to_be_enabled()
    for _ in range(10):
        desk.page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    desk.page.keyboard.press("Enter")
    desk.at("/console/me")


@pytest.fixture(scope="module", params=["en", "nl"])
def settled(
    request: pytest.FixtureRequest, playing: Stage, new_page: Callable[..., Page]
) -> Iterator[tuple[Desk, str]]:
    """An administrator of each language who has seen everything once."""
    language = request.param
    desk = desk_of(new_page(language), playing.hoede_url)
    desk.go(invite(playing, f"Anna {language}", "administrator", "judge", language=language))
    desk.press(MAKE[language])
    desk.at("/console/me")
    yield desk, language
    desk.page.context.close()


SIGNED_IN = ("/console", "/console/me", "/console/people", "/console/people/per_0", "/console/step-up")
VISITORS = ("/console/sign-in", "/console/recover", "/console/invitation/abc")


@pytest.mark.parametrize("path", SIGNED_IN)
def test_a_page_of_the_console_is_fit_for_everybody(settled: tuple[Desk, str], path: str) -> None:
    desk, language = settled
    desk.go(path)
    assert faults_of(desk.page, path, language) == []


@pytest.mark.parametrize("act", ["link", "person", "codes"])
def test_what_is_shown_once_is_fit_for_everybody(settled: tuple[Desk, str], act: str) -> None:
    desk, language = settled
    page = desk.page
    if act == "codes":
        desk.go("/console/me")
        page.locator("form[action$='/codes'] button").click()
    else:
        desk.go("/console/people")
        page.locator("#name").fill("Zoë van den Wijngaarden-Oosterhout")
        page.locator("input[value='judge']").check()
        page.locator("form.card button").click()
        if act == "person":
            page.locator("main a[href^='/console/people/']").click()
    assert faults_of(page, act, language) == []


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("path", [*VISITORS, "invited"])
def test_a_page_before_signing_in_is_fit_for_everybody(
    playing: Stage, new_page: Callable[..., Page], path: str, language: str
) -> None:
    page = new_page(language)
    page.goto(playing.hoede_url + (invite(playing, "Anna", "judge") if path == "invited" else path))
    wrong = faults_of(page, path, language)
    page.context.close()
    assert wrong == []


def faults_of(page: Page, name: str, language: str) -> list[str]:
    page.evaluate(AXE)
    wrong = [] if page.locator("html").get_attribute("lang") == language else ["speaks another language"]
    if not page.locator("a[href*='/help']:visible").count():
        wrong.append("no way to help")
    looks = [*LOOKS["en"], *LOOKS["nl"]] if SHOTS else LOOKS[language]
    for number, look in enumerate(looks):
        put_on(page, look)
        if SHOTS:
            shot = f"console-{name.strip('/').replace('/', '-')}.{language}.{look}.png"
            page.screenshot(path=SHOTS / shot, full_page=True)
        wrong += faults_of_looks(page, look, RULES_OF_LOOKS if number else EVERY_RULE)
    return wrong
