"""What people post and who may see it now. All SQL of the post table."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hoede.client import Answer

FEED_LENGTH = 60


class PostState(StrEnum):
    WAITING = "waiting"  # Hoede has not given a certain answer: shown to nobody
    VISIBLE = "visible"
    HELD = "held"  # shown to nobody
    REMOVED = "removed"  # the picture is gone
    REFUSED = "refused"  # no picture that can be read; gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    id: str
    account: str
    caption: str
    media_type: str
    state: PostState
    posted_at: datetime

    @property
    def is_gone(self) -> bool:
        return self.state in (PostState.REMOVED, PostState.REFUSED)


def add(tx: sqlite3.Connection, post: Post, ask_at: datetime) -> None:
    tx.execute(
        """INSERT INTO post (id, account, caption, media_type, state, posted_at, ask_at)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (
            post.id,
            post.account,
            post.caption,
            post.media_type,
            post.state,
            post.posted_at.isoformat(),
            ask_at.isoformat(),
        ),
    )


def find(tx: sqlite3.Connection, post: str) -> Post | None:
    row = tx.execute("SELECT * FROM post WHERE id = ?", (post,)).fetchone()
    return row and _post(row)


def feed(tx: sqlite3.Connection) -> list[tuple[Post, str]]:
    """The newest posts that may be seen, each with its maker's name."""
    rows = tx.execute(
        """SELECT post.*, account.name FROM post JOIN account ON account.id = post.account
           WHERE state = 'visible' AND NOT account.closed ORDER BY posted_at DESC LIMIT ?""",
        (FEED_LENGTH,),
    )
    return [(_post(row), row["name"]) for row in rows]


def by(tx: sqlite3.Connection, account: str) -> list[Post]:
    rows = tx.execute("SELECT * FROM post WHERE account = ? ORDER BY posted_at DESC", (account,))
    return [_post(row) for row in rows]


def settle(tx: sqlite3.Connection, post: str, answer: Answer) -> None:
    """Follow Hoede's answer, if the post still waits for it: an order that came meanwhile knows more."""
    state = PostState.VISIBLE if answer is Answer.ALLOW else PostState.HELD
    tx.execute("UPDATE post SET state = ? WHERE id = ? AND state = 'waiting'", (state, post))


def refuse(tx: sqlite3.Connection, post: str) -> bool:
    """Whether the post still waited and is refused now."""
    done = tx.execute("UPDATE post SET state = 'refused' WHERE id = ? AND state = 'waiting'", (post,))
    return done.rowcount == 1


def set_state(tx: sqlite3.Connection, post: str, state: PostState) -> None:
    tx.execute("UPDATE post SET state = ? WHERE id = ?", (state, post))


def to_ask(tx: sqlite3.Connection, now: datetime) -> list[Post]:
    """Posts that wait for an answer and whose time to ask again has come."""
    rows = tx.execute(
        "SELECT * FROM post WHERE state = 'waiting' AND ask_at <= ? ORDER BY ask_at", (now.isoformat(),)
    )
    return [_post(row) for row in rows]


def ask_later(tx: sqlite3.Connection, post: str, ask_at: datetime) -> None:
    tx.execute("UPDATE post SET ask_at = ? WHERE id = ?", (ask_at.isoformat(), post))


def want(tx: sqlite3.Connection, post: str, case: str) -> None:
    """Hoede wants this post's picture again, because of a case."""
    tx.execute("UPDATE post SET wanted_by = ? WHERE id = ?", (case, post))


def wanted(tx: sqlite3.Connection) -> list[tuple[Post, str]]:
    """Posts that Hoede wants, each with the case."""
    rows = tx.execute("SELECT * FROM post WHERE wanted_by IS NOT NULL ORDER BY posted_at")
    return [(_post(row), row["wanted_by"]) for row in rows]


def given(tx: sqlite3.Connection, post: str, case: str) -> None:
    """Hoede has it; when another case wants it by now, that stays."""
    tx.execute("UPDATE post SET wanted_by = NULL WHERE id = ? AND wanted_by = ?", (post, case))


def _post(row: sqlite3.Row) -> Post:
    return Post(
        id=row["id"],
        account=row["account"],
        caption=row["caption"],
        media_type=row["media_type"],
        state=PostState(row["state"]),
        posted_at=datetime.fromisoformat(row["posted_at"]),
    )
