"""Who objects to the age they are taken for, and what a person here found of an age."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

TAKES_FILES = "state = 'open' AND composed_at IS NULL AND grounds != 'objection' AND grounds != 'age'"


def upgrade() -> None:
    op.add_column("account", sa.Column("age_found", sa.Text()))
    op.drop_index("ux_case_takes_files", "case_")
    op.create_index(
        "ux_case_takes_files",
        "case_",
        ["service", "account"],
        unique=True,
        sqlite_where=sa.text(TAKES_FILES),
        postgresql_where=sa.text(TAKES_FILES),
    )
    op.create_table(
        "age_appeal",
        sa.Column("number", sa.String(16), primary_key=True),
        sa.Column(
            "case_id",
            sa.String(40),
            sa.ForeignKey("case_.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
            unique=True,
        ),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("proofs", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(32)),
        sa.Column("basis", sa.String(32)),
        sa.Column("reason", sa.Text()),
        sa.Column("answered_by", sa.String(64)),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("answer", sa.Text()),
    )
    op.create_index(
        "ux_age_appeal_open",
        "age_appeal",
        ["service", "account"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index("ix_age_appeal_account", "age_appeal", ["service", "account", "at"])
