"""Versions of policy, the texts of their packs, and counts of what one in shadow would have answered."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "policy_pack",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_table(
        "policy_version",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("home", sa.String(2)),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("base", sa.Integer()),
        sa.Column("equals", sa.Integer()),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("proposed_by", sa.String(64), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("proposed_via", sa.String(16), nullable=False),
        sa.Column("agreed_by", sa.String(64)),
        sa.Column("agreed_via", sa.String(16)),
        sa.Column("agreed_at", sa.BigInteger()),
        sa.Column("confirm_until", sa.BigInteger()),
        sa.Column("shadow_at", sa.BigInteger()),
        sa.Column("shadow_until", sa.BigInteger()),
        sa.Column("withdrawn_by", sa.String(64)),
        sa.Column("withdrawn_at", sa.BigInteger()),
        sa.Column("withdrawn_why", sa.Text()),
        sa.Column("signature", sa.LargeBinary()),
        sa.Column("signed_by", sa.LargeBinary()),
    )
    op.create_table(
        "policy_version_pack",
        sa.Column("number", sa.Integer(), sa.ForeignKey("policy_version.number"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("policy_pack.sha256"), nullable=False),
    )
    op.create_table(
        "policy_changed",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("times", sa.Integer(), nullable=False),
    )
    op.create_table(
        "policy_count",
        sa.Column("number", sa.Integer(), sa.ForeignKey("policy_version.number"), primary_key=True),
        sa.Column("attempt", sa.String(64), primary_key=True),
        sa.Column("band", sa.String(8), primary_key=True),
        sa.Column("country", sa.String(2), primary_key=True),
        sa.Column("live", sa.String(8), primary_key=True),
        sa.Column("shadow", sa.String(8), primary_key=True),
        sa.Column("times", sa.BigInteger(), nullable=False),
    )
