"""How long accounts are used: the day as it is counted, extra time, minutes by part of the day, weeks."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    account = (("service", 64), ("account", 255))
    op.create_table(
        "usage_now",
        *(sa.Column(name, sa.String(length), primary_key=True) for name, length in account),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.Text(), nullable=False),
    )
    op.create_index("ix_usage_now_due", "usage_now", ["due_at"])
    op.create_table(
        "usage_extra",
        *(sa.Column(name, sa.String(length), primary_key=True) for name, length in account),
        sa.Column("cause", sa.String(64), primary_key=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_usage_extra_until", "usage_extra", ["until"])
    op.create_table(
        "usage_day",
        *(sa.Column(name, sa.String(length), primary_key=True) for name, length in account),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("part", sa.String(9), primary_key=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
    )
    op.create_index("ix_usage_day_day", "usage_day", ["day"])
    op.create_table(
        "usage_week",
        *(sa.Column(name, sa.String(length), primary_key=True) for name, length in account),
        sa.Column("monday", sa.String(10), primary_key=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
    )
    op.create_index("ix_usage_week_monday", "usage_week", ["monday"])
