"""The first tables of enforcement."""

import sqlalchemy as sa
from alembic import op

from hoede.db.columns import Serial

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("event", sa.String(40), nullable=False, unique=True),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("case_id", sa.String(40)),
        sa.Column("rulebook", sa.String(64), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_decision_account", "decision", ["account"])
    op.create_index("ix_decision_case_id", "decision", ["case_id"])
    op.create_table(
        "shadow_decision",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("rulebook", sa.String(64), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("detectors", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_shadow_decision_at", "shadow_decision", ["at"])
