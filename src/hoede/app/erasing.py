"""Erasing by command, and looking whether every sealed copy is whole."""

from dataclasses import dataclass

from hoede.app.build import build, open_database
from hoede.config import Config
from hoede.evidence import EvidenceState, LocalDisk, Unreadable, Vault
from hoede.evidence import store as evidence


@dataclass(frozen=True, slots=True)
class Lacking:
    """A copy that is not as its row tells it."""

    copy: str
    lack: str


@dataclass(frozen=True, slots=True)
class Scrubbed:
    whole: int
    lacking: tuple[Lacking, ...]


def erase_account(config: Config, service: str, account: str) -> str:
    """Erase an account beside a running service; returns the erasure's id."""
    hoede = build(config)
    try:
        return hoede.erase.ask(service, account)
    finally:
        hoede.close()


def scrub_vault(config: Config) -> Scrubbed:
    """Decrypt every sealed copy and compare size and digests with its row."""
    db, keys = open_database(config)
    vault, whole, lacking = Vault(config.data_folder / "vault", keys, LocalDisk()), 0, []
    rows = [one for one in db.read(evidence.all_rows) if one.state is EvidenceState.SEALED]
    for row in rows:
        try:
            vault.check(row.taken)
            whole += 1
        except Unreadable:
            again = db.read(lambda conn, one=row.taken.id: evidence.find(conn, one))  # type: ignore[misc] # a default binds it
            if again is not None and again.state is EvidenceState.SEALED:  # not destroyed meanwhile
                lacking.append(Lacking(row.taken.id, "missing or not as it was sealed"))
    db.close()
    return Scrubbed(whole, tuple(lacking))
