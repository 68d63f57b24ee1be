"""Every door of `/family`: only who is signed in there passes, and no form of another browser counts."""

from collections.abc import Iterator

import pytest
from httpx2 import Response
from tests.web.family import Home, guardian, stranger
from tests.web.passkeys import URL, signed_in

from hoede.access import Permission
from hoede.app import Hoede
from hoede.web.family.frame import SESSION_COOKIE
from hoede.web.session import SESSION_COOKIE as DESK_COOKIE
from hoede.web.session import DoorRoute
from hoede.web.visits import Access, Door

# Whom nobody needs to know yet. Every other door is for guardians who are signed in.
FOR_ANYONE = {
    "family",
    "family-join",
    "family-join-begin",
    "family-join-enter",
    "family-join-finish",
    "family-letter",
    "family-sign-in",
    "family-sign-in-begin",
    "family-sign-in-finish",
}
FOR_WHO_SHOWED_A_PASSKEY_JUST_NOW = {
    "family-go",
    "family-go-page",
    "family-passkey-begin",
    "family-passkey-end",
    "family-passkey-finish",
    "family-session-end",
}


@pytest.fixture(scope="module")
def doors(console: Hoede) -> list[Door]:
    found = [route.door for route in console.site.routes if isinstance(route, DoorRoute)]
    return [one for one in found if one.path.startswith("/family")]


def path(door: Door) -> str:
    told = {"link": "pair_0", "id": "req_0", "name": "dm.send", "secret": "abc"}
    return door.path.format(**told)


def knock(home: Home, door: Door, form: str) -> Response:
    if door.method == "GET":
        return home.get(path(door))
    headers = {"origin": URL}
    return home.http.post(path(door), data={"form": form}, headers=headers, follow_redirects=False)


def those(doors: list[Door]) -> Iterator[Door]:
    yield from (one for one in doors if one.needs is not Access.ANYONE)


def test_each_says_who_may_pass_and_none_needs_a_role(doors: list[Door]) -> None:
    assert {one.name for one in doors if one.needs is Access.ANYONE} == FOR_ANYONE
    assert {one.name for one in doors if one.needs is Access.FRESH} == FOR_WHO_SHOWED_A_PASSKEY_JUST_NOW
    assert not any(isinstance(one.needs, Permission) for one in doors)


def test_a_stranger_is_led_to_where_one_signs_in(console: Hoede, doors: list[Door]) -> None:
    home = stranger(console)
    form = home.form()
    for door in those(doors):
        answer = knock(home, door, form)
        if door.method == "GET":
            assert answer.headers["location"].startswith("/family/sign-in?to=/family"), door.name
        else:
            assert (answer.status_code, "Sign in, then do it again." in answer.text) == (401, True), door.name


def test_who_works_at_the_desk_is_a_stranger_here(console: Hoede, doors: list[Door]) -> None:
    taken, _ = signed_in(console, "administrator")
    cookie = next(one.value for one in taken.http.cookies.jar if one.name == DESK_COOKIE)
    home = stranger(console)
    home.http.cookies.set(SESSION_COOKIE, cookie or "", domain="hoede.example", path="/family")

    assert {knock(home, one, "").status_code for one in those(doors)} == {303, 401}


def test_a_form_of_another_browser_counts_at_no_door(console: Hoede, doors: list[Door]) -> None:
    home, (other, _) = guardian(console)[0], guardian(console)
    theirs = other.form()

    answers = {knock(home, one, theirs).status_code for one in doors if one.method == "POST"}

    assert answers == {403}


def test_no_page_is_kept_framed_or_told_to_others(console: Hoede) -> None:
    home, _ = guardian(console)
    headers = home.get().headers

    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"
