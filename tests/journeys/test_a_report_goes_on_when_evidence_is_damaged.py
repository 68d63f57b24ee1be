"""Evidence that cannot be sealed is said to be so; what must follow follows, and a person is called."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.journeys.harm import copies_in, cut, flip, lose
from tests.journeys.scene import CARD, FIFTEEN, OTHER_CARD, VERIFIED, Scene

from hoede.app import verify_log
from hoede.evidence import EvidenceState


@pytest.mark.parametrize("harm", [flip, cut, lose])
def test_a_damaged_copy_is_impossible_and_calls_a_person(play: Scene, harm: Callable[[Path], None]) -> None:
    play.upload(account := play.person(VERIFIED))
    (copy,) = copies_in(play, "intake")
    harm(copy)

    play.settle()

    (row,) = play.copies()
    assert (row.state, row.reason) == (EvidenceState.IMPOSSIBLE, "damaged")
    assert play.order(account, "preserve").outcome == "impossible: damaged"
    assert (play.case(account).needs_human, play.queue()) == ("not-preserved", [play.case(account).id])


def test_what_waited_for_the_copy_follows_all_the_same(play: Scene) -> None:
    play.upload(account := play.person(VERIFIED))
    flip(copies_in(play, "intake")[0])

    play.settle()

    assert set(play.states(account).values()) == {"done"}
    assert play.platform.ledger.done("close_account") == [account]


def test_the_report_says_that_a_copy_could_not_be_preserved(play: Scene) -> None:
    play.upload(play.person(VERIFIED))
    flip(copies_in(play, "intake")[0])

    play.settle()

    (report,) = play.finished()
    assert report.files == ()
    assert "could not be preserved: 1" in (report.text("additionalInfo") or "")


def test_one_damaged_copy_does_not_keep_another_from_the_report(play: Scene) -> None:
    account = play.person(VERIFIED)
    play.upload(account, CARD)
    flip(copies_in(play, "intake")[0])
    play.upload(account, OTHER_CARD)

    play.settle()

    (report,) = play.finished()
    assert [file.size for file in report.files] == [len(OTHER_CARD)]


def test_the_end_of_preserving_has_its_leaf_either_way(play: Scene) -> None:
    play.upload(account := play.person(VERIFIED))
    flip(copies_in(play, "intake")[0])

    play.settle()

    (row,) = play.copies()
    assert play.place("preserve.ended", row.taken.id) < play.done_at(account, "remove")
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()


def test_a_minors_case_with_a_damaged_copy_calls_a_person_in_its_own_lane(play: Scene) -> None:
    play.upload(account := play.person(FIFTEEN))
    flip(copies_in(play, "intake")[0])

    play.settle()

    assert (play.case(account).lane, play.case(account).needs_human) == ("minors", "not-preserved")


def test_a_sealed_copy_that_is_damaged_later_never_reaches_the_authority_half(play: Scene) -> None:
    play.upload(account := play.person(VERIFIED))
    play.carry("vault")
    flip(copies_in(play, "objects")[0])

    for _ in range(3):
        play.carry("authority")

    report = play.order(account, "report")
    assert (play.finished(), report.state.value, report.tries > 0) == ([], "open", True)
