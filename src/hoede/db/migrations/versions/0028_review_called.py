"""Why a person was called to a case before it was judged, so that an undoing calls them again."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("judgment", sa.Column("called", sa.String(64)))
