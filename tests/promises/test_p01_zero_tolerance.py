"""P1: no content and no behaviour that perpetuates the sexual exploitation of minors."""

import pytest
from tests.parts import until
from tests.plugins.hoede_trigger import FAIL

from hoede.db import orders
from hoede.demo import records
from hoede.demo.people import Person, join, post
from hoede.demo.stage import Stage
from hoede.simulators.pictures import picture
from hoede.simulators.pictures import test_card as the_card


def measures_about(playing: Stage, person: Person) -> set[str]:
    """Without the second look that a busy machine needs."""
    seen = playing.hoede.db.read(orders.views)
    return {one.order.measure for one in seen if one.order.values["account"] == person.id} - {"look"}


@pytest.mark.promise(1, "a-known-picture-leads-to-orders")
def test_a_known_picture_leads_to_orders(playing: Stage) -> None:
    person = join(playing.plein_url, "Fleur", "1980-01-01", verify=True)
    post(person, the_card())
    until(lambda: "report" in measures_about(playing, person))
    assert measures_about(playing, person) == {
        "hold",
        "preserve",
        "remove",
        "close_account",
        "report",
        "notify",
    }


@pytest.mark.promise(1, "a-blind-detector-leads-to-a-case")
def test_a_detector_that_cannot_look_leads_to_a_case(playing: Stage) -> None:
    person = join(playing.plein_url, "Gijs", "1980-01-01", verify=True)
    post(person, picture(5), FAIL)
    until(lambda: records.lane(playing, person) == "unseen")
    assert measures_about(playing, person) == {"hold", "review"}
