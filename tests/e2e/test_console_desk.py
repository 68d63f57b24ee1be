"""The desk in a browser: every page of it fit for everybody, and a case judged by keyboard alone."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.test_console import MAKE, Desk, desk_of, faults_of, invite
from tests.e2e.waiting import case_of, until

from hoede.app import new_id
from hoede.core.orders import Order, Target, TargetKind
from hoede.db import Transaction, orders, restores
from hoede.db.restores import Restore
from hoede.demo import people
from hoede.demo.stage import Stage
from hoede.policy.rules.versions import By, Via
from hoede.policy.shadow import Cell
from hoede.policy.shipped import shipped_text
from hoede.reporting import store as reports
from hoede.simulators import pictures

ROLES = ("lead", "auditor", "administrator", "policy")


def suspected(playing: Stage, name: str) -> str:
    """The case of somebody of fifteen who uploaded the test card."""
    noor = people.join(playing.plein_url, name, f"{time.gmtime().tm_year - 15}-01-01")
    people.post(noor, pictures.test_card())
    return case_of(playing, noor).id


def restored_order(playing: Stage) -> str:
    """An order that waits for a person's word."""
    order = Order(
        id=new_id("ord"),
        service="plein",
        cause=new_id("cas"),
        measure="report",
        target=Target(TargetKind.AUTHORITY, "ncmec"),
        by="authority",
        values={"account": "a-7", "case": new_id("case")},
    )

    def step(tx: Transaction) -> None:
        restore = Restore(new_id("res"), tx.now, tx.now)
        orders.open_order(tx, order)
        restores.note_restore(tx, restore, leaves=0)
        restores.park(tx, order.id, restore.id)

    playing.hoede.db.commit(step)
    return order.id


def filed_report(playing: Stage) -> str:
    """A report that the authority has: of a verified adult who uploaded the test card."""
    bram = people.join(playing.plein_url, "Bram", "1990-03-01", verify=True)
    people.post(bram, pictures.test_card())
    return until(lambda: playing.hoede.db.read(reports.finished))[0]


def proposed_version(playing: Stage) -> str:
    """A version of policy in shadow, with an older baseline and a pack that is new."""
    change, by = playing.hoede.change_policy, By("per_anna", Via.CONSOLE)
    older = shipped_text("hoede-baseline").replace("min_account_age = 13", "min_account_age = 16")
    draft = change.draft([older, shipped_text("nl")])
    version = change.propose(draft, why="Our counsel asked for it.", day=None, by=by)
    change.shadow(version.number, by=by)
    counts = playing.hoede.shadow_counts
    counts.add(Cell(version.number, "message", "13-15", "NL", "granted", "refused"), 1200)
    counts.flush(playing.hoede.db)
    return str(version.number)


@dataclass(frozen=True)
class Sight:
    """Somebody who may see nearly everything, in one language, and where to look."""

    desk: Desk
    language: str
    at: dict[str, str]


@pytest.fixture(scope="module")
def at(playing: Stage) -> dict[str, str]:
    return {
        "order": restored_order(playing),
        "report": filed_report(playing),
        "version": proposed_version(playing),
    }


@pytest.fixture(scope="module", params=["en", "nl"])
def sight(
    request: pytest.FixtureRequest, playing: Stage, at: dict[str, str], new_page: Callable[..., Page]
) -> Iterator[Sight]:
    language = request.param
    desk = desk_of(new_page(language), playing.hoede_url)
    desk.go(invite(playing, f"Joris {language}", *ROLES, language=language))
    desk.press(MAKE[language])
    desk.at("/console/me")
    case = suspected(playing, f"Noor {language}")
    yield Sight(desk, language, at | {"case": case})
    desk.page.context.close()


PAGES = (
    "/console",
    "/console/queue",
    "/console/appeals",
    "/console/cases/{case}",
    "/console/cases/cas_0",
    "/console/orders",
    "/console/orders?why=waiting",
    "/console/orders?why=open",
    "/console/orders/{order}",
    "/console/orders/{report}",
    "/console/reports",
    "/console/reports?which=unfinished",
    "/console/reports/{report}",
    "/console/authorities",
    "/console/authorities/{case}",
    "/console/log",
    "/console/log/heads",
    "/console/log/3",
    "/console/policy",
    "/console/policy/new",
    "/console/policy/back",
    "/console/policy/{version}",
    "/console/policy/{version}/simulation",
    "/console/policy/1/packs/hoede-baseline",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_desk_is_fit_for_everybody(sight: Sight, path: str) -> None:
    sight.desk.go(path.format(**sight.at))
    name = re.sub(r"[{}?=/]+", "-", path.removeprefix("/console")).strip("-")
    assert faults_of(sight.desk.page, f"desk-{name or 'start'}", sight.language) == []


def taken(sight: Sight) -> Page:
    """The case, in this person's hands."""
    desk, page, case = sight.desk, sight.desk.page, sight.at["case"]
    desk.go(f"/console/cases/{case}")
    if page.locator("form[action$='/take']").count():
        page.locator("form[action$='/take'] button").click()
    return page


def test_a_case_in_ones_hands_is_fit_for_everybody(sight: Sight) -> None:
    assert faults_of(taken(sight), "desk-case-taken", sight.language) == []


SLOWEST_MS = 30_000  # of a picture that is decoded on a busy machine


def look(page: Page, how: str) -> None:
    """Ask for the picture; the card is listed, so the page asks why somebody must see it all the same."""
    page.locator(f"button[name=how][value={how}]").click()
    because = page.locator("textarea[name=because]")
    if because.count():
        because.fill("It may be on the list by mistake.")
        page.locator(f"button[name=how][value={how}]").click()


@pytest.mark.parametrize("how", ["blurred", "clear"])
def test_a_picture_that_was_asked_for_is_shown(sight: Sight, how: str) -> None:
    page = taken(sight)
    look(page, how)
    picture = page.locator("main img")
    expect(picture).to_have_js_property("complete", value=True, timeout=SLOWEST_MS)
    assert picture.evaluate("one => one.naturalWidth") > 0
    assert faults_of(page, f"desk-case-{how}", sight.language) == []


def test_what_a_judgment_will_do_is_fit_for_everybody(sight: Sight) -> None:
    page = taken(sight)
    page.locator("input[name=outcome][value=confirmed_new]").check()
    page.locator("#classification").select_option("B2")
    page.locator("input[name=account_is][value=nobody]").check()
    page.locator("#reason").fill("Seen in the image.")
    page.locator("form[action$='/preview'] button").click()
    expect(page.locator("form[action$='/judge']")).to_be_visible()
    assert faults_of(page, "desk-judge", sight.language) == []


def test_what_is_wrong_with_a_judgment_is_fit_for_everybody(sight: Sight) -> None:
    page = taken(sight)
    page.locator("input[name=outcome][value=confirmed_new]").check()
    page.locator("#reason").fill("Seen in the image.")
    page.locator("form[action$='/preview'] button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults_of(page, "desk-case-wrong", sight.language) == []


def test_whom_to_call_when_a_child_is_in_danger_is_fit_for_everybody(sight: Sight) -> None:
    page = taken(sight)
    page.locator("#danger-why").fill("An address and a time.")
    page.locator("form[action$='/danger'] button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults_of(page, "desk-danger", sight.language) == []


def access_key(desk: Desk, letter: str) -> None:
    """Alt and a letter as a keyboard sends them: Playwright leaves out the letter the browser looks at."""
    code = {"key": letter, "code": f"Key{letter.upper()}", "windowsVirtualKeyCode": ord(letter.upper())}
    for kind in ("rawKeyDown", "char", "keyUp"):
        text = {"text": letter, "unmodifiedText": letter} if kind == "char" else {}
        desk.device.send("Input.dispatchKeyEvent", code | text | {"type": kind, "modifiers": 1})


def test_a_case_is_judged_by_keyboard_alone(
    playing: Stage, opened: Callable[..., Page], complaints: list[str]
) -> None:
    case = suspected(playing, "Sam")
    desk = desk_of(opened(), playing.hoede_url)
    desk.go(invite(playing, "Anna", "judge"))
    desk.press("Make a passkey")
    desk.at("/console/me")
    page, keys = desk.page, desk.page.keyboard
    access = partial(access_key, desk)
    desk.go(f"/console/cases/{case}")
    access("c")
    expect(page.get_by_text("Yours until")).to_be_visible()
    access("o")
    keys.press("9")
    expect(page.locator("input[value=exploitative]")).to_be_checked()
    access("r")
    keys.type("Seen in the image.")
    access("j")
    expect(page.get_by_role("heading", name="If you confirm")).to_be_visible()
    access("j")
    expect(page.get_by_role("heading", name="What was decided")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("Exploitative, not illegal")
    access("u")
    expect(page.locator(".timeline")).to_contain_text("undone")
    assert complaints == []


def test_a_case_is_judged_without_script(playing: Stage, opened: Callable[..., Page]) -> None:
    case = suspected(playing, "Puck")
    desk = desk_of(opened(), playing.hoede_url)
    desk.go(invite(playing, "Anna", "judge"))
    desk.press("Make a passkey")
    desk.at("/console/me")
    plain = opened(script=False)
    plain.context.add_cookies([dict(one) for one in desk.page.context.cookies()])  # type: ignore[misc] # as they are
    plain.goto(f"{playing.hoede_url}/console/cases/{case}")
    plain.get_by_role("button", name="Claim").click()
    plain.locator("input[value=no_violation]").check()
    plain.locator("#reason").fill("It is a test card.")
    plain.get_by_role("button", name="Show what it will do").click()
    plain.get_by_role("button", name="Confirm").click()
    expect(plain.locator(".timeline")).to_contain_text("No violation")
