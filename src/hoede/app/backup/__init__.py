"""The whole state in a folder, back from it, and the proof that it comes back.

A backup holds every row and every object that a row wants, as of one moment, and never a key.
Its manifest is written last: a folder without one is no backup.
"""

from hoede.app.backup.manifest import Manifest, read_manifest
from hoede.app.backup.rehearse import Proved, rehearse
from hoede.app.backup.restore import Restored, restore_backup
from hoede.app.backup.take import TakenBackup, size_of, take_backup

__all__ = [
    "Manifest",
    "Proved",
    "Restored",
    "TakenBackup",
    "read_manifest",
    "rehearse",
    "restore_backup",
    "size_of",
    "take_backup",
]
