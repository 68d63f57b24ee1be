"""The reference is made from the code, and nothing is missing from it."""

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

import hoede.app  # noqa: F401 - every table of the database
from hoede.accounts.registry import all_age_adapters
from hoede.app.tables import read_tables
from hoede.cli import app
from hoede.config import AuthorityPart, Config, HandOverPart, Service
from hoede.core.errors import HoedeError
from hoede.detection import all_detectors
from hoede.policy import shipped_ids, shipped_vocabulary
from hoede.reporting import all_authorities
from hoede.web.problems import STATUS

FOLDER = Path("docs/reference")
BY_HAND = {"packs/ten-questions.md"}  # a test of its own keeps it true


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    pages: dict[str, str] = runpy.run_path("docs/generate.py")["pages"]()
    return pages


def made_page(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def undocumented(page: str, names: Iterator[str]) -> list[str]:
    """The names that the page does not show as code."""
    text = made_page(page)
    return [name for name in names if f"`{name}`" not in text]


def test_the_reference_is_as_the_code_makes_it(made: dict[str, str]) -> None:
    every = {str(path.relative_to(FOLDER)): path for path in FOLDER.rglob("*.*") if path.is_file()}
    written = {name: path.read_text(encoding="utf-8") for name, path in every.items() if name not in BY_HAND}
    assert written == made, "run .venv/bin/python docs/generate.py"


def test_every_error_has_a_code_of_its_own(made: dict[str, str]) -> None:
    every = made["errors.md"].partition("## Every code")[2]
    codes = [line.split("|")[1].strip() for line in every.splitlines() if line.startswith("| `")]
    assert [code for code in set(codes) if codes.count(code) > 1] == []


@pytest.mark.parametrize("part", [Config, Service, AuthorityPart, HandOverPart])
def test_every_setting_is_documented(part: type[BaseModel]) -> None:
    assert undocumented("config.md", iter(part.model_fields)) == []


@pytest.mark.parametrize("part", [Config, Service, AuthorityPart, HandOverPart])
def test_every_setting_says_what_it_is(part: type[BaseModel]) -> None:
    assert [name for name, field in part.model_fields.items() if not field.description] == []


def test_every_problem_is_documented() -> None:
    assert undocumented("errors.md", iter(STATUS)) == []


def test_every_error_is_documented(made: dict[str, str]) -> None:
    def codes(kind: type[HoedeError]) -> Iterator[str]:
        for child in kind.__subclasses__():
            if child.__module__.startswith("hoede."):
                yield child.code
            yield from codes(child)

    assert undocumented("errors.md", codes(HoedeError)) == []


def test_every_command_is_documented() -> None:
    text = (FOLDER / "commands.md").read_text(encoding="utf-8")
    groups = [(f"hoede {one.name} ", one.typer_instance) for one in app.registered_groups]
    commands = [
        (words, one)
        for words, group in [("hoede ", app), *groups]
        if group
        for one in group.registered_commands
    ]
    names = [words + str(one.name or getattr(one.callback, "__name__", "")) for words, one in commands]
    assert [name for name in names if f"## {name}\n" not in text] == []


def test_every_row_of_policy_is_documented() -> None:
    tables = read_tables()
    assert undocumented("measures.md", iter(tables.book.measures)) == []
    assert undocumented("rules.md", (rule.name for rule in tables.book.rules)) == []
    assert undocumented("lanes.md", iter(tables.lanes)) == []
    assert undocumented("retention.md", iter({**tables.retention.days, **tables.kept.days})) == []
    assert undocumented("roles.md", iter(tables.roles.may)) == []
    assert undocumented("formats.md", iter(tables.forms)) == []
    assert undocumented("settings.md", iter(shipped_vocabulary().settings)) == []
    assert undocumented("packs.md", iter(shipped_ids())) == []


def test_every_plug_in_of_ours_is_documented() -> None:
    ours = [one.name for one in all_detectors().values() if type(one).__module__.startswith("hoede.")]
    assert undocumented("detectors.md", iter(ours)) == []
    adapters = [one.name for one in all_age_adapters().values() if one.__module__.startswith("hoede.")]
    assert [one for one in adapters if f"## {one}\n" not in made_page("age-evidence.md")] == []
    kinds = [
        name
        for name, kind in all_authorities().items()
        if getattr(kind, "__module__", "").startswith("hoede.")
    ]
    assert undocumented("authorities.md", iter(kinds)) == []
