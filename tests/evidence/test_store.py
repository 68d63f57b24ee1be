"""Rows of copies: each goes once, sealed or not, and the log is told of it once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hoede.db import Database, Transaction
from hoede.evidence import EvidenceState, Taken
from hoede.evidence import store as evidence
from hoede.evidence.rules import Why
from hoede.keys import Wrapped

COPY = "evi_1"


def taken(tx: Transaction) -> None:
    copy = Taken(id=COPY, key=Wrapped("k", b"KEY"), cipher_sha256="c", sha256="s", md5="m", size=1)
    evidence.add_taken(tx, copy, service="plein", event="evt_1", part="media", media_type=None)


def impossible(tx: Transaction) -> None:
    evidence.mark_impossible(tx, COPY, "damaged", tx.now - timedelta(days=1))


def sealed(tx: Transaction) -> None:
    evidence.mark_sealed(tx, COPY, tx.now - timedelta(days=1))


def allowed(tx: Transaction) -> None:
    evidence.destroy_after(tx, [COPY], tx.now - timedelta(days=1))


@pytest.mark.parametrize(
    ("becomes", "is_ended"),
    [
        (allowed, False),  # judged before it was sealed: nothing of preserving was said
        (impossible, True),
        (sealed, True),
    ],
)
def test_every_copy_whose_time_is_over_goes_sealed_or_not(
    db: Database,
    becomes: Callable[[Transaction], None],
    is_ended: bool,  # noqa: FBT001 - a table
) -> None:
    db.commit(taken)
    db.commit(becomes)
    assert db.read(lambda conn: evidence.to_destroy(conn, db.time(conn))) == [COPY]
    db.commit(lambda tx: evidence.destroy(tx, COPY, Why.RETENTION))
    assert db.read(lambda conn: evidence.to_destroy(conn, db.time(conn))) == []
    assert db.read(evidence.ended) == ([COPY] if is_ended else [])


def test_two_who_tidy_destroy_a_copy_once_and_say_so_once(db: Database) -> None:
    def twice(tx: Transaction) -> int:
        evidence.destroy(tx, COPY, Why.RETENTION)
        evidence.destroy(tx, COPY, Why.ERASURE)
        return len(tx.leaves)

    db.commit(taken)
    assert db.commit(twice) == 1
    row = db.read(lambda conn: evidence.find(conn, COPY))
    assert row is not None
    assert (row.state, row.destroyed_why) == (EvidenceState.DESTROYED, "retention")
