"""Gathers the three records of a run that ended. It only reads."""

import hashlib
import json
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from hoede.app.changes import verify_log
from hoede.app.rehearsal import SERVICE
from hoede.audit import store as audit
from hoede.bench.crash.disk import Mount
from hoede.bench.crash.ground import TRIGGERS
from hoede.bench.crash.invariants import Records, Told
from hoede.bench.crash.world import Upload, World
from hoede.core.events import Answer
from hoede.db import orders
from hoede.db.idempotency import recall
from hoede.detection import store as events
from hoede.evidence import EvidenceRow, EvidenceState, Vault
from hoede.evidence import store as evidence
from hoede.evidence.vault import Unreadable
from hoede.reporting import store as reports
from hoede.simulators.cybertipline import reports as ledger

CONFIRMED = frozenset({"automatic", "confirmed_known", "victim"})


def gather(world: World) -> Records:
    """Everything as it is after a run."""
    ground = world.ground
    db = ground.place(0).db
    try:
        seen = db.read(orders.views)
        rows = db.read(evidence.all_rows)
        vault = Vault(ground.config.data_folder / "vault", ground.shared.keys, still(world))
        return Records(
            told=tuple(db.read(lambda conn: [_told(conn, one) for one in world.uploads])),
            orders=seen,
            evidence=rows,
            readable=dict(readable(vault, rows)),
            opened=frozenset(one.rpartition("/")[2] for one in db.read(reports.opened)),
            leaves=tuple(db.read(lambda conn: list(audit.bodies(conn)))),
            names=ground.shared.keys.names,
            log=verify_log(db, ground.shared.keys, world.heads),
            reports=tuple(ledger(ground.ledger)),
            deliveries=tuple(world.platform.deliveries),
            platform=world.platform.orders,
            plain_files=tuple(str(path) for path, bytes_ in world.disk.contents() if _is_plain(bytes_)),
            late=world.unseen_late,
            misdated=world.plan.misdates,
        )
    finally:
        db.cut()
        db.let_go()


def flips_missed(world: World) -> list[str]:
    """Let one bit rot in each sealed copy in turn: which of them a look at all copies does not find."""
    ground = world.ground
    db = ground.place(0).db
    try:
        rows = [one for one in db.read(evidence.all_rows) if one.state is EvidenceState.SEALED]
    finally:
        db.cut()
        db.let_go()
    folder = ground.config.data_folder / "vault"
    vault, missed = Vault(folder, ground.shared.keys, still(world)), []
    for row in rows:
        place = world.draw.getrandbits(32)
        world.disk.flip_bit(folder / "objects" / row.taken.id, place)
        damaged = [one.taken.id for one in rows if _is_damaged(vault, one)]
        world.disk.flip_bit(folder / "objects" / row.taken.id, place)
        if damaged != [row.taken.id]:
            missed.append(f"a bit of {row.taken.id} rots, found damaged: {damaged}")
    return missed


def _is_damaged(vault: Vault, row: EvidenceRow) -> bool:
    try:
        vault.check(row.taken)
    except Unreadable:
        return True
    return False


def _told(conn: Connection, upload: Upload) -> Told:
    row = events.told(conn, SERVICE, upload.event.id)
    found = recall(conn, upload.remembered)
    given = json.loads(found[1]) if found else None
    return Told(
        account=upload.event.account,
        content=upload.event.content,
        sha256=hashlib.sha256(upload.media).hexdigest(),
        event_id=row.id if row else "",
        answers=tuple((one.answer, one.hold) for one in upload.answers),
        again=(Answer(given["answer"]), given.get("hold")) if given and row else None,
        confirmed=upload.verdict in CONFIRMED,
        was_confirmed=upload.taken_back in CONFIRMED,
        victim=upload.verdict == "victim",
        judged_at=upload.judged_at,
    )


def readable(vault: Vault, rows: Iterable[EvidenceRow]) -> Iterator[tuple[str, str]]:
    """What opens, and what it is."""
    for row in rows:
        try:
            content = b"".join(vault.open(row.taken))
        except Unreadable:
            continue
        yield row.taken.id, hashlib.sha256(content).hexdigest()


def _is_plain(content: bytes) -> bool:
    return any(one[:32] in content for one in TRIGGERS)


def still(world: World) -> Mount:
    return Mount(world.disk, lambda: None, lambda: False)
