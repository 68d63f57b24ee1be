"""The first tables of reporting."""

import sqlalchemy as sa
from alembic import op

from hoede.db.columns import Serial

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("order_id", sa.String(40), primary_key=True),
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("authority", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("remote_id", sa.String(64)),
        sa.Column("remote_touched_at", sa.BigInteger()),
        sa.Column("calling", sa.String(16)),
        sa.Column("calling_evidence", sa.String(40)),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("rehearsal", sa.Boolean(), nullable=False),
        sa.Column("composed_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("receipt", sa.LargeBinary()),
    )
    op.create_index("ix_report_case_id", "report", ["case_id"])
    op.create_table(
        "report_file",
        sa.Column("order_id", sa.String(40), sa.ForeignKey("report.order_id"), primary_key=True),
        sa.Column("evidence", sa.String(40), primary_key=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(64)),
        sa.Column("detailed", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "report_call",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("order_id", sa.String(40), sa.ForeignKey("report.order_id"), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("evidence", sa.String(40)),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("code", sa.String(32)),
        sa.Column("request_id", sa.String(128)),
        sa.Column("raw", sa.LargeBinary()),
        sa.Column("opened_remote_id", sa.String(64)),
    )
    op.create_index("ix_report_call_order_id", "report_call", ["order_id"])
