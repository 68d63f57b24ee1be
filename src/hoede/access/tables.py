"""Tables of people, of what they sign in with, and of everything that was changed about them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from hoede.db import METADATA, Moment

PEOPLE = Table(
    "person",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("roles", Text, nullable=False),  # JSON list
    Column("language", String(8), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Column("kind", String(16), nullable=False, server_default="staff"),  # who works here, or a guardian
)

# What is here was done; the tables below hold only what is in force, so that nothing ended lies about.
CHANGES = Table(
    "person_change",
    METADATA,
    Column("person_id", String(40), ForeignKey("person.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("act", String(32), nullable=False),
    Column("by", String(40), nullable=False),  # a person, or the command line
    Column("detail", Text, nullable=False),  # roles, or the id of a passkey
    Column("at", Moment, nullable=False),
)

PASSKEYS = Table(
    "passkey",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("credential", String(1400), nullable=False, unique=True),  # base64url of at most 1,023 bytes
    Column("person_id", String(40), ForeignKey("person.id"), nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=False),
)

INVITATIONS = Table(
    "invitation",
    METADATA,
    Column("digest", String(64), primary_key=True),  # the link itself is nowhere kept
    Column("person_id", String(40), ForeignKey("person.id"), nullable=False, index=True),
    Column("until", Moment, nullable=False),
)

CODES = Table(
    "recovery_code",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("person_id", String(40), ForeignKey("person.id"), nullable=False, index=True),
)

SESSIONS = Table(
    "session",
    METADATA,
    Column("digest", String(64), primary_key=True),  # of the cookie
    Column("id", String(40), nullable=False, unique=True),
    Column("person_id", String(40), ForeignKey("person.id"), nullable=False, index=True),
    Column("opened_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=False),
    Column("verified_at", Moment, nullable=False),  # when a passkey was used in it last
)

CHALLENGES = Table(
    "challenge",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("bound_to", String(64), nullable=False),  # the visit, invitation or session it was made for
    Column("until", Moment, nullable=False, index=True),
)

TRIES = Table(
    "sign_in_try",
    METADATA,
    Column("who", String(32), primary_key=True),  # an address or a person, opaque
    Column("since", Moment, primary_key=True),
    Column("tries", Integer, nullable=False),
)
