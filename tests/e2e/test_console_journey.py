"""From a suspected upload to a judgment, a report that says truly who looked, a check, and a way back."""

import time
from collections.abc import Callable
from functools import partial

from playwright.sync_api import Page, expect
from tests.e2e.test_console import Desk, desk_of, invite
from tests.e2e.test_pages import _letter

from hoede.core.orders import OrderState, OrderView
from hoede.db import orders
from hoede.demo import people
from hoede.demo.stage import Stage
from hoede.reporting import calls
from hoede.review import judgments
from hoede.review import store as review
from hoede.simulators import pictures

WITHIN_S = 30


def seated(playing: Stage, opened: Callable[..., Page], name: str) -> Desk:
    desk = desk_of(opened(), playing.hoede_url)
    desk.go(invite(playing, name, "judge"))
    desk.press("Make a passkey")
    desk.at("/console/me")
    return desk


def until(so: Callable[[], object]) -> None:
    last = time.monotonic() + WITHIN_S
    while not so():
        assert time.monotonic() < last, "it did not come to be"
        time.sleep(0.2)


def claim(desk: Desk, case: str) -> None:
    desk.go(f"/console/cases/{case}")
    desk.page.get_by_role("button", name="Claim").click()
    expect(desk.page.get_by_text("Yours until")).to_be_visible()


def judge(desk: Desk, case: str) -> None:
    """Look at all of the picture, say what it is, see what that does, and do it."""
    page = desk.page
    claim(desk, case)
    page.locator("button[name=how][value=clear]").click()
    expect(page.locator("main img")).to_have_js_property("complete", value=True)
    page.locator("input[name=outcome][value=confirmed_new]").check()
    page.locator("#classification").select_option("A1")
    page.locator("#reason").fill("Seen in the image.")
    desk.press("Show what it will do j")
    expect(page.locator("main")).to_contain_text("New: Close the account")
    desk.press("Confirm j")
    expect(page.locator(".timeline")).to_contain_text("New abuse material")


def check(desk: Desk, case: str) -> None:
    claim(desk, case)
    desk.page.get_by_label("Yes, the same").check()
    desk.page.locator("#reason").fill("I see the same.")
    desk.press("Say so j")


def test_judged_reported_checked_and_undone_after_an_objection(
    playing: Stage, opened: Callable[..., Page]
) -> None:
    read = playing.hoede.db.read
    before = {one.id for one in read(review.queue)}
    cas = people.join(playing.plein_url, "Cas", "1992-01-20")
    people.post(cas, pictures.test_card())
    case = next(one.id for one in read(review.queue) if one.id not in before)

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
    letter = opened()
    letter.goto(_letter(cas))
    letter.locator("#why").fill("It is a test card, I drew it myself.")
    letter.get_by_role("button", name="Send my objection").click()

    anna.go("/console/appeals")
    anna.page.get_by_role("button", name="Claim case").first.click()
    expect(anna.page.locator("main")).to_contain_text("I drew it myself.")
    anna.page.get_by_label("Yes: undo everything").check()
    anna.page.locator("#reason").fill("They are right.")
    anna.press("Answer j")
    expect(anna.page.locator(".timeline")).to_contain_text("No violation")

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
