"""`hoede audit verify`: sound after a journey; whatever is tampered with, it says what."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.desk import Desk

from hoede.app import open_database
from hoede.audit import Sequencer

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


def kept(desk: Desk) -> Path:
    """The newest head, where nobody of the platform can change it."""
    file = desk.folder / "kept.jsonl"
    assert desk.run("audit", "head", "--append", file).exit == 0
    return file


def checked(desk: Desk, *words: str | Path) -> tuple[int, str]:
    """What the independent checker says, given away and run by itself."""
    checker = desk.write("checker.py", desk.run("audit", "checker").out)
    done = subprocess.run(  # noqa: S603 - what we give away
        [sys.executable, "-I", checker, *words], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.strip()


def test_a_log_made_anew_is_found_by_a_kept_head_alone(lived_in: Desk) -> None:
    head = kept(lived_in)
    assert lived_in.run("audit", "verify", "--kept", head).exit == 0
    told = json.loads(head.read_text())
    tamper(lived_in, "DELETE FROM audit_head; UPDATE leaf SET number = NULL")
    tamper(lived_in, """UPDATE leaf SET body = replace(body, '"detail":"', '"detail":"a')""")
    db, keys = open_database(lived_in.config)
    while Sequencer(db, keys, "who has the keys").run_once():
        pass
    db.close()
    assert lived_in.run("audit", "verify").exit == 0
    ran = lived_in.run("audit", "verify", "--kept", head)
    assert (ran.exit, f"when the head over {told['size']} leaves was kept" in ran.out) == (1, True)


def test_a_copy_is_checked_by_us_and_by_who_has_none_of_our_code(lived_in: Desk) -> None:
    head, copy = kept(lived_in), lived_in.folder / "log.jsonl"
    key = json.loads(head.read_text())["key"]
    assert lived_in.run("audit", "export", copy).exit == 0
    assert lived_in.run("audit", "verify", "--copy", copy, "--kept", head, "--key", key).exit == 0
    assert checked(lived_in, "log", copy, "--kept", head, "--key", key) == (0, "sound")
    copy.write_text(copy.read_text().replace("order.done", "order.dome", 1))
    assert lived_in.run("audit", "verify", "--copy", copy).exit == 1
    assert checked(lived_in, "log", copy)[0] == 1
    assert lived_in.run("audit", "export", copy).code == "file-there"


def test_everything_about_a_case_is_proved_to_who_kept_a_head(lived_in: Desk) -> None:
    head = kept(lived_in)
    size, key = (json.loads(head.read_text())[name] for name in ("size", "key"))
    with closing(sqlite3.connect(lived_in.config.data_folder / "hoede.sqlite")) as db:
        (case,) = db.execute("SELECT id FROM case_").fetchone()
    ran = lived_in.run("audit", "prove", case, "--size", str(size))
    acts = {json.loads(one["leaf"])["act"] for one in ran.json}
    assert {"case.opened", "decision", "preserve.ended", "order.opened", "report.finished"} <= acts
    proof = lived_in.write("proof.json", ran.out)
    assert checked(lived_in, "proof", proof, "--kept", head, "--key", key) == (0, "sound")
    proof.write_text(ran.out.replace("case.opened", "case.judged"))
    assert checked(lived_in, "proof", proof, "--kept", head)[0] == 1


def test_what_holds_nothing_proves_nothing(lived_in: Desk) -> None:
    copy, empty = lived_in.folder / "log.jsonl", lived_in.write("empty", "")
    assert lived_in.run("audit", "export", copy).exit == 0
    assert lived_in.run("audit", "verify", "--kept", empty).code == "bundle-invalid"
    assert checked(lived_in, "log", copy, "--kept", empty)[0] == 1
    assert checked(lived_in, "proof", lived_in.write("none.json", "[]"))[0] == 1


def test_growth_is_proved_since_a_kept_head(lived_in: Desk) -> None:
    head = kept(lived_in)
    proof = lived_in.write("growth.json", lived_in.run("audit", "prove", "--since", _size(head)).out)
    assert checked(lived_in, "proof", proof, "--kept", head) == (0, "sound")


def _size(head: Path) -> str:
    return str(json.loads(head.read_text())["size"])


def test_a_head_is_added_to_the_file_of_kept_ones_once(lived_in: Desk) -> None:
    kept(lived_in)
    assert len(kept(lived_in).read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["prove", "999999"], "nothing-to-prove"),
        (["prove", "nobody"], "nothing-to-prove"),
        (["prove", "--since", "999999"], "nothing-to-prove"),
        (["verify", "--kept", "nowhere"], "bundle-invalid"),
        (["verify", "--copy", "nowhere"], "bundle-invalid"),
    ],
)
def test_what_cannot_be_done_is_said(lived_in: Desk, words: list[str], code: str) -> None:
    assert lived_in.run("audit", *words).code == code


def test_a_file_that_is_no_copy_is_named_with_its_line(lived_in: Desk) -> None:
    file = lived_in.write(
        "log.jsonl", '{"leaf": {"number": 0, "body": "x"}}\n{"leaf": {"number": -1, "body": "x"}}\n'
    )
    ran = lived_in.run("audit", "verify", "--copy", file)
    assert ran.error is not None
    assert "log.jsonl, line 2" in ran.error.detail


def test_an_empty_log_has_no_head(desk: Desk) -> None:
    assert desk.run("audit", "head").code == "log-empty"
