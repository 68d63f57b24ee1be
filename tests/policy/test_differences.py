"""What a pack says differently: golden output, and the rule behind every word of it."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hoede.cli import app
from hoede.policy import Pack, read_pack, shipped_ids, shipped_pack, shipped_vocabulary
from hoede.policy.rules.differences import Change, differences

GOLDEN = Path(__file__).with_name("golden")
VOCABULARY = shipped_vocabulary()
OLD = """
[pack]
id = "draft"
version = "1.0.0"
title = { en = "A draft", nl = "Een ontwerp" }
legal_basis = "house"
status = "in_force"
as_of = 2026-01-01
effective_from = 2026-01-01
verified_by = ""
where = ["*"]
sources = ["docs/sources.md#house-baseline"]
min_account_age = 13

[[limit]]
setting = "dm.send"
bands = ["under-13", "13-15"]
step = "none"
source = "docs/sources.md#house-baseline"

[[start]]
setting = "comment.receive"
bands = ["under-13", "13-15"]
step = "friends"
choice = "prompt"
source = "docs/sources.md#house-baseline"

[[start]]
setting = "notify.quiet_hours"
bands = ["under-13", "13-15"]
step = ["21:00-07:00"]
choice = "self"
source = "docs/sources.md#house-baseline"

[[contact]]
from = ["18+"]
to = ["13-15"]
at_most = "trusted"
source = "docs/sources.md#house-baseline"

[[duty]]
bands = ["13-15"]
duty = "child_told"
source = "docs/sources.md#house-baseline"

[[consent]]
where = ["NL"]
age = 16
source = "docs/sources.md#house-baseline"
"""
STATUS = 'status = "in_force"'


def read(*changes: tuple[str, str]) -> Pack:
    text = OLD
    for was, becomes in changes:
        assert was in text
        text = text.replace(was, becomes)
    return read_pack(text, VOCABULARY)


@pytest.mark.parametrize(
    ("was", "becomes", "part", "change"),
    [
        ('step = "none"', 'step = "connections"', "limit", Change.LOOSER),
        ('step = "friends"', 'step = "none"', "start", Change.TIGHTER),
        ('choice = "prompt"', 'choice = "guardian"', "start", Change.TIGHTER),  # the step stays
        ('choice = "prompt"', 'choice = "self"', "start", Change.LOOSER),
        ('"friends"\nchoice = "prompt"', '"none"\nchoice = "self"', "start", Change.OTHER),  # both ways
        ('"21:00-07:00"', '"20:00-07:00"', "start", Change.TIGHTER),
        ('"21:00-07:00"', '"20:00-06:00"', "start", Change.OTHER),  # earlier to bed, earlier up
        ('"21:00-07:00"', '"22:00-07:00"', "start", Change.LOOSER),
        ('at_most = "trusted"', 'at_most = "none"', "contact", Change.TIGHTER),
        ("age = 16", "age = 15", "consent", Change.LOOSER),
        ("min_account_age = 13", "min_account_age = 16", "pack", Change.TIGHTER),
        ("min_account_age = 13", 'min_account_age = 13\nunder_minimum = "child_mode"', "pack", Change.LOOSER),
        ("min_account_age = 13\n", "", "pack", Change.GONE),
        ("min_account_age = 13", 'min_account_age = 13\nunknown_as = "under-13"', "pack", Change.TIGHTER),
        ('"child_told"', '"age_assured"', "duty", Change.NEW),
        (STATUS, 'status = "enjoined"', "pack", Change.LOOSER),  # it stops acting
        ('where = ["*"]', 'where = ["NL"]', "pack", Change.OTHER),
    ],
)
def test_what_is_stricter_is_told_from_what_is_looser(
    was: str, becomes: str, part: str, change: Change
) -> None:
    found = {(one.part, one.change) for one in differences(read(), read((was, becomes)), VOCABULARY)}
    assert (part, change) in found
    assert {name for name, _ in found} == {part}


@pytest.mark.parametrize(
    ("was", "becomes"), [('step = "none"', 'step = "trusted"'), ('choice = "prompt"', 'choice = "self"')]
)
def test_backwards_everything_is_the_other_way_round(was: str, becomes: str) -> None:
    looser = differences(read(), read((was, becomes)), VOCABULARY)
    tighter = differences(read((was, becomes)), read(), VOCABULARY)
    assert {one.change for one in looser} == {Change.LOOSER}
    assert {one.change for one in tighter} == {Change.TIGHTER}
    assert [(one.before, one.after) for one in looser] == [(one.after, one.before) for one in tighter]


def test_what_an_enjoined_pack_says_is_inert() -> None:
    found = differences(read(), read((STATUS, 'status = "enjoined"'), ('"none"', '"trusted"')), VOCABULARY)
    assert {one.inert for one in found} == {True}
    assert len(found) == 3  # the status, and a row of two bands


@pytest.mark.parametrize("name", shipped_ids())
def test_a_pack_does_not_differ_from_itself(name: str) -> None:
    assert differences(shipped_pack(name), shipped_pack(name), VOCABULARY) == ()


def shown(before: str, after: str) -> str:
    ran = CliRunner().invoke(app, ["policy", "diff", before, after])
    assert ran.exit_code == 0, ran.output
    return re.sub(r"\+[0-9a-f]{12}", "+HASH", ran.output)


@pytest.mark.parametrize(
    ("before", "after"),
    [("release-2021", "hoede-baseline"), ("uk-osa", "us-ca-sb976"), ("nl", "au-smma16"), ("nl", "nl")],
)
def test_the_command_shows_it_band_by_band(before: str, after: str) -> None:
    golden = GOLDEN / f"{before}-{after}.txt"
    assert shown(before, after) == golden.read_text(encoding="utf-8")


def test_a_draft_from_a_file_is_compared_too(tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text(OLD, encoding="utf-8")
    looser = tmp_path / "looser.toml"
    looser.write_text(OLD.replace('step = "none"', 'step = "trusted"'), encoding="utf-8")
    assert shown(str(draft), str(looser)).splitlines()[2:] == [
        "",
        "under-13",
        "  looser  limit   dm.send                       none -> trusted",
        "",
        "13-15",
        "  looser  limit   dm.send                       none -> trusted",
    ]


def test_a_file_that_is_not_there_is_named() -> None:
    ran = CliRunner().invoke(app, ["policy", "diff", "nowhere.toml", "nl"])
    assert ran.exit_code == 2
    assert "nowhere.toml" in ran.output
