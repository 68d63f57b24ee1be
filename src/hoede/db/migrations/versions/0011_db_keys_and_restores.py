"""Keys that can be replaced, and restores with the orders that wait after them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "log_key",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("from_size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_former", sa.LargeBinary()),
        sa.Column("by_itself", sa.LargeBinary()),
        sa.Column("copied_at", sa.BigInteger()),
    )
    op.create_table(
        "vault_key",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("follows", sa.String(64)),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("copied_at", sa.BigInteger()),
        sa.Column("retired_at", sa.BigInteger()),
    )
    op.create_table(
        "restore",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("backup_at", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("leaves", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "restored_order",
        sa.Column("order_id", sa.String(40), sa.ForeignKey("orders.id"), primary_key=True),
        sa.Column("restore_id", sa.String(40), sa.ForeignKey("restore.id"), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("resent_at", sa.BigInteger()),
        sa.Column("resent_why", sa.Text()),
        sa.Column("settled_at", sa.BigInteger()),
        sa.Column("settled_why", sa.Text()),
        sa.Column("receipt", sa.String(64)),
    )
