"""When a file was opened as it is, which is once; and who read which page with a person's data."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("raw_view", sa.Column("opened_at", sa.BigInteger()))
    op.create_index("ix_raw_view_case_id", "raw_view", ["case_id"])
    op.create_table(
        "page_view",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_page_view_about", "page_view", ["about"])
