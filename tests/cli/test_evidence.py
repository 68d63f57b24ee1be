"""Holds, destruction, scrubbing and erasing at the machine."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.desk import Desk

HOLD = ("--basis", "18 USC 2703(f)", "--why", "asked for by letter", "--by", "per_legal")


def execute(desk: Desk, sql: str) -> list[str]:
    with closing(sqlite3.connect(desk.config.data_folder / "hoede.sqlite", isolation_level=None)) as db:
        return [str(row[0]) for row in db.execute(sql)]


def objects(desk: Desk) -> list[Path]:
    folder = desk.config.data_folder / "vault" / "objects"
    return [path for path in folder.iterdir() if path.suffix != ".json"]


def test_a_vault_that_is_whole_is_said_to_be(lived_in: Desk) -> None:
    ran = lived_in.run("evidence", "scrub", "--json")
    assert (ran.exit, ran.json) == (0, {"whole": 1, "lacking": []})


@pytest.mark.parametrize("at", [40, -1])  # in the first segment, and in the tag of the last
def test_a_flipped_byte_is_found(lived_in: Desk, at: int) -> None:
    (sealed,) = objects(lived_in)
    content = bytearray(sealed.read_bytes())
    content[at] ^= 1
    sealed.write_bytes(content)
    ran = lived_in.run("evidence", "scrub")
    assert (ran.exit, ran.out.splitlines()) == (
        1,
        ["0 copies are whole", f"{sealed.name}: missing or not as it was sealed"],
    )


def test_a_missing_copy_is_found(lived_in: Desk) -> None:
    objects(lived_in)[0].unlink()
    assert lived_in.run("evidence", "scrub").exit == 1


def test_a_hold_beats_erasing_until_it_is_ended(lived_in: Desk) -> None:
    (copy,) = execute(lived_in, "SELECT id FROM evidence")
    assert lived_in.run("evidence", "hold", "copy", copy, *HOLD).exit == 0
    (held,) = lived_in.run("evidence", "holds", "--json").json
    execute(lived_in, "UPDATE evidence SET keep_until = 1")
    execute(lived_in, "UPDATE orders SET state = 'done'")
    assert lived_in.run("accounts", "erase", "a").out.endswith("kept for now: legal-hold\n")
    ended = lived_in.run("evidence", "release", held["id"], "--why", "over", "--by", "per_legal")
    assert (ended.exit, lived_in.run("evidence", "holds").out) == (0, "No hold.\n")
    assert lived_in.run("evidence", "release", held["id"], "--why", "x", "--by", "y").code == "hold-unknown"
    assert lived_in.run("accounts", "erase", "a").out.endswith(": erased\n")
    (told,) = lived_in.run("accounts", "erasures", "--json").json
    assert (told["account"], told["kept"], told["done_at"] is not None) == (None, None, True)
    assert (objects(lived_in), execute(lived_in, "SELECT id FROM evidence")) == ([], [])


@pytest.mark.parametrize("words", [("account", "a"), ("case", "c", "--service", "plein")])
def test_an_account_is_held_by_its_service_and_nothing_else_is(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.run("evidence", "hold", *words, *HOLD).exit == 2


def test_a_hold_is_refused_on_what_is_not_there(lived_in: Desk) -> None:
    (copy,) = execute(lived_in, "SELECT id FROM evidence")
    for words in (("case", "case_0"), ("copy", "evi_0")):
        assert lived_in.run("evidence", "hold", *words, *HOLD).code == "nothing-to-hold"
    execute(lived_in, "UPDATE evidence SET state = 'destroyed'")
    assert lived_in.run("evidence", "hold", "copy", copy, *HOLD).code == "nothing-to-hold"
    assert lived_in.run("evidence", "holds").out == "No hold.\n"


def test_a_hold_on_an_account_nobody_told_of_is_set_and_says_so(lived_in: Desk) -> None:
    said = {
        account: lived_in.run("evidence", "hold", "account", account, "--service", "plein", *HOLD).out
        for account in ("a", "not-told")
    }
    assert ["no such account" in one for one in said.values()] == [False, True]
    assert len(lived_in.run("evidence", "holds", "--json").json) == 2


def test_a_hold_includes_its_last_day_wherever_one_is(lived_in: Desk) -> None:
    (copy,) = execute(lived_in, "SELECT id FROM evidence")
    assert lived_in.run("evidence", "hold", "copy", copy, *HOLD, "--until", "2099-02-25").exit == 0
    assert "until the end of 2099-02-25" in lived_in.run("evidence", "holds").out
    (held,) = lived_in.run("evidence", "holds", "--json").json
    assert held["until"] == "2099-02-26T12:00:00+00:00"


def test_what_was_destroyed_is_on_record(lived_in: Desk) -> None:
    assert lived_in.run("evidence", "destroyed").out == "No copy was destroyed.\n"
    execute(
        lived_in, "UPDATE evidence SET state = 'destroyed', destroyed_at = 1, destroyed_why = 'retention'"
    )
    (told,) = lived_in.run("evidence", "destroyed", "--json").json
    assert (told["why"], told["destroyed_at"][:4], len(told["sha256"])) == ("retention", "1970", 64)


def test_a_clock_that_jumped_is_believed_again_when_somebody_says_so(desk: Desk) -> None:
    assert "all the time" in desk.run("evidence", "believe-clock").out
    execute(desk, "UPDATE retention_clock SET stopped_at = 1")
    assert "believed again" in desk.run("evidence", "believe-clock").out
    assert execute(desk, "SELECT count(*) FROM retention_clock WHERE stopped_at IS NULL") == ["1"]


def test_own_data_is_printed_for_who_asks(lived_in: Desk) -> None:
    told = lived_in.run("accounts", "export", "a").json
    assert [one["id"] for one in told["account"]] == ["a"]
    assert len(told["event"]) == 1
    assert lived_in.run("accounts", "export", "a", "--service", "other").code == "config-invalid"
