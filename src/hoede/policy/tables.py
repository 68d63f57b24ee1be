"""Tables of policy: texts of packs, versions, and what a version in shadow would have answered."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from hoede.db import METADATA, Moment

# By what they say: a text that several versions have stands here once, and never changes.
TEXTS = Table(
    "policy_pack",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)

VERSIONS = Table(
    "policy_version",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("home", String(2)),
    Column("hash", String(64), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("base", Integer),
    Column("equals", Integer),
    Column("why", Text, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("proposed_by", String(64), nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("proposed_via", String(16), nullable=False),
    Column("agreed_by", String(64)),
    Column("agreed_via", String(16)),
    Column("agreed_at", Moment),
    Column("confirm_until", Moment),
    Column("shadow_at", Moment),
    Column("shadow_until", Moment),
    Column("withdrawn_by", String(64)),
    Column("withdrawn_at", Moment),
    Column("withdrawn_why", Text),
    Column("signature", LargeBinary),
    Column("signed_by", LargeBinary),
)

PACKS = Table(
    "policy_version_pack",
    METADATA,
    Column("number", Integer, ForeignKey("policy_version.number"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("id", String(64), nullable=False),
    Column("version", String(32), nullable=False),
    Column("sha256", String(64), ForeignKey("policy_pack.sha256"), nullable=False),
)

# One row that counts every change, so that every process sees that there was one.
CHANGED = Table(
    "policy_changed",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("times", Integer, nullable=False),
)

# Never an account, and never who was at the other side.
COUNTS = Table(
    "policy_count",
    METADATA,
    Column("number", Integer, ForeignKey("policy_version.number"), primary_key=True),
    Column("attempt", String(64), primary_key=True),
    Column("band", String(8), primary_key=True),
    Column("country", String(2), primary_key=True),  # "": not known
    Column("live", String(8), primary_key=True),
    Column("shadow", String(8), primary_key=True),
    Column("times", BigInteger, nullable=False),
)
