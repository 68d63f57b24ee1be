"""The pages about people: adding, roles, keeping out; and names that would like to be more than names."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html
from tests.databases import Databases
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, Seat, invite, seat, signed_in

from hoede.access import Permission, find_person
from hoede.app import Hoede, verify_log
from hoede.app.tables import read_tables
from hoede.web.session import STATUS
from hoede.words import LOCALES, catalogue

LINK = re.compile(r'value="https://hoede\.example/console/invitation/([\w-]{43})" readonly')
OUR_SCRIPT = "/static/passkey.js"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</title><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- --><b>bold",
    "javascript:alert(1)",
    "&lt;script&gt;",
    "\N{LATIN SMALL LETTER A}\N{COMBINING ACUTE ACCENT}" * 20,
    "мира שלום 🦔",
    "0" * 80,
]


@pytest.fixture(scope="module")
def boss(console: Hoede) -> Seat:
    return signed_in(console, "administrator", name="Anna")[0]


def add(boss: Seat, name: str, *roles: str, language: str = "en") -> tuple[str, str]:
    """The id and the link of somebody added on the page."""
    told = {"name": name, "role": list(roles), "language": language}
    page = boss.post("/console/people", told, at="/console/people").text
    link = LINK.search(page)
    person = re.search(r"/console/people/(per_\w+)", page)
    assert link is not None
    assert person is not None
    return person[1], link[1]


def test_an_administrator_adds_somebody_who_then_signs_in(console: Hoede, boss: Seat) -> None:
    _, link = add(boss, "Joris", "judge", "auditor", language="nl")
    taken = seat(console)
    assert taken.join(link).status_code == 200
    page = taken.get("/console").text
    assert ('<html lang="nl"' in page, "Joris" in page, "Beoordelaar, Controleur" in page) == (True,) * 3
    assert "Joris" in boss.get("/console/people").text


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"name": "", "role": "judge"}, "A name has 1 to 80 characters"),
        ({"name": "a" * 81, "role": "judge"}, "A name has 1 to 80 characters"),
        ({"name": "a\u202eb", "role": "judge"}, "A name has 1 to 80 characters"),
        ({"name": "Mira"}, "Choose a role at least."),
        ({"name": "Mira", "role": "king"}, "Choose a role at least."),
    ],
)
def test_what_is_wrong_with_somebody_new_is_said(boss: Seat, told: dict[str, str], says: str) -> None:
    said = boss.post("/console/people", told, at="/console/people")
    assert (said.status_code, says in said.text) == (422, True)


def test_other_roles_keeping_out_and_letting_in_again(console: Hoede, boss: Seat) -> None:
    person, _ = add(boss, "Bram", "judge")
    page = f"/console/people/{person}"
    assert boss.post(f"{page}/roles", {"role": ["legal", "policy"]}, at=page).headers["location"] == page
    boss.post(f"{page}/disable", at=page)
    out = console.db.read(lambda conn: find_person(conn, person))
    assert out is not None
    assert (out.roles, out.is_disabled) == (("legal", "policy"), True)
    assert "Kept out since" in boss.get(page).text
    boss.post(f"{page}/enable", at=page)
    history = boss.get(page).text
    assert [act in history for act in ("Let in again", "Kept out", "Other roles", "Added")] == [True] * 4
    assert "by Anna" in history


def test_an_administrator_signs_somebody_out_everywhere(console: Hoede, boss: Seat) -> None:
    taken, person = signed_in(console, "judge")
    boss.post(f"/console/people/{person}/sign-out", at="/console/people")
    assert taken.get("/console").headers["location"] == "/console/sign-in?to=/console"
    taken.http.cookies.clear()
    assert taken.sign_in().status_code == 200


def test_a_new_link_ends_the_passkey_that_was_lost(console: Hoede, boss: Seat) -> None:
    taken, person = signed_in(console, "judge")
    page = f"/console/people/{person}"
    link = LINK.search(boss.post(f"{page}/invite", at=page).text)
    assert link is not None
    assert taken.get("/console").status_code == 303
    taken.http.cookies.clear()
    assert taken.sign_in().json()["code"] == "passkey-refused"
    assert seat(console).join(link[1]).status_code == 200


@pytest.mark.parametrize("act", ["", "/roles", "/sign-out", "/invite", "/disable", "/enable"])
def test_somebody_who_is_not_there_is_said_to_be_not_there(boss: Seat, act: str) -> None:
    page = f"/console/people/per_0{act}"
    said = boss.post(page, {"role": "judge"}) if act else boss.get(page)
    assert (said.status_code, "not any more" in said.text) == (404, True)


@pytest.fixture
def either(kind: str, open_api: OpenApi, databases: Databases, tmp_path: Path) -> Hoede:
    """A Hoede of this test's own on either database."""
    return open_api(public_url=URL, database_url=databases.lend(kind, tmp_path)).hoede


STRANGE = ["%00", "per_%00", "%0A", "%ED%A0%80", "a" * 5000, "%F0%9F%A6%94"]


def test_an_id_that_no_database_would_keep_is_nobodys(either: Hoede) -> None:
    boss, _ = signed_in(either, "administrator")
    for person in STRANGE:
        said = [
            boss.get(f"/console/people/{person}"),
            boss.post(f"/console/people/{person}/disable"),
            boss.post(f"/console/me/passkeys/{person}/end"),
            boss.post(f"/console/me/sessions/{person}/end"),
            boss.get(f"/console/invitation/{person}"),
        ]
        assert (person, [one.status_code for one in said]) == (person, [404] * 5)


def test_people_are_added_changed_and_kept_out_on_either_database(either: Hoede) -> None:
    boss, _ = signed_in(either, "administrator")
    person, link = add(boss, "Joris \N{HEDGEHOG}", "judge")
    taken = seat(either)
    assert taken.join(link).status_code == 200
    assert taken.post("/console/people", {"form": boss.form()}).status_code == 403
    boss.post(f"/console/people/{person}/roles", {"role": ["auditor"]}, at="/console/people")
    taken.http.cookies.clear()
    assert taken.sign_in().status_code == 200
    assert "Auditor" in taken.get("/console").text
    boss.post(f"/console/people/{person}/disable", at="/console/people")
    assert taken.get("/console").status_code == 303


def pages_of(console: Hoede, boss: Seat, name: str) -> Iterator[str]:
    """Every page on which this name stands, and some trouble."""
    person, link = invite(console, "administrator", name=name)
    visitor = seat(console)
    yield visitor.get(f"/console/invitation/{link}").text
    assert visitor.join(link).status_code == 200
    for path in ("/console", "/console/me", "/console/people", f"/console/people/{person}"):
        yield visitor.get(path).text
    yield visitor.get("/console/people/per_0").text
    yield boss.get(f"/console/people/{person}").text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_a_name_on_every_page(console: Hoede, boss: Seat, name: str) -> None:
    for page in pages_of(console, boss, name):
        tree = html.fromstring(page)
        scripts = [one.get("src") for one in tree.iter("script")]
        handlers = [str(key) for one in tree.iter() for key in one.attrib if str(key).startswith("on")]
        links = [one.get("href", "") for one in tree.iter("a")]
        assert (set(scripts) - {OUR_SCRIPT}, handlers, list(tree.iter("img"))) == (set(), [], [])
        assert [one for one in links if not one.startswith(("/", "?", "#"))] == []
        assert name in "".join(map(str, tree.itertext()))


def test_every_role_and_everything_one_may_do_has_words() -> None:
    keys = {f"may.{one}" for one in Permission} | {f"role.{one}" for one in read_tables().roles.may}
    keys |= {f"console.error.{code}" for code in (*STATUS, "step-up")}
    assert [sorted(keys - set(catalogue(one).texts)) for one in LOCALES] == [[]] * len(LOCALES)


def test_what_was_done_fits_the_log(console: Hoede, boss: Seat) -> None:
    person, _ = add(boss, "Cas", "judge")
    boss.post(f"/console/people/{person}/disable", at="/console/people")
    while console.sequencer.run_once():
        pass
    assert verify_log(console.db, console.keys).wrong == ()
