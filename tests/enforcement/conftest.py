"""The tables as they ship."""

from importlib.resources import files

import pytest

from hoede.enforcement import Rulebook, parse_measures, parse_rulebook


@pytest.fixture(scope="session")
def measures_toml() -> str:
    return (files("hoede") / "enforcement" / "measures.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def rulebook_toml() -> str:
    return (files("hoede") / "enforcement" / "rulebook.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def book(measures_toml: str, rulebook_toml: str) -> Rulebook:
    return parse_rulebook(rulebook_toml, parse_measures(measures_toml))
