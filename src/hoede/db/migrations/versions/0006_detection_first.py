"""The first tables of detection."""

import sqlalchemy as sa
from alembic import op

from hoede.db.columns import Serial

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("told_id", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("content", sa.String(255), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("ip", sa.String(45)),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("coverage", sa.String(16), nullable=False),
        sa.Column("answer", sa.String(8), nullable=False),
        sa.Column("hold", sa.String(40)),
        sa.UniqueConstraint("service", "told_id"),
    )
    op.create_index("ix_event_told_at", "event", ["told_at"])
    op.create_table(
        "finding",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("event", sa.String(40), sa.ForeignKey("event.id"), nullable=False),
        sa.Column("detector", sa.String(64), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("certainty", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("list", sa.String(64)),
        sa.Column("entry", sa.String(40)),
        sa.Column("digest_kind", sa.String(8)),
        sa.Column("distance", sa.Integer()),
    )
    op.create_index("ix_finding_event", "finding", ["event"])
    op.create_index("ix_finding_entry", "finding", ["entry"])
    op.create_table(
        "fingerprint",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("event", sa.String(40), sa.ForeignKey("event.id"), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("quality", sa.Integer()),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_fingerprint_at", "fingerprint", ["at"])
    op.create_index("ix_fingerprint_event", "fingerprint", ["event"])
    op.create_index("ix_fingerprint_value", "fingerprint", ["value", "kind"])
