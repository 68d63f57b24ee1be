"""The first tables of review."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "case_",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("grounds", sa.String(16), nullable=False),
        sa.Column("lane", sa.String(32)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("composed_at", sa.BigInteger()),
        sa.Column("earlier", sa.String(40), sa.ForeignKey("case_.id", deferrable=True, initially="DEFERRED")),
        sa.Column("needs_human", sa.String(64)),
    )
    op.create_index("ix_case__account", "case_", ["account"])
    takes_files = sa.text("state = 'open' AND composed_at IS NULL AND grounds != 'objection'")
    op.create_index(
        "ux_case_takes_files",
        "case_",
        ["service", "account"],
        unique=True,
        sqlite_where=takes_files,
        postgresql_where=takes_files,
    )
    op.create_table(
        "case_file",
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), primary_key=True),
        sa.Column("evidence", sa.String(40), primary_key=True),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "letter",
        sa.Column("order_id", sa.String(40), primary_key=True),
        sa.Column("link_sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("case_id", sa.String(40)),
        sa.Column("locale", sa.String(8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("paragraphs", sa.Text(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
    )
    op.create_table(
        "objection",
        sa.Column("number", sa.String(16), primary_key=True),
        sa.Column("order_id", sa.String(40), sa.ForeignKey("letter.order_id"), nullable=False, unique=True),
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
    )
