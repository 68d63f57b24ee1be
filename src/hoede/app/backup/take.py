"""Taking a backup while everything runs: all rows of one moment, then every object that they want."""

import base64
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from hoede.app.backup.manifest import (
    NAME,
    ROWS,
    VAULT,
    Manifest,
    NeededKeys,
    SignedHead,
    write_manifest,
)
from hoede.app.build import open_database
from hoede.audit import Head
from hoede.audit import store as audit
from hoede.config import Config
from hoede.core.errors import HoedeError
from hoede.db import Database, DiskFull, failpoints, sqlite
from hoede.db.move import copy_rows, count_rows, rows_by_table
from hoede.db.schema import migrate
from hoede.evidence import Disk, EvidenceRow, LocalDisk, vault_keys
from hoede.evidence import store as evidence
from hoede.evidence.copies import (
    CopiedFile,
    CopiedObject,
    Lack,
    copy_out,
    digest_of,
    make_folders,
    sync_folders,
)
from hoede.evidence.rules import GONE
from hoede.evidence.wrapping import wrapped_by
from hoede.keys import FileKeys

T = TypeVar("T")

COPIED_AT_ONCE = 256
COPYING = 4  # threads: while one waits for the disk, others read and hash


class BackupRefused(HoedeError):
    """The backup cannot lie there. Give a new or empty folder, apart from data and keys."""

    code = "backup-refused"


class CopiesLacking(HoedeError):
    """The backup is whole but for copies that are missing or damaged in the vault itself. See the runbook."""

    code = "backup-lacks-copies"


@dataclass(frozen=True, slots=True)
class TakenBackup:
    folder: Path
    manifest: Manifest

    def raise_lack(self) -> None:
        """Raises `CopiesLacking` when some copies are not in it as their rows tell them."""
        if lacking := self.manifest.lacking:
            raise CopiesLacking(
                f"The backup is whole but for {len(lacking)} copies that are missing or damaged in the"
                f" vault itself; {NAME} names them. See docs/runbook/copies-lacking.md.",
                count=len(lacking),
            )


def size_of(config: Config) -> int:
    """How many rows and objects a backup would copy, for its progress."""
    db, _ = open_database(config)
    size = db.read(lambda conn: count_rows(conn) + evidence.count_wanted(conn))
    db.close()
    return size


def take_backup(config: Config, folder: Path, progress: Callable[[int], object] = int) -> TakenBackup:
    """Copy the whole state into a new or empty folder. Raises `BackupRefused` or `DiskFull`.

    What is lacking in the vault itself is named in the manifest; all the rest is there.
    """
    _refuse_place(config, folder)
    db, keys = open_database(config)
    disk = LocalDisk()
    try:
        _make_folders(folder, disk)
        taken_at = _copy_rows(config, keys, folder, progress)
        failpoints.here("backup.rows")
        copied = _copy_objects(config, db, folder, disk, progress)
        manifest = _manifest(config, folder, taken_at, copied, disk)
        failpoints.here("backup.before_manifest")
        write_manifest(folder, manifest, keys, disk)
    except DiskFull as full:
        raise DiskFull("The disk is full; the backup is not finished. Remove its folder.") from full
    finally:
        db.close()
    return TakenBackup(folder, manifest)


def _refuse_place(config: Config, folder: Path) -> None:
    place = folder.resolve()
    for apart in (config.data_folder, config.keys_folder):
        if place.is_relative_to(apart.resolve()):
            raise BackupRefused(f"{folder} lies in {apart}. A backup lies apart from data and keys.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupRefused(f"{folder} is not an empty folder. Give a new one.")


def _make_folders(folder: Path, disk: Disk) -> None:
    try:
        make_folders(folder / VAULT, disk)
        folder.chmod(0o700)
        (folder / ROWS).touch(mode=0o600)
    except OSError as error:
        raise BackupRefused(f"{folder} cannot be written: {error.strerror}.") from error


def _copy_rows(config: Config, keys: FileKeys, folder: Path, progress: Callable[[int], object]) -> datetime:
    """All rows of one moment into a file of their own, durable; returns the moment."""
    path = folder / ROWS
    source = Database(config.url_of_database, key=keys.names)
    target = Database(f"sqlite:///{path}", key=keys.names)

    def copy(conn: Connection) -> datetime:
        moment = source.time(conn)
        target.alone(lambda tx: copy_rows(conn, tx, progress))
        return moment

    try:
        migrate(target)
        taken_at = source.read(copy)
    finally:
        source.close()
        target.close()
    sqlite.make_one_file(path)
    return taken_at


def _copy_objects(
    config: Config, db: Database, folder: Path, disk: Disk, progress: Callable[[int], object]
) -> list[CopiedObject]:
    """Every object that the copied rows want, several at once."""
    source, target = config.data_folder / VAULT, folder / VAULT
    copied: list[CopiedObject] = []

    def one(row: EvidenceRow) -> CopiedObject:
        done = copy_out(source, row, target, disk)
        failpoints.here("backup.object")
        return done

    engine = sqlite.read_only(folder / ROWS)
    with engine.connect() as conn, ThreadPoolExecutor(COPYING) as pool:
        for rows in batches(evidence.each_wanted(conn)):
            copied += pool.map(one, rows)
            progress(len(rows))
    engine.dispose()
    sync_folders(target, disk)
    return [one for one in copied if not _dropped_since(db, one)]


def _dropped_since(db: Database, copied: CopiedObject) -> bool:
    """A copy that was let go after our moment is not lost."""
    if copied.lack is not Lack.MISSING:
        return False
    row = db.read(lambda conn: evidence.find(conn, copied.evidence))
    return row is not None and row.state in GONE


def _manifest(
    config: Config, folder: Path, taken_at: datetime, copied: Sequence[CopiedObject], disk: Disk
) -> Manifest:
    engine = sqlite.read_only(folder / ROWS)
    with engine.connect() as conn:
        rows, heads = rows_by_table(conn), audit.heads(conn)
        vault, log = {*wrapped_by(conn), *vault_keys.in_force(conn)}, audit.signs_now(conn) or b""
        schema = conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        names = conn.exec_driver_sql("SELECT fingerprint FROM key_check").scalar_one()
    engine.dispose()
    objects = (
        CopiedFile(f"{VAULT}/{file.name}", file.size, file.sha256) for one in copied for file in one.files
    )
    return Manifest(
        schema=schema,
        deployment=config.deployment,
        taken_at=taken_at,
        rows=rows,
        files=(digest_of(folder, ROWS, disk), *objects),
        lacking={one.evidence: one.lack for one in copied if one.lack},
        keys=NeededKeys(names=names, vault=tuple(sorted(vault)), log=log.hex()),
        head=_head(heads[-1]) if heads else None,
    )


def _head(head: Head) -> SignedHead:
    return SignedHead(
        size=head.size,
        root=head.root.hex(),
        at=head.at.isoformat(),
        signature=base64.b64encode(head.signature).decode(),
    )


def batches(these: Iterator[T], most: int = COPIED_AT_ONCE) -> Iterator[list[T]]:
    """The same in lists, so that none waits in memory for long."""
    while some := list(islice(these, most)):
        yield some
