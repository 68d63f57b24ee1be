"""What pairings say about an account, as policy takes it: locks, yeses, who is vouched for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from hoede.pairing import Family
from hoede.pairing.families import NOBODY, SaidGrant
from hoede.pairing.rules.asking import Kind
from hoede.policy import Lock, Step, Vocabulary
from hoede.policy.rules.effective import ASSURED_GROUPS
from hoede.policy.rules.steps import at_most
from hoede.policy.rules.vocabulary import Setting


@dataclass(frozen=True, slots=True)
class Said:
    """Read once when an account is loaded; what of it counts depends on the moment."""

    locks: tuple[Lock, ...] = ()
    opened: tuple[tuple[Setting, Step, SaidGrant], ...] = ()  # yeses to more room
    family: Family = NOBODY

    def locks_at(self, now: datetime) -> tuple[Lock, ...]:
        """A guardian's limits; where they said yes to more, as far as they said."""
        if not self.opened:
            return self.locks
        return tuple(self._with_yes(one, now) for one in self.locks)

    def approved_at(self, now: datetime) -> Mapping[str, Step]:
        """What a yes opens; contact and who sees what only by a guardian who proved to be an adult."""
        found: dict[str, Step] = {}
        for setting, step, grant in self.opened:
            if not grant.counts(now) or (setting.group in ASSURED_GROUPS and not grant.is_assured(now)):
                continue
            before = found.get(setting.name)
            if before is None or at_most(setting.kind, before, step):
                found[setting.name] = step
        return MappingProxyType(found)

    def is_assured_at(self, now: datetime) -> bool:
        """Whether any yes is of a guardian who proved to be an adult; the others open no contact anyway."""
        return any(grant.is_assured(now) for _, _, grant in self.opened)

    def vouches(self, account: str, now: datetime) -> bool:
        """Whether a guardian who proved to be an adult vouched for this contact."""
        return any(
            one.kind is Kind.CONTACT and one.about == account and one.counts(now) and one.is_assured(now)
            for one in self.family.grants
        )

    def extra_minutes(self, now: datetime) -> int:
        """Minutes more today."""
        extra = (one for one in self.family.grants if one.kind is Kind.EXTRA_TIME and one.counts(now))
        return sum(int(one.step) for one in extra)

    def _with_yes(self, lock: Lock, now: datetime) -> Lock:
        for setting, step, grant in self.opened:
            said = setting.name == lock.setting and grant.link == lock.by and grant.counts(now)
            if said and at_most(setting.kind, lock.step, step):
                return Lock(setting=lock.setting, step=step, reason=lock.reason, by=lock.by, until=lock.until)
        return lock


SILENT = Said()


def said(family: Family, vocabulary: Vocabulary) -> Said:
    """Steps as policy has them. One that is no step any more counts as the strictest that can be written."""
    locks, opened = [], []
    for one in family.locks:
        setting = vocabulary.settings.get(one.setting)
        step = None if setting is None else _step(setting, one.step)
        if setting is not None and step is not None:
            lock = Lock(setting=setting.name, step=step, reason=one.reason, by=one.link, until=one.until)
            locks.append(lock)
    for grant in family.grants:
        setting = vocabulary.settings.get(grant.setting or "")
        if grant.kind is not Kind.LOOSEN or setting is None:
            continue
        try:
            opened.append((setting, setting.kind.read(grant.step), grant))
        except ValueError:
            continue  # a yes to what is no step any more opens nothing
    return Said(tuple(locks), tuple(opened), family)


def _step(setting: Setting, raw: Any) -> Step | None:
    try:
        return setting.kind.read(raw)
    except ValueError:
        return setting.ladder[0] if setting.ladder else setting.tightest
