"""Judging: ranks of cases, claims, judgments, second checks, and copies that are to go."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    _cases()
    _claims()
    _judgments()
    _views()
    for name, kind in (
        ("outcome", sa.String(16)),
        ("answered_by", sa.String(64)),
        ("answered_at", sa.BigInteger()),
        ("reason", sa.Text()),
        ("undone", sa.String(64)),
        ("answer", sa.Text()),
    ):
        op.add_column("objection", sa.Column(name, kind))
    op.add_column("evidence", sa.Column("destroy_after", sa.BigInteger()))


def _cases() -> None:
    op.add_column("case_", sa.Column("rank_at", sa.BigInteger()))
    op.add_column("case_", sa.Column("danger", sa.Text()))
    op.execute("UPDATE case_ SET rank_at = opened_at WHERE lane IS NOT NULL")
    waits = sa.text("state <> 'judged' AND lane IS NOT NULL")
    for name, columns in (("ix_case_waits", []), ("ix_case_waits_in_lane", ["lane"])):
        op.create_index(
            name, "case_", [*columns, "rank_at", "id"], sqlite_where=waits, postgresql_where=waits
        )


def _claims() -> None:
    op.create_table(
        "case_claim",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("lane", sa.String(32), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("how", sa.String(16)),
    )
    op.create_index("ix_case_claim_taken_at", "case_claim", ["taken_at"])
    still = sa.text("ended_at IS NULL")
    op.create_index(
        "ux_case_claim_open",
        "case_claim",
        ["case_id"],
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )
    op.create_table(
        "case_skip",
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), primary_key=True),
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "case_note",
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), primary_key=True),
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )


def _judgments() -> None:
    op.create_table(
        "judgment",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("lane", sa.String(32)),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("account_is", sa.String(16), nullable=False),
        sa.Column("incident", sa.String(16), nullable=False),
        sa.Column("keeps", sa.Boolean(), nullable=False),
        sa.Column("account_measures", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undo_until", sa.BigInteger(), nullable=False),
        sa.Column("check_until", sa.BigInteger()),
        sa.Column("undone_at", sa.BigInteger()),
        sa.Column("undone_how", sa.String(16)),
    )
    op.create_index("ix_judgment_case_id", "judgment", ["case_id"])
    op.create_table(
        "judgment_file",
        sa.Column("judgment_id", sa.String(40), sa.ForeignKey("judgment.id"), primary_key=True),
        sa.Column("evidence", sa.String(40), primary_key=True),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("classification", sa.String(2)),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
    )
    op.create_table(
        "second_check",
        sa.Column("judgment_id", sa.String(40), sa.ForeignKey("judgment.id"), primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )


def _views() -> None:
    op.create_table(
        "evidence_view",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("evidence", sa.String(40), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_evidence_view_evidence", "evidence_view", ["evidence"])
    op.create_table(
        "raw_view",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("evidence", sa.String(40), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(64)),
        sa.Column("until", sa.BigInteger()),
    )
