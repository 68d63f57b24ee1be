"""The proof of one leaf: it holds for every place in every tree, and for nothing else."""

import base64
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from hoede.audit import Frontier, Sequencer, leaf_hash, root_hash
from hoede.audit.browse import newest_heads, newest_leaves, proof_of
from hoede.audit.paths import consistency, grew, inclusion, root_from
from hoede.audit.proofs import Proof, head_is_signed
from hoede.audit.store import check_log_key, log_keys
from hoede.core.leaves import Leaf
from hoede.db import Database
from hoede.keys import FileKeys

HASHES = [leaf_hash(str(number).encode()) for number in range(70)]
GOES = (4, 1, 6, 8)  # leaves numbered at once


def subtree(start: int, end: int) -> bytes:
    return root_hash(HASHES[start:end])


def edge_of(size: int) -> Frontier:
    edge = Frontier()
    for one in HASHES[:size]:
        edge = edge.add(one)
    return edge


@pytest.mark.parametrize("size", range(1, 35))
def test_every_leaf_of_every_tree_leads_to_the_root(size: int) -> None:
    root = root_hash(HASHES[:size])
    for number in range(size):
        path = inclusion(number, size, subtree)
        assert root_from(HASHES[number], number, size, path) == root


@pytest.mark.parametrize("new", range(1, 35))
def test_every_tree_is_shown_to_have_grown_out_of_every_smaller_one(new: int) -> None:
    for old in range(new + 1):
        path = consistency(old, new, subtree)
        assert grew(old, root_hash(HASHES[:old]), new, root_hash(HASHES[:new]), path)


def test_a_known_path_of_rfc_6962() -> None:
    """2.1.3: the audit path for d6 in the tree of seven is [i, k]."""
    i, k = root_hash(HASHES[4:6]), root_hash(HASHES[:4])
    assert inclusion(6, 7, subtree) == (i, k)


def test_known_growths_of_rfc_6962() -> None:
    """2.1.3: from three, four and six leaves to seven."""
    c, d, g = HASHES[2], HASHES[3], subtree(0, 2)
    i, j, k = subtree(4, 6), HASHES[6], subtree(0, 4)
    assert consistency(3, 7, subtree) == (c, d, g, subtree(4, 7))
    assert consistency(4, 7, subtree) == (subtree(4, 7),)
    assert consistency(6, 7, subtree) == (i, j, k)


@given(st.data())
def test_no_other_beginning_size_or_path_shows_growth(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 70))
    old = data.draw(st.integers(1, new - 1))
    path, was, now = consistency(old, new, subtree), subtree(0, old), subtree(0, new)
    cut = data.draw(st.integers(0, len(path) - 1))
    changed = data.draw(st.integers(0, old - 1))
    other = root_hash([*HASHES[:changed], HASHES[69 - changed], *HASHES[changed + 1 : old]])
    wrong = [
        grew(old, other, new, now, path) and other != was,
        grew(old, was, new, other, path),
        grew(old, was, new, now, path[:cut]),
        grew(old, was, new, now, (*path, now)),
        grew(new, was, old, now, path),
        grew(0, was, new, now, ()),
        grew(old, was, old, now, ()),
    ]
    assert wrong == [False] * 7


@given(st.data())
def test_no_other_leaf_place_size_or_path_leads_there(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 70))
    number = data.draw(st.integers(0, size - 1))
    path, root = inclusion(number, size, subtree), root_hash(HASHES[:size])
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != number))
    cut = data.draw(st.integers(0, len(path) - 1))
    wrong = [
        root_from(HASHES[other], number, size, path),
        root_from(HASHES[number], other, size, path),
        root_from(HASHES[number], number, size, (*path, root)),
        root_from(HASHES[number], number, size, path[:cut]),
        root_from(HASHES[number], size, size, path),
        root_from(HASHES[number], -1, size, path),
    ]
    assert root not in wrong


def test_a_frontier_of_another_log_is_no_ground_for_a_path() -> None:
    with pytest.raises(ValueError, match="no subtree"):
        replace(edge_of(6), peaks=()).peak(4)


@pytest.mark.parametrize("size", range(1, 35))
def test_an_edge_is_made_of_whole_subtrees(size: int) -> None:
    begin = 0
    for bit in reversed(range(6)):
        if size >> bit & 1:
            assert edge_of(size).peak(begin) == subtree(begin, begin + (1 << bit))
            begin += 1 << bit


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    FileKeys.create(tmp_path / "keys")
    return FileKeys(tmp_path / "keys")


@pytest.fixture
def log(db: Database, keys: FileKeys) -> Database:
    """Nineteen leaves under four heads."""
    public = keys.log_key.public_bytes_raw()
    db.commit(lambda tx: check_log_key(tx, [public], public))
    count = 0
    for go in GOES:
        for _ in range(go):
            db.commit(lambda tx, about=f"dec_{count}": tx.leaf(Leaf("decision", about)))  # type: ignore[misc] # bound by a default
            count += 1
        assert Sequencer(db, keys, "me").run_once() == go
    return db


def proof(db: Database, number: int) -> Proof:
    found = db.read(lambda conn: proof_of(conn, number))
    assert found is not None
    return found


def test_every_leaf_is_proved_against_the_first_head_that_covers_it(log: Database) -> None:
    proofs = [proof(log, number) for number in range(sum(GOES))]
    assert [one.sound for one in proofs] == [True] * sum(GOES)
    assert [one.head.size for one in proofs] == [4] * 4 + [5] + [11] * 6 + [19] * 8
    assert [one.number for one in proofs] == list(range(sum(GOES)))


@pytest.mark.parametrize("number", [-1, 19, 10**18, 10**30])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(log: Database, number: int) -> None:
    assert log.read(lambda conn: proof_of(conn, number)) is None


def test_a_leaf_that_no_head_covers_yet_waits_for_its_proof(log: Database) -> None:
    log.commit(lambda tx: tx.leaf(Leaf("decision", "dec_19")))
    assert log.read(lambda conn: proof_of(conn, 19)) is None


def test_there_is_no_proof_without_a_key(db: Database, keys: FileKeys) -> None:
    db.commit(lambda tx: tx.leaf(Leaf("decision", "dec_0")))
    Sequencer(db, keys, "me").run_once()
    assert db.read(lambda conn: proof_of(conn, 0)) is None
    assert [head_is_signed(one, []) for one in db.read(newest_heads)] == [False]


def execute(db: Database, statement: str) -> None:
    db.commit(lambda tx: tx.conn.exec_driver_sql(statement))


def test_a_leaf_that_was_changed_does_not_lead_to_the_root(log: Database) -> None:
    execute(log, "UPDATE leaf SET body = '{}' WHERE number = 12")
    changed, neighbour = proof(log, 12), proof(log, 13)
    assert (changed.leads_to_root, changed.is_signed, changed.sound) == (False, True, False)
    assert neighbour.sound is False  # it stands on what was changed


def test_leaves_that_were_taken_away_prove_nothing(log: Database) -> None:
    execute(log, "DELETE FROM leaf WHERE number >= 15")
    assert log.read(lambda conn: proof_of(conn, 17)) is None
    assert log.read(lambda conn: proof_of(conn, 13)) is None  # they stood beside it
    assert proof(log, 9).sound


def test_a_head_that_was_changed_is_not_signed(log: Database) -> None:
    execute(log, "UPDATE audit_head SET at = at + 1 WHERE size = 19")
    assert (proof(log, 18).leads_to_root, proof(log, 18).is_signed) == (True, False)
    keys, heads = log.read(lambda conn: (log_keys(conn), newest_heads(conn)))
    assert [head_is_signed(one, keys) for one in heads] == [False, True, True, True]


def test_heads_and_leaves_come_in_pages_the_newest_first(log: Database) -> None:
    first = log.read(lambda conn: newest_leaves(conn, most=3))
    rest = log.read(lambda conn: newest_leaves(conn, before=2))
    assert ([number for number, _ in first], [number for number, _ in rest]) == ([18, 17, 16], [1, 0])
    heads = log.read(lambda conn: newest_heads(conn, before=19, most=2))
    assert [one.size for one in heads] == [11, 5]


def test_a_stranger_needs_nothing_but_what_is_told(log: Database) -> None:
    """With RFC 9162's words for it, a hash and a signature; nothing of ours."""
    told = json.loads(proof(log, 16).told())
    path = [base64.b64decode(one) for one in told["path"]]
    node = hashlib.sha256(b"\0" + told["leaf"].encode()).digest()
    at, last = told["number"], told["size"] - 1
    for one in path:
        if at % 2 or at == last:
            node = hashlib.sha256(b"\1" + one + node).digest()
            while at and at % 2 == 0:
                at, last = at // 2, last // 2
        else:
            node = hashlib.sha256(b"\1" + node + one).digest()
        at, last = at // 2, last // 2
    assert (base64.b64encode(node).decode(), last) == (told["root"], 0)
    assert told["message"].split("\n")[1:3] == [str(told["size"]), told["root"]]
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(told["key"]))
    key.verify(base64.b64decode(told["signature"]), told["message"].encode())
