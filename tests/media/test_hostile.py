"""Every file of the hostile corpus has its verdict, within the limits and without costing a child."""

import tempfile
from collections.abc import Iterator

import pytest
from tests.media.forging import PNG
from tests.media.hostile import Case, cases

from hoede.app.tables import read_tables
from hoede.media import CHILD, Limits, MediaRefused, Pool, Reader

CASES = cases()


@pytest.fixture(scope="module")
def ours() -> Iterator[Reader]:
    """With the limits as they are shipped, and one child for all."""
    made = Reader(pool=Pool(CHILD, Limits(), 1), forms=read_tables().forms, limits=Limits())
    yield made
    made.close()


def verdict(reader: Reader, content: bytes) -> str:
    """What happens to it; a file that is refused only after all its time is refused for the wrong reason."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            reader.look(file.fileno())
        except MediaRefused as refused:
            return "took too long" if "takes longer" in refused.detail else refused.code
        return "exact" if reader.form(file.fileno()).treat == "exact" else "look"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_hostile_file_has_its_verdict_and_the_child_lives_on(ours: Reader, case: Case) -> None:
    child = ours.pool.warm().process.pid
    assert verdict(ours, case.make()) in case.must.split("|")
    assert (ours.pool.warm().process.pid, verdict(ours, PNG)) == (child, "look")


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
