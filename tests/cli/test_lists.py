"""`hoede lists import|show|withdraw`: a file comes in whole or not at all."""

import hashlib

import pytest
from tests.cli.desk import Desk, Ran

from hoede.app import open_database
from hoede.core.findings import DigestKind
from hoede.lists import Lists
from hoede.lists import store as lists

ONE, TWO, THREE = (hashlib.sha256(bytes([number])).hexdigest() for number in range(3))
FROM = ("--source", "a test", "--standing", "verifying_authority")


def bring(desk: Desk, content: str, *more: str, name: str = "harbour", file: str = "list.csv") -> Ran:
    return desk.run("lists", "import", name, desk.write(file, content), *FROM, *more)


def in_force(desk: Desk, digest: str) -> int:
    db, _ = open_database(desk.config)
    found = db.read(lambda conn: Lists(conn).matches(DigestKind.SHA256, digest))
    db.close()
    return len(found)


FILES = [
    ("list.csv", f"sha256,id\n{ONE},first\n{TWO},\n"),
    ("list.jsonl", f'{{"sha256": "{ONE}", "id": "first"}}\n\n{{"sha256": "{TWO}"}}\n'),
    ("list.txt", f"# a comment\n{ONE}\n{TWO} # another\n"),
]


@pytest.mark.parametrize(("file", "content"), FILES)
def test_a_file_is_read_by_its_name(desk: Desk, file: str, content: str) -> None:
    ran = bring(desk, content, "--json", file=file)

    assert (ran.exit, ran.json["entries"], ran.json["new"]) == (0, 2, 2)
    assert in_force(desk, ONE) == 1


def test_a_form_that_is_given_wins_over_the_name(desk: Desk) -> None:
    assert bring(desk, f"{ONE}\n", "--form", "text").exit == 0


def test_the_words_tell_what_came_in(desk: Desk) -> None:
    ran = bring(desk, f"sha256\n{ONE}\n")

    assert "1 entries, 1 new, 0 stay withdrawn" in ran.out


def test_one_bad_line_is_named_by_number_and_nothing_comes_in(desk: Desk) -> None:
    ran = bring(desk, f"sha256\n{ONE}\nnonsense\n{TWO}\n")

    assert (ran.exit, ran.code) == (1, "list-file-invalid")
    assert ran.error is not None
    assert "line 3: sha256 wants 64" in ran.error.detail
    assert (in_force(desk, ONE), in_force(desk, TWO)) == (0, 0)


@pytest.mark.parametrize("content", ["sha256\n", "", "colour\nred\n", "sha256\n\xff"])
def test_a_file_without_anything_usable_is_refused(desk: Desk, content: str) -> None:
    desk.write("list.csv", "").write_bytes(content.encode("latin-1"))

    ran = desk.run("lists", "import", "harbour", desk.folder / "list.csv", *FROM)

    assert (ran.exit, ran.code) == (1, "list-file-invalid")


def test_a_file_that_is_not_there_is_named(desk: Desk) -> None:
    ran = desk.run("lists", "import", "harbour", desk.folder / "nowhere.csv", *FROM)

    assert ran.error is not None
    assert "nowhere.csv cannot be read" in ran.error.detail


@pytest.mark.parametrize("option", [("--standing", "famous"), ("--category", "spam")])
def test_a_word_that_is_none_of_ours_is_a_wrong_use(desk: Desk, option: tuple[str, str]) -> None:
    assert bring(desk, f"sha256\n{ONE}\n", *option).exit == 2


def test_the_same_file_again_brings_nothing_new(desk: Desk) -> None:
    bring(desk, f"sha256\n{ONE}\n")

    again = bring(desk, f"sha256\n{ONE}\n{TWO}\n", "--json")

    assert (again.json["entries"], again.json["new"]) == (2, 1)


def test_a_list_is_not_quietly_made_something_else(desk: Desk) -> None:
    bring(desk, f"sha256\n{ONE}\n")

    ran = bring(desk, f"sha256\n{TWO}\n", "--standing", "self_submitted")

    assert (ran.exit, ran.code, in_force(desk, TWO)) == (1, "list-differs", 0)


def test_rehearsal_entries_are_refused_in_production(desk: Desk) -> None:
    part = desk.config.model_dump(mode="json", exclude_none=True)["authorities"]["ncmec"]
    desk.configure(deployment="production", authorities={"ncmec": part | {"environment": "production"}})

    ran = bring(desk, f"sha256\n{ONE}\n", "--rehearsal")

    assert (ran.exit, ran.code) == (1, "rehearsal-refused")


def test_showing_tells_what_each_list_is_worth(desk: Desk) -> None:
    desk.configure(acts_alone={"harbour": "the desk, 2026-11-23, after review"})
    bring(desk, f"sha256\n{ONE}\n{TWO}\n")

    (row,) = desk.run("lists", "show", "--json").json

    assert (row["in_force"], row["withdrawn"], row["standing"]) == (2, 0, "verifying_authority")
    assert row["acts_alone"] == "the desk, 2026-11-23, after review"
    assert "acts alone" in desk.run("lists", "show").out


def test_showing_nothing_says_so(desk: Desk) -> None:
    assert desk.run("lists", "show").out == "No list yet.\n"


def test_an_entry_is_withdrawn_by_its_id_and_stays_so_when_it_comes_again(desk: Desk) -> None:
    bring(desk, f"sha256\n{ONE}\n{TWO}\n")
    db, _ = open_database(desk.config)
    (entry, _) = db.read(lambda conn: lists.entries_of(conn, "harbour"))
    db.close()

    gone = desk.run("lists", "withdraw", entry, "--why", "a mistake", "--json")
    again = bring(desk, f"sha256\n{ONE}\n{TWO}\n", "--json")

    assert (gone.json, again.json["withdrawn"]) == ({"withdrawn": 1}, 1)
    assert in_force(desk, ONE) + in_force(desk, TWO) == 1


def test_a_whole_list_is_withdrawn_by_its_name(desk: Desk) -> None:
    bring(desk, f"sha256\n{ONE}\n{TWO}\n")

    gone = desk.run("lists", "withdraw", "harbour", "--why", "its source asked")

    assert ("2 entries are withdrawn" in gone.out, in_force(desk, ONE)) == (True, 0)


@pytest.mark.parametrize("what", ["ent_nothing", "nothing"])
def test_what_is_not_there_cannot_be_withdrawn(desk: Desk, what: str) -> None:
    ran = desk.run("lists", "withdraw", what, "--why", "x")

    assert (ran.exit, ran.code) == (1, "list-unknown")


def test_a_withdrawal_needs_a_reason(desk: Desk) -> None:
    assert desk.run("lists", "withdraw", "harbour").exit == 2
