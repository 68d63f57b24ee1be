"""Proving a backup without touching the deployment: restored into a folder that goes away, and read whole."""

import hashlib
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hoede.app.backup.manifest import VAULT, Manifest, read_manifest
from hoede.app.backup.restore import restore_backup
from hoede.app.backup.take import COPYING, batches
from hoede.app.build import open_database
from hoede.audit import Verdict
from hoede.config import Config
from hoede.evidence import EvidenceRow, EvidenceState, LocalDisk, Unreadable, Vault
from hoede.evidence import store as evidence
from hoede.review import store as review


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What a rehearsal found."""

    manifest: Manifest
    cases: int
    objects: int  # opened and equal to what was taken
    unreadable: tuple[str, ...]
    parked: int  # reports that would wait for a person
    verdict: Verdict

    @property
    def whole(self) -> bool:
        return not self.unreadable and not self.manifest.lacking and self.verdict.sound


def rehearse(
    config: Config,
    folder: Path,
    *,
    within: Path | None = None,
    progress: Callable[[int], object] = int,
) -> Proved:
    """Restore, open every object and check the log, in a folder in `within` that is gone afterwards.

    Raises what a restore raises.
    """
    manifest = read_manifest(folder)
    with tempfile.TemporaryDirectory(prefix="hoede-rehearse-", dir=within) as place:
        there = config.model_copy(update={"data_folder": Path(place) / "data", "database_url": ""})
        restored = restore_backup(there, folder, progress)
        cases, objects, unreadable = _open_all(there, progress)
    return Proved(
        manifest=manifest,
        cases=cases,
        objects=objects,
        unreadable=unreadable,
        parked=len(restored.parked),
        verdict=restored.verdict,
    )


def _open_all(config: Config, progress: Callable[[int], object]) -> tuple[int, int, tuple[str, ...]]:
    """Cases, objects that open to what was taken, and ids of those that do not."""
    db, keys = open_database(config)
    vault = Vault(config.data_folder / VAULT, keys, LocalDisk())
    objects, unreadable = 0, []
    try:
        cases = len(db.read(review.case_ids))
        with ThreadPoolExecutor(COPYING) as pool:
            opens = partial(_opens, vault)
            for rows in db.read(lambda conn: list(batches(evidence.each_wanted(conn)))):
                wanted = [row for row in rows if row.state is not EvidenceState.IMPOSSIBLE]
                for row, good in zip(wanted, pool.map(opens, wanted), strict=True):
                    objects += good
                    unreadable += [] if good else [row.taken.id]
                progress(len(rows))
    finally:
        db.close()
    return cases, objects, tuple(unreadable)


def _opens(vault: Vault, row: EvidenceRow) -> bool:
    """Whether a copy opens with our keys to the very bytes that were taken."""
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in vault.open(row.taken):
            digest.update(chunk)
            size += len(chunk)
    except Unreadable:
        return False
    return (digest.hexdigest(), size) == (row.taken.sha256, row.taken.size)
