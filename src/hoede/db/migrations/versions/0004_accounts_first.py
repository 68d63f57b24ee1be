"""The first tables of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("service", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(255), primary_key=True),
        sa.Column("country", sa.String(2)),
        sa.Column("zone", sa.String(64)),
        sa.Column("locale", sa.String(35)),
        sa.Column("screen_name", sa.String(255)),
        sa.Column("age_evidence", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
    )
