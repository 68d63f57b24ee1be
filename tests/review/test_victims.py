"""Where children live, as a person says it."""

from functools import partial
from itertools import pairwise

import pytest
from sqlalchemy import Connection

from hoede.db import Database, Transaction
from hoede.review import store, victims
from hoede.review.rules import Grounds


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("NL", ("NL",)),
        ("nl, DE  fr", ("NL", "DE", "FR")),
        ("NL NL", ("NL",)),
        ("", ()),
        ("Netherlands", None),
        ("N1", None),
        (" ".join(f"{a}{b}" for a in "ABC" for b in "ABCDEFG"), None),  # more than any case is about
    ],
)
def test_countries_are_two_letters_each(typed: str, wanted: tuple[str, ...] | None) -> None:
    assert victims.countries_in(typed) == wanted


def said(conn: Connection) -> dict[str, tuple[str, ...]]:
    return victims.of_cases(conn, ["cas_1", "cas_2"])


def test_what_is_said_last_counts_and_only_a_change_has_a_leaf(db: Database) -> None:
    db.commit(
        lambda tx: store.open_case(
            tx, "cas_1", service="plein", account="a-1", grounds=Grounds.KNOWN, lane=None, due_at=None
        )
    )
    assert db.read(said) == {}
    leaves = [db.read(_leaves)]
    for countries in (["NL", "DE"], ["DE", "NL"], ["AU"]):
        db.commit(partial(_say, countries))
        leaves.append(db.read(_leaves))
    assert db.read(said) == {"cas_1": ("AU",)}
    assert [after - before for before, after in pairwise(leaves)] == [1, 0, 1]


def _say(countries: list[str], tx: Transaction) -> None:
    victims.say(tx, "cas_1", countries, "per_1")


def _leaves(conn: Connection) -> int:
    return int(conn.exec_driver_sql("SELECT count(*) FROM leaf").scalar_one())
