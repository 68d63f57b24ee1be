"""Tables of pairings, of what guardians limit and teens ask, of what was looked at, and of mail to send."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, text

from hoede.db import METADATA, Moment

# A person who signs in here; no account of a platform.
GUARDIANS = Table(
    "guardian",
    METADATA,
    Column("person", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("mail", String(254), nullable=False, unique=True),  # as it is compared: lower case
    Column("locale", String(8), nullable=False),
    Column("age_evidence", Text, nullable=False),  # JSON list, as accounts have it
    Column("cleared", Integer, nullable=False),  # how many unrelated teens a person found to be right
    Column("made_at", Moment, nullable=False),
    Column("shut_out_at", Moment),
)

# Their own accounts on platforms, where one handed them over: who is under suspicion there pairs nowhere.
GUARDIAN_ACCOUNTS = Table(
    "guardian_account",
    METADATA,
    Column("person", String(40), ForeignKey("guardian.person"), primary_key=True),
    Column("service", String(64), primary_key=True),
    Column("account", String(255), primary_key=True),
    Column("hand", String(40)),  # opaque; the same for accounts that are one hand
    Index("ix_guardian_account", "service", "account"),
)

LINKS = Table(
    "pairing",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("service", String(64)),  # empty until the teen came, when a guardian invites
    Column("account", String(255)),
    Column("guardian", String(40), ForeignKey("guardian.person"), index=True),
    Column("invited_by", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("teen_name", String(255), nullable=False),
    Column("hand", String(40)),  # of the teen, likewise
    Column("assured", Boolean, nullable=False),  # whether it began with proof that the guardian is an adult
    Column("assured_until", Moment),
    Column("list_version", String(16)),  # what the teen read and said yes to
    Column("adult_on", Date),  # the day the teen is 18, as known when it began
    Column("made_at", Moment, nullable=False),
    Column("until", Moment),  # when it ends by itself if nothing happens: an invitation, cooling, resting
    Column("started_at", Moment),
    Column("teen_by", Moment),  # when each should have said again that it is right
    Column("guardian_by", Moment),
    Column("reminded_at", Moment),
    Column("rests_for", String(16)),  # for nobody outside
    Column("ended_at", Moment),
    Column("ended_by", String(16)),
    Column("changes", Integer, nullable=False),
    Index("ix_pairing_account", "service", "account", "state"),
    Index("ix_pairing_until", "state", "until"),
    Index("ix_pairing_teen_by", "state", "teen_by"),
    Index("ix_pairing_guardian_by", "state", "guardian_by"),
    Index("ix_pairing_adult_on", "state", "adult_on"),
    Index("ix_pairing_assured", "state", "assured_until"),
)

CODES = Table(
    "pairing_code",
    METADATA,
    Column("link", String(40), ForeignKey("pairing.id"), primary_key=True),
    Column("secret_sha256", String(64), nullable=False, unique=True),  # of the link's secret
    Column("code", String(40), nullable=False),  # opaque, keyed: nobody guesses it from a stolen copy
    Column("handle", String(40), nullable=False, index=True),  # likewise, of who invited
    Column("until", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
)

TRIES = Table(
    "pairing_try",
    METADATA,
    Column("who", String(40), primary_key=True),  # an end, an address or everybody; opaque
    Column("since", Moment, primary_key=True),
    Column("tries", Integer, nullable=False),
)

# What was done with a pairing; each has a leaf of one and the same act.
CHANGES = Table(
    "pairing_change",
    METADATA,
    Column("link", String(40), ForeignKey("pairing.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("act", String(24), nullable=False),
    Column("by", String(8), nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

LOCKS = Table(
    "pairing_lock",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("link", String(40), ForeignKey("pairing.id"), nullable=False, index=True),
    Column("setting", String(64), nullable=False),
    Column("step", Text, nullable=False),  # JSON
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("until", Moment),
    Column("ended_at", Moment),
)

REQUESTS = Table(
    "pairing_request",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("service", String(64), nullable=False),
    Column("account", String(255), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("setting", String(64)),
    Column("step", Text),  # JSON
    Column("about", String(255)),
    Column("link", String(40)),
    Column("words", Text, nullable=False),
    Column("band", String(8), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("stands", String(16), nullable=False),
    Column("answered_by", String(40)),
    Column("answered_at", Moment),
    Column("offer", Text),
    Column("reason", Text, nullable=False),
    Column("granted_until", Moment),
    Index("ix_pairing_request", "service", "account", "asked_at"),
    Index("ix_pairing_request_open", "stands", "until"),
)

# What a guardian said yes to. It counts as long as the pairing does.
GRANTS = Table(
    "pairing_grant",
    METADATA,
    Column("request", String(40), ForeignKey("pairing_request.id"), primary_key=True),
    Column("link", String(40), ForeignKey("pairing.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("setting", String(64)),
    Column("step", Text),
    Column("about", String(255)),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("ended_at", Moment),
)

BLOCKS = Table(
    "pairing_block",
    METADATA,
    Column("link", String(40), ForeignKey("pairing.id"), primary_key=True),
    Column("about", String(255), primary_key=True),
    Column("at", Moment, nullable=False),
)

PROPOSALS = Table(
    "pairing_proposal",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("link", String(40), ForeignKey("pairing.id"), nullable=False, index=True),
    Column("by", String(8), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("steps", Text, nullable=False),  # JSON object
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("look_again_at", Moment, nullable=False),
    Column("teen_at", Moment),
    Column("guardian_at", Moment),
    Column("ended_at", Moment),
    Column("band", String(8)),  # of the teen when it was proposed
    Column("own", Text),  # JSON: what the teen had chosen of these settings then, and when
)

# All that pairings say about an account, in one row: what a permit reads. Written with whatever changes it.
FAMILIES = Table(
    "family",
    METADATA,
    Column("service", String(64), primary_key=True),
    Column("account", String(255), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("said", Text, nullable=False),  # JSON
)

LOOKS = Table(
    "guardian_look",
    METADATA,
    Column("link", String(40), ForeignKey("pairing.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("page", String(16), nullable=False),
    Column("at", Moment, nullable=False),
)

DIGESTS = Table(
    "pairing_digest",
    METADATA,
    Column("link", String(40), ForeignKey("pairing.id"), primary_key=True),
    Column("week", Date, primary_key=True),
    Column("locale", String(8), nullable=False),
    Column("title", Text, nullable=False),
    Column("lines", Text, nullable=False),  # JSON list
)

EXITS = Table(
    "safe_exit",
    METADATA,
    Column("case_id", String(40), primary_key=True),
    Column("about", String(8), nullable=False),  # an exit of a teen, or the reach of a guardian
    Column("service", String(64)),
    Column("account", String(255)),
    Column("guardian", String(40)),
    Column("words", Text, nullable=False),
    Column("reach", String(16), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answer", String(16)),
    Column("answered_by", String(40)),
    Column("answered_at", Moment),
    Column("reason", Text),
    Index("ix_safe_exit_account", "service", "account"),
)

MAILS = Table(
    "mail",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("to", String(254), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text),  # gone once it is sent, or too late
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment),  # empty: nothing more is tried
    Column("until", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent_at", Moment),
    Index(
        "ix_mail_due",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
)
