"""A detector, an authority, an age adapter, a measure, a rule and a setting are one file or table each."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hoede

ROOT = Path(__file__).parents[2]
PACKAGE = Path(hoede.__file__).parent
SHOW = Path(__file__).with_name("show.py")

DETECTOR = '''
"""Text that names a colour."""

from collections.abc import Iterator

from hoede.core.events import EventKind
from hoede.core.findings import Category, Certainty, Finding
from hoede.detection.port import Example, ListView, Material


def _words(text: str) -> Material:
    return Material(kind=EventKind.MESSAGE, digests={}, text=text)


class Colour:
    name = "colour"
    kinds = frozenset({EventKind.MESSAGE})
    wants_frames = False
    wants_pixels = 0
    example = Example(found=_words("a green hat"), quiet=_words("a hat"), listed={})

    def covers(self, material: Material) -> bool:
        return material.text is not None

    def look(self, material: Material, lists: ListView) -> Iterator[Finding]:
        if "green" in (material.text or ""):
            yield Finding(self.name, Category.CSEA, Certainty.HINT, "names a colour")


DETECTOR = Colour()
'''

AUTHORITY = '''
"""The harbour master: takes the same documents as the one we know, under a name of its own."""

from hoede.reporting.authorities.ncmec import Ncmec


class Harbour(Ncmec):
    name = "harbour"


AUTHORITY = Harbour
'''

AGE_ADAPTER = '''
"""What a library card says: the child's year of birth, which a librarian wrote on it."""

from datetime import date
from typing import ClassVar

from hoede.accounts.port import AgeClaim, Day, Example, Id, Years
from hoede.core.ages import AgeEvidence, Assurance


class LibraryCard(AgeClaim):
    """A card of a public library."""

    name = "library-card"
    examples: ClassVar = (
        Example(
            claim={"issuer": "library", "seen_on": "2026-11-01", "at_most": 15},
            assurance=Assurance.VOUCHED,
            upper=15,
        ),
    )
    wrong: ClassVar = ({"issuer": "library", "seen_on": "2026-11-01"},)

    issuer: Id
    seen_on: Day
    at_most: Years

    def evidence(self) -> AgeEvidence:
        return AgeEvidence(
            method=self.name,
            assurance=Assurance.VOUCHED,
            issuer=self.issuer,
            as_of=self.seen_on,
            upper=self.at_most,
        )


ADAPTER = LibraryCard
'''

MEASURES = """
[dim]
by      = "platform"
target  = "content"
inverse = "undim"
after   = ["preserve"]
says    = "The content is shown without its colours"

[undim]
by      = "platform"
target  = "content"
inverse = "dim"
says    = "The content has its colours again"
"""

RULE = """
[[rule]]
name     = "keep-what-nobody-could-look-at"
category = "unseen"
at_least = "hint"
when     = "minor"
measures = ["preserve"]
"""

SETTING = """
["remix.dance"]
group = "sharing"
kind = "ladder"
steps = ["none", "friends", "everyone"]
tightest = "none"
attempt = "dance_along"
whose = "theirs"
name = { en = "Dancing", nl = "Dansen" }
asks = { en = "Who may dance along?", nl = "Wie mag meedansen?" }
talk = { en = "With whom do you dance?", nl = "Met wie dans je?" }
source = "docs/sources.md#settings"
"""

ADDED = {
    "detector": ("detection/detectors/colour.py", DETECTOR),
    "authority": ("reporting/authorities/harbour.py", AUTHORITY),
    "age_adapter": ("accounts/adapters/library_card.py", AGE_ADAPTER),
    "measure": ("enforcement/measures.toml", MEASURES),
    "rule": ("enforcement/rulebook.toml", RULE),
    "setting": ("policy/settings.toml", SETTING),
}
SHOWS = {
    "detector": [["colour", "names a colour"]],
    "authority": ["harbour", "http://127.0.0.1:9", "hoede.reporting.authorities.harbour"],
    "age_adapter": ["library-card", 15, "vouched", True],
    "measure": [
        {"dim": "Tell", "undim": "Tell", "hold": "Tell"},
        "platform",
        "content-1",
        ["preserve"],
    ],
    "rule": [
        ["could-not-look", "keep-what-nobody-could-look-at"],
        ["hold", "preserve", "review"],
    ],
    "setting": ["refused", "feature_off", "none", "everyone"],
}


@pytest.fixture
def copy_with(tmp_path: Path) -> Callable[[str], Path]:
    """A folder with a copy of the package to which one file or table is added."""

    def made(what: str) -> Path:
        file, text = ADDED[what]
        package = tmp_path / "copy" / "hoede"
        shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
        with (package / file).open("a", encoding="utf-8") as touched:
            touched.write(text)
        assert changed(package) == [file]
        return package.parent

    return made


def changed(package: Path) -> list[str]:
    """Files of the copy that are new or differ."""
    files = {path.relative_to(package) for path in package.rglob("*") if path.is_file()}
    ours = {path.relative_to(PACKAGE) for path in PACKAGE.rglob("*") if path.is_file()}
    differ = {one for one in files & ours if (package / one).read_bytes() != (PACKAGE / one).read_bytes()}
    return sorted(str(one) for one in differ | (files - ours))


def run(source: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Python with the copy in place of the installed package."""
    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *words]
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603 - our own scripts


@pytest.mark.parametrize("what", ADDED)
def test_one_file_or_table_more_and_it_works(
    copy_with: Callable[[str], Path], tmp_path: Path, what: str
) -> None:
    source = copy_with(what)
    ran = run(source, str(SHOW), what, str(tmp_path), cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    told: dict[str, Any] = json.loads(ran.stdout)
    assert told == {"package": str(source / "hoede"), "shown": SHOWS[what]}


@pytest.mark.parametrize(
    ("what", "name"), [("detector", "colour"), ("authority", "harbour"), ("age_adapter", "library-card")]
)
def test_the_contract_tests_take_a_new_plug_in_in_by_themselves(
    copy_with: Callable[[str], Path], what: str, name: str
) -> None:
    suite = next((ROOT / "tests" / "contracts").glob(f"test_{what[:-1]}*.py"))
    words = ("-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "-q", "-k", f"[{name}")
    ran = run(copy_with(what), *words, str(suite), cwd=ROOT)
    assert ran.returncode == 0, ran.stdout
    assert "passed" in ran.stdout
