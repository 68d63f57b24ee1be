"""Every door of the console, for everybody: who may pass, what a foreign form gets, which headers go out."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from sqlite3 import connect
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import event as sql_event
from starlette.routing import Route
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, Seat, invite, seat, signed_in

from hoede.access import Permission
from hoede.access.sessions import open_session
from hoede.app import Hoede, new_id
from hoede.web.session import SESSION_COOKIE, VISIT_COOKIE, DoorRoute, Doors, DoorWithoutNeeds, home_of
from hoede.web.visits import Access, Door, Visit

ROLES = ("judge", "lead", "legal", "policy", "administrator", "auditor")
ALL, NOBODY = frozenset(ROLES), frozenset[str]()
ANYONE = ALL | {"nobody"}
ADMINISTRATOR = frozenset({"administrator"})
TAKE = frozenset({"judge", "lead"})
SEE_QUEUE = TAKE | {"legal"}
READ_LOG = frozenset({"auditor"})
SEE_REPORTS = frozenset({"judge", "lead", "legal", "auditor"})
SEE_POLICY = frozenset({"policy", "legal", "lead", "administrator", "auditor"})
CHANGE_POLICY = frozenset({"policy"})
SEE_QUALITY = frozenset({"lead", "auditor"})
KEEP_QUALITY = frozenset({"lead"})
LEADS = frozenset({"lead"})
OPEN_RAW = frozenset({"lead", "legal"})
ACT_ON_ORDERS = frozenset({"administrator", "lead"})

# Who may pass each door. A door without a row here fails the first test.
WHO = {
    "appeals": SEE_QUEUE,
    "authorities": SEE_REPORTS,
    "authorities-case": SEE_REPORTS,
    "authorities-pack": OPEN_RAW,
    "authorities-record": OPEN_RAW,
    "authorities-victims": OPEN_RAW,
    "case": SEE_QUEUE,
    "case-age": TAKE,
    "case-answer": TAKE,
    "case-back": TAKE,
    "case-check": TAKE,
    "case-danger": TAKE,
    "case-escalate": TAKE,
    "case-hand-over": TAKE,
    "case-judge": TAKE,
    "case-look": TAKE,
    "case-note": TAKE,
    "case-pairing": TAKE,
    "case-picture": TAKE,
    "case-preview": TAKE,
    "case-renew": TAKE,
    "case-skip": TAKE,
    "case-undo": TAKE,
    "case-take": TAKE,
    "calibration": TAKE,
    "calibration-close": KEEP_QUALITY,
    "calibration-next": TAKE,
    "calibration-open": KEEP_QUALITY,
    "calibrations": TAKE,
    "codes-make": ALL,
    "console": ALL,
    "disagreement-resolve": KEEP_QUALITY,
    "disagreements": SEE_QUALITY,
    "golden": SEE_QUALITY,
    "golden-make": KEEP_QUALITY,
    "golden-retire": KEEP_QUALITY,
    "guidance-end": KEEP_QUALITY,
    "guidance-write": KEEP_QUALITY,
    "exposure": LEADS,
    "exposure-skills": LEADS,
    "invitation": ANYONE,
    "invitation-begin": ANYONE,
    "invitation-finish": ANYONE,
    "log": READ_LOG,
    "log-heads": READ_LOG,
    "log-proof": READ_LOG,
    "me": ALL,
    "my-day": TAKE,
    "my-day-break": TAKE,
    "my-day-go-on": TAKE,
    "my-day-leave": TAKE,
    "my-day-settings": TAKE,
    "order": ALL,
    "order-resend": ACT_ON_ORDERS,
    "order-settle": ACT_ON_ORDERS,
    "orders": ALL,
    "passkey-begin": ALL,
    "passkey-end": ALL,
    "passkey-finish": ALL,
    "people": ADMINISTRATOR,
    "people-add": ADMINISTRATOR,
    "person": ADMINISTRATOR,
    "person-disable": ADMINISTRATOR,
    "person-enable": ADMINISTRATOR,
    "person-invite": ADMINISTRATOR,
    "person-roles": ADMINISTRATOR,
    "person-sign-out": ADMINISTRATOR,
    "policy": SEE_POLICY,
    "policy-agree": CHANGE_POLICY,
    "policy-back": CHANGE_POLICY,
    "policy-figure": SEE_POLICY,
    "policy-new": CHANGE_POLICY,
    "policy-pack": SEE_POLICY,
    "policy-propose": CHANGE_POLICY,
    "policy-rollback": CHANGE_POLICY,
    "policy-shadow": CHANGE_POLICY,
    "policy-simulation": SEE_POLICY,
    "policy-unshadow": CHANGE_POLICY,
    "policy-version": SEE_POLICY,
    "policy-withdraw": CHANGE_POLICY,
    "quality": SEE_QUALITY,
    "quality-figures": SEE_QUALITY,
    "queue": SEE_QUEUE,
    "queue-next": TAKE,
    "recover": ANYONE,
    "recovery": ANYONE,
    "raw-agree": OPEN_RAW,
    "raw-ask": OPEN_RAW,
    "raw-files": OPEN_RAW,
    "raw-open": OPEN_RAW,
    "raw-wishes": OPEN_RAW,
    "report": SEE_REPORTS,
    "report-add": TAKE,
    "report-add-preview": TAKE,
    "reports": SEE_REPORTS,
    "session-end": ALL,
    "sign-in": ANYONE,
    "sign-in-begin": ANYONE,
    "sign-in-finish": ANYONE,
    "sign-out": ALL,
    "step-up": ALL,
    "step-up-begin": ALL,
    "step-up-finish": ALL,
}
NEEDS_ANOTHER_ROLE = "This needs another role. Your team lead can give it."


def doors(hoede: Hoede) -> list[Door]:
    """Those of the console; the pages of families have doors of their own, and tests of their own."""
    all_doors = [route.door for route in hoede.site.routes if isinstance(route, DoorRoute)]
    return [one for one in all_doors if one.path.startswith("/console")]


def path(door: Door) -> str:
    """Its address, with ids that are nobody's."""
    return door.path.replace("{id}", "per_0").replace("{link}", "abc")


def sit_down(hoede: Hoede, taken: Seat, person: str) -> None:
    """Sign in without a passkey, for what is tried here is what comes after."""
    cookie = secrets.token_urlsafe(32)
    hoede.db.commit(lambda tx: open_session(tx, new_id("ses"), cookie, person))
    taken.http.cookies.clear()
    taken.http.cookies.set(SESSION_COOKIE, cookie, domain="hoede.example", path="/")


def knock(taken: Seat, door: Door, *, at: str, **more: Any) -> Response:
    """As a page of ours would, unless `more` says otherwise."""
    if door.method == "GET":
        return taken.get(path(door))
    return taken.post(path(door), at=at, **more)


def came(answer: Response) -> str:
    """Where somebody who knocked got."""
    assert answer.status_code < 500, answer.url
    if answer.status_code == 401 or answer.headers.get("location", "").startswith("/console/sign-in?"):
        return "sign in first"
    if answer.status_code == 403:
        return "another role" if NEEDS_ANOTHER_ROLE in answer.text else "refused"
    return "in"


def test_everything_below_console_is_a_door_with_a_row_here(console: Hoede) -> None:
    below = {route.path: route for route in console.site.routes if isinstance(route, Route)}
    bare = [
        one for one, route in below.items() if one.startswith("/console") and type(route) is not DoorRoute
    ]
    assert bare == []
    assert sorted(door.name for door in doors(console)) == sorted(WHO)


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_a_door_lets_in_who_may_pass_and_nobody_else(console: Hoede, role: str) -> None:
    taken, got, due = seat(console), {}, {}
    person = "" if role == "nobody" else invite(console, role)[0]
    for door in doors(console):
        if person:
            sit_down(console, taken, person)
        got[door.name] = came(knock(taken, door, at="/console" if person else "/console/sign-in"))
        refused = "another role" if person else "sign in first"
        due[door.name] = "in" if role in WHO[door.name] else refused
    assert got == due


@pytest.mark.parametrize("needs", [None, "", "anyone", "people.manage", True])
def test_a_door_that_does_not_say_who_may_pass_cannot_be_made(console: Hoede, needs: Any) -> None:
    made = Doors(guard_of(console))
    with pytest.raises(DoorWithoutNeeds):
        made.get("/console/new", never, needs=needs, name="new")
    with pytest.raises(TypeError):
        made.get("/console/new", never, name="new")  # type: ignore[call-arg] # that is the test
    assert made.routes == []


def guard_of(hoede: Hoede) -> Any:
    route = next(one for one in hoede.site.routes if isinstance(one, DoorRoute))
    closed = route.endpoint.__closure__
    assert closed is not None
    return next(cell.cell_contents for cell in closed if isinstance(cell.cell_contents, Doors))._guard


def never(_visit: Visit) -> Any:
    raise AssertionError("nobody is let in here")


def posts(hoede: Hoede) -> Iterator[Door]:
    return (door for door in doors(hoede) if door.method == "POST")


FOREIGN = [
    {"origin": "https://elsewhere.example"},
    {"origin": "https://hoede.example.elsewhere.example"},
    {"origin": "http://hoede.example"},  # not our scheme
    {"origin": "https://hoede.example:8443"},
    {"origin": "null"},  # a sandboxed frame
    {"origin": ""},
    {"origin": URL, "sec-fetch-site": "cross-site"},
    {"origin": URL, "sec-fetch-site": "same-site"},  # a neighbour of ours
    {"origin": URL, "sec-fetch-site": "none"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_of_another_site_passes_no_door(console: Hoede, headers: dict[str, str]) -> None:
    taken, _ = signed_in(console, *ROLES)
    said = {door.name: taken.post(path(door), **headers) for door in posts(console)}
    assert {name for name, one in said.items() if one.status_code != 403} == set()
    assert {name for name, one in said.items() if "another site" not in one.text} == set()


def test_a_browser_that_does_not_say_where_a_form_is_from_passes_no_door(console: Hoede) -> None:
    taken, _ = signed_in(console, *ROLES)
    form = taken.form()
    said = [taken.http.post(path(door), data={"form": form}).status_code for door in posts(console)]
    assert set(said) == {403}


@pytest.mark.parametrize("form", ["", "x", "another's", "visitor's"])
def test_a_form_without_what_this_session_was_given_passes_no_door(console: Hoede, form: str) -> None:
    taken, _ = signed_in(console, *ROLES)
    given = {
        "another's": signed_in(console, "judge")[0].form(),
        "visitor's": seat(console).form("/console/sign-in"),
    }.get(form, form)
    said = {door.name: taken.post(path(door), {"form": given}) for door in posts(console)}
    assert {name for name, one in said.items() if one.status_code != 403} == set()
    assert {name for name, one in said.items() if "form is too old" not in one.text} == set()


def test_no_door_does_anything_by_a_link(console: Hoede) -> None:
    taken, _ = signed_in(console, *ROLES)
    by_get = {door.path for door in doors(console) if door.method == "GET"}
    said = {
        door.name: taken.get(path(door)).status_code for door in posts(console) if door.path not in by_get
    }
    assert set(said.values()) == {405}


@pytest.mark.parametrize("who", ["administrator", "nobody"])
def test_what_leaves_any_door_is_never_stored_framed_or_guessed_at(console: Hoede, who: str) -> None:
    taken = signed_in(console, who)[0] if who != "nobody" else seat(console)
    at = "/console/sign-in" if who == "nobody" else "/console"
    for door in sorted(doors(console), key=lambda door: door.name == "sign-out"):
        headers = knock(taken, door, at=at).headers
        policy = headers["content-security-policy"]
        assert (door.name, headers["cache-control"]) == (door.name, "no-store")
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; ")
        assert ("frame-ancestors 'none'" in policy, "unsafe" in policy) == (True, False)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["strict-transport-security"] == "max-age=31536000"


def test_cookies_are_ours_alone_and_no_script_reads_them(console: Hoede) -> None:
    taken = seat(console)
    visit = taken.get("/console/sign-in").headers["set-cookie"]
    session = taken.join(invite(console, "judge")[1]).headers.get_list("set-cookie")
    given = [visit, *(one for one in session if one.startswith(SESSION_COOKIE))]
    assert [one.split("=")[0] for one in given] == [VISIT_COOKIE, SESSION_COOKIE]
    for one in given:
        told = {part.strip().lower() for part in one.split(";")[1:]}
        assert told == {"httponly", "path=/", "samesite=lax", "secure"}  # no domain, as __Host- demands


def test_a_page_that_is_read_keeps_somebody_signed_in(console: Hoede) -> None:
    taken, person = signed_in(console, "judge")
    used = f"SELECT used_at FROM session WHERE person_id = '{person}'"  # noqa: S608 - ours
    back = f"UPDATE session SET used_at = used_at - 1700000 WHERE person_id = '{person}'"  # noqa: S608 - ours
    before = console.db.commit(lambda tx: (tx.conn.exec_driver_sql(back), tx.now)[1])
    assert taken.get("/console").status_code == 200
    now = console.db.read(lambda conn: conn.exec_driver_sql(used).scalar_one())
    assert now >= before.timestamp() * 1000 - 1


def test_a_person_reads_a_page_when_nothing_can_be_kept(open_api: OpenApi) -> None:
    hoede = open_api(public_url=URL).hoede
    taken, _ = signed_in(hoede, "administrator")
    told = {"form": taken.form(), "name": "Newcomer", "role": "judge"}
    with locked(hoede):
        page = taken.http.post("/console/people", data=told, headers={"origin": URL})
    assert (page.status_code, "Go back, wait a moment, then send it again." in page.text) == (503, True)
    assert "Newcomer" not in taken.get("/console/people").text


@contextmanager
def locked(hoede: Hoede) -> Iterator[None]:
    """Another process writes as long as this is open; Hoede waits a fifth of a second, not ten."""
    writing = hoede.db._writing
    sql_event.listen(writing, "connect", lambda conn, _: conn.execute("PRAGMA busy_timeout=200"))
    writing.dispose()  # connections opened from here on have the short wait
    with closing(connect(str(writing.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_a_session_whose_time_is_up_is_asked_to_sign_in(console: Hoede) -> None:
    taken, person = signed_in(console, "judge")
    console.db.commit(
        lambda tx: tx.conn.exec_driver_sql(f"UPDATE session SET used_at = 0 WHERE person_id = '{person}'")  # noqa: S608 - ours
    )
    assert came(taken.get("/console")) == "sign in first"


def test_a_passkey_used_too_long_ago_is_asked_for_once_more(console: Hoede) -> None:
    taken, person = signed_in(console, "administrator")
    console.db.commit(
        lambda tx: tx.conn.exec_driver_sql(
            f"UPDATE session SET verified_at = verified_at - 900001 WHERE person_id = '{person}'"  # noqa: S608 - ours
        )
    )
    detours = [taken.get(one).headers.get("location") for one in ("/console/people", "/console/me")]
    assert detours == ["/console/step-up?to=/console/people", "/console/step-up?to=/console/me"]
    assert taken.get("/console").status_code == 200
    sent = taken.post("/console/people", {"name": "New", "role": "judge"})
    assert sent.headers["location"] == "/console/step-up?to=/console/people"
    assert taken.say("/console/me/passkeys/begin", {}, at="/console").json()["go"].endswith("to=/console/me")


@pytest.mark.parametrize("content", [b"x" * 70_000, b"form=%ff%fe", b"&".join([b"a=1"] * 200)])
def test_a_body_that_is_no_form_of_ours_is_not_taken(console: Hoede, content: bytes) -> None:
    headers = {"origin": URL, "content-type": "application/x-www-form-urlencoded"}
    assert seat(console).http.post("/console/recover", content=content, headers=headers).status_code == 413


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 50_000, b'{"a":1}x'])
def test_json_that_is_none_is_not_taken(console: Hoede, content: bytes) -> None:
    headers = {"origin": URL, "content-type": "application/json"}
    said = seat(console).http.post("/console/sign-in/begin", content=content, headers=headers)
    assert said.status_code == 413


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),  # somebody with a /64 has one home, not 2^64
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_tries_are_counted_by_where_somebody_is_at_home(address: str, home: str) -> None:
    assert home_of(address) == home


def test_too_many_tries_from_one_address_are_refused(console: Hoede) -> None:
    taken = seat(console, "198.51.100.99")
    said = [taken.post("/console/recover", {"code": "x"}, at="/console/recover") for _ in range(61)]
    assert [one.status_code for one in said] == [422] * 60 + [429]
    elsewhere = seat(console, "198.51.100.98").post("/console/recover", {"code": "x"}, at="/console/recover")
    assert elsewhere.status_code == 422


def test_every_permission_of_a_door_is_one_and_the_rest_say_who(console: Hoede) -> None:
    assert {type(door.needs) for door in doors(console)} == {Permission, Access}
