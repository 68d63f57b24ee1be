"""Everything our rows tell of that must have a leaf, for the check of the log against the rows."""

from collections.abc import Iterator, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from hoede.access import people
from hoede.access import store as access
from hoede.accounts import erasures
from hoede.audit import Expected, Head, Verdict, verify
from hoede.audit import store as audit
from hoede.db import Database, orders, restores
from hoede.enforcement import store as decisions
from hoede.evidence import holds, vault_keys
from hoede.evidence import store as evidence
from hoede.keys import FileKeys
from hoede.lists import banks, quarantine
from hoede.lists import store as lists
from hoede.pairing import store as pairing
from hoede.policy import store as policy
from hoede.reporting import hand_overs
from hoede.reporting import store as reports
from hoede.review import age_store, blind, calibration, guidance, judgments, readings, samples, views
from hoede.review import notice_store as notices
from hoede.review import store as review

# Acts that change no row: the leaf is all there is.
LEAF_ONLY = frozenset({"evidence.opened", "choice.made", "handover.packed", "time.extra", "case.victims"})


# Each tells act and id of its own changes.
_TELLING = (
    orders,
    restores,
    lists,
    banks,
    quarantine,
    access,
    people,
    vault_keys,
    audit,
    judgments,
    views,
    readings,
    notices,
    age_store,
    blind,
    calibration,
    guidance,
    samples,
    policy,
    erasures,
    holds,
    pairing,
    hand_overs,
)


def expected(conn: Connection) -> Iterator[Expected]:
    """Each change that DESIGN 4.2 names."""
    for told in _TELLING:
        yield from (Expected(act, about) for act, about in told.changes(conn))
    yield from (Expected("decision", one) for one in decisions.all_ids(conn))
    yield from (Expected("case.opened", one) for one in review.case_ids(conn))
    yield from (Expected("objection.answered", one) for one in review.answered(conn))
    yield from (Expected("evidence.destroyed", one) for one in evidence.destroyed(conn))
    yield from (Expected("preserve.ended", one) for one in evidence.ended(conn))
    yield from (Expected("report.opened", one) for one in reports.opened(conn))
    yield from (Expected("report.finished", one) for one in reports.finished(conn))


def verify_log(db: Database, keys: FileKeys, kept: Sequence[Head] = ()) -> Verdict:
    """The whole log against its heads, those `kept` outside, its key and our rows, as of one moment."""
    return db.read(lambda conn: verdict(conn, keys, kept))


def verdict(conn: Connection, keys: FileKeys, kept: Sequence[Head] = ()) -> Verdict:
    """Likewise, as this connection sees it."""
    return verify(
        audit.bodies(conn),
        audit.heads(conn),
        newest_key(conn, keys),
        names=keys.names,
        expected=expected(conn),
        also_acts=LEAF_ONLY,
        log_keys=audit.log_keys(conn),
        kept=kept,
        gone=erasures.gone(conn),
    )


def newest_key(conn: Connection, keys: FileKeys) -> Ed25519PublicKey:
    """The log's key in force: while it is being replaced, the folder holds it as the successor."""
    signs = audit.signs_now(conn)
    return Ed25519PublicKey.from_public_bytes(signs) if signs and keys.signs_as(signs) else keys.log_key
