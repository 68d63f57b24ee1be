"""Every page, in both languages, both themes and on both sizes: readable, whole, silent, and near to help."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from hoede.demo import people, records
from hoede.demo.people import Person
from hoede.demo.stage import Stage
from hoede.simulators import pictures

AXE = Axe().axe_script
EVERY_RULE = {"resultTypes": ["violations"]}
# The rules that see how a page looks; the others see its words and tags, which no size or theme changes.
RULES_OF_LOOKS = EVERY_RULE | {"runOnly": ["color-contrast", "link-in-text-block", "target-size"]}
# Drawn: no page moves for those who asked for less motion, so a theme is on at the next frame.
DRAWN = "() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
SIZES = {"phone": ViewportSize(width=390, height=844), "desk": ViewportSize(width=1280, height=900)}
SHOTS = Path("build/screenshots") if os.environ.get("HOEDE_SCREENSHOTS") == "1" else None
THIS_YEAR = datetime.now(UTC).year
WITHIN_S = 20


@dataclass(frozen=True, slots=True)
class Look:
    size: str
    dark: bool

    def __str__(self) -> str:
        return f"{self.size}.{'dark' if self.dark else 'light'}"


# Both languages together see each size in each theme.
LOOKS = {
    "en": (Look("phone", dark=False), Look("desk", dark=True)),
    "nl": (Look("desk", dark=False), Look("phone", dark=True)),
}


@dataclass(frozen=True, slots=True)
class Cast:
    """People in every state an account can be in, and the addresses of what they left."""

    people: dict[str, Person]
    at: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    address: str  # its {places} are those of the cast
    who: str = ""  # signed in to Plein
    act: Callable[[Page], None] = lambda _page: None


def press(page: Page) -> None:
    page.locator("main form button").first.click()


def report_it(page: Page) -> None:
    page.locator("input[name=reason]").nth(1).check()
    press(page)


def be_nine(page: Page) -> None:
    page.locator("#name").fill("Wim")
    page.locator("#born").fill(f"{THIS_YEAR - 9}-01-01")
    press(page)


SCENES = (
    Scene("start", "{hoede}/"),
    Scene("help", "{hoede}/help?country=NL"),
    Scene("help-elsewhere", "{hoede}/help?country="),
    Scene("letter", "{letter}"),
    Scene("letter-empty", "{letter}", act=press),
    Scene("letter-receipt", "{receipt}"),
    Scene("letter-unknown", "{hoede}/appeal/x"),
    Scene("report", "{plein}/report/posts/{harmless}"),
    Scene("report-empty", "{plein}/report/posts/{harmless}", act=press),
    Scene("report-receipt", "{plein}/report/posts/{harmless}", "anna", act=report_it),
    Scene("report-forged", "{hoede}/report?h=x"),
    Scene("me", "{plein}/safety", "noor"),
    Scene("me-closed", "{hoede}/me?h=x"),
    Scene("guidelines", "{hoede}/guidelines"),
    Scene("hoede-missing", "{hoede}/nowhere"),
    Scene("plein", "{plein}/"),
    Scene("plein-signed-in", "{plein}/", "anna"),
    Scene("join", "{plein}/join"),
    Scene("join-wrong", "{plein}/join", act=press),
    Scene("join-too-young", "{plein}/join", act=be_nine),
    Scene("verify", "{plein}/verify", "cas"),
    Scene("verify-done", "{plein}/verify", "anna"),
    Scene("profile", "{plein}/profile?said=verified", "anna"),
    Scene("profile-limited", "{plein}/profile", "cas"),
    Scene("profile-held", "{plein}/profile", "noor"),
    Scene("post-form", "{plein}/post", "anna"),
    Scene("post-wrong", "{plein}/post", "anna", act=press),
    Scene("post-limited", "{plein}/post", "cas"),
    Scene("post", "{plein}/posts/{harmless}"),
    Scene("post-held", "{plein}/posts/{held}", "noor"),
    Scene("post-removed", "{plein}/posts/{removed}"),
    Scene("plein-missing", "{plein}/nowhere"),
    Scene("acts-refused", "{plein}/acts", "noor", act=press),
    Scene("acts", "{plein}/acts", "anna"),
    Scene("letters-none", "{plein}/letters", "anna"),
    Scene("letters", "{plein}/letters", "cas"),
    Scene("closed", "{plein}/closed", "bram"),
    Scene("authority", "{authority}/"),
    Scene("authority-report", "{authority}/reports/{report}"),
    Scene("authority-missing", "{authority}/reports/1"),
)
SPOKEN = [
    (scene, language)
    for scene in SCENES
    for language in LOOKS
    if language == "en" or "{authority}" not in scene.address  # the authority speaks English only
]


@pytest.fixture(scope="session")
def cast(playing: Stage) -> Cast:
    """Everybody in their state; ready when no order is left and every report is finished."""
    url, card, fifteen = playing.plein_url, pictures.test_card(), f"{THIS_YEAR - 15}-01-01"
    anna, bram = (people.join(url, name, "1990-03-01", verify=True) for name in ("Anna", "Bram"))
    cas, noor = people.join(url, "Cas", "1992-01-20"), people.join(url, "Noor", fifteen)
    dirk = people.join(url, "Dirk", "1979-11-05", verify=True)
    at = {"hoede": playing.hoede_url, "plein": url, "authority": playing.authority.url}
    at |= {"harmless": people.post(anna, pictures.picture(3)), "removed": people.post(bram, card)}
    at |= {"held": people.post(noor, card)}
    for one in (cas, dirk):
        people.post(one, card)
    last = time.monotonic() + WITHIN_S
    while not _is_done(playing, told=(bram, cas, dirk), held=noor):
        assert time.monotonic() < last, records.unfinished(playing)
        time.sleep(0.2)
    at |= {
        "letter": _letter(bram),
        "receipt": _letter(dirk),
        "report": str(playing.authority.reports()[-1].id),
    }
    httpx2.post(at["receipt"], data={"why": "I drew it myself."})
    return Cast({"anna": anna, "bram": bram, "cas": cas, "noor": noor}, at)


@pytest.fixture(scope="session")
def browser_of(cast: Cast, new_page: Callable[..., Page]) -> Callable[[str, str], Page]:
    """The browser of somebody, or of nobody in particular, in a language; opened once, for it takes long."""

    @cache
    def page(who: str, language: str) -> Page:
        opened = new_page(language)
        if who:
            session = cast.people[who].cookies["plein_session"]
            opened.context.add_cookies([{"name": "plein_session", "value": session, "url": cast.at["plein"]}])
        return opened

    return page


@pytest.mark.parametrize(
    ("scene", "language"), SPOKEN, ids=[f"{scene.name}-{lang}" for scene, lang in SPOKEN]
)
def test_a_page_is_fit_for_everybody(
    cast: Cast,
    browser_of: Callable[[str, str], Page],
    scene: Scene,
    language: str,
) -> None:
    page = browser_of(scene.who, language)
    page.goto(scene.address.format(**cast.at))
    scene.act(page)
    page.evaluate(AXE)
    wrong = list(faults(page, scene, language))
    looks = [*LOOKS["en"], *LOOKS["nl"]] if SHOTS else LOOKS[language]
    for number, look in enumerate(looks):
        put_on(page, look)
        if SHOTS:
            page.screenshot(path=SHOTS / f"{scene.name}.{language}.{look}.png", full_page=True)
        wrong += faults_of_looks(page, look, RULES_OF_LOOKS if number else EVERY_RULE)
    assert wrong == []


def put_on(page: Page, look: Look) -> None:
    page.set_viewport_size(SIZES[look.size])
    page.emulate_media(color_scheme="dark" if look.dark else "light")
    page.evaluate(DRAWN)


def faults(page: Page, scene: Scene, language: str) -> Iterator[str]:
    if page.locator("html").get_attribute("lang") != language:
        yield "speaks another language"
    if "{authority}" not in scene.address and not page.locator("a[href*='/help']:visible").count():
        yield "no way to help"


def faults_of_looks(page: Page, look: Look, rules: dict[str, list[str]]) -> Iterator[str]:
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield f"{look}: scrolls sideways"
    for one in page.evaluate("rules => axe.run(document, rules)", rules)["violations"]:
        if one["impact"] in {"serious", "critical"}:
            yield f"{look}: {one['id']} at {[node['target'] for node in one['nodes']]}"


def _is_done(playing: Stage, *, told: Iterable[Person], held: Person) -> bool:
    """Whether letters arrived, the minor's case waits, and no order is left."""
    letters = all(records.letter_opens(playing, one) for one in told)
    return letters and records.lane(playing, held) == "minors" and records.is_settled(playing)


def _letter(person: Person) -> str:
    shown = httpx2.get(f"{person.plein_url}/admin/accounts/{person.id}").json()["letters"]
    return str(shown[-1]["appeal_url"])
