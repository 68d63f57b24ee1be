"""Changing policy: propose, agree, shadow, withdraw, roll back; each a step with its leaf, by a person.

Two people change policy, never one (docs/decisions/0024-policy-versions.md). The exception is the way
back: a rollback counts at once, and waits for a second person afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from hoede.audit.store import signs_now
from hoede.core.errors import HoedeError
from hoede.core.leaves import Leaf
from hoede.db import Transaction
from hoede.keys import KeyProvider
from hoede.policy.rules.packs import Pack
from hoede.policy.rules.versions import (
    CONFIGURATION,
    CONFIRM_WITHIN,
    By,
    Origin,
    PackRef,
    State,
    Version,
    Via,
    before,
    in_force_at,
    newest,
    planned,
    set_hash,
    shadow_at,
    state_of,
    version_message,
)
from hoede.policy.store import add, all_versions, changed, save

LONGEST_WHY: Final = 1000  # characters


class VersionUnknown(HoedeError):
    """There is no such version of policy. `hoede policy show` and /console/policy list them."""

    code = "policy-version-unknown"


class WhyUnfit(HoedeError):
    """A change of policy has a reason of 1 to 1000 characters: what it is for, and who asked for it."""

    code = "policy-why-unfit"


class StartUnfit(HoedeError):
    """A version begins today or later, and not before the one it is a change of."""

    code = "policy-start-unfit"


class SameSet(HoedeError):
    """This is the very set of packs that was agreed to last: nothing would change."""

    code = "policy-same-set"


class SamePerson(HoedeError):
    """Whoever proposed a version, or rolled back, does not agree to it. Ask a second person."""

    code = "policy-same-person"


class Overtaken(HoedeError):
    """Another version was agreed to since this one was proposed. Withdraw it, and propose it anew."""

    code = "policy-overtaken"


class NotWaiting(HoedeError):
    """This version does not wait for that any more."""

    code = "policy-not-waiting"


class RollbackWaits(HoedeError):
    """A rollback waits for a second person. Confirm it or take it back first."""

    code = "policy-rollback-waits"


class ShadowTaken(HoedeError):
    """Another version is in shadow. End that first."""

    code = "policy-shadow-taken"


class NothingBefore(HoedeError):
    """No version stood before the one in force: there is nothing to go back to."""

    code = "policy-nothing-before"


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The new version in force, and what was planned and is withdrawn with the one taken away."""

    version: Version
    withdrawn: tuple[int, ...]


def first(tx: Transaction, packs: Sequence[Pack], home: str | None, keys: KeyProvider) -> Version | None:
    """The version that a deployment begins with; None when it has begun already."""
    changed(tx)
    if all_versions(tx.conn):
        return None
    version = Version(
        number=1,
        packs=refs_of(packs),
        home=home,
        hash=set_hash(refs_of(packs), home),
        origin=Origin.CONFIG,
        base=None,
        equals=None,
        why=CONFIGURATION,
        starts_at=tx.now,
        proposed_by=CONFIGURATION,
        proposed_at=tx.now,
        proposed_via=Via.MACHINE,
    )
    return _added(tx, _signed(tx, version, keys), "policy.configured")


def propose(
    tx: Transaction,
    packs: Sequence[Pack],
    home: str | None,
    *,
    base: int,
    why: str,
    starts_at: datetime | None,
    by: By,
) -> Version:
    """A version that waits for a second person. `base` is what it is a change of; no start: once agreed.

    Raises `WhyUnfit`, `StartUnfit`, `SameSet` or `Overtaken`.
    """
    versions = _versions(tx)
    stands = newest(versions)
    if stands is None or stands.number != base:
        raise Overtaken
    if set_hash(refs_of(packs), home) == stands.hash:
        raise SameSet
    _refuse_start(starts_at, stands, tx.now)
    version = Version(
        number=len(versions) + 1,
        packs=refs_of(packs),
        home=home,
        hash=set_hash(refs_of(packs), home),
        origin=Origin.PROPOSED,
        base=base,
        equals=None,
        why=fit(why),
        starts_at=starts_at or tx.now,
        proposed_by=by.person,
        proposed_at=tx.now,
        proposed_via=by.via,
    )
    return _added(tx, version, "policy.proposed")


def agree(tx: Transaction, number: int, keys: KeyProvider, *, by: By) -> Version:
    """A second person's yes: to a proposal, which counts from its day on, or to a rollback.

    Raises `VersionUnknown`, `NotWaiting`, `SamePerson`, `RollbackWaits` or `Overtaken`.
    """
    versions = _versions(tx)
    version = find(versions, number)
    if not (version.waits or version.unconfirmed):
        raise NotWaiting
    if by.person == version.proposed_by:
        raise SamePerson
    if version.waits:
        _refuse_unconfirmed(versions)
        stands = newest(versions)
        if stands is None or stands.number != version.base:
            raise Overtaken
    act = "policy.agreed" if version.waits else "policy.confirmed"
    agreed = _signed(tx, replace(version, agreed_by=by.person, agreed_at=tx.now, agreed_via=by.via), keys)
    return _saved(tx, agreed, act, by)


def shadow(tx: Transaction, number: int, *, by: By) -> Version:
    """Count what a version would answer, beside the one in force. It answers nobody.

    Raises `VersionUnknown`, `NotWaiting` for one that counts, ended or was in shadow already, `ShadowTaken`.
    """
    versions = _versions(tx)
    version = find(versions, number)
    state = state_of(version, versions, tx.now)
    if version.shadow_at is not None or state not in {State.PROPOSED, State.PLANNED}:
        raise NotWaiting
    if shadow_at(versions, tx.now) is not None:
        raise ShadowTaken
    return _saved(tx, replace(version, shadow_at=tx.now), "policy.shadowed", by)


def end_shadow(tx: Transaction, number: int, *, by: By) -> Version:
    """Stop counting; what was counted stays. Raises `VersionUnknown` or `NotWaiting`."""
    version = find(_versions(tx), number)
    if not version.in_shadow_at(tx.now):
        raise NotWaiting
    return _saved(tx, replace(version, shadow_until=tx.now), "policy.unshadowed", by)


def withdraw(tx: Transaction, number: int, *, why: str, by: By) -> Version:
    """Take back what does not count yet, or, as a second person, a rollback that nobody confirmed.

    Then what the rollback took away counts again. Raises `VersionUnknown`, `NotWaiting`, `SamePerson`
    or `WhyUnfit`. What counts is left by a rollback only.
    """
    versions = _versions(tx)
    version = find(versions, number)
    state = state_of(version, versions, tx.now)
    if version.unconfirmed and by.person == version.proposed_by:
        raise SamePerson
    if not version.unconfirmed and state not in {State.PROPOSED, State.SHADOW, State.PLANNED}:
        raise NotWaiting
    return _withdrawn(tx, version, fit(why), by)


def roll_back(tx: Transaction, keys: KeyProvider, *, why: str, by: By) -> RolledBack:
    """Back to what stood before the version in force, at once; a second person confirms within 24 hours.

    What was agreed to for later was a change of what is taken away, and is withdrawn with it.
    Raises `WhyUnfit`, `NothingBefore`, or `RollbackWaits`: nobody goes back twice alone.
    """
    versions, reason = _versions(tx), fit(why)
    _refuse_unconfirmed(versions)
    live = in_force_at(versions, tx.now)
    earlier = None if live is None else before(versions, live)
    if earlier is None:
        raise NothingBefore
    version = Version(
        number=len(versions) + 1,
        packs=earlier.packs,
        home=earlier.home,
        hash=earlier.hash,
        origin=Origin.ROLLBACK,
        base=live.number if live else None,
        equals=earlier.number,
        why=reason,
        starts_at=tx.now,
        proposed_by=by.person,
        proposed_at=tx.now,
        proposed_via=by.via,
        confirm_until=tx.now + CONFIRM_WITHIN,
    )
    dropped = planned(versions, tx.now)
    for one in dropped:
        _withdrawn(tx, one, reason, by)
    added = _added(tx, _signed(tx, version, keys), "policy.rolled_back")
    return RolledBack(added, tuple(one.number for one in dropped))


def refs_of(packs: Sequence[Pack]) -> tuple[PackRef, ...]:
    return tuple(PackRef(one.id, one.version, one.hash) for one in packs)


def find(versions: Sequence[Version], number: int) -> Version:
    """The version of this number; `VersionUnknown` where there is none."""
    for one in versions:
        if one.number == number:
            return one
    raise VersionUnknown(f"There is no version {number} of policy.")


def fit(why: str) -> str:
    """The reason as it is kept; `WhyUnfit` for none, or for one that is too long."""
    stripped = why.strip()
    readable = stripped.replace("\n", " ").isprintable()
    if not (1 <= len(stripped) <= LONGEST_WHY and readable):
        raise WhyUnfit
    return stripped


def _versions(tx: Transaction) -> tuple[Version, ...]:
    """All versions, which nobody else changes before this step ends."""
    changed(tx)
    return all_versions(tx.conn)


def _refuse_start(starts_at: datetime | None, stands: Version, now: datetime) -> None:
    """A day that has begun is today; an earlier one would change what was answered already."""
    begins, earliest = starts_at or now, stands.begins
    if starts_at is not None and starts_at.date() < now.date():
        raise StartUnfit(f"{starts_at.date()} is over. A version begins today ({now.date()}) or later.")
    if earliest is not None and begins < earliest and earliest > now:
        raise StartUnfit(
            f"Version {stands.number} is planned for {earliest.date()}, and this one would be a change of it."
            " Begin that day or later, or withdraw it first."
        )


def _refuse_unconfirmed(versions: Sequence[Version]) -> None:
    if any(one.unconfirmed for one in versions):
        raise RollbackWaits


def _signed(tx: Transaction, version: Version, keys: KeyProvider) -> Version:
    """Signed by the key that signs the log now."""
    key = signs_now(tx.conn) or keys.log_key.public_bytes_raw()
    return replace(version, signature=keys.sign(version_message(version), key), signed_by=key)


def _added(tx: Transaction, version: Version, act: str) -> Version:
    add(tx, version)
    tx.leaf(Leaf(act, str(version.number), f"{version.hash} {version.proposed_by} {version.proposed_via}"))
    return version


def _saved(tx: Transaction, version: Version, act: str, by: By) -> Version:
    save(tx, version)
    tx.leaf(Leaf(act, str(version.number), f"{version.hash} {by}"))
    return version


def _withdrawn(tx: Transaction, version: Version, why: str, by: By) -> Version:
    gone = replace(version, withdrawn_by=by.person, withdrawn_at=tx.now, withdrawn_why=why)
    return _saved(tx, gone, "policy.withdrawn", by)
