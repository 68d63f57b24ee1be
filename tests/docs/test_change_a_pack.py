"""A pack is changed as its page tells."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hoede.cli import app

PAGE = "docs/howto/change-a-pack.md"


def test_a_pack_is_written_checked_compared_tried_and_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocks: Callable[[str], list[tuple[str, str, str]]]
) -> None:
    (_, what, draft), *shells = blocks(PAGE)
    monkeypatch.chdir(tmp_path)
    Path(what.removeprefix("file=")).write_text(draft, encoding="utf-8")
    commands = [line for _, _, text in shells for line in text.splitlines()]
    said = [CliRunner().invoke(app, shlex.split(line.removeprefix("hoede "))) for line in commands]

    assert [ran.exit_code for ran in said] == [0] * len(commands)
    checked, compared, tried, explained, worded = (ran.stdout for ran in said)
    assert checked == "our-house.toml: good\n"
    assert "new     limit   account.discoverable          mutuals  (inert)" in compared
    assert "find                13-15" in tried
    assert "Selected, but it does not act now: our-house@1.0.0+" in explained
    assert "Geen privéberichten onder de 16." in worded
    assert Path("our-house.svg").read_text(encoding="utf-8").startswith("<svg ")
