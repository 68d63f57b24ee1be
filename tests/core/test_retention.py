"""How long something is kept: our own days, and what dated laws of places make of them."""

from datetime import UTC, datetime, timedelta

import pytest

from hoede.app.tables import read_tables
from hoede.core.retention import RetentionError, parse_retention

TABLE = """
[known]
days = 100
basis = "ours"
as_of = 2026-11-23

[[known.law]]
where = ["US"]
at_least_days = 200
from = 2026-01-01
basis = "theirs"
as_of = 2026-11-23

[[known.law]]
where = ["EU"]
private = true
at_most_days = 30
from = 2021-08-02
until = 2026-04-03
basis = "theirs"
as_of = 2026-11-23
"""
MARCH, MAY, EARLIER = (datetime(*day, tzinfo=UTC) for day in ((2026, 3, 1), (2026, 5, 1), (2025, 12, 31)))

# since, places, private: days
KEPT = [
    (MAY, set(), False, 100),
    (MAY, {"BR"}, False, 100),
    (MAY, {"US"}, False, 200),
    (EARLIER, {"US"}, False, 100),  # not in force yet
    (MARCH, {"NL"}, True, 30),  # one of the EU's
    (MARCH, {"NL"}, False, 100),  # no private channel
    (MAY, {"NL"}, True, 100),  # over
    (MARCH, {"NL", "US"}, True, 200),  # a least beats a most: what is gone is gone
]


@pytest.mark.parametrize(("since", "places", "private", "days"), KEPT)
def test_the_table_of_places(since: datetime, places: set[str], private: bool, days: int) -> None:  # noqa: FBT001 - a table
    until = parse_retention(TABLE).until("known", since, places=places, private=private)
    assert until - since == timedelta(days=days)


def test_an_unknown_ground_is_never_kept_for_no_time() -> None:
    with pytest.raises(RetentionError):
        parse_retention(TABLE).until("moon", MAY)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("at_least_days = 200", "", "either at_least_days or at_most_days"),
        ("at_least_days = 200", "at_least_days = 200\nat_most_days = 3", "either"),
        ('where = ["US"]', "where = []", "a law says where"),
        ("from = 2026-01-01", 'from = "2026"', "a date is written"),
        ("private = true", "loud = true", "loud"),
        ("days = 100", "days = 0", "at least 1"),
    ],
)
def test_a_table_that_is_wrong_says_where(old: str, new: str, says: str) -> None:
    with pytest.raises(RetentionError, match=says):
        parse_retention(TABLE.replace(old, new, 1))


def test_our_own_table_never_keeps_less_than_a_year_for_who_must() -> None:
    table = read_tables().retention
    assert {
        ground: table.until(ground, MAY, places={"US"}) - MAY >= timedelta(days=365) for ground in table.days
    } == {
        "known": True,
        "suspected": True,
        "reported": True,
    }
