"""Where children live whom a case is about; which cases one batched report is about."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("event", sa.Column("victim_country", sa.String(2)))
    op.add_column("notice", sa.Column("victim_country", sa.String(2)))
    op.create_table(
        "case_victim",
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), primary_key=True),
        sa.Column("country", sa.String(2), primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "report_batched",
        sa.Column("order_id", sa.String(40), primary_key=True),
        sa.Column("batch", sa.String(40), nullable=False),
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("authority", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger()),
    )
    op.create_index("ix_report_batched_batch", "report_batched", ["batch"])
    op.create_index("ix_report_batched_case_id", "report_batched", ["case_id"])
    op.create_index(
        "ix_report_batched_gathers", "report_batched", ["service", "authority", "sha256", "closes_at"]
    )
