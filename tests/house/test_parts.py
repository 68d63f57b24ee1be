"""No test is left out: each folder of tests is in a part of `./check`."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_folder_of_tests_is_in_a_part() -> None:
    check = (ROOT / "check").read_text()
    found = re.search(r"^UNIT=\((.*)\)$", check, re.MULTILINE)
    assert found is not None
    named = {*found.group(1).split(), *re.findall(r"tests/(\w+)", check)}
    there = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("test_*.py")}

    assert {one for one in there if not one.endswith(".py")} - named == set()
