"""Pairings of guardians and teens, their limits, questions and looks; guardians among people; cases apart."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

# What takes an account's files: an open case about content. Objections and what pairings ask are cases apart.
TAKES_FILES = sa.text(
    "state = 'open' AND composed_at IS NULL"
    " AND grounds != 'objection' AND grounds != 'age' AND grounds != 'pairing'"
)


def upgrade() -> None:
    op.add_column("person", sa.Column("kind", sa.String(16), nullable=False, server_default="staff"))
    op.drop_index("ux_case_takes_files", "case_")
    op.create_index(
        "ux_case_takes_files",
        "case_",
        ["service", "account"],
        unique=True,
        sqlite_where=TAKES_FILES,
        postgresql_where=TAKES_FILES,
    )
    op.create_index("ix_notice_reporter", "notice", ["service", "reporter", "came_at"])
    op.create_table(
        "family",
        sa.Column("service", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(255), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
    )
    op.create_table(
        "guardian",
        sa.Column("person", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("mail", sa.String(254), nullable=False, unique=True),
        sa.Column("locale", sa.String(8), nullable=False),
        sa.Column("age_evidence", sa.Text(), nullable=False),
        sa.Column("cleared", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("shut_out_at", sa.BigInteger()),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("to", sa.String(254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text()),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.BigInteger()),
    )
    where = sa.text("due_at IS NOT NULL")
    op.create_index("ix_mail_due", "mail", ["due_at"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_mail_person", "mail", ["person"])
    op.create_table(
        "pairing_request",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("setting", sa.String(64)),
        sa.Column("step", sa.Text()),
        sa.Column("about", sa.String(255)),
        sa.Column("link", sa.String(40)),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("band", sa.String(8), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("stands", sa.String(16), nullable=False),
        sa.Column("answered_by", sa.String(40)),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("offer", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_until", sa.BigInteger()),
    )
    op.create_index("ix_pairing_request", "pairing_request", ["service", "account", "asked_at"])
    op.create_index("ix_pairing_request_open", "pairing_request", ["stands", "until"])
    op.create_table(
        "pairing_try",
        sa.Column("who", sa.String(40), primary_key=True),
        sa.Column("since", sa.BigInteger(), primary_key=True),
        sa.Column("tries", sa.Integer(), nullable=False),
    )
    op.create_table(
        "safe_exit",
        sa.Column("case_id", sa.String(40), primary_key=True),
        sa.Column("about", sa.String(8), nullable=False),
        sa.Column("service", sa.String(64)),
        sa.Column("account", sa.String(255)),
        sa.Column("guardian", sa.String(40)),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reach", sa.String(16), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(16)),
        sa.Column("answered_by", sa.String(40)),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
    )
    op.create_index("ix_safe_exit_account", "safe_exit", ["service", "account"])
    op.create_table(
        "guardian_account",
        sa.Column("person", sa.String(40), sa.ForeignKey("guardian.person"), primary_key=True),
        sa.Column("service", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(255), primary_key=True),
        sa.Column("hand", sa.String(40)),
    )
    op.create_index("ix_guardian_account", "guardian_account", ["service", "account"])
    op.create_table(
        "pairing",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("service", sa.String(64)),
        sa.Column("account", sa.String(255)),
        sa.Column("guardian", sa.String(40), sa.ForeignKey("guardian.person")),
        sa.Column("invited_by", sa.String(8), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("teen_name", sa.String(255), nullable=False),
        sa.Column("hand", sa.String(40)),
        sa.Column("assured", sa.Boolean(), nullable=False),
        sa.Column("assured_until", sa.BigInteger()),
        sa.Column("list_version", sa.String(16)),
        sa.Column("adult_on", sa.Date()),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("teen_by", sa.BigInteger()),
        sa.Column("guardian_by", sa.BigInteger()),
        sa.Column("reminded_at", sa.BigInteger()),
        sa.Column("rests_for", sa.String(16)),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("ended_by", sa.String(16)),
        sa.Column("changes", sa.Integer(), nullable=False),
    )
    op.create_index("ix_pairing_account", "pairing", ["service", "account", "state"])
    op.create_index("ix_pairing_adult_on", "pairing", ["state", "adult_on"])
    op.create_index("ix_pairing_assured", "pairing", ["state", "assured_until"])
    op.create_index("ix_pairing_guardian", "pairing", ["guardian"])
    op.create_index("ix_pairing_guardian_by", "pairing", ["state", "guardian_by"])
    op.create_index("ix_pairing_teen_by", "pairing", ["state", "teen_by"])
    op.create_index("ix_pairing_until", "pairing", ["state", "until"])
    op.create_table(
        "guardian_look",
        sa.Column("link", sa.String(40), sa.ForeignKey("pairing.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("page", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "pairing_block",
        sa.Column("link", sa.String(40), sa.ForeignKey("pairing.id"), primary_key=True),
        sa.Column("about", sa.String(255), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "pairing_change",
        sa.Column("link", sa.String(40), sa.ForeignKey("pairing.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("act", sa.String(24), nullable=False),
        sa.Column("by", sa.String(8), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_pairing_change_at", "pairing_change", ["at"])
    op.create_table(
        "pairing_code",
        sa.Column("link", sa.String(40), sa.ForeignKey("pairing.id"), primary_key=True),
        sa.Column("secret_sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("handle", sa.String(40), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
    )
    op.create_index("ix_pairing_code_handle", "pairing_code", ["handle"])
    op.create_table(
        "pairing_digest",
        sa.Column("link", sa.String(40), sa.ForeignKey("pairing.id"), primary_key=True),
        sa.Column("week", sa.Date(), primary_key=True),
        sa.Column("locale", sa.String(8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
    )
    op.create_table(
        "pairing_grant",
        sa.Column("request", sa.String(40), sa.ForeignKey("pairing_request.id"), primary_key=True),
        sa.Column("link", sa.String(40), sa.ForeignKey("pairing.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("setting", sa.String(64)),
        sa.Column("step", sa.Text()),
        sa.Column("about", sa.String(255)),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
    )
    op.create_index("ix_pairing_grant_link", "pairing_grant", ["link"])
    op.create_table(
        "pairing_lock",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("link", sa.String(40), sa.ForeignKey("pairing.id"), nullable=False),
        sa.Column("setting", sa.String(64), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
    )
    op.create_index("ix_pairing_lock_link", "pairing_lock", ["link"])
    op.create_table(
        "pairing_proposal",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("link", sa.String(40), sa.ForeignKey("pairing.id"), nullable=False),
        sa.Column("by", sa.String(8), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("look_again_at", sa.BigInteger(), nullable=False),
        sa.Column("teen_at", sa.BigInteger()),
        sa.Column("guardian_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
    )
    op.create_index("ix_pairing_proposal_link", "pairing_proposal", ["link"])
