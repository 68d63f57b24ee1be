"""`hoede backup|restore|rehearse`, the keys' copy and rotation, and what a person decides afterwards."""

import json
import os
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.desk import Desk

from hoede.app import open_database
from hoede.db import Transaction, failpoints, orders, restores
from hoede.db.restores import Restore

WHY = "the desk looked at the authority's side on 26 November 2026"


@pytest.fixture
def backup(lived_in: Desk) -> Path:
    lived_in.run("backup", lived_in.folder / "backup")
    return lived_in.folder / "backup"


def wipe(desk: Desk) -> None:
    shutil.rmtree(desk.config.data_folder)


def waiting(desk: Desk) -> str:
    """Let the desk's report wait as after a restore; its order."""
    db, _ = open_database(desk.config)
    order = next(one.order.id for one in db.read(orders.views) if one.order.measure == "report")
    table = orders.ORDERS

    def step(tx: Transaction) -> None:
        tx.conn.execute(table.update().where(table.c.id == order).values(state="open", ended_at=None))
        restores.note_restore(tx, Restore("res_1", tx.now, tx.now), leaves=0)
        restores.park(tx, order, "res_1")

    db.commit(step)
    db.close()
    return order


def test_a_backup_tells_what_is_in_it_and_that_keys_are_not(lived_in: Desk) -> None:
    ran = lived_in.run("backup", lived_in.folder / "backup")

    assert (ran.exit, "rows and 3 files" in ran.out) == (0, True)
    assert "Keys are not in it" in ran.out


def test_machines_get_the_figures_of_a_backup(lived_in: Desk) -> None:
    told = lived_in.run("backup", lived_in.folder / "backup", "--json").json

    assert (told["files"], told["lacking"], told["rows"] > 20) == (3, {}, True)
    assert told["folder"] == str(lived_in.folder / "backup")


def test_a_backup_over_something_is_refused(lived_in: Desk) -> None:
    ran = lived_in.run("backup", lived_in.folder)

    assert (ran.exit, ran.code) == (1, "backup-refused")


def test_a_backup_that_lacks_a_copy_is_made_and_ends_with_an_error(lived_in: Desk) -> None:
    (lost,) = lived_in.config.data_folder.glob("vault/objects/evi_*[!n]")
    lost.unlink()

    ran = lived_in.run("backup", lived_in.folder / "backup", "--json")

    assert (ran.exit, ran.code, ran.json["lacking"]) == (1, "backup-lacks-copies", {lost.name: "missing"})
    assert (lived_in.folder / "backup/backup.json").exists()


def test_a_wiped_deployment_is_restored_and_told_what_to_do(lived_in: Desk, backup: Path) -> None:
    before = lived_in.run("report", "show", "--json").json
    wipe(lived_in)

    ran = lived_in.run("restore", backup)

    assert (ran.exit, "The log is sound." in ran.out) == (0, True)
    assert "after-a-restore.md" in ran.out
    assert lived_in.run("report", "show", "--json").json == before
    assert lived_in.run("audit", "verify").exit == 0


def test_machines_get_the_figures_of_a_restore(lived_in: Desk, backup: Path) -> None:
    wipe(lived_in)

    told = lived_in.run("restore", backup, "--json").json

    assert (told["waiting"], told["wrong"], told["files"]) == ([], [], 3)


def test_a_restore_over_something_is_refused(lived_in: Desk, backup: Path) -> None:
    assert (ran := lived_in.run("restore", backup)).exit == 1
    assert ran.code == "restore-refused"


def test_every_command_says_that_a_deployment_is_half_restored(desk: Desk) -> None:
    (desk.config.data_folder / "restoring").mkdir()

    for words in (("serve",), ("report", "show"), ("config", "check"), ("migrate",)):
        assert desk.run(*words).code == "half-restored"


def test_a_rehearsal_tells_what_it_proved_and_how_long_it_took(lived_in: Desk, backup: Path) -> None:
    ran = lived_in.run("rehearse", backup)

    assert ran.exit == 0
    assert "1 cases; 1 copies opened and equal to what was taken" in ran.out
    assert ran.out.splitlines()[-1].startswith("Proved in ")


def test_machines_get_the_figures_of_a_rehearsal(lived_in: Desk, backup: Path) -> None:
    told = lived_in.run("rehearse", backup, "--within", lived_in.folder, "--json").json

    assert (told["proved"], told["cases"], told["objects"], told["wrong"]) == (True, 1, 1, [])


def test_a_rehearsal_that_proves_nothing_ends_with_1_and_says_why(lived_in: Desk) -> None:
    (lost,) = lived_in.config.data_folder.glob("vault/objects/evi_*[!n]")
    lost.unlink()
    lived_in.run("backup", lived_in.folder / "backup")

    ran = lived_in.run("rehearse", lived_in.folder / "backup")

    assert (ran.exit, "was missing when the backup was taken" in ran.out) == (1, True)
    assert "Not proved" in ran.out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_rehearsal_that_is_told_to_stop_leaves_nothing_behind(
    lived_in: Desk, backup: Path, number: signal.Signals
) -> None:
    room = lived_in.folder / "room"
    room.mkdir()
    failpoints.arm(lambda name: os.kill(os.getpid(), number) if name == "restore.marked" else None)
    before = signal.getsignal(signal.SIGTERM)
    # Whatever runs the tests in the background may have told them to ignore it.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        ran = lived_in.run("rehearse", backup, "--within", room)
    finally:
        failpoints._act = None
        signal.signal(signal.SIGINT, ignored)

    assert (ran.exit != 0, list(room.iterdir())) == (True, [])
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_unsound_log_is_restored_and_said(lived_in: Desk) -> None:
    with closing(sqlite3.connect(lived_in.config.data_folder / "hoede.sqlite")) as db:
        db.executescript("DELETE FROM decision")
    lived_in.run("backup", lived_in.folder / "backup")
    wipe(lived_in)

    ran = lived_in.run("restore", lived_in.folder / "backup")

    assert (ran.exit, "wrong: " in ran.out) == (1, True)
    assert lived_in.run("report", "show").exit == 0


def test_a_backup_is_proved_with_a_key_copy(lived_in: Desk, backup: Path) -> None:
    lived_in.run("keys", "backup", lived_in.folder / "copy")
    lived_in.run("keys", "rotate", "log")

    plain = lived_in.run("rehearse", backup)
    copied = lived_in.run("rehearse", backup, "--keys", lived_in.folder / "copy")

    assert (plain.code, copied.exit) == ("keys-other", 0)


def test_keys_are_copied_and_then_replaced(lived_in: Desk) -> None:
    first = lived_in.run("keys", "backup", lived_in.folder / "copy", "--json").json
    vault = lived_in.run("keys", "rotate", "vault", "--json").json
    log = lived_in.run("keys", "rotate", "log", "--json").json

    assert (first["noted"], vault["wrapped"], len(vault["removed"]), log) == (True, 1, 1, {"number": 2})
    assert lived_in.run("audit", "verify").exit == 0


def test_people_are_told_to_copy_the_new_keys(lived_in: Desk) -> None:
    lived_in.run("keys", "backup", lived_in.folder / "copy")

    for which in ("vault", "log"):
        assert "Copy the keys again" in lived_in.run("keys", "rotate", which).out


def test_keys_nobody_copied_are_not_replaced(lived_in: Desk) -> None:
    for which in ("vault", "log"):
        assert lived_in.run("keys", "rotate", which).code == "key-not-copied"


def test_the_key_that_makes_ids_cannot_be_replaced(lived_in: Desk) -> None:
    assert lived_in.run("keys", "rotate", "names").exit == 2


def test_a_key_copy_with_the_data_is_refused(lived_in: Desk) -> None:
    ran = lived_in.run("keys", "backup", lived_in.config.data_folder / "keys")

    assert (ran.exit, ran.code) == (1, "key-copy-refused")


def test_a_key_copy_that_could_not_be_noted_is_made_and_says_so(lived_in: Desk) -> None:
    wipe(lived_in)

    ran = lived_in.run("keys", "backup", lived_in.folder / "copy")

    assert (ran.exit, "before a rotation, copy them once more" in ran.out) == (0, True)
    assert (lived_in.folder / "copy/names.key").exists()


def test_reports_that_wait_are_shown_first_with_why(lived_in: Desk) -> None:
    order = waiting(lived_in)

    (row,) = lived_in.run("report", "show", "--json").json

    assert (row["order"], row["waits"], row["account"]) == (order, "restored", "a")
    assert "waits for a person: restored, account a" in lived_in.run("report", "show").out


def test_a_report_that_was_not_begun_and_waits_is_shown_too(lived_in: Desk) -> None:
    order = waiting(lived_in)
    with closing(sqlite3.connect(lived_in.config.data_folder / "hoede.sqlite")) as db:
        db.executescript("DELETE FROM report_call; DELETE FROM report_file; DELETE FROM report")

    (row,) = lived_in.run("report", "show", "--json").json

    assert (row["order"], row["state"], row["authority"], row["waits"]) == (
        order,
        "not composed",
        "ncmec",
        "restored",
    )


def test_a_report_that_waits_is_resent(lived_in: Desk) -> None:
    order = waiting(lived_in)

    ran = lived_in.run("report", "resend", order, "--why", WHY)

    assert (ran.exit, "is filed as soon as" in ran.out) == (0, True)
    assert lived_in.run("report", "resend", order, "--why", WHY).code == "order-not-waiting"


def test_a_report_that_waits_is_settled_with_its_receipt(lived_in: Desk) -> None:
    order = waiting(lived_in)

    ran = lived_in.run("report", "settle", order, "--receipt", "900000001", "--why", WHY)

    assert (ran.exit, "is done, as 900000001" in ran.out) == (0, True)
    assert json.loads(lived_in.run("report", "show", "--json").out)[0]["waits"] is None


@pytest.mark.parametrize("words", [("resend", "ord_1"), ("settle", "ord_1", "--receipt", "9")])
def test_a_decision_needs_a_reason(lived_in: Desk, words: tuple[str, ...]) -> None:
    assert lived_in.run("report", *words).exit == 2


def test_settings_warn_of_keys_nobody_copied_and_of_reports_that_wait(lived_in: Desk) -> None:
    waiting(lived_in)

    told = " ".join(lived_in.run("config", "check", "--json").json["warnings"])

    assert ("keys in force were never copied" in told, "1 reports wait for a person" in told) == (True, True)
    lived_in.run("keys", "backup", lived_in.folder / "copy")
    assert "never copied" not in lived_in.run("config", "check").out
