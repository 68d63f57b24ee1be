"""Near copies: found by each bank's own rules, and only while the entry is in force."""

import itertools
import threading
from functools import partial

import pytest
from tests.lists.pictures import bring, entry_of, facts, frame, harmless, picture

from hoede.core.findings import Category, Certainty, DigestKind, Listed, Match
from hoede.core.media import Frame
from hoede.db import Database
from hoede.lists import Bank, Lists, Nearby
from hoede.lists.banks import set_bank
from hoede.lists.jobs import hold_back, release, roll_back, withdraw
from hoede.lists.nearby import MOST


@pytest.fixture
def nearby(db: Database) -> Nearby:
    made = Nearby(db)
    made.refresh()
    return made


def seen(db: Database, nearby: Nearby, asked: Frame) -> list[tuple[str, int]]:
    """Entries and distances found by a process that has heard of every change."""
    nearby.refresh()
    found = db.read(lambda conn: Lists(conn, nearby).near(asked))
    return [(listed.match.entry, listed.match.distance) for listed in found]


@pytest.mark.parametrize(("flips", "is_near"), [(0, True), (31, True), (32, False)])
def test_a_picture_is_near_up_to_the_threshold(
    db: Database, nearby: Nearby, flips: int, *, is_near: bool
) -> None:
    bring(db, facts(), picture(1))
    expected = [(entry_of(picture(1)), flips)] if is_near else []
    assert seen(db, nearby, frame(picture(1, flips=flips))) == expected


def test_a_near_copy_is_likely_and_never_known(db: Database, nearby: Nearby) -> None:
    bring(db, facts(), picture(1))
    nearby.refresh()
    found = db.read(lambda conn: Lists(conn, nearby).near(frame(picture(1))))
    match = Match("north", entry_of(picture(1)), DigestKind.PDQ, 0)
    assert found == (Listed(match, Category.CSEA, Certainty.LIKELY),)


def test_each_bank_has_its_own_threshold(db: Database, nearby: Nearby) -> None:
    db.commit(lambda tx: set_bank(tx, Bank(name="narrow", threshold=4)))
    bring(db, facts(), picture(1))
    bring(db, facts("south", bank="narrow"), picture(1), import_id="imp_2")
    assert seen(db, nearby, frame(picture(1, flips=5))) == [(entry_of(picture(1)), 5)]
    assert len(seen(db, nearby, frame(picture(1, flips=4)))) == 2


def test_a_poor_picture_is_not_looked_up(db: Database, nearby: Nearby) -> None:
    bring(db, facts(), picture(1))
    assert seen(db, nearby, frame(picture(1), quality=49)) == []
    assert len(seen(db, nearby, frame(picture(1), quality=50))) == 1


def test_the_nearest_of_many_are_named_first_and_at_most_so_many(db: Database, nearby: Nearby) -> None:
    db.commit(lambda tx: set_bank(tx, Bank(name="pictures", most_results=3)))
    bring(db, facts(), *(picture(1, flips=flips) for flips in range(10)))
    assert [distance for _, distance in seen(db, nearby, frame(picture(1)))] == [0, 1, 2]


def test_withdrawn_entries_take_nobodys_place_among_the_nearest(db: Database, nearby: Nearby) -> None:
    db.commit(lambda tx: set_bank(tx, Bank(name="pictures", most_results=1)))
    bring(db, facts(), picture(1), picture(1, flips=2))
    nearby.refresh()
    withdraw(db, entry_of(picture(1)), "a mistake")
    found = db.read(lambda conn: Lists(conn, nearby).near(frame(picture(1))))
    assert [listed.match.distance for listed in found] == [2]


def test_any_of_a_frames_fingerprints_may_be_near(db: Database, nearby: Nearby) -> None:
    bring(db, facts(), picture(1))
    assert seen(db, nearby, frame(picture(2), picture(1, flips=3))) == [(entry_of(picture(1)), 3)]


def test_what_is_taken_back_counts_no_more_at_once_though_memory_still_holds_it(
    db: Database, nearby: Nearby
) -> None:
    bring(db, facts(), picture(1), picture(2))
    nearby.refresh()
    withdraw(db, entry_of(picture(1)), "a mistake")
    still = db.read(lambda conn: Lists(conn, nearby).near(frame(picture(1))))
    roll_back(db, "imp_1", "poisoned")
    then = db.read(lambda conn: Lists(conn, nearby).near(frame(picture(2))))
    assert (still, then) == ((), ())


def test_an_import_is_near_from_the_next_refresh_on(db: Database, nearby: Nearby) -> None:
    assert nearby.refresh() is False
    bring(db, facts(), picture(1))
    assert nearby.refresh() is True
    bring(db, facts(), picture(2), import_id="imp_2")
    assert [len(seen(db, nearby, frame(picture(number)))) for number in (1, 2)] == [1, 1]


def test_so_many_new_ones_that_they_are_sorted_in_are_all_found(db: Database, nearby: Nearby) -> None:
    bring(db, facts(), *(picture(number) for number in range(3000)))
    nearby.refresh()
    bring(db, facts(), *(picture(number) for number in range(3000, 4200)), import_id="imp_2")
    places = (0, 2999, 3000, 4199)
    assert [len(seen(db, nearby, frame(picture(number)))) for number in places] == [1, 1, 1, 1]


def test_what_a_negative_bank_knows_is_near_to_nothing(db: Database, nearby: Nearby) -> None:
    bring(db, facts(), picture(1))
    harmless(db, picture(1, flips=40))  # too far from the entry to put it into quarantine
    assert seen(db, nearby, frame(picture(1, flips=20))) == []
    assert len(seen(db, nearby, frame(picture(1)))) == 1


def test_a_negative_entry_that_was_withdrawn_hides_nothing(db: Database, nearby: Nearby) -> None:
    bring(db, facts(), picture(1))
    harmless(db, picture(1, flips=40))
    withdraw(db, "harmless", "a mistake")
    assert len(seen(db, nearby, frame(picture(1, flips=20)))) == 1


def test_an_entry_in_quarantine_is_a_hint(db: Database, nearby: Nearby) -> None:
    bring(db, facts(), picture(1))
    nearby.refresh()
    entry = entry_of(picture(1))
    certain = []
    for act in (partial(hold_back, db, entry), partial(release, db, entry, "looked at it")):
        assert act()
        found = db.read(lambda conn: Lists(conn, nearby).near(frame(picture(1))))
        certain.append(found[0].certainty)
    assert certain == [Certainty.HINT, Certainty.LIKELY]


def test_before_the_lists_are_loaded_nothing_is_called_far(db: Database) -> None:
    """Whoever asks waits: an answer from an empty memory would let a listed picture through."""
    bring(db, facts(), picture(1))
    fresh, answers = Nearby(db), []
    asking = threading.Thread(
        target=lambda: answers.append(db.read(lambda conn: Lists(conn, fresh).near(frame(picture(1)))))
    )
    asking.start()
    asking.join(0.2)
    waited = asking.is_alive()
    fresh.refresh()
    asking.join(10)
    assert (waited, [len(one) for one in answers]) == (True, [1])


def test_behind_a_family_too_large_for_one_answer_what_is_in_force_is_found(
    db: Database, nearby: Nearby
) -> None:
    base = int.from_bytes(picture(1))
    pairs = itertools.islice(itertools.combinations(range(256), 2), MOST + 5)
    family = [(base ^ (1 << one) ^ (1 << other)).to_bytes(32) for one, other in pairs]
    bring(db, facts(), *family)
    bring(db, facts("south"), picture(1, flips=5), import_id="imp_2")
    roll_back(db, "imp_1", "a mistake")
    assert seen(db, nearby, frame(picture(1))) == [(entry_of(picture(1, flips=5), "south"), 5)]
