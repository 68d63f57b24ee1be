"""What keeps a copy is found quickly: letters of a case, and the case that follows another."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_index("ix_letter_case_id", "letter", ["case_id"])
    op.create_index("ix_case__earlier", "case_", ["earlier"])
