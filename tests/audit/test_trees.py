"""Proofs from what heads kept: as the plain recursion makes them, however the leaves were numbered."""

import random
from pathlib import Path

import pytest

from hoede.audit import Sequencer, leaf_hash, root_hash
from hoede.audit import jobs as sequencing
from hoede.audit.browse import growth_of, newest_head, proof_of
from hoede.audit.store import bodies, check_log_key, heads
from hoede.audit.trees import LeavesMissing, Trees
from hoede.core.leaves import Leaf
from hoede.db import Database, Transaction
from hoede.keys import FileKeys

LEAVES = 90


@pytest.fixture(params=[1, 2])
def log(
    db: Database, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """Ninety leaves under heads at places drawn by chance."""
    chance = random.Random(request.param)  # noqa: S311 - repeatable
    FileKeys.create(tmp_path / "keys")
    keys = FileKeys(tmp_path / "keys")
    public = keys.log_key.public_bytes_raw()
    db.commit(lambda tx: check_log_key(tx, [public], public))

    def add(tx: Transaction) -> None:
        for number in range(LEAVES):
            tx.leaf(Leaf("decision", f"dec_{number}"))

    db.commit(add)
    numbered = 0
    while numbered < LEAVES:
        monkeypatch.setattr(sequencing, "MOST_AT_ONCE", chance.randrange(1, 20))
        numbered += Sequencer(db, keys, "me").run_once()
    return db


def test_every_subtree_is_as_the_plain_recursion_has_it(log: Database) -> None:
    hashes = [leaf_hash(body.encode()) for _, body in log.read(lambda conn: list(bodies(conn)))]

    def wrong(start: int, end: int) -> bool:
        return log.read(lambda conn: Trees(conn).subtree(start, end)) != root_hash(hashes[start:end])

    sizes = [1, 2, 4, 8, 16, 32, 64]
    ranges = [(start, start + size) for size in sizes for start in range(0, LEAVES - size + 1, size)]
    ranges += [(start, LEAVES) for start in (0, 64, 80, 88)]
    assert [one for one in ranges if wrong(*one)] == []


def test_every_leaf_is_proved_against_the_newest_head(log: Database) -> None:
    proofs = [log.read(lambda conn, at=at: proof_of(conn, at, LEAVES)) for at in range(LEAVES)]  # type: ignore[misc] # a default binds it
    assert [one.sound for one in proofs if one] == [True] * LEAVES


def test_growth_is_proved_between_any_two_heads(log: Database) -> None:
    sizes = [head.size for head in log.read(heads)]
    pairs = [(old, new) for old in sizes for new in sizes if old <= new]
    grown = [log.read(lambda conn, pair=pair: growth_of(conn, *pair)) for pair in pairs]  # type: ignore[misc] # likewise
    assert [one.sound for one in grown if one] == [True] * len(pairs)
    assert log.read(newest_head) == (grown[-1].new if grown[-1] else None)


@pytest.mark.parametrize(("old", "new"), [(0, None), (10**30, None), (LEAVES, 3), (LEAVES + 1, None)])
def test_what_is_no_head_has_no_growth(log: Database, old: int, new: int | None) -> None:
    assert log.read(lambda conn: growth_of(conn, old, new)) is None


def test_what_a_head_kept_can_be_changed_and_shows(log: Database) -> None:
    log.commit(lambda tx: tx.conn.exec_driver_sql("UPDATE audit_head SET peaks = root WHERE size < 64"))
    proofs = [log.read(lambda conn, at=at: proof_of(conn, at, LEAVES)) for at in (0, 40)]  # type: ignore[misc] # likewise
    assert False in [one.sound for one in proofs if one]


def test_leaves_that_are_gone_are_said(log: Database) -> None:
    log.commit(lambda tx: tx.conn.exec_driver_sql("DELETE FROM leaf WHERE number = 70"))
    with pytest.raises(LeavesMissing):
        log.read(lambda conn: Trees(conn).bodies(69, 72))
