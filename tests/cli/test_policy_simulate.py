"""`hoede policy simulate`: a table, a figure and JSON; a draft is tried as if it were in force."""

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from typer.testing import CliRunner

import hoede.policy
from hoede.cli import app

PACKS = Path(hoede.policy.__file__).parent / "packs"
FEW = ("--accounts", "1000", "--at", "2026-11-27")


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["policy", "simulate", *words])


def figures(*words: str) -> dict[tuple[str, str], Any]:
    ran = run(*words, "--json")
    assert ran.exit_code == 0, ran.output
    return {(one["what"], one["band"]): one for one in json.loads(ran.stdout)["figures"]}


def test_a_table_shows_what_changes_and_a_bar_shows_how_far_it_is(tmp_path: Path) -> None:
    figure = tmp_path / "figure.svg"
    ran = run("release-2021", "--against", "nl", "--svg", str(figure), *FEW)
    rows = [line.split()[:2] for line in ran.stdout.splitlines()]
    assert (ran.exit_code, "asking" in ran.stderr) == (0, True)
    assert ["go_live", "13-15"] in rows
    assert ["search", "13-15"] not in rows
    assert "go_live, 13 to 15" in {part.text for part in etree.fromstring(figure.read_bytes())}


def test_a_draft_replaces_the_pack_of_its_id(tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    text = (PACKS / "release-2021.toml").read_text(encoding="utf-8")
    row = '[[limit]]\nsetting = "live.host"'
    opened = text.replace(row, '[[limit]]\nsetting = "search.use"')
    assert opened != text
    draft.write_text(opened, encoding="utf-8")
    told = figures(str(draft), *FEW)
    assert told["go_live", "13-15"]["newly_open"] == told["go_live", "13-15"]["asked"] > 0
    assert told["search", "13-15"]["newly_refused"] == told["search", "13-15"]["asked"]


def test_what_is_enjoined_is_tried_as_if_in_force() -> None:
    told = figures("us-ca-sb976", "--against", "nl", *FEW)
    assert 0 < told["show_like_counts", "13-15"]["asks_after"] < told["show_like_counts", "13-15"]["asked"]
    assert told["show_like_counts", "18+"]["asks_after"] == 0


def test_recorded_counts_are_tried_instead_of_made_up_people(tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text("capability,band,country,count\ngo_live,13-15,NL,1200\n", encoding="utf-8")
    told = figures("release-2021", "--against", "nl", "--counts", str(counts), "--at", "2026-11-27")
    assert {name: one["newly_refused"] for name, one in told.items()} == {("go_live", "13-15"): 1200}


def test_nothing_changes_where_a_pack_is_tried_against_itself() -> None:
    assert "Nobody would be answered differently." in run("nl", *FEW).stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere.toml",), "nowhere.toml"),
        (("nothing",), "release-2021"),  # the ids there are
        (("nl", "--counts", "nowhere.csv"), "nowhere.csv"),
        (("nl", "--accounts", "0"), "accounts"),
        (("nl", *FEW, "--svg", "/nowhere/figure.svg"), "/nowhere/figure.svg"),
    ],
)
def test_what_cannot_be_tried_is_refused_by_name(words: tuple[str, ...], says: str) -> None:
    ran = run(*words)
    assert ran.exit_code != 0
    assert says in " ".join((ran.output, str(ran.exception)))
