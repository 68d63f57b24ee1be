"""Handing a case to the police or a hotline, at the machine."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pyrage
import pytest
from starlette.testclient import TestClient
from tests.cli.desk import Desk

from hoede.app import build
from hoede.app.watch import Seldom
from hoede.simulators.pictures import test_card as the_card


@pytest.fixture
def identity() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def due(lived_in: Desk, identity: pyrage.x25519.Identity) -> Desk:
    """An account in the Netherlands, a child in danger, and a key that the police gave."""
    lived_in.configure(hand_overs={"nl_politie": {"recipient": str(identity.to_public())}}, home_country="NL")
    execute(lived_in, "UPDATE account SET country = 'NL'")
    execute(lived_in, "UPDATE case_ SET danger = 'They are to meet tonight.'")
    return lived_in


def execute(desk: Desk, sql: str) -> list[str]:
    with closing(sqlite3.connect(desk.config.data_folder / "hoede.sqlite", isolation_level=None)) as db:
        return [str(row[0]) for row in db.execute(sql)]


def case(desk: Desk) -> str:
    return execute(desk, "SELECT id FROM case_")[0]


def test_what_is_due_says_to_whom_and_why(due: Desk) -> None:
    (told,) = due.run("handover", "due", "--json").json
    assert (told["case"], [one["office"] for one in told["due"]]) == (case(due), ["nl_politie"])
    shown = {one["office"]: one for one in due.run("handover", "show", case(due), "--json").json}
    assert shown["ncmec"]["reported_to"] == "ncmec"
    assert "article 18" in shown["nl_politie"]["basis"]


def test_a_case_is_packed_handed_over_and_on_record(due: Desk, identity: pyrage.x25519.Identity) -> None:
    target = due.folder / "case.age"
    packed = due.run("handover", "pack", case(due), "nl_politie", target, "--by", "per_eva")
    assert (packed.exit, "call 112 first" in packed.out) == (0, True)
    assert the_card() in pyrage.decrypt(target.read_bytes(), [identity])
    assert due.run("handover", "due", "--json").json != []
    words = ("--by", "per_eva", "--how", "In person, to the duty officer", "--reference", "PL-2026-1")
    assert due.run("handover", "record", case(due), "nl_politie", *words).exit == 0
    assert due.run("handover", "due").out == "Nothing is due.\n"
    assert due.run("handover", "record", case(due), "nl_politie", *words).code == "already-handed"
    (told,) = [one for one in due.run("handover", "show", case(due), "--json").json if one["handed_at"]]
    assert (told["reference"], told["handed_by"], len(told["sha256"])) == ("PL-2026-1", "per_eva", 64)
    assert due.run("audit", "verify").exit == 0
    assert due.run("handover", "pack", case(due), "nl_politie", target, "--by", "x").code == "file-there"


@pytest.mark.parametrize(
    ("office", "code"),
    [("gb_nca", "not-due-there"), ("ncmec", "not-due-there"), ("nowhere", "not-due-there")],
)
def test_a_case_goes_only_where_it_is_for(due: Desk, office: str, code: str) -> None:
    assert due.run("handover", "pack", case(due), office, due.folder / "x", "--by", "per_eva").code == code


def test_without_a_key_nothing_is_packed(due: Desk) -> None:
    due.configure(home_country="NL")
    ran = due.run("handover", "pack", case(due), "nl_politie", due.folder / "x", "--by", "per_eva")
    assert ran.code == "no-recipient"
    assert "no key configured" in due.run("handover", "offices").out


def test_a_case_that_is_not_reported_is_said(due: Desk) -> None:
    assert due.run("handover", "show", "case_0").code == "case-not-reported"


@pytest.mark.parametrize(
    "part",
    [{"moon": {"recipient": "age1x"}}, {"nl_politie": {"recipient": "age1x"}}, {"ncmec": {"recipient": ""}}],
)
def test_an_office_or_a_key_that_is_none_is_refused(due: Desk, part: dict[str, object]) -> None:
    due.configure(hand_overs=part)
    assert due.run("handover", "offices").code == "config-invalid"


def test_an_office_of_the_operators_own_is_one_file(due: Desk) -> None:
    file = due.write(
        "harbour.toml",
        'name = "harbour"\ntitle = "Harbour police"\nkind = "package"\nhow = "By boat."\n[[routes]]\n'
        'id = "at-sea"\nwhen = {}\nduty = "must"\nbasis = "custom"\nsource = "docs/sources.md#hotlines"\n'
        "from = 2026-01-01\nas_of = 2026-11-23\n",
    )
    due.configure(office_files=[str(file)])
    (told,) = due.run("handover", "due", "--json").json
    assert "harbour" in [one["office"] for one in told["due"]]
    assert json.dumps(told)
    assert Path(file).exists()


def test_whoever_watches_the_figures_is_told(due: Desk) -> None:
    execute(due, "UPDATE account SET country = 'AU'")
    hoede = build(due.config)
    with TestClient(hoede.site) as http:
        told = http.get("/metrics").text
    hoede.close()
    hoede.ballast.let_go()
    assert "hoede_hand_overs_due 1.0" in told
    assert "hoede_retention_clock_stopped 0.0" in told


def test_a_figure_that_costs_is_asked_seldom() -> None:
    now, asked = [0.0], []
    figure = Seldom(lambda: len(asked.append(0) or asked), 300, lambda: now[0])  # type: ignore[func-returns-value] # counts
    seen = [figure(), figure()]
    now[0] = 300.0
    assert [*seen, figure()] == [1, 1, 2]
