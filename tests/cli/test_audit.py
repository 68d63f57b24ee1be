"""`hoede audit verify`: sound after a journey; whatever is tampered with, it says what."""

import sqlite3
from contextlib import closing

import pytest
from tests.cli.desk import Desk

TAMPERED = [
    # rows
    ("UPDATE orders SET state = 'done' WHERE measure = 'notify'", "1 change(s) order.done in the rows"),
    (
        "UPDATE orders SET needs_human = 1 WHERE measure = 'remove'",
        "1 change(s) order.needs_human in the rows",
    ),
    ("UPDATE list_entry SET withdrawn_at = 1", "1 change(s) list.withdrawn in the rows"),
    ("UPDATE orders SET state = 'open' WHERE measure = 'hold'", "leaf/leaves order.done without a row"),
    ("DELETE FROM decision", "leaf/leaves decision without a row"),
    ("DELETE FROM case_", "leaf/leaves case.opened without a row"),
    ("UPDATE evidence SET state = 'intake'", "leaf/leaves preserve.ended without a row"),
    ("DELETE FROM api_key", "leaf/leaves key.created without a row"),
    # leaves
    ("UPDATE leaf SET body = replace(body, 'at', 'as') WHERE number = 0", "has another root"),
    ("UPDATE leaf SET body = 'x' WHERE number = 0", "leaf 0 cannot be read"),
    ("DELETE FROM leaf WHERE number = 0", "leaf 1 stands where 0 belongs"),
    ("DELETE FROM leaf WHERE number = (SELECT max(number) FROM leaf)", "is longer than the log"),
    ("UPDATE leaf SET number = number + 1000 WHERE number >= 3", "leaf 1003 stands where 3 belongs"),
    ("INSERT INTO leaf (body) SELECT body FROM leaf LIMIT 1", "without a row"),
    # heads
    ("UPDATE audit_head SET root = zeroblob(32)", "has another root than the leaves under it"),
    ("UPDATE audit_head SET signature = zeroblob(64)", "is not signed by this log's key"),
    ("UPDATE audit_head SET at = at + 1", "is not signed by this log's key"),
    ("UPDATE audit_head SET size = size + 1000", "is longer than the log"),
    ("DELETE FROM audit_head", "no head covers all"),
    # the end cut off cleanly, heads and all
    ("DELETE FROM leaf WHERE number > 0; DELETE FROM audit_head", "in the rows without a leaf"),
]


def tamper(desk: Desk, sql: str) -> None:
    with closing(sqlite3.connect(desk.config.data_folder / "hoede.sqlite")) as db:
        db.executescript(sql)


def test_an_untouched_log_is_sound(lived_in: Desk) -> None:
    ran = lived_in.run("audit", "verify")

    assert (ran.exit, ran.out.splitlines()[-1]) == (0, "sound")


def test_machines_get_the_figures(lived_in: Desk) -> None:
    told = lived_in.run("audit", "verify", "--json").json

    assert (told["sound"], told["wrong"], told["unnumbered"]) == (True, [], 0)
    assert told["leaves"] > told["heads"] > 0


@pytest.mark.parametrize(("sql", "says"), TAMPERED)
def test_what_was_tampered_with_is_said(lived_in: Desk, sql: str, says: str) -> None:
    tamper(lived_in, sql)

    ran = lived_in.run("audit", "verify")

    assert ran.exit == 1
    assert [line for line in ran.out.splitlines() if line.startswith("wrong: ") and says in line]


def test_machines_are_told_what_is_wrong_too(lived_in: Desk) -> None:
    tamper(lived_in, "DELETE FROM decision")

    ran = lived_in.run("audit", "verify", "--json")

    assert (ran.exit, ran.json["sound"], len(ran.json["wrong"])) == (1, False, 1)


def test_leaves_without_a_number_yet_are_counted_and_not_wrong(lived_in: Desk) -> None:
    lived_in.run("keys", "create", "plein")

    ran = lived_in.run("audit", "verify", "--json")

    assert (ran.exit, ran.json["unnumbered"]) == (0, 1)


def test_an_empty_log_is_sound(desk: Desk) -> None:
    assert desk.run("audit", "verify", "--json").json["leaves"] == 0
