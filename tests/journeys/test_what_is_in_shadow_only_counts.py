"""A detector in shadow: what it would have done is counted, and nothing is done."""

import pytest
from tests.journeys.conftest import OpenScene
from tests.journeys.scene import VERIFIED, Scene
from tests.pictures import drawn, encoded

from hoede.enforcement import shadows
from hoede.enforcement.shadows import ShadowFigures

LISTED = encoded(drawn(100))


@pytest.fixture
def shady(open_scene: OpenScene) -> Scene:
    play = open_scene(shadow_detectors=["pdq"])
    play.list_pictures(LISTED)
    return play


def figures(play: Scene) -> tuple[ShadowFigures, ...]:
    return play.hoede.db.read(lambda conn: shadows.figures(conn, play.hoede.db.time(conn).replace(year=2000)))


def test_a_near_copy_is_let_through_and_counted(shady: Scene) -> None:
    assert shady.upload(account := shady.person(VERIFIED), LISTED).answer.hold is None
    assert shady.states(account) == {}
    told = {one.name: dict(one.measures) for one in figures(shady)}
    added = {"hold": 1, "preserve": 1, "restrict_account": 1, "notify": 1, "review": 1}
    assert told["detector pdq"] == added
    assert told["rule csea-by-an-adult"] == added


def test_what_is_known_by_other_means_is_acted_on_as_ever(shady: Scene) -> None:
    shady.upload(account := shady.person(VERIFIED))
    shady.settle()
    assert shady.states(account)["report"] == "done"
    assert figures(shady) == ()


def test_a_detector_nobody_has_cannot_be_in_shadow(open_scene: OpenScene) -> None:
    with pytest.raises(Exception, match="there is no detector unicorn"):
        open_scene(shadow_detectors=["unicorn"])
