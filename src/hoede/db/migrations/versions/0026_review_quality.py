"""Cases that are judged without anything coming of it, and what people learn from them."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("case_", sa.Column("blind", sa.String(16)))
    op.create_table(
        "golden",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("lane", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger()),
        sa.Column("retired_why", sa.String(32)),
    )
    op.create_index("ix_golden_source", "golden", ["source"])
    op.create_table(
        "blind_case",
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("golden", sa.String(40), sa.ForeignKey("golden.id")),
        sa.Column("calibration", sa.String(40)),
        sa.Column("given_to", sa.String(64)),
        sa.Column("lane", sa.String(32), nullable=False),
        sa.Column("first", sa.String(40)),
        sa.Column("expected", sa.String(32), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("orders", sa.Text()),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("judgment", sa.String(40)),
        sa.Column("outcome", sa.String(32)),
        sa.Column("answered_by", sa.String(64)),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("resolved_by", sa.String(64)),
        sa.Column("resolved_at", sa.BigInteger()),
        sa.Column("first_stands", sa.Boolean()),
        sa.Column("withdrawn_at", sa.BigInteger()),
    )
    for column in ("source", "golden", "calibration", "answered_at"):
        op.create_index(f"ix_blind_case_{column}", "blind_case", [column])
    op.create_table(
        "guidance",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(64), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(40)),
        sa.Column("ended_at", sa.BigInteger()),
    )
    op.create_index("ix_guidance_outcome", "guidance", ["outcome"])
    op.create_table(
        "calibration",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("opened_by", sa.String(64), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
    )
    op.create_table(
        "calibration_golden",
        sa.Column("calibration", sa.String(40), sa.ForeignKey("calibration.id"), primary_key=True),
        sa.Column("golden", sa.String(40), primary_key=True),
    )
    op.create_table(
        "allow_sample",
        sa.Column("event", sa.String(40), primary_key=True),
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("drawn_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_allow_sample_drawn_at", "allow_sample", ["drawn_at"])
