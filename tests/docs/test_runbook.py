"""Every figure that can go wrong has an alert, every alert a page, every page the same five things."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient
from tests.parts import prepare, settings

from hoede.app import build
from hoede.cli import app

RUNBOOK = Path("docs/runbook")
HEADINGS = ("What it means", "How urgent", "Look at", "Do", "Never")
NAME = re.compile(r"hoede_\w+")
COMMAND = re.compile(r"`hoede ([a-z-]+)(?: ([a-z-]+))?")
NO_ALERT = {"copies-lacking.md", "README.md"}  # an error of a command; the index


@pytest.fixture(scope="module")
def alerts() -> list[dict[str, Any]]:
    told = yaml.safe_load((RUNBOOK / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in told["groups"] for rule in group["rules"]]


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of all figures that a running Hoede tells."""
    config = settings(tmp_path_factory.mktemp("metrics"))
    prepare(config)
    hoede = build(config)
    with TestClient(hoede.site) as http:
        lines = http.get("/metrics").text.splitlines()
    hoede.close()
    hoede.ballast.let_go()
    return {line.split()[2] for line in lines if line.startswith("# HELP")}


def test_every_figure_has_an_alert(alerts: list[dict[str, Any]], metrics: set[str]) -> None:
    watched = {name for alert in alerts for name in NAME.findall(alert["expr"])}
    assert watched == metrics


def test_every_alert_says_how_urgent_it_is_and_where_its_page_is(alerts: list[dict[str, Any]]) -> None:
    for alert in alerts:
        assert alert["alert"].startswith("Hoede")
        assert alert["labels"]["severity"] in {"page", "ticket"}
        assert re.fullmatch(r"\d+[smhd]", alert["for"])
        assert alert["annotations"]["summary"]
        assert Path(alert["annotations"]["runbook"]).is_file()


def test_every_alert_has_a_page_of_its_own_that_names_it(alerts: list[dict[str, Any]]) -> None:
    pages = {Path(alert["annotations"]["runbook"]).name: alert["alert"] for alert in alerts}
    assert len(pages) == len(alerts)
    assert set(pages) == {one.name for one in RUNBOOK.glob("*.md")} - NO_ALERT
    index = (RUNBOOK / "README.md").read_text(encoding="utf-8")
    for page, alert in pages.items():
        assert f"Alert `{alert}`." in (RUNBOOK / page).read_text(encoding="utf-8")
        assert f"| `{alert}` |" in index


@pytest.mark.parametrize("page", sorted({one.name for one in RUNBOOK.glob("*.md")} - {"README.md"}))
def test_every_page_says_what_it_means_how_urgent_what_to_do_and_what_never(page: str) -> None:
    text = (RUNBOOK / page).read_text(encoding="utf-8")
    assert [one for one in re.findall(r"^## (.+)$", text, re.MULTILINE) if one in HEADINGS] == list(HEADINGS)


def commands() -> Iterator[str]:
    groups = {one.name: one.typer_instance for one in app.registered_groups}
    yield from (_name(one) for one in app.registered_commands)
    for group, kit in groups.items():
        yield f"{group}"
        yield from (f"{group} {_name(one)}" for one in (kit.registered_commands if kit else ()))


def _name(command: Any) -> str:
    return str(command.name or command.callback.__name__)


def test_every_command_that_a_page_names_exists(pages: Mapping[Path, str]) -> None:
    known = set(commands())
    named = {
        (path.name, " ".join(one for one in found if one))
        for path, text in pages.items()
        if path.parent == RUNBOOK
        for found in COMMAND.findall(text)
    }
    assert {one for one in named if one[1] not in known and one[1].split()[0] not in known} == set()
    assert len(named) > 10
