"""Ten questions about a pack are answered by its commands as their page answers them."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hoede.cli import app

PAGE = Path("docs/reference/packs/ten-questions.md").read_text(encoding="utf-8")
BLOCKS = re.compile(
    r"^## (\d+)\. .*?^```shell\nhoede (.*?)\n```\n\n```text\n(.*?)\n```$", re.MULTILINE | re.DOTALL
)
QUESTIONS = BLOCKS.findall(PAGE)


def test_there_are_ten() -> None:
    assert [int(number) for number, _, _ in QUESTIONS] == list(range(1, 11))


@pytest.mark.parametrize(("number", "command", "answer"), QUESTIONS, ids=[one[0] for one in QUESTIONS])
def test_a_question_is_answered_as_its_page_says(number: str, command: str, answer: str) -> None:
    ran = CliRunner().invoke(app, shlex.split(command))
    assert ran.exit_code == 0, ran.output
    assert [line for line in answer.splitlines() if line not in ran.output.splitlines()] == []


@pytest.mark.parametrize("what", ["dm.send", "dm.receive", "dm.group_add", "live.host", "live.watch"])
def test_every_row_of_the_pack_stands_on_its_page(what: str) -> None:
    page = Path("docs/reference/packs/release-2021.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if f"`{what}`" in line]
    assert len(rows) == 1
    assert "under 13, 13 to 15" in rows[0]
