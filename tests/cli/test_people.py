"""Commands about people: links are printed once, ids and refusals are for machines too."""

import re

import pytest
from tests.cli.desk import Desk

from hoede.access.invitations import invited
from hoede.app import open_database, verify_log

LINK = re.compile(r"http://localhost:8400/console/invitation/([\w-]{43})$", re.MULTILINE)


def created(desk: Desk, *roles: str, name: str = "Anna") -> tuple[str, str]:
    """The id and the link of somebody new."""
    words = [word for role in roles or ("administrator",) for word in ("--role", role)]
    said = desk.run("people", "create", name, *words, "--json").json
    found = LINK.search(said["link"])
    assert found is not None
    return said["person"], found[1]


def whom(desk: Desk, link: str) -> str:
    db, _ = open_database(desk.config)
    try:
        return db.read(lambda conn: invited(conn, link, db.time(conn)))
    finally:
        db.close()


def test_there_is_nobody_at_first(desk: Desk) -> None:
    assert desk.run("people", "list").out.startswith("Nobody yet.")
    assert desk.run("people", "list", "--json").json == []


def test_somebody_new_gets_a_link_that_is_theirs(desk: Desk) -> None:
    ran = desk.run("people", "create", "Anna", "--role", "administrator")
    link = LINK.search(ran.out)
    assert link is not None
    assert whom(desk, link[1]) == ran.out.split()[0]


def test_people_are_listed_with_their_roles_and_without_links(desk: Desk) -> None:
    anna, link = created(desk, "auditor", "administrator")
    joris, _ = created(desk, "judge", name="Joris")
    ran = desk.run("people", "list")
    assert ran.out == f"{anna}  Anna: administrator, auditor\n{joris}  Joris: judge\n"
    shown = desk.run("people", "list", "--json").json
    assert [one["roles"] for one in shown] == [["administrator", "auditor"], ["judge"]]
    assert link not in str(shown)


def test_a_new_link_takes_the_place_of_the_one_before(desk: Desk) -> None:
    anna, link = created(desk)
    again = LINK.search(desk.run("people", "invite", anna, "--json").json["link"])
    assert again is not None
    assert (again[1] != link, whom(desk, again[1])) == (True, anna)


def test_somebody_is_kept_out_once(desk: Desk) -> None:
    created(desk)
    joris, _ = created(desk, "judge", name="Joris")
    first, second = (desk.run("people", "disable", joris, "--json").json for _ in range(2))
    assert (first["changed"], second["changed"]) == (True, False)
    assert f"{joris}  Joris: disabled" in desk.run("people", "list").out
    assert desk.run("people", "invite", joris).code == "person-disabled"


def test_the_last_administrator_is_not_kept_out(desk: Desk) -> None:
    anna, _ = created(desk)
    ran = desk.run("people", "disable", anna)
    assert (ran.exit, ran.code) == (1, "last-administrator")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("create", "Anna", "--role", "king"), "role-unknown"),
        (("create", "", "--role", "judge"), "name-unfit"),
        (("create", "a\nb", "--role", "judge"), "name-unfit"),
        (("disable", "per_0"), "person-unknown"),
        (("invite", "per_0"), "person-unknown"),
    ],
)
def test_what_cannot_be_is_refused_by_name(desk: Desk, words: tuple[str, ...], code: str) -> None:
    ran = desk.run("people", *words)
    assert (ran.exit, ran.code) == (1, code)


@pytest.mark.parametrize(
    "words", [("create", "Anna"), ("create", "Anna", "--role", "judge", "--language", "xx")]
)
def test_a_role_and_a_language_we_have_are_needed(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.run("people", *words).exit == 2


@pytest.mark.parametrize("url", ["http://hoede.example", "http://127.0.0.1:8400"])
def test_nobody_is_added_where_no_browser_makes_a_passkey(desk: Desk, url: str) -> None:
    desk.configure(public_url=url)
    assert desk.run("people", "create", "Anna", "--role", "judge").code == "public-url-unfit"
    assert desk.run("people", "list", "--json").json == []


def test_what_the_commands_did_fits_the_log(desk: Desk) -> None:
    anna, _ = created(desk)
    created(desk, "judge", name="Joris")
    desk.run("people", "invite", anna)
    db, keys = open_database(desk.config)
    wrong = verify_log(db, keys).wrong
    db.close()
    assert [one for one in wrong if "row" in one] == []
