"""Where children live whom a case is about; which cases one batched report is about."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("event", sa.Column("victim_country", sa.String(2)))
    op.add_column("notice", sa.Column("victim_country", sa.String(2)))
    op.create_table(
        "case_victim",
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), primary_key=True),
        sa.Column("country", sa.String(2), primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
