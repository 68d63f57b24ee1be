"""Changing policy: a draft is read and joined to what stands, two people agree, and anybody can prove it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hoede.access import Permission, PersonUnknown, Roles, find_person
from hoede.audit import browse
from hoede.core.errors import HoedeError
from hoede.core.leaves import commitment
from hoede.db import Database, Transaction
from hoede.keys import KeyProvider
from hoede.policy import Pack, Policy, Vocabulary, read_pack
from hoede.policy import versions as steps
from hoede.policy.live import read_policy
from hoede.policy.people import populate, shipped_shape
from hoede.policy.rules.versions import By, Version, Via, before, in_force_at, newest, start_of
from hoede.policy.simulation import Figure, simulate
from hoede.policy.store import all_versions, changes, keep_texts, policy_at, texts_of, wrong_with

SEED: Final = 1  # the same made-up people for every version


class MayNotChangePolicy(HoedeError):
    """This person's roles do not let them change policy. An administrator can give them the role policy."""

    code = "policy-may-not"


class NothingDrafted(HoedeError):
    """A proposal names a pack that is new or other, or one that goes."""

    code = "policy-nothing-drafted"


class PackNotThere(HoedeError):
    """A pack that is to go is not among those that stand."""

    code = "policy-pack-not-there"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a proposal would be: all its packs, and what it is a change of."""

    base: Version
    packs: tuple[Pack, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What was in force at a moment, and what says so."""

    version: Version
    packs: tuple[str, ...]  # their texts
    wrong: tuple[str, ...]  # what does not fit; nothing: it is proved
    leaves: tuple[tuple[str, int | None], ...]  # acts and numbers in the log; None: not numbered yet


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePolicy:
    """Every way in which policy changes. Who does it has been let in, or says who they are at the machine."""

    db: Database
    keys: KeyProvider
    roles: Roles
    vocabulary: Vocabulary
    home: str | None  # the operator's own country

    def begin(self, texts: Sequence[str]) -> None:
        """The first version of a deployment, from its configuration; nothing where there is one."""
        if self.db.read(all_versions):
            return
        packs = self._read(texts)

        def step(tx: Transaction) -> None:
            keep_texts(tx, texts)
            steps.first(tx, packs, self.home, self.keys)

        self.db.commit(step)

    def draft(self, texts: Sequence[str], without: Collection[str] = ()) -> Draft:
        """What stands, with these packs in the place of those of the same id, and without others.

        Raises `PackError` with every problem by line, `PolicyError` where packs contradict, `NothingDrafted`
        or `PackNotThere`.
        """
        base, standing = self.db.read(self._standing)
        packs = self._read(texts)
        if not packs and not without:
            raise NothingDrafted
        ids = {one.id for one in base.packs}
        if strange := sorted(set(without) - ids):
            raise PackNotThere(f"{strange[0]} is not among the packs that stand: {', '.join(sorted(ids))}.")
        gone = {*without, *(one.id for one in packs)}
        kept = [text for ref, text in zip(base.packs, standing, strict=True) if ref.id not in gone]
        every = (*kept, *texts)
        return Draft(base, self._read(every), every)

    def propose(self, draft: Draft, *, why: str, day: date | None, by: By) -> Version:
        """A version that waits for a second person; no day: it counts once agreed to."""
        starts_at = None if day is None else start_of(day)

        def step(tx: Transaction) -> Version:
            keep_texts(tx, draft.texts)
            return steps.propose(
                tx, draft.packs, self.home, base=draft.base.number, why=why, starts_at=starts_at, by=by
            )

        return self.db.commit(step)

    def agree(self, number: int, *, by: By) -> Version:
        """The second person's yes. What cannot be read or was changed since is not agreed to."""
        self.db.read(lambda conn: read_policy(conn, steps.find(all_versions(conn), number), self.vocabulary))
        return self.db.commit(lambda tx: steps.agree(tx, number, self.keys, by=by))

    def shadow(self, number: int, *, by: By) -> Version:
        return self.db.commit(lambda tx: steps.shadow(tx, number, by=by))

    def end_shadow(self, number: int, *, by: By) -> Version:
        return self.db.commit(lambda tx: steps.end_shadow(tx, number, by=by))

    def withdraw(self, number: int, *, why: str, by: By) -> Version:
        return self.db.commit(lambda tx: steps.withdraw(tx, number, why=why, by=by))

    def roll_back(self, *, why: str, by: By) -> steps.RolledBack:
        """Back to what stood before, at once."""
        return self.db.commit(lambda tx: steps.roll_back(tx, self.keys, why=why, by=by))

    def packs_of(self, number: int) -> tuple[Pack, ...]:
        """What a version says, pack by pack. Raises `VersionUnknown`, or `PackError`."""
        return self.db.read(lambda conn: self._packs_of(conn, number))

    def pack_of(self, number: int, name: str) -> tuple[Pack, str]:
        """One pack of a version, and its text. Raises `VersionUnknown`, also where it has no such pack."""
        version = steps.find(self.db.read(all_versions), number)
        texts = self.db.read(lambda conn: texts_of(conn, version))
        for ref, text in zip(version.packs, texts, strict=True):
            if ref.id == name:
                return read_pack(text, self.vocabulary), text
        raise steps.VersionUnknown(f"Version {number} has no pack {name}.")

    def before_live(self) -> Version | None:
        """Where a rollback would lead now."""
        versions, now = self.db.read(lambda conn: (all_versions(conn), self.db.time(conn)))
        live = in_force_at(versions, now)
        return None if live is None else before(versions, live)

    def simulate(self, version: Version, accounts: int) -> tuple[Figure, ...]:
        """What a version would change beside its base, for made-up people, once all of it has begun.

        Nothing for the first one, which has no base.
        """
        if version.base is None:
            return ()
        after = Policy(self.vocabulary, self.packs_of(version.number), home=version.home)
        before = Policy(self.vocabulary, self.packs_of(version.base), home=version.home)
        begun = [start_of(one.effective_from + timedelta(days=2)) for one in after.packs]
        now = max(self.db.now(), version.starts_at, *begun)
        return simulate(before, after, populate(shipped_shape(), accounts, SEED), now)

    def at_machine(self, person: str) -> By:
        """Somebody who says at the machine who they are, and may change policy.

        Raises `PersonUnknown` or `MayNotChangePolicy`.
        """
        found = self.db.read(lambda conn: find_person(conn, person))
        if found is None:
            raise PersonUnknown
        if found.is_disabled or Permission.POLICY_CHANGE not in self.roles.permitted(found.roles):
            raise MayNotChangePolicy
        return By(person, Via.MACHINE)

    def proof_at(self, moment: datetime) -> Proof | None:
        """What was in force at a moment, with what proves it; None before the first version."""
        return self.db.read(lambda conn: self._proof(conn, moment))

    def _proof(self, conn: Connection, moment: datetime) -> Proof | None:
        version = policy_at(conn, moment)
        if version is None:
            return None
        names = self.keys.names
        acts = [act for act, number in changes(conn) if number == str(version.number)]
        found = browse.numbers_of(conn, [commitment(names, act, str(version.number)) for act in acts])
        lost = [f"the log has no leaf {act} of version {version.number}" for act in _lost(acts, found)]
        return Proof(
            version=version,
            packs=texts_of(conn, version),
            wrong=(*wrong_with(conn, version), *lost),
            leaves=tuple((act, found[at]) for at, act in enumerate(acts) if at in found),
        )

    def _standing(self, conn: Connection) -> tuple[Version, tuple[str, ...]]:
        base = newest(all_versions(conn))
        if base is None:
            raise steps.VersionUnknown
        return base, texts_of(conn, base)

    def _packs_of(self, conn: Connection, number: int) -> tuple[Pack, ...]:
        return self._read(texts_of(conn, steps.find(all_versions(conn), number)))

    def _read(self, texts: Sequence[str]) -> tuple[Pack, ...]:
        """The packs, each on its own and all together."""
        packs = tuple(read_pack(text, self.vocabulary) for text in texts)
        return Policy(self.vocabulary, packs, home=self.home).packs


def _lost(acts: Sequence[str], found: Collection[int]) -> list[str]:
    return [act for at, act in enumerate(acts) if at not in found]
