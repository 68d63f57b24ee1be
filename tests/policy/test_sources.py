"""Every value of every pack has its source, and the source says what it is."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hoede.policy

PACKS = sorted(Path(hoede.policy.__file__).parent.joinpath("packs").glob("*.toml"))
SECTIONS = dict(
    part.split("\n", 1)
    for part in re.split(r"^## ", Path("docs/sources.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
)
TOLD = ("- Publication: ", "- Looked up: ", "- Status: ")


def rows(pack: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for value in pack.values():
        yield from value if isinstance(value, list) else ()


def sources(path: Path) -> set[str]:
    pack = tomllib.loads(path.read_text(encoding="utf-8"))
    return {*pack["pack"]["sources"], *(row.get("source", "") for row in rows(pack))}


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_every_source_of_a_pack_names_publication_date_and_status(path: Path) -> None:
    for source in sources(path):
        page, _, anchor = source.partition("#")
        assert page == "docs/sources.md", source
        lines = SECTIONS[anchor].splitlines()
        assert [told for told in TOLD if not any(line.startswith(told) for line in lines)] == [], source


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_a_pack_names_every_source_that_its_rows_name(path: Path) -> None:
    pack = tomllib.loads(path.read_text(encoding="utf-8"))
    assert sources(path) == set(pack["pack"]["sources"])


def test_all_packs_are_shipped() -> None:
    assert {path.stem for path in PACKS} >= {"release-2021", "hoede-baseline", "eu-dsa28", "digital-consent"}
