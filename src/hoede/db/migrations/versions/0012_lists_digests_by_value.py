"""Digests of lists in the order in which they are looked up, with their import."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.rename_table("list_digest", "list_digest_before")
    op.drop_index("ix_list_digest_value", "list_digest_before")
    op.create_table(
        "list_digest",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.String(40), nullable=False),
        sa.Column("import_id", sa.String(40), sa.ForeignKey("list_import.id"), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", "entry", name="list_digest_by_value"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO list_digest (kind, value, entry, import_id)"
        " SELECT old.kind, old.value, old.entry, list_entry.import_id"
        " FROM list_digest_before AS old JOIN list_entry ON list_entry.id = old.entry"
        " ORDER BY old.kind, old.value, old.entry"
    )
    op.drop_table("list_digest_before")
    op.create_index("ix_list_digest_import_id", "list_digest", ["import_id"])
