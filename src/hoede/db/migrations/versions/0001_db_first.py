"""The first tables of db."""

import sqlalchemy as sa
from alembic import op

from hoede.db.columns import Serial

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "leaf",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("number", sa.BigInteger(), unique=True),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("measure", sa.String(40), nullable=False),
        sa.Column("target_kind", sa.String(16), nullable=False),
        sa.Column("target_id", sa.String(255), nullable=False),
        sa.Column("carried_by", sa.String(16), nullable=False),
        sa.Column("more", sa.Text(), nullable=False),
        sa.Column("may_fall_away", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(64)),
        sa.Column("reason", sa.String(64)),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("needs_human", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_by", sa.String(64)),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("waited_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
    )
    op.create_index("ix_orders_cause", "orders", ["cause"])
    op.create_index("ix_orders_due", "orders", ["state", "carried_by", "due_at"])
    op.create_table(
        "order_after",
        sa.Column("id", sa.String(40), sa.ForeignKey("orders.id"), primary_key=True),
        sa.Column("after", sa.String(40), sa.ForeignKey("orders.id"), primary_key=True),
    )
    op.create_table(
        "idempotency",
        sa.Column("service", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_idempotency_at", "idempotency", ["at"])
    op.create_table(
        "key_check",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
    )
