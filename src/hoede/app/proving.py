"""Proofs for others: of a leaf, and of everything the log holds about a case; and copies of the log."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from sqlalchemy import Connection

from hoede.audit import Verdict, browse, bundle, verify_alone
from hoede.audit.proofs import Proof, SignedHead
from hoede.core.leaves import commitment
from hoede.db import Database, orders
from hoede.enforcement import store as decisions
from hoede.review import judgments
from hoede.review import store as review

# Every act about a case or what belongs to it.
ACTS = frozenset(
    {
        "case.checked",
        "case.judged",
        "case.opened",
        "case.undone",
        "decision",
        "evidence.destroyed",
        "evidence.opened",
        "order.done",
        "order.needs_human",
        "order.opened",
        "order.superseded",
        "order.waiting",
        "preserve.ended",
        "report.finished",
        "report.opened",
    }
)


def proofs_about(conn: Connection, names: bytes, about: str, size: int | None = None) -> list[Proof]:
    """Proofs of all leaves about this id; of a case, also of what was decided, judged and sealed in it."""
    wanted = {commitment(names, act, one) for act, one in product(ACTS, _with_parts(conn, about))}
    found = (browse.proof_of(conn, number, size) for number in browse.numbers_about(conn, wanted))
    return [one for one in found if one is not None]


def _with_parts(conn: Connection, about: str) -> Iterator[str]:
    yield about
    if review.find_case(conn, about) is None:
        return
    causes = [about]
    causes += [one.id for one in decisions.of_case(conn, about)]
    causes += [one.id for one in judgments.of_case(conn, about)]
    yield from causes[1:]
    yield from (file.evidence for file in review.files_of(conn, about))
    for cause in causes:
        yield from (seen.order.id for seen in orders.views(conn, cause=cause))


def export_log(db: Database, target: Path) -> int:
    """Write a copy of the whole log as of one moment; how many lines. Raises `FileExistsError`."""

    def write(conn: Connection) -> int:
        count = 0
        with target.open("x", encoding="utf-8") as file:
            for count, line in enumerate(bundle.lines(conn), 1):  # noqa: B007 - the last count is the answer
                file.write(line + "\n")
        return count

    return db.read(write)


def verify_copy(copy: Path, known: bytes | None, kept: Path | None) -> Verdict:
    """The verdict on a copy of the log, without a database. Raises `BundleInvalid`."""
    told, outside = bundle.Bundle(copy), bundle.kept_heads(kept) if kept else []
    return verify_alone(told.bodies(), told.heads(), told.keys(), kept=outside, known=known)


def publish_head(db: Database, target: Path | None) -> SignedHead | None:
    """The newest head, added to the file where others fetch it, if there is one; None in an empty log."""
    signed = db.read(browse.newest_head)
    if signed is not None and target is not None:
        bundle.append_head(target, json.dumps(signed.values()))
    return signed
