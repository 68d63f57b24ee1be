"""Restoring a backup into an empty deployment: all of it or a folder that says it is half restored.

What was done after the backup was taken is not known. Nothing that cannot be done twice is done before a
person looked: reports that had not ended wait (docs/decisions/0013-backup-and-keys.md).
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, make_url

from hoede.access.jobs import end_all_sign_ins
from hoede.app.backup.manifest import (
    ROWS,
    VAULT,
    BackupDamaged,
    BackupInvalid,
    Manifest,
    check_keys_of,
    read_manifest,
)
from hoede.app.backup.take import COPYING, batches
from hoede.app.build import HALF_RESTORED
from hoede.app.changes import verdict
from hoede.app.ids import new_id
from hoede.app.keys import check_key_folder
from hoede.audit import Verdict
from hoede.audit import store as audit
from hoede.config import Config
from hoede.core.errors import HoedeError
from hoede.db import Database, DiskFull, Transaction, failpoints, naming_a_full_disk, orders, restores, sqlite
from hoede.db.move import NotEmpty, copy_rows, is_empty, rows_by_table
from hoede.db.restores import Restore
from hoede.db.schema import knows_schema, migrate, newest_schema
from hoede.enforcement import Carrier
from hoede.evidence import Disk, LocalDisk, Unreadable
from hoede.evidence.copies import CopiedFile, copy_file, digest_of, make_folders, sync_folders
from hoede.keys import FileKeys
from hoede.reporting import store as reports
from hoede.review import store as review

UNIMPORTANT = frozenset({"lost+found"})  # of a file system of its own


class RestoreRefused(HoedeError):
    """A backup is restored into an empty deployment only. Empty the data folder and the database."""

    code = "restore-refused"


@dataclass(frozen=True, slots=True)
class Restored:
    manifest: Manifest
    parked: tuple[str, ...]  # reports that wait for a person
    verdict: Verdict  # of the log after it


def restore_backup(config: Config, folder: Path, progress: Callable[[int], object] = int) -> Restored:
    """Check every file of a backup, then bring all of it into the configured, empty deployment.

    Raises `BackupUnfinished`, `BackupInvalid`, `BackupDamaged`, `OtherKeys`, `RestoreRefused` or
    `NotEmpty` with nothing written; when it is cut off later, nothing starts on what is there.
    """
    manifest = read_manifest(folder)
    keys = FileKeys(config.keys_folder)
    check_keys_of(manifest, keys)
    _refuse_other(config, manifest)
    _refuse_full(config, keys)
    restoring = _Restoring(config=config, folder=folder, manifest=manifest, keys=keys, progress=progress)
    restoring.check_files()
    try:
        mark = restoring.mark()
        restoring.copy_objects()
        parked, sound = restoring.bring_rows(mark)
    except DiskFull as full:
        raise DiskFull("The disk is full; empty the data folder, free space and restore again.") from full
    failpoints.here("restore.rows")
    restoring.unmark(mark)
    return Restored(manifest, parked, sound)


def _refuse_other(config: Config, manifest: Manifest) -> None:
    if manifest.deployment != config.deployment:
        raise RestoreRefused(
            f"The backup is of a {manifest.deployment} deployment, and this one is {config.deployment}."
        )
    if not knows_schema(manifest.schema):
        raise BackupInvalid(
            f"The backup is at schema {manifest.schema}, and this version knows none beyond"
            f" {newest_schema()}. Restore it with the version that made it, or a newer one."
        )


def _refuse_full(config: Config, keys: FileKeys) -> None:
    """The data folder may hold a bare database and nothing else, the database no row."""
    address = make_url(config.url_of_database)
    file = Path(address.database or "") if address.get_backend_name() == sqlite.NAME else None
    if config.data_folder.exists():
        database = {f"{file.name}{end}" for end in ("", "-wal", "-shm")} if file else set()
        there = {one.name for one in config.data_folder.iterdir()} - UNIMPORTANT - database
        if there:
            raise RestoreRefused(f"{config.data_folder} is not empty: it holds {min(there)}. Empty it first.")
    if file and not file.exists():
        return
    db = Database(config.url_of_database, key=keys.names)
    try:
        if not db.read(is_empty):
            raise NotEmpty
    finally:
        db.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Restoring:
    """One restore at work, step after step."""

    config: Config
    folder: Path  # the backup; never written to
    manifest: Manifest
    keys: FileKeys
    progress: Callable[[int], object]
    disk: Disk = field(default_factory=LocalDisk)

    def check_files(self) -> None:
        """Every file is there as it was written, or `BackupDamaged` names one that is not."""
        self._each(self.manifest.files, self._check)

    def mark(self) -> Path:
        """Whoever opens this deployment from now on is told that it is half restored."""
        data_folder = self.config.data_folder
        mark = data_folder / HALF_RESTORED
        try:
            for folder in (data_folder, mark):
                self.disk.make_folder(folder)
        except OSError as error:
            raise RestoreRefused(f"{data_folder} cannot be written: {error.strerror}.") from error
        for folder in (data_folder, data_folder.parent):
            self.disk.sync_folder(folder)
        failpoints.here("restore.marked")
        return mark

    def unmark(self, mark: Path) -> None:
        shutil.rmtree(mark)
        self.disk.sync_folder(self.config.data_folder)

    def copy_objects(self) -> None:
        vault = self.config.data_folder / VAULT
        make_folders(vault, self.disk)
        self._each([file for file in self.manifest.files if file.name != ROWS], self._copy)
        sync_folders(vault, self.disk)

    def bring_rows(self, mark: Path) -> tuple[tuple[str, ...], Verdict]:
        """All rows, what follows from the restore and its leaf in one transaction; then check the log."""
        source = self._source(mark)
        target = Database(self.config.url_of_database, key=self.keys.names)
        try:
            migrate(target)
            with source.connect() as conn:
                parked = target.alone(
                    lambda tx: _all_rows(tx, self.manifest, source=conn, progress=self.progress)
                )
            target.commit(lambda tx: check_key_folder(tx, self.keys))
            return parked, target.read(lambda conn: verdict(conn, self.keys))
        finally:
            source.dispose()
            target.close()

    def _source(self, mark: Path) -> Engine:
        """The backup's rows at this version's schema."""
        if self.manifest.schema == newest_schema():
            return sqlite.read_only(self.folder / ROWS)
        copy = mark / ROWS
        with naming_a_full_disk():
            shutil.copyfile(self.folder / ROWS, copy)
        old = Database(f"sqlite:///{copy}", key=self.keys.names)
        try:
            migrate(old)
        finally:
            old.close()
        sqlite.make_one_file(copy)
        return sqlite.read_only(copy)

    def _check(self, file: CopiedFile) -> None:
        try:
            found = digest_of(self.folder, file.name, self.disk)
        except OSError as error:
            raise BackupDamaged(f"{file.name} of the backup cannot be read: {error.strerror}.") from error
        if found != file:
            raise BackupDamaged(f"{file.name} of the backup is not as it was written.")

    def _copy(self, file: CopiedFile) -> None:
        try:
            copied = copy_file(self.folder / file.name, self.config.data_folder, file.name, self.disk)
        except (FileNotFoundError, Unreadable) as error:
            raise BackupDamaged(f"{file.name} of the backup cannot be read any more.") from error
        if copied != file:
            raise BackupDamaged(f"{file.name} of the backup is not as it was written.")
        failpoints.here("restore.object")

    def _each(self, files: Sequence[CopiedFile], do: Callable[[CopiedFile], None]) -> None:
        """Several at once: while one waits for the disk, others read and hash."""
        with ThreadPoolExecutor(COPYING) as pool:
            for some in batches(iter(files)):
                list(pool.map(do, some))
                self.progress(len(some))


def _all_rows(
    tx: Transaction, manifest: Manifest, *, source: Connection, progress: Callable[[int], object]
) -> tuple[str, ...]:
    """Copy the rows, forget who held what, and let the reports in flight wait; returns their orders."""
    copy_rows(source, tx, progress)
    found = rows_by_table(tx.conn)
    if any(found.get(table) != count for table, count in manifest.rows.items()):
        raise BackupDamaged("The rows of the backup are not as many as its manifest says.")
    restores.forget_leases(tx)
    end_all_sign_ins(tx)
    restore = Restore(new_id("res"), manifest.taken_at, tx.now)
    restores.note_restore(tx, restore, leaves=audit.frontier(tx.conn).size)
    return tuple(_park_reports(tx, restore))


def _park_reports(tx: Transaction, restore: Restore) -> Iterator[str]:
    """A report that had not ended may be finished by now; one whose receipt is in our rows needs nobody."""
    finished = set(reports.finished(tx.conn))
    for order in orders.unfinished_by(tx.conn, Carrier.AUTHORITY):
        if order.id not in finished and restores.park(tx, order.id, restore.id):
            review.close_to_files(tx, order.cause)  # later files get a case, and a report, of their own
            yield order.id
