"""`hoede policy check|decide`: packs are read strictly, attempts answered without a server."""

from pathlib import Path

import pytest
from tests.cli.desk import Desk, Ran
from typer.testing import CliRunner

import hoede
from hoede.cli import app

FIFTEEN = ("--packs", "release-2021", "--born", "2010-11-27", "--at", "2026-11-26")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Nothing is configured: these commands need no server."""
    return Desk(tmp_path)


def decided(desk: Desk, *words: str) -> Ran:
    return desk.run("policy", "decide", *words, "--json")


def test_an_answer_has_its_reasons_and_the_versions_of_its_packs(desk: Desk) -> None:
    told = decided(desk, *FIFTEEN, "--attempt", "dm.send").json
    assert (told["permit"], told["whom"]) == ("refused", None)
    [reason] = told["reasons"]
    assert (reason["code"], reason["age"], reason["setting"], reason["step"]) == (
        "age_dm",
        16,
        "dm.send",
        "none",
    )
    assert [one.partition("+")[0] for one in told["packs"]] == ["release-2021@1.0.0"]


def test_from_the_16th_birthday_on_the_person_is_asked(desk: Desk) -> None:
    words = ("--packs", "release-2021", "--born", "2010-11-26", "--at", "2026-11-26", "--attempt", "dm.send")
    told = decided(desk, *words).json
    assert (told["permit"], told["whom"]) == ("ask", "self")
    assert decided(desk, *words, "--joined", "2026-11-26").json["permit"] == "granted"


@pytest.mark.parametrize(("relation", "permit"), [("none", "refused"), ("friend", "granted")])
def test_the_other_side_and_the_relation_count(desk: Desk, relation: str, permit: str) -> None:
    words = (
        "--packs",
        "hoede-baseline",
        "--born",
        "1990-01-01",
        "--at",
        "2026-11-26",
        "--joined",
        "2026-11-25",
        "--attempt",
        "message",
    )
    other = ("--counterpart-born", "2010-01-01", "--relation", relation)
    assert decided(desk, *words, *other).json["permit"] == permit


def test_choices_and_locks_count(desk: Desk) -> None:
    words = (
        "--packs",
        "release-2021",
        "--born",
        "2012-01-01",
        "--attempt",
        "search",
        "--lock",
        "search.use=off",
    )
    told = decided(desk, *words).json
    assert [one["code"] for one in told["reasons"]] == ["guardian_lock"]


def test_a_pack_that_is_stopped_is_named_as_inert(desk: Desk) -> None:
    words = (
        "--packs",
        "us-ca-sb976",
        "--born",
        "2012-01-01",
        "--attempt",
        "feed.personalised",
        "--country",
        "US",
    )
    told = decided(desk, *words).json
    assert (told["permit"], told["packs"]) == ("granted", [])
    assert [one.partition("@")[0] for one in told["inert"]] == ["us-ca-sb976"]


def test_for_people_each_reason_is_a_line(desk: Desk) -> None:
    ran = desk.run("policy", "decide", *FIFTEEN, "--attempt", "live.host")
    first, second, _ = ran.out.splitlines()
    assert (ran.exit, first) == (0, "refused")
    assert second.startswith("  age_live: layer 2, live.host, from 16, release-2021@1.0.0+")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--country", "UK"), "write GB"),
        (("--relation", "cousin"), "there are none, follower, mutual, friend, trusted"),
        (("--choice", "dm.send=all"), "is no step"),
        (("--choice", "dm.sned=all"), "is no setting"),
        (("--wanted", "all"), "is no step"),
        (("--zone", "Europe/Nowhere"), "is no zone"),
    ],
)
def test_what_is_typed_wrong_is_named(words: tuple[str, ...], told: str) -> None:
    done = CliRunner().invoke(app, ["policy", "decide", *FIFTEEN, "--attempt", "dm.send", *words])
    assert done.exit_code != 0
    assert told in " ".join(done.output.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--packs", "atlantis", "--attempt", "dm.send"), "pack-unknown"),
        (("--packs", "release-2021", "--attempt", "dm.sned"), "attempt-unknown"),
    ],
)
def test_what_there_is_not_is_refused_by_name(desk: Desk, words: tuple[str, ...], code: str) -> None:
    assert decided(desk, *words).code == code


def test_check_prints_every_problem_of_every_file_and_fails(desk: Desk) -> None:
    bad, good = desk.write("bad.toml", "[pack]\nid = 3\n[[limit]]\n"), desk.write("not.toml", "x = ")
    ran = desk.run("policy", "check", bad, good, desk.folder / "none.toml")
    assert ran.exit == 1
    for line in (
        f"{bad}:2: id: ",
        f"{bad}:3: setting is missing",
        f"{good}:1: ",
        "none.toml:0: it cannot be read",
    ):
        assert line in ran.out


def test_check_says_good_of_a_good_pack_and_succeeds(desk: Desk) -> None:
    pack = Path(hoede.__file__).parent / "policy" / "packs" / "nl.toml"
    ran = desk.run("policy", "check", str(pack))
    assert (ran.exit, ran.out) == (0, f"{pack}: good\n")
