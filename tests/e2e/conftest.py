"""One stage and one browser for all browser tests; each test opens pages of its own."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from hoede.demo.stage import Ports, Stage, stage
from hoede.demo.story import PATIENCE
from hoede.logs import start_logs
from hoede.simulators.pictures import picture

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCALES = {"en": "en-GB", "nl": "nl-NL"}
TIMEOUT_MS = 15_000
REPORTED = picture(2010)  # on no list: only a person can say what it is


@pytest.fixture(scope="session")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Hoede, Plein and the authority's stand-in."""
    start_logs(level="error")
    with stage(tmp_path_factory.mktemp("stage"), Ports(), patience=PATIENCE, drawn=[REPORTED]) as up:
        yield up


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=_chromium(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def complaints() -> list[str]:
    """What pages complained of: refused styles and scripts, errors, parts that did not come."""
    return []


@pytest.fixture(autouse=True)
def silent(complaints: list[str]) -> Iterator[None]:
    """No page may complain of anything during a test."""
    complaints.clear()
    yield
    assert complaints == []


@pytest.fixture(scope="session")
def new_page(browser: Browser, complaints: list[str]) -> Callable[..., Page]:
    """Opens a page in a browser profile of its own; whoever asks for it closes that profile."""

    def page_of(language: str = "en", *, script: bool = True) -> Page:
        profile = browser.new_context(
            locale=LOCALES[language],
            java_script_enabled=script,
            viewport={"width": 390, "height": 844},
            reduced_motion="reduce",
        )
        profile.set_default_timeout(TIMEOUT_MS)
        page = profile.new_page()
        _listen(page, complaints)
        return page

    return page_of


@pytest.fixture
def opened(new_page: Callable[..., Page]) -> Iterator[Callable[..., Page]]:
    """Opens a page as somebody who was never here before."""
    pages: list[Page] = []

    def page(*, script: bool = True) -> Page:
        pages.append(new_page(script=script))
        return pages[-1]

    yield page
    for one in pages:
        one.context.close()


def _listen(page: Page, complaints: list[str]) -> None:
    """Keep what goes wrong on a page. A document that answers 404 is the page's own affair."""

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            complaints.append(f"{page.url}: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            complaints.append(f"{page.url}: {response.status} for {response.url}")

    page.on("console", said)
    page.on("response", answered)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))


def _chromium() -> str:
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    reason = f"no browser: none of {', '.join(BROWSERS)} is on the path"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
