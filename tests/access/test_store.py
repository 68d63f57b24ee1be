"""API keys in the database: shown once, kept as a digest, refused without saying why."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from hoede.access import ApiKey, KeyRefused, Scope, create_key, key_for, revoke_key
from hoede.access.store import changes
from hoede.db import Database
from hoede.simulators.cybertipline import VirtualClock

SECRET = "s3cret" * 8
DAY = timedelta(days=1)


def make(db: Database, prefix: str = "abc", secret: str = SECRET) -> str:
    return db.commit(
        lambda tx: create_key(
            tx,
            prefix=prefix,
            secret=secret,
            service="plein",
            scopes=[Scope.RECEIPTS, Scope.EVENTS],
            lasts=DAY,
        )
    )


def ask(db: Database, key: str) -> ApiKey:
    return db.read(lambda conn: key_for(conn, key, db.time(conn)))


def test_a_key_opens_what_it_was_made_for(still_db: Database, clock: VirtualClock) -> None:
    key = make(still_db)
    assert key == f"hk_abc_{SECRET}"
    assert ask(still_db, key) == ApiKey(
        prefix="abc",
        service="plein",
        scopes=frozenset({Scope.EVENTS, Scope.RECEIPTS}),
        expires_at=clock.now() + DAY,
        revoked_at=None,
    )


@pytest.mark.parametrize(
    "presented",
    [
        "",  # nothing
        "hk_abc_",  # no secret
        f"hk_abc_{SECRET}x",  # almost the secret
        f"hk_xyz_{SECRET}",  # no such key
        f"hk__{SECRET}",  # no prefix
        f"sk_abc_{SECRET}",  # another kind of key
        SECRET,
    ],
)
def test_what_is_not_a_key_is_refused_and_every_refusal_looks_the_same(db: Database, presented: str) -> None:
    make(db)
    with pytest.raises(KeyRefused) as caught:
        ask(db, presented)
    assert (caught.value.code, caught.value.detail) == ("key-refused", KeyRefused.__doc__)


def test_the_digest_of_a_key_is_no_key(db: Database) -> None:
    make(db)
    [digest] = db.read(lambda conn: conn.exec_driver_sql("SELECT digest FROM api_key").scalars().all())
    with pytest.raises(KeyRefused):
        ask(db, f"hk_abc_{digest}")


def test_a_key_ends_when_its_time_is_over(still_db: Database, clock: VirtualClock) -> None:
    key = make(still_db)
    clock.advance(DAY - timedelta(milliseconds=1))
    assert ask(still_db, key).prefix == "abc"
    clock.advance(timedelta(milliseconds=1))
    with pytest.raises(KeyRefused):
        ask(still_db, key)


def test_a_revoked_key_is_refused_at_once_and_others_are_not(db: Database) -> None:
    key, other = make(db), make(db, "xyz")
    assert db.commit(lambda tx: revoke_key(tx, "abc")) is True
    with pytest.raises(KeyRefused):
        ask(db, key)
    assert ask(db, other).prefix == "xyz"


def test_revoking_what_is_not_in_force_changes_nothing(
    db: Database, leaves: Callable[[Database], int]
) -> None:
    make(db)
    db.commit(lambda tx: revoke_key(tx, "abc"))
    assert [db.commit(lambda tx: revoke_key(tx, "abc")), db.commit(lambda tx: revoke_key(tx, "no"))] == [
        False
    ] * 2
    assert leaves(db) == 2


def test_making_and_revoking_a_key_have_their_leaves(db: Database, leaves: Callable[[Database], int]) -> None:
    make(db)
    make(db, "xyz")
    db.commit(lambda tx: revoke_key(tx, "abc"))
    assert sorted(db.read(changes)) == [
        ("key.created", "abc"),
        ("key.created", "xyz"),
        ("key.revoked", "abc"),
    ]
    assert leaves(db) == 3


def test_the_secret_is_nowhere_kept(db: Database) -> None:
    make(db)
    row = db.read(lambda conn: conn.exec_driver_sql("SELECT * FROM api_key").one())
    assert SECRET not in str(row)


def test_a_prefix_is_given_once(db: Database) -> None:
    make(db)
    with pytest.raises(IntegrityError):
        make(db, secret="another")
