"""The other commands: keys, schema, settings, reports, promises."""

import json
import socket
from typing import Any

import pytest
from tests.cli.desk import Desk
from tests.parts import toml, values

from hoede.access import ApiKey, KeyKind, KeyRefused, Scope, key_for
from hoede.access.rules import prefix_of
from hoede.app import open_database
from hoede.promises import all_promises


def found(desk: Desk, key: str) -> ApiKey:
    """The key as its row tells it; raises `KeyRefused`."""
    db, _ = open_database(desk.config)
    try:
        return db.read(lambda conn: key_for(conn, key, db.time(conn)))
    finally:
        db.close()


def scopes_of(desk: Desk, key: str) -> frozenset[Scope]:
    """What a key opens."""
    return found(desk, key).scopes


def kind_of(desk: Desk, key: str) -> KeyKind:
    """Whose a key is."""
    return found(desk, key).kind


def test_a_key_is_printed_once_and_opens_everything_unless_scopes_are_named(desk: Desk) -> None:
    key = desk.run("keys", "create", "plein").out.strip()
    narrow = desk.run("keys", "create", "plein", "--scope", "events:write", "--json").json["key"]

    assert scopes_of(desk, key) == frozenset(Scope)
    assert scopes_of(desk, narrow) == {Scope.EVENTS}


def test_a_key_for_a_service_nobody_configured_is_refused(desk: Desk) -> None:
    assert (ran := desk.run("keys", "create", "elsewhere")).exit == 1
    assert ran.code == "unknown"


def test_a_revoked_key_opens_nothing_and_cannot_be_revoked_twice(desk: Desk) -> None:
    key = desk.run("keys", "create", "plein").out.strip()

    first, second = (desk.run("keys", "revoke", prefix_of(key) or "") for _ in range(2))

    assert (first.exit, second.exit, second.code) == (0, 1, "unknown")
    with pytest.raises(KeyRefused):
        scopes_of(desk, key)


@pytest.mark.parametrize("days", ["0", "-1", "soon"])
def test_a_key_that_lasts_no_days_is_a_wrong_use(desk: Desk, days: str) -> None:
    assert desk.run("keys", "create", "plein", "--days", days).exit == 2


def test_migrating_makes_keys_and_schema_once(bare: Desk) -> None:
    first = bare.run("migrate")
    keys = sorted(one.read_text() for one in bare.config.keys_folder.iterdir())

    second = bare.run("migrate")

    assert (first.exit, second.exit) == (0, 0)
    assert sorted(one.read_text() for one in bare.config.keys_folder.iterdir()) == keys


BEFORE = [("lists", "show"), ("audit", "verify"), ("report", "show"), ("config", "check"), ("serve",)]


@pytest.mark.parametrize("words", BEFORE)
def test_a_command_before_migrating_says_what_is_missing(bare: Desk, words: tuple[str, ...]) -> None:
    ran = bare.run(*words)

    assert (ran.exit, ran.code) == (1, "keys-missing")


def test_a_command_on_an_older_schema_says_to_migrate(desk: Desk) -> None:
    db, _ = open_database(desk.config)
    db.commit(lambda tx: tx.conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'"))
    db.close()

    ran = desk.run("lists", "show")

    assert (ran.code, "Run `hoede migrate`" in str(ran.error)) == ("schema-outdated", True)


def test_settings_that_work_are_told_with_everything_unsafe_about_them(desk: Desk) -> None:
    ran = desk.run("config", "check", "--json")

    assert (ran.exit, ran.json["ok"]) == (0, True)
    about = (
        "helplines",
        "public_url",
        "services.plein.webhook_url",
        "authorities.ncmec",
        "acts_alone.rehearsal",
    )
    assert [one for one in about if not any(one in warning for warning in ran.json["warnings"])] == []


def test_settings_are_told_to_people_in_words(desk: Desk) -> None:
    out = desk.run("config", "check").out

    assert out.startswith("deployment demo, rulebook ")
    assert "warning: public_url is not https" in out


ODD = [
    ("https://cdn.plein.example", ""),
    ("http://cdn.plein.example", "services.plein.media_hosts: cdn.plein.example is not https"),
    ("http://127.0.0.1:8500", "services.plein.media_hosts: media is fetched from this machine itself"),
]


@pytest.mark.parametrize(("host", "warning"), ODD)
def test_a_host_of_media_that_is_not_safe_is_warned_of(desk: Desk, host: str, warning: str) -> None:
    desk.file.write_text(toml(values(desk.folder, media_hosts=[host])))

    warnings = desk.run("config", "check", "--json").json["warnings"]

    assert [one.startswith(warning) for one in warnings if "media_hosts" in one] == [True] * bool(warning)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"colour": "red"}, "config-invalid"),
    ({"may_look_file": "/nowhere.toml"}, "config-invalid"),
]


@pytest.mark.parametrize(("change", "code"), WRONG)
def test_settings_that_do_not_work_end_with_an_error(desk: Desk, change: dict[str, Any], code: str) -> None:
    desk.configure(**change)

    assert ((ran := desk.run("config", "check")).exit, ran.code) == (1, code)


@pytest.mark.parametrize("name", ["webhook.secret", "authority.password"])
def test_a_secret_that_others_can_read_is_refused(desk: Desk, name: str) -> None:
    (desk.folder / name).chmod(0o644)

    ran = desk.run("config", "check")

    assert (ran.exit, "can be read by others" in str(ran.error)) == (1, True)


def test_a_new_webhook_secret_is_one_that_is_taken(desk: Desk) -> None:
    desk.write("webhook.secret", desk.run("keys", "webhook-secret").out)

    assert desk.run("config", "check").exit == 0


def test_without_a_report_showing_says_so(desk: Desk) -> None:
    assert (desk.run("report", "show").out, desk.run("report", "show", "--json").json) == (
        "No report yet.\n",
        [],
    )


def test_a_report_is_shown_with_the_authoritys_own_id(lived_in: Desk) -> None:
    (row,) = lived_in.run("report", "show", "--json").json

    assert (row["authority"], row["state"], row["remote_id"], row["files"]) == (
        "ncmec",
        "finished",
        "900000001",
        1,
    )
    assert "ncmec 900000001 finished, 1 files" in lived_in.run("report", "show").out


def test_words_are_added_to_a_finished_report_and_to_no_other(lived_in: Desk) -> None:
    (row,) = lived_in.run("report", "show", "--json").json
    words = ("--words", "The school called.", "--by", "lena")
    assert lived_in.run("report", "supplement", "ord_0", *words).code == "report-not-finished"
    short = lived_in.run("report", "supplement", row["order"], "--words", " x ", "--by", "lena")
    assert short.code == "report-words-invalid"


def test_promises_are_kept_only_by_scenarios_that_passed(desk: Desk) -> None:
    whole = [one for one in all_promises() if one.whole]
    every = [scenario for one in whole for scenario in one.scenarios]
    result = desk.write("promises.json", json.dumps({"passed": every}))

    out = desk.run("promises", "--result", result).out

    assert out.splitlines()[-1] == f"promises: {len(whole)} of 24 kept"


def test_one_scenario_that_did_not_pass_breaks_its_promise(desk: Desk) -> None:
    *whole, broken = [one for one in all_promises() if one.whole]
    passed = [scenario for one in whole for scenario in one.scenarios] + list(broken.scenarios[:-1])
    result = desk.write("promises.json", json.dumps({"passed": passed}))

    rows = desk.run("promises", "--result", result, "--json").json

    assert [row["number"] for row in rows if row["kept"]] == [one.number for one in whole]


def test_without_a_test_run_no_promise_is_kept(desk: Desk) -> None:
    out = desk.run("promises", "--result", desk.folder / "nowhere.json").out

    assert out.splitlines()[-1] == "promises: 0 of 24 kept"


@pytest.mark.parametrize("kind", [KeyKind.FLAGGER, KeyKind.HOTLINE])
def test_a_flaggers_key_reports_and_does_nothing_else(desk: Desk, kind: KeyKind) -> None:
    key = desk.run("keys", "create", "plein", "--kind", kind).out.strip()
    wide = desk.run("keys", "create", "plein", "--kind", kind, "--scope", "events:write")

    assert (scopes_of(desk, key), kind_of(desk, key)) == (frozenset({Scope.NOTICES}), kind)
    assert (wide.exit, wide.code) == (1, "scope-too-wide")


@pytest.mark.parametrize("which", [0, 1, 2])
def test_the_demo_names_the_port_that_is_taken(bare: Desk, free_port: int, which: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)):
        ran = bare.run("demo", "--port", str(free_port - which), "--folder", bare.folder / "demo")

    assert (ran.exit, ran.code) == (1, "cannot-listen")
    assert f"port {free_port}" in str(ran.error)
