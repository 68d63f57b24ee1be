"""The first tables of lists."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "list_bank",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("quality_floor", sa.Integer(), nullable=False),
        sa.Column("most_results", sa.Integer(), nullable=False),
        sa.Column("negative", sa.Boolean(), nullable=False),
        sa.Column("settings", sa.Integer(), nullable=False),
    )
    op.create_table(
        "list",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(32), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("rehearsal", sa.Boolean(), nullable=False),
        sa.Column("bank", sa.String(64), sa.ForeignKey("list_bank.name"), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger()),
        sa.Column("withdrawn_why", sa.Text()),
    )
    op.create_table(
        "list_import",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("list", sa.String(64), sa.ForeignKey("list.name"), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer()),
        sa.Column("rolled_back_at", sa.BigInteger()),
        sa.Column("rolled_back_why", sa.Text()),
    )
    op.create_table(
        "list_entry",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("list", sa.String(64), sa.ForeignKey("list.name"), nullable=False),
        sa.Column("import_id", sa.String(40), sa.ForeignKey("list_import.id"), nullable=False),
        sa.Column("source_id", sa.String(255)),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger()),
        sa.Column("withdrawn_why", sa.Text()),
    )
    op.create_index("ix_list_entry_import_id", "list_entry", ["import_id"])
    op.create_index("ix_list_entry_list", "list_entry", ["list"])
    op.create_table(
        "list_digest",
        sa.Column("entry", sa.String(40), sa.ForeignKey("list_entry.id"), primary_key=True),
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("value", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_list_digest_value", "list_digest", ["value", "kind"])
    op.create_table(
        "list_quarantine",
        sa.Column("entry", sa.String(40), sa.ForeignKey("list_entry.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("why", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("released_at", sa.BigInteger()),
        sa.Column("released_why", sa.Text()),
    )
    op.create_table(
        "list_version",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "rescan",
        sa.Column("import_id", sa.String(40), sa.ForeignKey("list_import.id"), primary_key=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("up_to", sa.BigInteger()),
        sa.Column("looked", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.BigInteger()),
    )
