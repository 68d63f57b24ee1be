"""The demo's stage: whoever starts it finds a place at the desk."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from hoede.access import all_people
from hoede.demo.stage import Ports, Stage, stage
from hoede.demo.story import PATIENCE


@pytest.fixture
def playing(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path, Ports(), patience=PATIENCE) as on:
        yield on


def test_the_desk_is_open_by_a_link_that_is_new_each_time(playing: Stage) -> None:
    first, second = playing.desk(), playing.desk()
    assert [httpx2.get(one).status_code for one in (first, second)] == [404, 200]  # the newest link counts
    (person,) = playing.hoede.db.read(all_people)
    assert person.roles == ("lead", "administrator", "auditor")
