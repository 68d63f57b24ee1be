"""P2: when such content is noticed, act at once: remove it."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from tests.parts import until
from tests.promises.judging import judged, suspected

from hoede.db import orders
from hoede.demo import records
from hoede.demo.people import Person, join, post
from hoede.demo.stage import Stage
from hoede.simulators.pictures import test_card as the_card

MEASURED = Path(__file__).parents[2] / "docs" / "results" / "journey.json"


def ended(playing: Stage, person: Person) -> dict[str, datetime]:
    """When each measure about this person ended, as far as it did."""
    return {
        one.order.measure: one.ended_at
        for one in playing.hoede.db.read(orders.views)
        if one.order.values["account"] == person.id and one.ended_at
    }


@pytest.mark.promise(2, "a-known-picture-is-removed")
def test_a_known_picture_is_removed_after_its_copy_is_sealed(playing: Stage) -> None:
    person = join(playing.plein_url, "Hanna", "1980-01-01", verify=True)
    content = post(person, the_card())
    until(lambda: "remove" in ended(playing, person))  # the platform's receipt, not only its deed
    assert records.content_state(playing, content) == "removed"
    assert ended(playing, person)["preserve"] <= ended(playing, person)["remove"]


@pytest.mark.promise(2, "nobody-can-fetch-it-afterwards")
def test_nobody_can_fetch_it_once_it_was_told(playing: Stage) -> None:
    person = join(playing.plein_url, "Ivo", "1980-01-01", verify=True)
    content = post(person, the_card())
    assert not records.can_be_fetched(playing, content)  # held before anybody could see it
    until(lambda: records.content_state(playing, content) == "removed")
    assert not records.can_be_fetched(playing, content)


@pytest.mark.promise(2, "it-is-removed-after-a-judgment")
def test_what_a_person_judged_is_removed_after_its_copy_is_sealed(playing: Stage) -> None:
    person, content = suspected(playing, "Jaap")
    assert records.content_state(playing, content) == "held"
    judged(playing, person, "eva", "confirmed_new", classification="A2")
    until(lambda: "remove" in ended(playing, person))
    assert records.content_state(playing, content) == "removed"
    assert not records.can_be_fetched(playing, content)
    assert ended(playing, person)["preserve"] <= ended(playing, person)["remove"]


@pytest.mark.promise(2, "the-times-were-measured")
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_measured_times_are_within_what_is_promised(database: str) -> None:
    rows = {row["name"]: row["ours"] for row in json.loads(MEASURED.read_text())["rows"]}
    assert rows[f"event_to_hold_p95_{database}"] <= 250  # ms
    assert rows[f"removal_sent_p95_{database}"] <= 1  # s
