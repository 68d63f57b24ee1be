"""Signing in to the console with real keys: what is accepted, and everything that must not be."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.web.passkeys import USER_PRESENT, Authenticator, Seat, invite, seat, signed_in

from hoede.access import staff
from hoede.access.tables import PASSKEYS, SESSIONS
from hoede.app import Hoede
from hoede.app.tables import read_tables
from hoede.web.session import SESSION_COOKIE, VISIT_COOKIE


def cookie(taken: Seat) -> str | None:
    return next((one.value for one in taken.http.cookies.jar if one.name == SESSION_COOKIE), None)


def sign_out(taken: Seat) -> None:
    assert taken.post("/console/sign-out").headers["location"] == "/console/sign-in"


def has(hoede: Hoede, person: str) -> tuple[int, int]:
    """How many passkeys and sessions this person has."""
    counts = [
        select(func.count()).select_from(table).where(table.c.person_id == person)
        for table in (PASSKEYS, SESSIONS)
    ]
    made, opened = hoede.db.read(lambda conn: [conn.execute(one).scalar_one() for one in counts])
    return made, opened


def test_an_invitation_makes_a_passkey_and_signs_in_once(console: Hoede) -> None:
    person, link = invite(console, "judge")
    taken = seat(console)
    assert "Hello Mira." in taken.get(f"/console/invitation/{link}").text
    assert taken.join(link).json() == {"go": "/console/me"}
    assert "Hello Mira. This is what your roles let you open." in taken.get("/console").text
    assert has(console, person) == (1, 1)
    again = taken.get(f"/console/invitation/{link}")
    assert (again.status_code, "Ask for a new one." in again.text) == (404, True)


def test_one_signs_in_with_a_passkey_and_goes_where_one_wanted_to(console: Hoede) -> None:
    taken, person = signed_in(console, "administrator")
    before = cookie(taken)
    sign_out(taken)
    assert (cookie(taken), has(console, person)) == (None, (1, 0))
    wanted = taken.get("/console/people").headers["location"]
    assert wanted == "/console/sign-in?to=/console/people"
    assert 'data-to="/console/people"' in taken.get(wanted).text
    assert taken.sign_in("/console/people").json() == {"go": "/console/people"}
    assert taken.get("/console/people").status_code == 200
    assert cookie(taken) not in {None, before}


@pytest.mark.parametrize(
    "to",
    [
        "https://elsewhere.example",
        "//elsewhere.example",
        "/console/../help",
        "/console//elsewhere.example",
        "/consoles",
        "/console?x=1",
        "/console\\elsewhere",
        "/console\n",
        "javascript:alert(1)",
        "",
    ],
)
def test_nobody_is_led_elsewhere_by_signing_in(console: Hoede, to: str) -> None:
    taken, _ = signed_in(console, "judge")
    sign_out(taken)
    assert taken.http.get("/console/sign-in", params={"to": to}).text.count('data-to="/console"') == 1
    assert taken.sign_in(to).json() == {"go": "/console"}


def test_whoever_is_signed_in_needs_no_sign_in_page(console: Hoede) -> None:
    taken, _ = signed_in(console, "judge")
    assert taken.get("/console/sign-in?to=/console/me").headers["location"] == "/console/me"


Bend = Callable[[Authenticator], None]


def bend(**changes: Any) -> Bend:
    def bent(device: Authenticator) -> None:
        for name, value in changes.items():
            setattr(device, name, value)

    return bent


WRONG_DEVICE: Mapping[str, Bend] = {
    "another site's page": bend(origin="https://elsewhere.example"),
    "our page without https": bend(origin="http://hoede.example"),
    "a page below ours": bend(origin="https://x.hoede.example"),
    "a passkey of another site": bend(rp_id="elsewhere.example"),
    "nobody touched it": bend(flags=0x04),
    "nobody was recognised": bend(flags=USER_PRESENT),
    "another key": lambda device: setattr(device, "key", Authenticator().key),
    "an unknown passkey": lambda device: setattr(device, "credential", b"x" * 32),
    "a passkey of somebody else": bend(user="c29tZWJvZHk"),
    "a copied passkey, whose count stands still": bend(count=-1),
}


@pytest.mark.parametrize("wrong", WRONG_DEVICE)
def test_a_passkey_that_is_not_right_does_not_sign_in(console: Hoede, wrong: str) -> None:
    taken, person = signed_in(console, "judge")
    sign_out(taken)
    taken.device.count = 7
    assert taken.sign_in().status_code == 200
    sign_out(taken)
    WRONG_DEVICE[wrong](taken.device)
    said = taken.sign_in()
    assert (said.status_code, said.json()["code"]) == (422, "passkey-refused")
    assert (cookie(taken), has(console, person)[1]) == (None, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        "another site's page",
        "our page without https",
        "a passkey of another site",
        "nobody touched it",
        "nobody was recognised",
    ],
)
def test_a_passkey_that_is_not_right_is_not_made(console: Hoede, wrong: str) -> None:
    person, link = invite(console, "judge")
    taken = seat(console)
    WRONG_DEVICE[wrong](taken.device)
    assert taken.join(link).json()["code"] == "passkey-refused"
    assert has(console, person) == (0, 0)
    taken = seat(console)
    assert taken.join(link).status_code == 200  # the link is not used up by it


def test_a_challenge_is_answered_once(console: Hoede) -> None:
    taken, _ = signed_in(console, "judge")
    sign_out(taken)
    at = "/console/sign-in"
    options = taken.say(f"{at}/begin", {}, at=at).json()
    told = {"answer": taken.device.use(options)}
    other = replace(seat(console), device=taken.device)
    assert other.say(f"{at}/finish", told, at=at).json()["code"] == "passkey-refused"  # another browser's
    first = taken.say(f"{at}/finish", told, at=at)
    sign_out(taken)
    again = taken.say(f"{at}/finish", told, at=at)
    assert (first.status_code, again.json()["code"]) == (200, "passkey-refused")


def test_a_challenge_to_sign_in_makes_no_passkey_and_the_other_way_round(console: Hoede) -> None:
    person, link = invite(console, "judge")
    taken, path, at = seat(console), f"/console/invitation/{link}", "/console/sign-in"
    options = taken.say(f"{path}/begin", {}, at=path).json()
    to_use = taken.say(f"{at}/begin", {}, at=at).json()
    made = taken.device.make(options | {"challenge": to_use["challenge"]})
    assert taken.say(f"{path}/finish", {"answer": made}, at=path).json()["code"] == "passkey-refused"
    assert has(console, person) == (0, 0)


def test_a_challenge_nobody_gave_is_refused(console: Hoede) -> None:
    taken, _ = signed_in(console, "judge")
    sign_out(taken)
    options = {"challenge": "AAAA", "rpId": "hoede.example"}
    told = {"answer": taken.device.use(options)}
    said = taken.say("/console/sign-in/finish", told, at="/console/sign-in")
    assert said.json()["code"] == "passkey-refused"


def encoded(said: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


BROKEN: list[Any] = [
    None,
    {},
    [],
    "x",
    7,
    {"id": "a"},
    {"id": "a", "response": None},
    {"id": "a", "response": {"clientDataJSON": "*"}},
    {"id": "a", "response": {"clientDataJSON": encoded([])}},
    {"id": "a", "response": {"clientDataJSON": encoded({"challenge": None})}},
    {"id": "a", "response": {"clientDataJSON": encoded({"challenge": {"a": 1}})}},
    {"id": {"a": 1}, "response": {"clientDataJSON": encoded({"challenge": "a"})}},
    {"id": "\0" * 2000, "response": {"clientDataJSON": encoded({"challenge": "\0"})}},
]


@pytest.mark.parametrize("answer", BROKEN, ids=str)
def test_an_answer_that_is_none_is_refused(console: Hoede, answer: Any) -> None:
    said = seat(console).say("/console/sign-in/finish", {"answer": answer}, at="/console/sign-in")
    assert (said.status_code, said.json()["code"]) == (422, "passkey-refused")


PARTS = ("attestationObject", "clientDataJSON")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("content", ["", "AAAA", "oWNmbXRkbm9uZQ", "*", "g" * 9000, None, 7, {"a": 1}])
def test_a_new_passkey_in_pieces_is_refused(console: Hoede, part: str, content: Any) -> None:
    person, link = invite(console, "judge")
    taken, path = seat(console), f"/console/invitation/{link}"
    made = taken.device.make(taken.say(f"{path}/begin", {}, at=path).json())
    made["response"][part] = content
    said = taken.say(f"{path}/finish", {"answer": made}, at=path)
    assert (said.status_code, has(console, person)) == (422, (0, 0))


@pytest.mark.parametrize("part", ["authenticatorData", "signature", "userHandle", "clientDataJSON"])
@pytest.mark.parametrize("content", ["", "AAAA", "*", "g" * 9000, 7, {"a": 1}])
def test_a_passkey_in_pieces_does_not_sign_in(console: Hoede, part: str, content: Any) -> None:
    taken, person = signed_in(console, "judge")
    sign_out(taken)
    at = "/console/sign-in"
    used = taken.device.use(taken.say(f"{at}/begin", {}, at=at).json())
    used["response"][part] = content
    said = taken.say(f"{at}/finish", {"answer": used}, at=at)
    assert (said.status_code, has(console, person)[1]) == (422, 0)


def test_who_is_kept_out_is_out_at_the_next_page_and_cannot_come_back(console: Hoede) -> None:
    taken, person = signed_in(console, "judge")
    console.db.commit(lambda tx: staff.disable(tx, person, read_tables().roles, by="a-test"))
    assert taken.get("/console").headers["location"] == "/console/sign-in?to=/console"
    taken.http.cookies.clear()
    assert taken.sign_in().json()["code"] == "passkey-refused"


def test_another_role_holds_at_the_next_page(console: Hoede) -> None:
    taken, person = signed_in(console, "administrator", "judge")
    signed_in(console, "administrator")
    console.db.commit(lambda tx: staff.set_roles(tx, person, ["judge"], read_tables().roles, by="a-test"))
    assert taken.get("/console/people").headers["location"].startswith("/console/sign-in")
    taken.http.cookies.clear()
    assert taken.sign_in().status_code == 200
    assert taken.get("/console/people").status_code == 403


def test_using_the_passkey_anew_gives_another_cookie_and_opens_the_page(console: Hoede) -> None:
    taken, person = signed_in(console, "administrator")
    before, at = cookie(taken), "/console/step-up"
    console.db.commit(
        lambda tx: tx.conn.exec_driver_sql(
            f"UPDATE session SET verified_at = 0 WHERE person_id = '{person}'"  # noqa: S608 - ours
        )
    )
    options = taken.say(f"{at}/begin", {}, at=at).json()
    assert len(options["allowCredentials"]) == 1
    told = {"answer": taken.device.use(options), "to": "/console/people"}
    assert taken.say(f"{at}/finish", told, at=at).json() == {"go": "/console/people"}
    assert taken.get("/console/people").status_code == 200
    assert (cookie(taken) != before, has(console, person)) == (True, (1, 1))


def test_the_passkey_of_another_person_is_not_mine_anew(console: Hoede) -> None:
    taken, other = signed_in(console, "administrator")[0], signed_in(console, "administrator")[0]
    at = "/console/step-up"
    options = taken.say(f"{at}/begin", {}, at=at).json()
    said = taken.say(f"{at}/finish", {"answer": other.device.use(options)}, at=at)
    assert said.json()["code"] == "passkey-refused"


def test_a_recovery_code_makes_a_passkey_and_opens_nothing_else(console: Hoede) -> None:
    taken, person = signed_in(console, "judge")
    page = taken.post("/console/me/codes").text
    codes = [part.partition("</code>")[0] for part in page.split("<code>")[1:]]
    assert len(set(codes)) == 10
    lost = seat(console)
    answer = lost.post("/console/recover", {"code": codes[4]}, at="/console/recover")
    link = answer.headers["location"].removeprefix("/console/invitation/")
    assert cookie(lost) is None
    assert lost.get("/console").headers["location"] == "/console/sign-in?to=/console"
    assert taken.get("/console").headers["location"] == "/console/sign-in?to=/console"  # signed out there
    assert lost.join(link).status_code == 200
    assert has(console, person) == (2, 1)
    again = lost.post("/console/recover", {"code": codes[4]}, at="/console")
    assert (again.status_code, "Each works once." in again.text) == (422, True)


def test_a_second_passkey_signs_in_too_until_it_is_ended(console: Hoede) -> None:
    taken, person = signed_in(console, "judge")
    second, me = Authenticator(), "/console/me"
    options = taken.say(f"{me}/passkeys/begin", {}, at=me).json()
    assert len(options["excludeCredentials"]) == 1
    made = taken.say(f"{me}/passkeys/finish", {"answer": second.make(options)}, at=me)
    assert (made.json(), has(console, person)[0]) == ({"go": me}, 2)
    sign_out(taken)
    other = replace(taken, device=second)
    assert other.sign_in().status_code == 200
    first = console.db.read(
        lambda conn: (
            conn.execute(
                select(PASSKEYS.c.id).where(PASSKEYS.c.person_id == person).order_by(PASSKEYS.c.made_at)
            )
            .scalars()
            .first()
        )
    )
    assert other.post(f"{me}/passkeys/{first}/end", at=me).headers["location"] == me
    sign_out(other)
    assert taken.sign_in().json()["code"] == "passkey-refused"


def test_the_only_passkey_stays(console: Hoede) -> None:
    taken, person = signed_in(console, "judge")
    only = console.db.read(
        lambda conn: conn.execute(select(PASSKEYS.c.id).where(PASSKEYS.c.person_id == person)).scalar_one()
    )
    said = taken.post(f"/console/me/passkeys/{only}/end", at="/console/me")
    assert (said.status_code, "Make another one first." in said.text) == (409, True)


def test_a_passkey_that_is_here_already_is_not_made_twice(console: Hoede) -> None:
    taken, _ = signed_in(console, "judge")
    me = "/console/me"
    options = taken.say(f"{me}/passkeys/begin", {}, at=me).json()
    said = taken.say(f"{me}/passkeys/finish", {"answer": taken.device.make(options)}, at=me)
    assert said.json()["code"] == "passkey-taken"


@pytest.mark.parametrize("what", ["passkeys", "sessions"])
def test_nobody_ends_what_is_another_persons(console: Hoede, what: str) -> None:
    taken, victim = signed_in(console, "judge")[0], signed_in(console, "judge")[1]
    table = PASSKEYS if what == "passkeys" else SESSIONS
    theirs = console.db.read(
        lambda conn: conn.execute(select(table.c.id).where(table.c.person_id == victim)).scalar_one()
    )
    said = taken.post(f"/console/me/{what}/{theirs}/end", at="/console/me")
    assert (said.status_code, has(console, victim)) == (404, (1, 1))


def test_tries_with_one_persons_passkey_are_counted_wherever_they_come_from(console: Hoede) -> None:
    taken, _ = signed_in(console, "judge")
    sign_out(taken)
    taken.device.flags = USER_PRESENT
    said = [replace(seat(console), device=taken.device).sign_in().json()["code"] for _ in range(11)]
    assert said == ["passkey-refused"] * 10 + ["too-many-tries"]


def test_the_pages_work_without_script_but_for_the_passkey(console: Hoede) -> None:
    page = seat(console).get("/console/sign-in").text
    assert page.count("<script") == 1
    assert '<script type="module" src="/static/passkey.js"></script>' in page
    assert "Passkeys need scripts." in page


def test_a_visitor_keeps_one_cookie(console: Hoede) -> None:
    taken = seat(console)
    first = taken.get("/console/sign-in")
    second = taken.get("/console/recover")
    assert (VISIT_COOKIE in first.headers["set-cookie"], "set-cookie" in second.headers) == (True, False)
