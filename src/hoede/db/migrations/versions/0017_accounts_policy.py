"""Where an account was before and since when its age is known, its owner's choices, orders by target."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("account", sa.Column("region", sa.String(6)))
    op.add_column("account", sa.Column("zone_before", sa.String(64)))
    op.add_column("account", sa.Column("zone_changed_at", sa.BigInteger()))
    op.add_column("account", sa.Column("age_known_at", sa.BigInteger()))
    # Of whom something is told already, no birthday counts that was before today.
    op.execute("UPDATE account SET age_known_at = told_at WHERE age_evidence <> '[]'")
    op.create_table(
        "account_choice",
        sa.Column("service", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(255), primary_key=True),
        sa.Column("setting", sa.String(64), primary_key=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_orders_target", "orders", ["service", "target_kind", "target_id"])
