"""The documents, read as values: pages by path, and the fenced blocks of a page."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w+) ?(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Block = tuple[str, str, str]  # language, what stands behind it, text


@pytest.fixture(scope="session")
def pages() -> Mapping[Path, str]:
    """Every Markdown page of the repository."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    return {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in sorted(found)}


@pytest.fixture(scope="session")
def blocks(pages: Mapping[Path, str]) -> Callable[[str], list[Block]]:
    """The fenced blocks of one page in order."""

    def of(page: str) -> list[Block]:
        return [(one[1], one[2], one[3]) for one in FENCE.finditer(pages[Path(page)])]

    return of
