"""A request is remembered with its answer: the same gets the same, another one under its key is refused."""

import pytest

from hoede.db import Database
from hoede.db.idempotency import KeyReused, Remembered, recall, remember

ASKED = Remembered.of("plein", "key-1", b"POST receipt", b"ord_1")
OTHER = Remembered.of("plein", "key-1", b"POST receipt", b"ord_2")


def answered(db: Database, request: Remembered, answer: str) -> tuple[int, str]:
    return db.commit(lambda tx: remember(tx, request, 200, answer))


def test_the_first_answer_is_kept_and_given_to_whoever_asked_the_same_meanwhile(db: Database) -> None:
    """Two processes may both have looked for an answer before either wrote one."""
    assert answered(db, ASKED, "open") == (200, "open")
    assert answered(db, ASKED, "done") == (200, "open")
    assert db.read(lambda conn: recall(conn, ASKED)) == (200, "open")


def test_another_request_under_the_same_key_is_refused(db: Database) -> None:
    answered(db, ASKED, "open")

    with pytest.raises(KeyReused):
        answered(db, OTHER, "open")
    with pytest.raises(KeyReused):
        db.read(lambda conn: recall(conn, OTHER))
