"""The composition root: the only place that builds objects and ties them together."""

from hoede.app.build import Hoede, Unsafe, build, open_database
from hoede.app.changes import verify_log
from hoede.app.erasing import erase_account, scrub_vault
from hoede.app.handing import open_hand_over
from hoede.app.ids import new_id
from hoede.app.move import move_database, rows_of
from hoede.app.proving import export_log, proofs_about, publish_head, verify_copy
from hoede.app.serve import serve, work
from hoede.app.workers import Workers

__all__ = [
    "Hoede",
    "Unsafe",
    "Workers",
    "build",
    "erase_account",
    "export_log",
    "move_database",
    "new_id",
    "open_database",
    "open_hand_over",
    "proofs_about",
    "publish_head",
    "rows_of",
    "scrub_vault",
    "serve",
    "verify_copy",
    "verify_log",
    "work",
]
