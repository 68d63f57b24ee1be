"""What is to be reported of a case though there is no copy of it: its report says so."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    without = sa.Column("without_copy", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("judgment", without)
