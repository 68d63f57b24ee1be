"""What hostile people wrote, on every page of the console: it is text there and nothing else."""

import re
from collections.abc import Iterator

import pytest
from lxml import html
from tests.web.api import Api
from tests.web.cases import Judges
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, Seat
from tests.web.test_console_people import HOSTILE

from hoede.core.orders import Order, Target, TargetKind
from hoede.db import Transaction, orders, restores
from hoede.db.restores import Restore
from hoede.review import CaseRow, Grounds, LetterRow
from hoede.review import store as review
from hoede.web.session import DoorRoute

OURS = {"/static/passkey.js", "/static/keys.js"}
ROLES = ("judge", "lead", "legal", "policy", "administrator", "auditor")
QUEUE = "/console/queue"


@pytest.fixture
def judges(open_api: OpenApi) -> Judges:
    return Judges(open_api(public_url=URL))


def hostile_case(judges: Judges, text: str) -> CaseRow:
    """Everything that somebody outside can name is named so: account, content, and what they wrote to us."""
    api = judges.api
    api.http.put("/v1/accounts/a-1", json={"screen_name": text[:60], "country": "NL"}, headers=api.headers())
    case = judges.case("a-1", content=f"c-{text}"[:80])
    letter = LetterRow(
        order_id="ord_letter",
        service=case.service,
        account=case.account,
        case_id=case.id,
        locale="en",
        title="A letter",
        paragraphs=("What we did.",),
        sent_on=case.opened_at.date(),
        until=case.opened_at.date().replace(year=case.opened_at.year + 1),
    )
    api.hoede.db.commit(lambda tx: review.save_letter(tx, letter, "a-link"))
    api.http.post("/appeal/a-link", data={"why": text})
    return case


def hostile_order(api: Api, text: str) -> str:
    """An order of a platform that names things as it likes, and what a colleague pasted."""
    order = Order(
        id="ord_hostile",
        service="plein",
        cause="cas_1",
        measure="report",
        target=Target(TargetKind.AUTHORITY, text),
        by="authority",
        values={"account": text, "case": "case_1"},
    )

    def step(tx: Transaction) -> None:
        orders.open_order(tx, order)
        orders.call_a_person(tx, order.id, text[:60])
        restores.note_restore(tx, Restore("res_1", tx.now, tx.now), leaves=0)
        restores.park(tx, order.id, "res_1")
        restores.resend(tx, order.id, text)

    api.hoede.db.commit(step)
    return order.id


def pages_of(judges: Judges, mira: Seat, text: str) -> Iterator[tuple[str, str]]:
    """Every page of the console, with what was written on it, by its address."""
    case, order = hostile_case(judges, text), hostile_order(judges.api, text)
    waits = judges.api.hoede.db.read(review.queue)
    objection = next(one for one in waits if one.grounds is Grounds.OBJECTION)
    for one in (case, objection):
        assert mira.post(f"/console/cases/{one.id}/take", at=QUEUE).status_code == 303
    here = f"/console/cases/{case.id}"
    shown = re.findall(r'name="shown" value="(\w+)"', mira.get(here).text)
    told = {"shown": shown, "outcome": "exploitative", "reason": text}
    mira.post(f"{here}/note", {"note": text}, at=here)
    yield "preview", mira.post(f"{here}/preview", told, at=here).text
    yield "back", mira.post(f"{here}/back", told | {"classification": text}, at=here).text
    yield "danger", mira.post(f"{here}/danger", {"why": f"why {text}"}, at=here).text
    ids = {"/console/orders/{id}": order, "/console/cases/{id}": case.id, "/console/log/{id}": "0"}
    for route in judges.api.hoede.site.routes:
        if not isinstance(route, DoorRoute) or not route.path.startswith("/console"):
            continue
        if route.door.method == "GET" and "picture" not in route.path:
            path = route.path.replace("{id}", ids.get(route.path, "per_0")).replace("{link}", "abc")
            if page := mira.get(path).text:  # the page to sign in leads on who is signed in
                yield path, page
    yield "objection", mira.get(f"/console/cases/{objection.id}").text
    yield "why", mira.get("/console/orders?why=open").text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_others_wrote_is_text_on_every_page(judges: Judges, text: str) -> None:
    mira, seen = judges.seat(*ROLES, name=text), set()
    for address, page in pages_of(judges, mira, text):
        tree = html.fromstring(page)
        scripts = {one.get("src") for one in tree.iter("script")}
        handlers = [str(key) for one in tree.iter() for key in one.attrib if str(key).startswith("on")]
        links = [one.get("href", "") for one in tree.iter("a")]
        assert (address, scripts - OURS, handlers, list(tree.iter("img"))) == (address, set(), [], [])
        assert [one for one in links if not one.startswith(("/", "?", "#"))] == [], address
        if text in "".join(map(str, tree.itertext())):
            seen.add(address)
    assert {"preview", "back", "objection", "why", QUEUE, "/console/orders/ord_hostile"} <= seen
