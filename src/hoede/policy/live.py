"""The policy in force, in memory; told of changes by the row that counts them, and of days by the clock."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hoede.core.errors import HoedeError
from hoede.db import Database
from hoede.policy.rules.effective import Policy
from hoede.policy.rules.packs import read_pack
from hoede.policy.rules.versions import Version, in_force_at, shadow_at
from hoede.policy.rules.vocabulary import Vocabulary
from hoede.policy.store import all_versions, texts_of, times_changed, wrong_with

FIRST_LOAD_WITHIN_S = 10


class PolicyUnread(HoedeError):
    """No version of policy could be read yet, so everything that policy decides is closed."""

    code = "policy-unread"


class PolicyChanged(HoedeError):
    """What the database holds of a version is not what was agreed to. What was in force before stays."""

    code = "policy-changed"


@dataclass(frozen=True, slots=True)
class Standing:
    """A version and what it says, ready to decide by."""

    version: Version
    policy: Policy


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What counts now, and what is counted beside it."""

    live: Standing | None = None
    shadow: Standing | None = None


class LivePolicy:
    """What is in force. `refresh` is called every quarter of a second by a thread of its process."""

    def __init__(self, db: Database, vocabulary: Vocabulary) -> None:
        self._db = db
        self._vocabulary = vocabulary
        self._snapshot = Snapshot()
        self._seen = -1  # how often policy had changed when its versions were read
        self._versions: tuple[Version, ...] = ()
        self._refreshing = threading.Lock()
        self._loaded = threading.Event()

    def refresh(self) -> bool:
        """Take in a change, or a day that has come; false where all is as it was.

        Raises `PolicyChanged` or `PackError` where a version cannot be trusted or read; it is not put
        in force, and what was before stays.
        """
        with self._refreshing:
            before = self._snapshot
            after = self._db.read(self._as_of)
            if (_number(before.live), _number(before.shadow)) == (_number(after.live), _number(after.shadow)):
                return False
            self._snapshot = after
            if after.live is not None:
                self._loaded.set()
            return True

    def snapshot(self) -> Snapshot:
        """As of the last refresh."""
        return self._snapshot

    def standing(self) -> Standing:
        """The version in force. Waits for the first one; `PolicyUnread` where none comes."""
        live = self._snapshot.live
        if live is None and self._loaded.wait(FIRST_LOAD_WITHIN_S):
            live = self._snapshot.live
        if live is None:
            raise PolicyUnread
        return live

    def policy(self) -> Policy:
        """What it says; likewise."""
        return self.standing().policy

    def _as_of(self, conn: Connection) -> Snapshot:
        times, now = times_changed(conn), self._db.time(conn)
        if times != self._seen:
            self._versions = all_versions(conn)
            self._seen = times
        return Snapshot(*self._standings(conn, self._versions, now))

    def _standings(
        self, conn: Connection, versions: Sequence[Version], now: datetime
    ) -> tuple[Standing | None, Standing | None]:
        known = {
            one.version.number: one.policy
            for one in (self._snapshot.live, self._snapshot.shadow)
            if one is not None
        }

        def standing(version: Version | None) -> Standing | None:
            if version is None:
                return None
            return Standing(
                version, known.get(version.number) or read_policy(conn, version, self._vocabulary)
            )

        return standing(in_force_at(versions, now)), standing(shadow_at(versions, now))


def read_policy(conn: Connection, version: Version, vocabulary: Vocabulary) -> Policy:
    """What a version says. Raises `PolicyChanged`, or `PackError` where our words changed since."""
    if wrong := wrong_with(conn, version):
        raise PolicyChanged(f"{wrong[0]}. `hoede audit verify` may say more.")
    packs = tuple(read_pack(text, vocabulary) for text in texts_of(conn, version))
    return Policy(vocabulary, packs, home=version.home)


def _number(one: Standing | None) -> int | None:
    return None if one is None else one.version.number
