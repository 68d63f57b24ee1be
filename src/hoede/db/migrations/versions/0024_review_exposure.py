"""What each person was served to see, what they chose; whom a case fits; which pictures look alike."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    _exposure()
    _fits()
    _alikes()


def _exposure() -> None:
    op.create_table(
        "exposure",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("evidence", sa.String(40), nullable=False),
    )
    op.create_index("ix_exposure_person", "exposure", ["person", "at"])
    op.create_index("ix_exposure_at", "exposure", ["at"])
    op.create_index("ix_exposure_mark", "exposure", ["mark", "person"])
    op.create_table(
        "judge_own",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("first", sa.String(16)),
        sa.Column("break_until", sa.BigInteger()),
    )
    op.create_table(
        "look_again",
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), primary_key=True),
        sa.Column("evidence", sa.String(40), primary_key=True),
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )


def _fits() -> None:
    op.add_column("case_", sa.Column("language", sa.String(8)))
    op.create_index("ix_case_claim_person", "case_claim", ["person", "taken_at"])
    op.create_table(
        "judge_skill",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("value", sa.String(64), primary_key=True),
    )
    op.create_table(
        "judge_conflict",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("service", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(255), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_judge_conflict_account", "judge_conflict", ["service", "account"])


def _alikes() -> None:
    op.create_table(
        "alike",
        sa.Column("evidence", sa.String(40), primary_key=True),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_alike_at", "alike", ["at"])
    op.create_table(
        "alike_part",
        sa.Column("part", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("value", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("evidence", sa.String(40), primary_key=True),
    )
    op.create_index("ix_judgment_file_evidence", "judgment_file", ["evidence"])
    op.create_index("ix_alike_part_evidence", "alike_part", ["evidence"])
