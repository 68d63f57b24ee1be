"""The log: leaves a second, a proof out of ten million leaves, and ten thousand ways to tamper with it."""

import base64
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import insert

from hoede.audit import Frontier, Sequencer, independent, leaf_hash, verify_alone
from hoede.audit.browse import growth_of, newest_head, proof_of
from hoede.audit.bundle import lines_of
from hoede.audit.proofs import SignedHead
from hoede.audit.rules import Head, head_message, in_force
from hoede.audit.store import check_log_key, save_head
from hoede.bench.rows import Row, percentile, spread
from hoede.bench.tampering import INSIDE, tampered
from hoede.core.leaves import Leaf, leaf_body
from hoede.db import Database, Transaction
from hoede.db.leaves import LEAVES
from hoede.db.schema import migrate
from hoede.keys import FileKeys

CALLERS, APPENDING_S = 64, 5.0
LEAVES_PROVED, HEAD_EVERY, PROOFS, SEED = 10_000_000, 2000, 1000, 20261127
MUTATIONS = 10_000
PROOF_BYTES, PROOF_MS = 1024, 1.0


def measure() -> list[Row]:
    return [*_appended(), *_proved(), *_tampered()]


@contextmanager
def _log() -> Iterator[tuple[Database, FileKeys]]:
    with tempfile.TemporaryDirectory(prefix="hoede-bench-") as place:
        FileKeys.create(Path(place) / "keys")
        keys = FileKeys(Path(place) / "keys")
        db = Database(f"sqlite:///{place}/hoede.sqlite", key=keys.names)
        migrate(db)
        public = keys.log_key.public_bytes_raw()
        db.commit(lambda tx: check_log_key(tx, [public], public))
        try:
            yield db, keys
        finally:
            db.close()


def _appended() -> list[Row]:
    """Each leaf in a step of its own, on disk before its caller goes on; then all of them numbered."""
    with _log() as (db, keys):
        counts, end = [0] * CALLERS, time.perf_counter() + APPENDING_S

        def append(caller: int) -> None:
            while time.perf_counter() < end:
                leaf = Leaf("decision", f"{caller}-{counts[caller]}")
                db.commit(lambda tx, leaf=leaf: tx.leaf(leaf))  # type: ignore[misc] # a default binds it
                counts[caller] += 1

        threads = [threading.Thread(target=append, args=(caller,)) for caller in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sequencer, start, count = Sequencer(db, keys, "bench"), time.perf_counter(), sum(counts)
        while sequencer.run_once():
            pass
        numbered_s = time.perf_counter() - start
    told = f"one run, {count} leaves, {CALLERS} callers, SQLite FULL"
    return [
        _row("appends_durable", "leaves/s", count / APPENDING_S, ">= 10000", told),
        _row("numbered_and_signed", "leaves/s", count / numbered_s, ">= 10000", told),
    ]


def _proved() -> list[Row]:
    """Leaves drawn by chance against the newest head, and growth from heads drawn by chance."""
    chance, made, checked, sizes = Random(SEED), [], [], []  # noqa: S311 - places in a log, no secrets
    grown, growth_sizes = [], []
    with _log() as (db, keys):
        start = time.perf_counter()
        _fill(db, keys)
        filled_s = time.perf_counter() - start
        for _ in range(PROOFS):
            number, begin = chance.randrange(LEAVES_PROVED), time.perf_counter()
            proof = db.read(lambda conn, at=number: proof_of(conn, at, LEAVES_PROVED))  # type: ignore[misc] # a default binds it
            made.append((time.perf_counter() - begin) * 1000)
            begin = time.perf_counter()
            if proof is None or not proof.sound:
                raise RuntimeError(f"leaf {number} is not proved")
            checked.append((time.perf_counter() - begin) * 1000)
            sizes.append(float(sum(map(len, proof.path))))
            old, begin = chance.randrange(1, LEAVES_PROVED // HEAD_EVERY) * HEAD_EVERY, time.perf_counter()
            growth = db.read(lambda conn, old=old: growth_of(conn, old))  # type: ignore[misc] # likewise
            grown.append((time.perf_counter() - begin) * 1000)
            if growth is None or not growth.sound:
                raise RuntimeError(f"the growth since {old} leaves is not proved")
            growth_sizes.append(float(sum(map(len, growth.path))))
    told = f"{LEAVES_PROVED} leaves, a head every {HEAD_EVERY}, made in {filled_s:.0f} s; "
    return [
        _row("proof_bytes", "bytes", max(sizes), f"<= {PROOF_BYTES}", told + spread(sizes)),
        _row("proof_checked_p99", "ms", percentile(checked, 0.99), f"<= {PROOF_MS}", told + spread(checked)),
        _row("proof_made_p99", "ms", percentile(made, 0.99), "", told + spread(made)),
        _row("growth_bytes", "bytes", max(growth_sizes), f"<= {PROOF_BYTES}", told + spread(growth_sizes)),
        _row("growth_made_p99", "ms", percentile(grown, 0.99), "", told + spread(grown)),
    ]


def _fill(db: Database, keys: FileKeys) -> None:
    edge = Frontier()
    for first in range(0, LEAVES_PROVED, 50 * HEAD_EVERY):
        edge = db.commit(partial(_add, keys, edge, first))
    if db.read(newest_head) is None:
        raise RuntimeError("the log has no head")


def _add(keys: FileKeys, edge: Frontier, first: int, tx: Transaction) -> Frontier:
    """Numbered leaves under signed heads, as the sequencer makes them."""
    rows = []
    for number in range(first, first + 50 * HEAD_EVERY):
        body = leaf_body(Leaf("decision", str(number)), tx.now, tx.key)
        rows.append({"number": number, "body": body})
        edge = edge.add(leaf_hash(body.encode()))
        if edge.size % HEAD_EVERY == 0:
            root = edge.root()
            signature = keys.sign(head_message(edge.size, root, tx.now))
            save_head(tx, Head(edge.size, root, tx.now, signature), edge)
    tx.conn.execute(insert(LEAVES), rows)
    return edge


def _tampered() -> list[Row]:
    """Each mutation judged by both verifiers against a head kept outside, and without one."""
    found: Counter[str] = Counter()
    for seed in range(MUTATIONS):
        kind, one, log = tampered(seed)
        head, known = one.log.heads[-1], one.log.keys[0].public
        told = [SignedHead(head, in_force(one.log.keys, head.size)).values()]
        rows = [json.loads(line) for line in lines_of(log.keys, log.leaves, log.heads)]
        found["ours"] += not verify_alone(log.leaves, log.heads, log.keys, kept=[head], known=known).sound
        found["independent"] += any(independent.log(rows, told, base64.b64encode(known).decode()))
        if kind in INSIDE:
            found["inside"] += 1
            found["unkept"] += not verify_alone(log.leaves, log.heads, log.keys, known=known).sound
    share, inside = f">= {MUTATIONS}", f"of {found['inside']} rolled back, forked or made anew with the key"
    told_of = f"one run, {MUTATIONS} mutations"
    return [
        _row("mutations_found", "mutations", found["ours"], share, told_of),
        _row("mutations_found_independently", "mutations", found["independent"], share, told_of),
        _row("inside_found_without_a_kept_head", "mutations", found["unkept"], "", inside),
    ]


def _row(name: str, unit: str, ours: float, target: str, told: str) -> Row:
    return Row(name=name, unit=unit, ours=round(ours, 3), target=target, spread=told)
