"""Keys of the log: each head is held against the one in force, and no end of the chain can be made up."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hoede.audit import LogKey, Verdict, change_message, head_message, verify
from hoede.audit import store as audit
from hoede.audit.rules import Frontier, Head, in_force, leaf_hash
from hoede.db import Database
from hoede.db.key_check import OtherKeys

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
BODIES = [(number, '{"about":"x","act":"done"}') for number in range(6)]
PRIVATE = [Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3)]
PUBLIC = [one.public_key().public_bytes_raw() for one in PRIVATE]


def chain() -> list[LogKey]:
    """Three keys: from the beginning, over more than 2 leaves, over more than 4."""
    made = [LogKey(number=1, public=PUBLIC[0], from_size=0, at=AT)]
    for place, size in ((1, 2), (2, 4)):
        new = LogKey(number=place + 1, public=PUBLIC[place], from_size=size, at=AT)
        message = change_message(PUBLIC[place - 1], new)
        signed = replace(
            new, by_former=PRIVATE[place - 1].sign(message), by_itself=PRIVATE[place].sign(message)
        )
        made.append(signed)
    return made


def heads(*signers: int) -> list[Head]:
    """A head over every leaf, signed by these keys in turn."""
    edge, made = Frontier(), []
    for (_, body), signer in zip(BODIES, signers, strict=True):
        edge = edge.add(leaf_hash(body.encode()))
        message = head_message(edge.size, edge.root(), AT)
        made.append(Head(edge.size, edge.root(), AT, PRIVATE[signer].sign(message)))
    return made


def verdict(keys: list[LogKey], signed: list[Head], newest: int = 2) -> Verdict:
    return verify(
        BODIES,
        signed,
        PRIVATE[newest].public_key(),
        names=bytes(32),
        expected=(),
        also_acts=frozenset({"done"}),
        log_keys=keys,
    )


def test_heads_signed_by_the_key_in_force_are_sound() -> None:
    assert verdict(chain(), heads(0, 0, 1, 1, 2, 2)).wrong == ()


@pytest.mark.parametrize("size", range(1, 7))
def test_the_key_in_force_is_the_last_one_that_counts_from_below(size: int) -> None:
    assert in_force(chain(), size).number == (size + 1) // 2


@pytest.mark.parametrize("signers", [(1, 0, 1, 1, 2, 2), (0, 0, 0, 1, 2, 2), (0, 0, 1, 1, 1, 2), (0,) * 6])
def test_a_head_signed_by_another_of_its_keys_is_not_sound(signers: tuple[int, ...]) -> None:
    assert "is not signed by this log's key" in " ".join(verdict(chain(), heads(*signers)).wrong)


def test_the_newest_key_must_be_ours() -> None:
    assert "not the one in the key folder" in verdict(chain(), heads(0, 0, 1, 1, 2, 2), newest=0).wrong[0]


@pytest.mark.parametrize(
    ("place", "change", "says"),
    [
        (1, {"by_former": None}, "key 2 of the log is not signed by key 1"),
        (1, {"by_itself": bytes(64)}, "key 2 of the log is not signed by key 2"),
        (2, {"from_size": 3}, "key 3 of the log is not signed by key 2"),
        (2, {"from_size": 1}, "key 3 of the log does not follow key 2"),
        (1, {"number": 7}, "key 7 of the log does not follow key 1"),
        (0, {"public": PUBLIC[2]}, "key 2 of the log is not signed by key 1"),  # somebody made up the past
        (0, {"public": b"short"}, "key 2 of the log is not signed by key 1"),
    ],
)
def test_a_chain_that_was_changed_is_said(place: int, change: dict[str, object], says: str) -> None:
    keys = chain()
    keys[place] = replace(keys[place], **change)  # type: ignore[arg-type] # a table of changes
    assert says in " ".join(verdict(keys, heads(0, 0, 1, 1, 2, 2)).wrong)


def test_the_first_key_is_noted_once_and_another_one_refused(db: Database) -> None:
    db.commit(lambda tx: audit.check_log_key(tx, {PUBLIC[0]}, PUBLIC[0]))
    db.commit(lambda tx: audit.check_log_key(tx, {PUBLIC[0], PUBLIC[1]}, PUBLIC[1]))
    assert db.read(audit.signs_now) == PUBLIC[0]
    with pytest.raises(OtherKeys):
        db.commit(lambda tx: audit.check_log_key(tx, {PUBLIC[1]}, PUBLIC[1]))


def test_a_change_of_key_has_a_leaf_and_the_first_key_none(db: Database) -> None:
    db.commit(lambda tx: audit.check_log_key(tx, {PUBLIC[0]}, PUBLIC[0]))
    assert db.read(audit.changes) == []
    db.commit(lambda tx: audit.add_log_key(tx, chain()[1]))
    assert db.read(audit.changes) == [("log_key.changed", "2")]
    assert db.read(audit.log_keys)[1] == chain()[1]


def test_a_key_counts_as_copied_once_it_was(db: Database) -> None:
    db.commit(lambda tx: audit.check_log_key(tx, {PUBLIC[0]}, PUBLIC[0]))
    before = db.read(audit.log_key_was_copied)
    db.commit(lambda tx: audit.log_key_copied(tx, PUBLIC[0]))
    assert (before, db.read(audit.log_key_was_copied)) == (False, True)


def test_a_log_that_is_numbered_to_its_end_is_not_behind(db: Database) -> None:
    assert db.read(audit.oldest_unnumbered) is None
