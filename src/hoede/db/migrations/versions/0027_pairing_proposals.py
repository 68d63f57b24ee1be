"""How it was when something was proposed: the teen's band, and what they had chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("pairing_proposal", sa.Column("band", sa.String(8)))
    op.add_column("pairing_proposal", sa.Column("own", sa.Text()))
