"""Notices, the voices they speak with, used hand-over links, and the kind of an API key."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("number", sa.String(16), nullable=False, unique=True),
        sa.Column("link_sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("reporter", sa.String(255)),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("content", sa.String(255)),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("words", sa.Text()),
        sa.Column("locale", sa.String(35)),
        sa.Column("voice", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("came_at", sa.BigInteger(), nullable=False),
        sa.Column("wanted", sa.String(40)),
        sa.Column("looking_at", sa.BigInteger()),
        sa.Column("outcome", sa.String(16)),
        sa.Column("answered_at", sa.BigInteger()),
    )
    op.create_index("ix_notice_case_reporter", "notice", ["case_id", "reporter"])
    op.create_index("ix_notice_content", "notice", ["service", "content"])
    op.create_table(
        "notice_voice",
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), primary_key=True),
        sa.Column("voice", sa.String(40), primary_key=True),
        sa.Column("notices", sa.Integer(), nullable=False),
    )
    op.create_table(
        "notice_group",
        sa.Column("case_id", sa.String(40), sa.ForeignKey("case_.id"), primary_key=True),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("voices", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("newest_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "handover",
        sa.Column("service", sa.String(64), primary_key=True),
        sa.Column("once_sha256", sa.String(64), primary_key=True),
        sa.Column("notice_id", sa.String(40), sa.ForeignKey("notice.id"), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_handover_used_at", "handover", ["used_at"])
    op.add_column("api_key", sa.Column("kind", sa.String(16), nullable=False, server_default="platform"))
