"""The log for who reads it: heads with their signatures, leaves by number, and the proof of one leaf."""

import json
import re
from dataclasses import dataclass

from starlette.responses import Response

from hoede.access import Permission
from hoede.audit import browse
from hoede.audit.proofs import head_is_signed
from hoede.audit.store import log_keys, oldest_unnumbered
from hoede.core.errors import HoedeError
from hoede.db import Database
from hoede.web.console.frame import show
from hoede.web.session import Doors
from hoede.web.visits import Menu, Visit

LOG = "/console/log"
NUMBER = re.compile(r"[0-9]{1,18}")  # a database counts further, a log does not


class LeafUnknown(HoedeError):
    """There is no leaf of this number, or no signed head covers it yet."""

    code = "leaf-unknown"


def open_doors(doors: Doors, db: Database) -> None:
    at, reads = Log(db), Permission.AUDIT_READ
    doors.get(LOG, at.leaves, needs=reads, name="log", menu=Menu("log", "console.log.title"))
    doors.get(f"{LOG}/heads", at.heads, needs=reads, name="log-heads")
    doors.get(f"{LOG}/{{id}}", at.proof, needs=reads, name="log-proof")


@dataclass(frozen=True, slots=True)
class Log:
    db: Database

    def leaves(self, visit: Visit) -> Response:
        """Leaves, the newest first, or those from one number down."""
        before = _number(visit.request.query_params.get("before"))
        found, heads, keys, waiting = self.db.read(
            lambda conn: (
                browse.newest_leaves(conn, before=before),
                browse.newest_heads(conn, most=1),
                log_keys(conn),
                oldest_unnumbered(conn),
            )
        )
        head = heads[0] if heads else None
        return show(
            visit,
            "console/log.html",
            leaves=[(number, _read(body)) for number, body in found],
            head=head,
            signed=head is not None and head_is_signed(head, keys),
            waiting=waiting,
            most=browse.PAGE,
        )

    def heads(self, visit: Visit) -> Response:
        before = _number(visit.request.query_params.get("before"))
        heads, keys = self.db.read(lambda conn: (browse.newest_heads(conn, before=before), log_keys(conn)))
        signed = [(head, head_is_signed(head, keys)) for head in heads]
        return show(visit, "console/log_heads.html", heads=signed, keys=keys, most=browse.PAGE)

    def proof(self, visit: Visit) -> Response:
        """Computed and checked for this page, and what a stranger needs to check it without us."""
        number = _number(visit.request.path_params["id"])
        proof = None if number is None else self.db.read(lambda conn: browse.proof_of(conn, number))
        if proof is None:
            raise LeafUnknown
        return show(visit, "console/log_proof.html", proof=proof, leaf=_read(proof.body))


def _number(text: object) -> int | None:
    """A number of a leaf or of a head; None for anything else."""
    return int(text) if isinstance(text, str) and NUMBER.fullmatch(text) else None


def _read(body: str) -> dict[str, str]:
    """What a leaf says; one that somebody changed may say anything."""
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}
