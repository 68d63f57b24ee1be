"""Erasing accounts, legal holds, the clock of retention, and why a copy was destroyed; hand-overs."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("account", sa.String(255)),
        sa.Column("kept", sa.String(32)),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger()),
    )
    op.create_index("ix_erasure_account", "erasure", ["service", "account"])
    op.create_table(
        "erasure_gone",
        sa.Column("erasure_id", sa.String(40), sa.ForeignKey("erasure.id"), primary_key=True),
        sa.Column("step", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(96), primary_key=True),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("service", sa.String(64)),
        sa.Column("target", sa.String(255), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(64), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("ended_by", sa.String(64)),
        sa.Column("ended_why", sa.Text()),
    )
    op.create_index("ix_legal_hold_target", "legal_hold", ["kind", "target"])
    op.create_table(
        "retention_clock",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger()),
    )
    op.create_table(
        "hand_over",
        sa.Column("case_id", sa.String(40), primary_key=True),
        sa.Column("authority", sa.String(64), primary_key=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("packed_at", sa.BigInteger()),
        sa.Column("packed_by", sa.String(64)),
        sa.Column("sha256", sa.String(64)),
        sa.Column("bytes", sa.BigInteger()),
        sa.Column("handed_at", sa.BigInteger()),
        sa.Column("handed_by", sa.String(64)),
        sa.Column("handed_how", sa.Text()),
        sa.Column("reference", sa.String(128)),
    )
    op.add_column("evidence", sa.Column("destroyed_at", sa.BigInteger()))
    op.add_column("evidence", sa.Column("destroyed_why", sa.String(16)))
