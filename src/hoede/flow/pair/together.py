"""Limits set together: a guardian's step, a preset, a block; and agreements that both sign."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hoede import accounts
from hoede.db import Transaction
from hoede.db.columns import milliseconds
from hoede.flow.pair.desk import (
    End,
    Guardian,
    PairDesk,
    Teen,
    by_of,
    in_force,
    mine,
    read_step,
    settings_changed,
    teen_facts,
    teen_of,
)
from hoede.pairing import By, Family, LinkRow, Mode, families, family_of, limits, proposals, store
from hoede.pairing.proposals import ProposalRow
from hoede.pairing.rules.limits import (
    LONGEST_WHY,
    LockRow,
    at_most,
    preset_steps,
    replaces,
    why_not_lock,
    with_own,
)
from hoede.pairing.rules.saying import Refusal, Why
from hoede.policy import InForce, Step

LONGEST_TEXT = 2000  # characters of an agreement
LONGEST_ID = 255  # characters of an account's id
LOOKED_AT_AGAIN = timedelta(days=90)
MOST_STEPS = 47

Together_ = Callable[[Transaction, LinkRow], Family | Refusal]


@dataclass(frozen=True, slots=True)
class Together:
    """What guardian and teen set. A guardian's act never opens anything, whatever it is."""

    desk: PairDesk

    def limit(
        self,
        guardian: Guardian,
        link_id: str,
        setting: str,
        step: object,
        *,
        version: int,
        reason: str = "",
        until: datetime | None = None,
    ) -> Family | Refusal:
        """Limit one setting to a step; the teen reads the reason. `version` is of what the form showed."""
        if len(reason) > LONGEST_WHY:
            return Refusal(Why.REASON)
        lock_id = self.desk.new_id("lock")

        def whole(tx: Transaction, link: LinkRow) -> Family | Refusal:
            found = read_step(self.desk, setting, step)
            if found is None or (until is not None and until <= tx.now):
                return Refusal(Why.NO_STEP)
            lock = LockRow(
                id=lock_id,
                link=link.id,
                setting=setting,
                step=self.desk.vocabulary[setting].kind.show(found),
                reason=reason.strip(),
                at=tx.now,
                until=until,
            )
            return self._limit(tx, link, {setting: found}, (lock,), version)

        return self._by_guardian(guardian, link_id, whole)

    def preset(self, guardian: Guardian, link_id: str, name: str, *, version: int) -> Family | Refusal:
        """Everything of a preset that is tighter than what is in force."""
        preset = self.desk.presets.get(name)
        if preset is None:
            return Refusal(Why.NO_STEP)

        def whole(tx: Transaction, link: LinkRow) -> Family | Refusal:
            changed = self._changes(tx, link, name)
            steps = {one: self.desk.vocabulary[one].kind.read(preset.steps[one]) for one in changed}
            locks = tuple(
                LockRow(
                    id=self.desk.new_id("lock"),
                    link=link.id,
                    setting=one,
                    step=self.desk.vocabulary[one].kind.show(step),
                    reason="",
                    at=tx.now,
                    until=None,
                )
                for one, step in steps.items()
            )
            return self._limit(tx, link, steps, locks, version)

        return self._by_guardian(guardian, link_id, whole)

    def preview(self, guardian: Guardian, link_id: str, name: str) -> Mapping[str, tuple[Step, Step]]:
        """What a preset would change, before and after; nothing for what is not theirs."""

        def whole(tx: Transaction) -> Mapping[str, tuple[Step, Step]]:
            link = mine(tx, guardian, link_id)
            return {} if link is None or not link.counts else self._changes(tx, link, name)

        return {} if name not in self.desk.presets else self.desk.db.commit(whole)

    def block(self, guardian: Guardian, link_id: str, about: str) -> Family | Refusal:
        """Nobody of this name reaches the teen, nor the other way; the teen reads whom, and may ask."""

        def whole(tx: Transaction, link: LinkRow) -> Family | Refusal:
            if link.mode is not Mode.LIMITS:
                return Refusal(Why.AGREE)
            if not 1 <= len(about) <= LONGEST_ID or not about.isprintable() or about == link.account:
                return Refusal(Why.NO_STEP)
            if not limits.block(tx, link.id, about):
                return Refusal(Why.REPEAT)
            return self._changed(tx, link, "block", By.GUARDIAN, about)

        return self._by_guardian(guardian, link_id, whole)

    def propose(
        self,
        end: End,
        link_id: str,
        steps: Mapping[str, object],
        *,
        mode: Mode,
        version: int,
        text: str = "",
    ) -> ProposalRow | Refusal:
        """Lay an agreement on the table, signed by who proposes it."""
        if len(text) > LONGEST_TEXT or len(steps) > MOST_STEPS:
            return Refusal(Why.REASON)
        proposal_id = self.desk.new_id("prop")

        def whole(tx: Transaction) -> ProposalRow | Refusal:
            link = mine(tx, end, link_id)
            if link is None or not link.counts:
                return Refusal(Why.NOT_NOW)
            wrong = self._wrong_proposal(tx, end, link, steps, mode, version)
            if wrong is not None:
                return wrong
            by = by_of(end)
            row = ProposalRow(
                id=proposal_id,
                link=link.id,
                by=by,
                mode=mode,
                steps=dict(steps),
                text=text.strip(),
                at=tx.now,
                look_again_at=tx.now + LOOKED_AT_AGAIN,
                teen_at=tx.now if by is By.TEEN else None,
                guardian_at=tx.now if by is By.GUARDIAN else None,
                ended_at=None,
                band=self._band(tx, link),
                own=_own(tx, link, steps),
            )
            proposals.add(tx, row)
            store.note(tx, link, "propose", by=by)
            return row

        return self.desk.db.commit(whole)

    def sign(self, end: End, proposal_id: str) -> ProposalRow | Refusal:
        """The second signature: what was agreed is set as the teen's own choices, as far as it may be."""

        def whole(tx: Transaction) -> ProposalRow | Refusal:
            row = proposals.lock(tx, proposal_id)
            link = None if row is None else mine(tx, end, row.link)
            if row is None or link is None or not link.counts:
                return Refusal(Why.NOT_NOW)
            if not row.is_open or row.is_over(tx.now):
                return Refusal(Why.REPEAT if row.is_signed else Why.STALE)
            if row.by is by_of(end):
                return Refusal(Why.REPEAT)
            return self._sign(tx, end, link, row)

        return self._and_forget(end, self.desk.db.commit(whole))

    def drop(self, end: End, proposal_id: str) -> ProposalRow | Refusal:
        """Take a proposal from the table; either may, before both signed."""

        def whole(tx: Transaction) -> ProposalRow | Refusal:
            row = proposals.lock(tx, proposal_id)
            link = None if row is None else mine(tx, end, row.link)
            if row is None or link is None or not row.is_open:
                return Refusal(Why.NOT_NOW)
            proposals.end(tx, row.id)
            store.note(tx, link, "drop", by=by_of(end))
            return row

        return self.desk.db.commit(whole)

    def _by_guardian(self, guardian: Guardian, link_id: str, step: Together_) -> Family | Refusal:
        teen: list[tuple[str, str]] = []

        def whole(tx: Transaction) -> Family | Refusal:
            link = mine(tx, guardian, link_id)
            if link is None or not link.counts:
                return Refusal(Why.NOT_NOW)
            teen[:] = [teen_of(link)]
            families.lock(tx, *teen_of(link))  # of two guardians at once the second sees what the first did
            return step(tx, link)

        done = self.desk.db.commit(whole)
        for one in teen:
            self.desk.forget(*one)
        return done

    def _limit(
        self,
        tx: Transaction,
        link: LinkRow,
        steps: Mapping[str, Step],
        locks: tuple[LockRow, ...],
        version: int,
    ) -> Family | Refusal:
        service, account = teen_of(link)
        if link.mode is not Mode.LIMITS:
            return Refusal(Why.AGREE)
        locks = tuple(self._with_own(tx, one) for one in locks)
        if locks and all(self._is_there(tx, one) for one in locks):
            return Refusal(Why.REPEAT)
        if family_of(tx.conn, service, account).version != version:
            return Refusal(Why.STALE)
        found = in_force(tx.conn, self.desk, service, account, tx.now)
        for setting, step in steps.items():
            if (why := self._why_not(setting, step, found[setting].step)) is not None:
                return Refusal(why)
        for one in locks:
            self._put(tx, one)
        names = " ".join(sorted(steps))
        return self._changed(tx, link, "limit", By.GUARDIAN, names)

    def _why_not(self, setting: str, step: Step, there: Step) -> Why | None:
        dial = self.desk.vocabulary[setting]
        if read_step(self.desk, setting, dial.kind.show(dial.kind.meet(step, there))) is None:
            return Why.NO_STEP  # more words than there may be
        return why_not_lock(dial, step, there)

    def _with_own(self, tx: Transaction, lock: LockRow) -> LockRow:
        own = [one for one in limits.locks_of(tx.conn, lock.link, lock.setting) if one.stands(tx.now)]
        both = with_own(self.desk.vocabulary[lock.setting].kind, lock, own)
        # What is too long for one lock stays two.
        return lock if read_step(self.desk, lock.setting, both.step) is None else both

    def _put(self, tx: Transaction, lock: LockRow) -> None:
        """A limit, in place of those of the same pairing that it leaves nothing to say."""
        kind = self.desk.vocabulary[lock.setting].kind
        for old in limits.locks_of(tx.conn, lock.link, lock.setting):
            if replaces(kind, lock, old):
                limits.end_lock(tx, old.id)
        limits.end_grants(tx, lock.link, lock.setting)
        limits.add_lock(tx, lock)

    def _is_there(self, tx: Transaction, lock: LockRow) -> bool:
        said = (lock.step, lock.reason, lock.until)
        return any(
            (old.step, old.reason, old.until) == said
            for old in limits.locks_of(tx.conn, lock.link, lock.setting)
        )

    def _changes(self, tx: Transaction, link: LinkRow, name: str) -> Mapping[str, tuple[Any, Any]]:
        found = in_force(tx.conn, self.desk, *teen_of(link), tx.now)
        steps = {setting: one.step for setting, one in found.items()}
        return preset_steps(self.desk.presets[name], self.desk.vocabulary.settings, steps)

    def _changed(self, tx: Transaction, link: LinkRow, act: str, by: By, detail: str) -> Family:
        noted = store.note(tx, link, act, by=by, detail=detail)
        settings_changed(tx, self.desk, noted)
        return family_of(tx.conn, *teen_of(link))

    def _wrong_proposal(  # noqa: PLR0917 - a proposal's parts
        self,
        tx: Transaction,
        end: End,
        link: LinkRow,
        steps: Mapping[str, object],
        mode: Mode,
        version: int,
    ) -> Refusal | None:
        """A guardian proposes only what tightens, and keeps the mode; a teen up to the limit."""
        if not steps and mode is link.mode:
            return Refusal(Why.NO_STEP)
        if isinstance(end, Guardian) and mode is Mode.AGREEMENT and link.mode is Mode.LIMITS:
            return Refusal(Why.ONLY_TIGHTER)  # it would end limits
        service, account = teen_of(link)
        if family_of(tx.conn, service, account).version != version:
            return Refusal(Why.STALE)
        found = in_force(tx.conn, self.desk, service, account, tx.now)
        whys = (self._wrong_step(end, found, setting, raw) for setting, raw in steps.items())
        why = next((one for one in whys if one is not None), None)
        return None if why is None else Refusal(why)

    def _wrong_step(self, end: End, found: Mapping[str, InForce], setting: str, raw: object) -> Why | None:
        step = read_step(self.desk, setting, raw)
        if step is None:
            return Why.NO_STEP
        there = found[setting]
        if isinstance(end, Guardian):
            if not at_most(there.setting.kind, step, there.step):
                return Why.ONLY_TIGHTER  # signed, it is the teen's own choice in place of the one before
            return why_not_lock(there.setting, step, there.step)
        return None if at_most(there.setting.kind, step, there.limit) else Why.PAST_LIMIT

    def _sign(self, tx: Transaction, end: End, link: LinkRow, row: ProposalRow) -> ProposalRow | Refusal:
        service, account = teen_of(link)
        families.lock(tx, service, account)  # a choice of the teen's is before this, or after it
        found = in_force(tx.conn, self.desk, service, account, tx.now)
        steps = {name: read_step(self.desk, name, raw) for name, raw in row.steps.items()}
        if row.by is By.GUARDIAN and any(
            step is None or not at_most(found[name].setting.kind, step, found[name].step)
            for name, step in steps.items()
        ):
            # What it would have tightened is tighter by now: it would open something.
            return Refusal(Why.STALE)
        as_then = (self._band(tx, link), _own(tx, link, row.steps))
        if row.by is By.TEEN and (row.band, row.own) != as_then:
            # The teen chose otherwise since, or is of another age: a guardian alone would open it.
            return Refusal(Why.STALE)
        proposals.sign(tx, row.id, by_of(end))
        if row.mode is Mode.AGREEMENT and link.mode is Mode.LIMITS:
            for one in limits.locks_of(tx.conn, link.id):
                limits.end_lock(tx, one.id)
        moved = store.note(tx, link, "sign", by=by_of(end), detail=" ".join(sorted(steps)), mode=row.mode)
        for name, step in steps.items():
            if step is not None and self._may_be(found[name], step):
                accounts.choose(tx, service, account, name, found[name].setting.kind.show(step))
        settings_changed(tx, self.desk, moved)
        return proposals.lock(tx, row.id) or row

    def _band(self, tx: Transaction, link: LinkRow) -> str:
        return teen_facts(tx.conn, self.desk, *teen_of(link), tx.now).band.value

    @staticmethod
    def _may_be(there: InForce, step: Step) -> bool:
        """Up to the limit it is the teen's own choice; what is further, both together cannot open either."""
        return at_most(there.setting.kind, step, there.limit)

    def _and_forget(self, end: End, done: ProposalRow | Refusal) -> ProposalRow | Refusal:
        if isinstance(end, Teen):
            self.desk.forget(end.service, end.account)
        elif isinstance(done, ProposalRow):
            link = self.desk.db.read(lambda conn: store.known(conn, done.link))
            self.desk.forget(*teen_of(link))
        return done


def _own(tx: Transaction, link: LinkRow, settings: Collection[str]) -> dict[str, list[Any]]:
    """What the teen chose of these settings, and when: the same only if they did not choose since."""
    found = accounts.chosen(tx.conn, *teen_of(link), settings)
    return {name: [step, milliseconds(at)] for name, (step, at) in found.items()}
