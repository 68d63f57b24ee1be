"""Verification finds every change of the log, and every row without its leaf."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from hoede.audit import LEASE, Expected, Sequencer, Verdict, verify
from hoede.audit.rules import Head, head_message
from hoede.audit.store import bodies, heads
from hoede.core.leaves import Leaf
from hoede.db import Database, Transaction
from hoede.db.leases import take_lease
from hoede.keys import FileKeys

Log = tuple[list[tuple[int | None, str]], list[Head]]
ACTS = [Leaf("decision", f"dec_{number}", "rule") for number in range(11)]


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    FileKeys.create(tmp_path / "keys")
    return FileKeys(tmp_path / "keys")


@pytest.fixture
def log(db: Database, keys: FileKeys) -> Log:
    """Eleven leaves, numbered in three goes."""
    sequencer = Sequencer(db, keys, "me")
    for start, end in ((0, 4), (4, 5), (5, 11)):
        for leaf in ACTS[start:end]:
            db.commit(lambda tx, leaf=leaf: tx.leaf(leaf))  # type: ignore[misc] # a default binds it
        assert sequencer.run_once() == end - start
    return db.read(lambda conn: (list(bodies(conn)), heads(conn)))


def check(log: Log, db: Database, keys: FileKeys, acts: list[Leaf] = ACTS) -> Verdict:
    expected = [Expected(leaf.act, leaf.about) for leaf in acts]
    return verify(*log, keys.log_key, names=db._key, expected=expected)


def test_an_untouched_log_is_sound(log: Log, db: Database, keys: FileKeys) -> None:
    assert check(log, db, keys) == Verdict(11, 0, 3, ())


@pytest.mark.parametrize("size", [0, -5])
def test_a_head_over_no_leaves_is_none(log: Log, db: Database, keys: FileKeys, size: int) -> None:
    bodies, heads = log
    made_up = Head(size, b"x" * 32, heads[0].at, b"nothing signed")
    assert check((bodies, [made_up, *heads]), db, keys).wrong == (f"there is a head over {size} leaves",)


def test_nothing_to_number_makes_no_head(log: Log, db: Database, keys: FileKeys) -> None:
    assert Sequencer(db, keys, "me").run_once() == 0
    assert len(db.read(heads)) == 3


def test_only_the_holder_of_the_lease_numbers(db: Database, keys: FileKeys) -> None:
    db.commit(lambda tx: tx.leaf(ACTS[0]))
    db.commit(lambda tx: take_lease(tx, "sequencer", "somebody else", LEASE))
    assert Sequencer(db, keys, "me").run_once() == 0


def test_a_row_without_a_leaf_is_named(log: Log, db: Database, keys: FileKeys) -> None:
    verdict = check(log, db, keys, [*ACTS, Leaf("decision", "dec_99")])
    assert "1 change(s) decision in the rows without a leaf" in verdict.wrong[0]


def test_a_leaf_without_a_row_is_named(log: Log, db: Database, keys: FileKeys) -> None:
    assert "without a row" in check(log, db, keys, ACTS[1:]).wrong[0]


def test_a_leaf_written_twice_is_named(db: Database, keys: FileKeys) -> None:
    def twice(tx: Transaction) -> None:
        tx.leaf(ACTS[0])
        tx.leaf(ACTS[0])

    db.commit(twice)
    verdict = check(db.read(lambda conn: (list(bodies(conn)), heads(conn))), db, keys, ACTS[:1])
    assert "without a row" in verdict.wrong[0]


@pytest.mark.parametrize("seed", range(60))
def test_any_change_of_the_numbered_log_is_found(log: Log, db: Database, keys: FileKeys, seed: int) -> None:
    assert not check(_changed(log, random.Random(seed)), db, keys).sound  # noqa: S311 - repeatable


def _changed(log: Log, chance: random.Random) -> Log:
    leaves, signed = list(log[0]), list(log[1])
    at = chance.randrange(len(leaves))
    match chance.randrange(7):
        case 0:  # a leaf edited
            number, body = leaves[at]
            leaves[at] = (number, body.replace('"act":"decision"', '"act":"decisiom"'))
        case 1:  # one deleted
            del leaves[at]
        case 2:  # two swapped, numbers kept
            other = (at + 1) % len(leaves)
            leaves[at], leaves[other] = (leaves[at][0], leaves[other][1]), (leaves[other][0], leaves[at][1])
        case 3:  # the end cut off
            leaves = leaves[:at]
        case 4:  # one slipped in
            leaves.insert(at, (leaves[at][0], leaves[at][1]))
        case 5:  # a head's root replaced
            signed[at % 3] = replace(signed[at % 3], root=bytes(32))
        case _:  # a head signed by another key
            signed[at % 3] = replace(signed[at % 3], signature=bytes(64))
    return leaves, signed


def test_a_head_tells_its_size_root_and_time() -> None:
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    message = head_message(3, bytes(32), datetime(2026, 11, 23, tzinfo=UTC))
    assert message.splitlines()[:2] == [b"hoede-audit/1", b"3"]
