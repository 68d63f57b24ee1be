"""The pages about orders: what needs a person, one with its story, and a person's word after a restore."""

import pytest
from tests.web.passkeys import Seat, signed_in

from hoede.app import Hoede, new_id, verify_log
from hoede.core.orders import Order, OrderState, Target, TargetKind
from hoede.db import Transaction, orders, restores
from hoede.db.restores import Restore
from hoede.web.console.orders import LONGEST_REASON

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def boss(console: Hoede) -> Seat:
    return signed_in(console, "administrator")[0]


def opened(console: Hoede, *, restored: bool = False, target: str = "ncmec", reason: str = "looked") -> str:
    """An order that needs a person, or one that waits after a restore."""
    order = Order(
        id=new_id("ord"),
        service="plein",
        cause=new_id("cas"),
        measure="report",
        target=Target(TargetKind.AUTHORITY, target),
        by="authority",
        values={"account": "a-7", "case": new_id("case")},
    )

    def step(tx: Transaction) -> None:
        orders.open_order(tx, order)
        orders.call_a_person(tx, order.id, reason)
        if restored:
            restore = Restore(new_id("res"), tx.now, tx.now)
            restores.note_restore(tx, restore, leaves=0)
            restores.park(tx, order.id, restore.id)

    console.db.commit(step)
    return order.id


def state(console: Hoede, order: str) -> OrderState:
    view = console.db.read(lambda conn: orders.view(conn, order))
    assert view is not None
    return view.state


def test_orders_that_need_a_person_stand_on_the_first_page(console: Hoede, boss: Seat) -> None:
    order = opened(console)
    page = boss.get("/console/orders").text
    assert f"This order needs you: {order[4:12]}. Tries: 0; they go on." in page
    assert 'aria-current="page">Needs a person' in page


def test_an_order_tells_its_story(console: Hoede, boss: Seat) -> None:
    order = opened(console, reason="platform-cannot")
    page = boss.get(f"/console/orders/{order}").text
    for said in ("Report to the authority", "Asked", "The next try", "the platform says it cannot", "a-7"):
        assert said in page
    assert "It was not done" not in page  # it does not wait for that


def test_a_person_says_that_it_was_not_done(console: Hoede, boss: Seat) -> None:
    order = opened(console, restored=True)
    here = f"/console/orders/{order}"
    page = boss.get(here).text
    assert ("this is what happens" in page, "cannot be taken back" in page) == (True, True)
    sent = boss.post(f"{here}/resend", {"why": " Anna looked, their list, 14:00 "}, at=here)
    assert (sent.headers["location"], state(console, order)) == (here, OrderState.OPEN)
    assert "Anna looked, their list, 14:00" in boss.get(here).text
    again = boss.post(f"{here}/resend", {"why": "again"}, at=here)
    assert (again.status_code, "does not wait for your word" in again.text) == (409, True)


def test_a_person_says_that_it_was_done_and_it_is_known_who(console: Hoede) -> None:
    taken, person = signed_in(console, "lead")
    order = opened(console, restored=True)
    here = f"/console/orders/{order}"
    taken.post(f"{here}/settle", {"receipt": " 900 ", "why": "theirs"}, at=here)
    page = taken.get(here).text
    assert state(console, order) is OrderState.DONE
    assert ("Under 900" in page, f"{person}: theirs" in page) == (True, True)


@pytest.mark.parametrize(
    ("act", "told", "says"),
    [
        ("resend", {"why": ""}, "Say why in 1 to 500 characters"),
        ("resend", {"why": "   "}, "Say why in 1 to 500 characters"),
        ("resend", {"why": "x" * (LONGEST_REASON + 1)}, "Say why in 1 to 500 characters"),
        ("settle", {"why": "x", "receipt": ""}, "at most 64 characters"),
        ("settle", {"why": "x", "receipt": "9 00"}, "at most 64 characters"),
        ("settle", {"why": "", "receipt": "900"}, "Say why in 1 to 500 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_happens(
    console: Hoede, boss: Seat, act: str, told: dict[str, str], says: str
) -> None:
    order = opened(console, restored=True)
    here = f"/console/orders/{order}"
    said = boss.post(f"{here}/{act}", told, at=here)
    assert (said.status_code, says in said.text) == (422, True)
    assert state(console, order) is OrderState.WAITING


def test_who_may_only_look_is_offered_nothing(console: Hoede) -> None:
    taken, _ = signed_in(console, "judge")
    order = opened(console, restored=True)
    here = f"/console/orders/{order}"
    assert "<textarea" not in taken.get(here).text
    assert taken.post(f"{here}/resend", {"why": "x"}).status_code == 403
    assert state(console, order) is OrderState.WAITING


@pytest.mark.parametrize("order", ["ord_0", "x' OR 1=1 --"])
def test_an_order_that_is_not_there_is_said_to_be_not_there(boss: Seat, order: str) -> None:
    said = boss.get(f"/console/orders/{order}")
    assert (said.status_code, "There is no such order." in said.text) == (404, True)


def test_an_order_that_no_database_could_name_is_no_page(boss: Seat) -> None:
    assert boss.get("/console/orders/%00").status_code == 404


@pytest.mark.parametrize("query", ["why=all", "after=ord_0", "after=%3Cscript%3E", "why=&after="])
def test_a_page_asked_for_badly_is_the_first_one(boss: Seat, query: str) -> None:
    page = boss.get(f"/console/orders?{query}")
    assert (page.status_code, 'aria-current="page">Needs a person' in page.text) == (200, True)


def test_what_others_wrote_is_shown_as_text(console: Hoede, boss: Seat) -> None:
    order = opened(console, restored=True, target=HOSTILE, reason=HOSTILE)
    here = f"/console/orders/{order}"
    boss.post(f"{here}/resend", {"why": HOSTILE}, at=here)
    for page in (boss.get("/console/orders").text, boss.get(here).text):
        assert (HOSTILE in page, "&lt;script&gt;alert(1)" in page) == (False, True)


def test_what_was_said_fits_the_log(console: Hoede, boss: Seat) -> None:
    here = f"/console/orders/{opened(console, restored=True)}"
    boss.post(f"{here}/resend", {"why": "not there"}, at=here)
    while console.sequencer.run_once():
        pass
    assert verify_log(console.db, console.keys).wrong == ()
