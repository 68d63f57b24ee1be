"""From somebody's two taps to a judgment, a report that says truly who looked, a check, and a way back."""

import re
from collections.abc import Callable
from functools import partial

from playwright.sync_api import Page, expect
from tests.e2e.conftest import REPORTED
from tests.e2e.test_console import Desk, desk_of, invite
from tests.e2e.test_console_desk import access_key
from tests.e2e.test_pages import _letter
from tests.e2e.test_story import reload_until
from tests.e2e.waiting import case_of, until

from hoede.core.orders import OrderState, OrderView
from hoede.db import orders
from hoede.demo import people, records
from hoede.demo.stage import Stage
from hoede.reporting import calls
from hoede.review import judgments
from hoede.review import store as review


def seated(playing: Stage, opened: Callable[..., Page], name: str) -> Desk:
    desk = desk_of(opened(), playing.hoede_url)
    desk.go(invite(playing, name, "judge"))
    desk.press("Make a passkey")
    desk.at("/console/me")
    return desk


def report(page: Page, address: str) -> str:
    """What a girl of fourteen does in two taps; returns where her receipt is."""
    page.goto(address)
    page.get_by_label("Sexual pictures or videos of someone under 18").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sent. It was right to tell us.")
    return page.url


def claim(desk: Desk, case: str) -> None:
    desk.go(f"/console/cases/{case}")
    access_key(desk, "c")
    expect(desk.page.get_by_text("Yours until")).to_be_visible()


def judge(desk: Desk, case: str) -> None:
    """By keyboard: look at all of the picture, say what it is, see what that does, and do it."""
    page, keys, access = desk.page, desk.page.keyboard, partial(access_key, desk)
    claim(desk, case)
    page.locator("button[name=how][value=clear]").focus()
    keys.press("Enter")
    expect(page).to_have_url(
        re.compile(f"/cases/{case}/look#")
    )  # keys pressed before reach the page that goes
    expect(page.locator("main img")).to_have_js_property("complete", value=True)
    access("o")
    keys.press("2")
    expect(page.locator("input[value=confirmed_new]")).to_be_checked()
    page.locator("#classification").focus()
    keys.type("A1")
    access("r")
    keys.type("Seen in the image.")
    access("j")
    expect(page.locator("main")).to_contain_text("New: Close the account")
    access("j")
    expect(page.locator(".timeline")).to_contain_text("New abuse material")


def check(desk: Desk, case: str) -> None:
    claim(desk, case)
    desk.page.get_by_label("Yes, the same").check()
    desk.page.locator("#reason").fill("I see the same.")
    desk.press("Say so j")


def object_to(page: Page, letter: str) -> None:
    page.goto(letter)
    page.locator("#why").fill("It is a pattern, I drew it myself.")
    page.get_by_role("button", name="Send my objection").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your objection is here")


def reinstate(desk: Desk, objection: str) -> None:
    """Take the objection from the list and give way to it."""
    desk.go("/console/appeals")
    desk.page.locator(f"form[action='/console/cases/{objection}/take'] button").click()
    expect(desk.page.locator("main")).to_contain_text("I drew it myself.")
    desk.page.get_by_label("Yes: undo everything").check()
    desk.page.locator("#reason").fill("They are right.")
    desk.press("Answer j")
    expect(desk.page.locator(".timeline")).to_contain_text("No violation")


def test_reported_judged_filed_checked_and_undone_after_an_objection(
    playing: Stage, opened: Callable[..., Page]
) -> None:
    read = playing.hoede.db.read
    cas = people.join(playing.plein_url, "Cas", "1992-01-20")
    post = people.post(cas, REPORTED)
    until(lambda: records.can_be_fetched(playing, post))
    girl = opened(script=False)
    receipt = report(girl, f"{playing.plein_url}/report/posts/{post}")
    case = case_of(playing, cas).id
    until(lambda: records.is_sealed(playing, cas))

    mira, joris, anna = (seated(playing, opened, name) for name in ("Mira", "Joris", "Anna"))
    judge(mira, case)
    until(lambda: any(one.finished_at for one in read(lambda conn: calls.page(conn, case=case)).reports))
    mira.go(f"/console/reports?case={case}")
    mira.page.locator("tbody a[href^='/console/reports/']").first.click()
    expect(mira.page.locator("section.card", has_text="image/png")).to_contain_text("(from the log)Yes")

    check(joris, case)
    until(lambda: (found := read(lambda conn: review.find_case(conn, case))) and found.state == "judged")
    first = read(lambda conn: judgments.of_case(conn, case))[0]
    for measure in ("close_account", "remove"):  # what was not begun is superseded, not undone
        until(partial(is_done, playing, first.id, measure))
    reload_until(girl, receipt, "You were right. We removed it.")

    object_to(opened(), _letter(cas))
    # The objection is a case of its own, the only one about Cas that waits.
    reinstate(anna, next(one.id for one in read(review.queue) if one.account == cas.id))
    newest = read(lambda conn: judgments.of_case(conn, case))[-1]
    until(lambda: orders_of(playing, newest.id)["reopen"].state is OrderState.DONE)
    # Plein erased the picture when it was removed. It says that it cannot bring it back: a person is called.
    until(lambda: orders_of(playing, newest.id)["restore"].needs_human)
    restore = orders_of(playing, newest.id)["restore"].order.id
    anna.go("/console/orders")
    expect(anna.page.locator(f"tr:has(a[href='/console/orders/{restore}'])")).to_contain_text("Bring back")


def orders_of(playing: Stage, cause: str) -> dict[str, OrderView]:
    """By measure."""
    views = playing.hoede.db.read(lambda conn: orders.views(conn, cause=cause))
    return {one.order.measure: one for one in views}


def is_done(playing: Stage, cause: str, measure: str) -> bool:
    return orders_of(playing, cause)[measure].state is OrderState.DONE
