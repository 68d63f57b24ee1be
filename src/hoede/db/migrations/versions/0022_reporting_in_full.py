"""Receivers of what is held, whom a judge names, what platforms tell when asked, and where reports went."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("event", sa.Column("receivers", sa.Text()))
    op.add_column("report", sa.Column("url", sa.String(255)))
    op.create_table(
        "judgment_person",
        sa.Column("judgment_id", sa.String(40), sa.ForeignKey("judgment.id"), primary_key=True),
        sa.Column("account", sa.String(255), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("guardian", sa.String(255)),
    )
    op.create_table(
        "report_fact",
        sa.Column("order_id", sa.String(40), primary_key=True),
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("told_by", sa.String(64)),
    )
    op.create_index("ix_report_fact_case_id", "report_fact", ["case_id"])
