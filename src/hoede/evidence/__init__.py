"""The vault: an encrypted copy is taken before a hold is answered, and sealed before anything is removed.

Every object has a key of its own, wrapped by the `KeyProvider`. An object is written once:
file, sync, rename, sync of the folder, and only then its row. `preserve` ends as `sealed` or
as `impossible` with the reason, never by a kill (docs/decisions/0004-vault.md).
"""

from hoede.evidence.disk import Disk, LocalDisk
from hoede.evidence.rules import EvidenceState
from hoede.evidence.store import EvidenceRow
from hoede.evidence.vault import Taken, Unreadable, Vault

__all__ = [
    "Disk",
    "EvidenceRow",
    "EvidenceState",
    "LocalDisk",
    "Taken",
    "Unreadable",
    "Vault",
]
