"""Versions of policy in the database: two people, a day, a signature, and one step back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from tests.databases import KEY, Databases

from hoede.app.changes import verify_log
from hoede.app.keys import check_key_folder
from hoede.audit import Sequencer
from hoede.core.errors import HoedeError
from hoede.db import Database
from hoede.keys import FileKeys
from hoede.policy import Pack, shipped_pack
from hoede.policy import versions as steps
from hoede.policy.rules.versions import By, State, Version, Via, in_force_at, set_hash, state_of
from hoede.policy.shipped import shipped_text
from hoede.policy.store import all_versions, keep_texts, policy_at, wrong_with
from hoede.policy.tables import PACKS, TEXTS, VERSIONS
from hoede.simulators.cybertipline import VirtualClock

START = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
ANNA, BAS, CEES = (By(f"per_{name}", Via.CONSOLE) for name in ("anna", "bas", "cees"))


class Office:
    """Where policy is changed, at a clock of its own."""

    def __init__(self, db: Database, keys: FileKeys, clock: VirtualClock) -> None:
        self.db, self.keys, self.clock = db, keys, clock
        packs = self.packs("hoede-baseline")
        db.commit(lambda tx: steps.first(tx, packs, None, keys))

    def packs(self, *names: str) -> list[Pack]:
        self.db.commit(lambda tx: keep_texts(tx, map(shipped_text, names)))
        return [shipped_pack(name) for name in names]

    def propose(
        self, *names: str, by: By = ANNA, base: int | None = None, starts_at: datetime | None = None
    ) -> Version:
        packs = self.packs(*names)
        on = base or self.live().number
        return self.db.commit(
            lambda tx: steps.propose(tx, packs, None, base=on, why="A change.", starts_at=starts_at, by=by)
        )

    def agree(self, number: int, by: By = BAS) -> Version:
        return self.db.commit(lambda tx: steps.agree(tx, number, self.keys, by=by))

    def both(self, *names: str, starts_at: datetime | None = None) -> Version:
        """Proposed by one, agreed to by another."""
        return self.agree(self.propose(*names, starts_at=starts_at).number)

    def back(self, by: By = ANNA) -> steps.RolledBack:
        return self.db.commit(lambda tx: steps.roll_back(tx, self.keys, why="It was wrong.", by=by))

    def withdraw(self, number: int, by: By = BAS) -> Version:
        return self.db.commit(lambda tx: steps.withdraw(tx, number, why="It was wrong.", by=by))

    def versions(self) -> tuple[Version, ...]:
        return self.db.read(all_versions)

    def now(self) -> datetime:
        return self.db.now()

    def live(self) -> Version:
        found = in_force_at(self.versions(), self.now())
        assert found is not None
        return found

    def states(self) -> list[State]:
        return [state_of(one, self.versions(), self.now()) for one in self.versions()]


@pytest.fixture
def office(databases: Databases, kind: str, tmp_path: Path) -> Iterator[Office]:
    clock = VirtualClock(lambda: START)
    url = databases.lend(kind, tmp_path)
    FileKeys.create(tmp_path / "keys")
    keys = FileKeys(tmp_path / "keys")
    db = Database(url, key=keys.names, clock=lambda _: clock.now())
    db.commit(lambda tx: check_key_folder(tx, keys))
    yield Office(db, keys, clock)
    db.close()
    databases.take_back(url)


def test_a_deployment_begins_with_what_its_configuration_names_once(office: Office) -> None:
    packs = office.packs("nl")
    assert office.db.commit(lambda tx: steps.first(tx, packs, None, office.keys)) is None
    assert [one.id for one in office.live().packs] == ["hoede-baseline"]


def test_a_proposal_counts_when_a_second_person_agreed(office: Office) -> None:
    made = office.propose("hoede-baseline", "nl")
    assert office.states() == [State.LIVE, State.PROPOSED]
    office.agree(made.number)
    assert office.states() == [State.REPLACED, State.LIVE]
    assert [one.id for one in office.live().packs] == ["hoede-baseline", "nl"]


def test_a_version_begins_on_its_day_without_anybody(office: Office) -> None:
    office.both("hoede-baseline", "nl", starts_at=datetime(2026, 12, 3, tzinfo=UTC))
    assert office.states() == [State.LIVE, State.PLANNED]
    office.clock.advance(2 * DAY)
    assert office.states() == [State.REPLACED, State.LIVE]


def test_what_was_in_force_on_any_day_is_told_afterwards(office: Office) -> None:
    office.both("hoede-baseline", "nl", starts_at=datetime(2026, 12, 3, tzinfo=UTC))
    office.clock.advance(5 * DAY)
    office.back()
    days = (START - DAY, START, START + DAY, datetime(2026, 12, 3, tzinfo=UTC), START + 5 * DAY)
    found = [office.db.read(lambda conn, day=day: policy_at(conn, day)) for day in days]  # type: ignore[misc] # the default says it
    assert [one and one.number for one in found] == [None, 1, 1, 2, 3]


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (lambda office: office.agree(2, ANNA), "policy-same-person"),
        (lambda office: office.agree(3), "policy-version-unknown"),
        (lambda office: office.agree(1), "policy-not-waiting"),
        (lambda office: office.propose("nl", base=2), "policy-overtaken"),  # nobody agreed to 2 yet
        (lambda office: office.propose("hoede-baseline"), "policy-same-set"),
        (lambda office: office.propose("uk-osa", starts_at=START - DAY), "policy-start-unfit"),
        (lambda office: office.back(), "policy-nothing-before"),
        (lambda office: office.withdraw(1), "policy-not-waiting"),  # it counts: roll back
        (lambda office: office.db.commit(lambda tx: steps.end_shadow(tx, 2, by=ANNA)), "policy-not-waiting"),
    ],
)
def test_what_may_not_be_is_refused_and_changes_nothing(office: Office, step: object, code: str) -> None:
    office.propose("hoede-baseline", "nl")
    before = office.versions()
    with pytest.raises(HoedeError) as refused:
        step(office)  # type: ignore[operator] # a table of steps
    assert (refused.value.code, office.versions()) == (code, before)


@pytest.mark.parametrize("why", ["", "   ", "x" * 1001, "a\x00b"])
def test_a_change_has_a_reason(why: str) -> None:
    with pytest.raises(steps.WhyUnfit):
        steps.fit(why)


def test_of_two_proposals_on_one_base_only_one_is_agreed_to(office: Office) -> None:
    one, other = office.propose("hoede-baseline", "nl"), office.propose("hoede-baseline", "uk-osa")
    office.agree(one.number)
    with pytest.raises(steps.Overtaken):
        office.agree(other.number)


def test_a_change_of_what_is_planned_does_not_begin_before_it(office: Office) -> None:
    soon = office.both("hoede-baseline", "nl", starts_at=START + 3 * DAY)
    packs = office.packs("uk-osa")
    with pytest.raises(steps.StartUnfit):
        office.db.commit(
            lambda tx: steps.propose(
                tx, packs, None, base=soon.number, why="Sooner.", starts_at=START + DAY, by=ANNA
            )
        )


def test_a_rollback_counts_at_once_and_a_second_person_confirms_it(office: Office) -> None:
    office.both("hoede-baseline", "nl")
    office.clock.advance(DAY)
    back = office.back().version
    assert (office.live().number, back.equals, back.hash) == (3, 1, office.versions()[0].hash)
    with pytest.raises(steps.SamePerson):
        office.agree(3, ANNA)
    office.agree(3)
    assert not office.live().unconfirmed


def test_a_rollback_that_nobody_confirms_is_overdue_and_goes_on(office: Office) -> None:
    office.both("hoede-baseline", "nl")
    office.clock.advance(DAY)
    office.back()
    assert not office.live().overdue(office.now())
    office.clock.advance(DAY + timedelta(minutes=1))
    assert (office.live().number, office.live().overdue(office.now())) == (3, True)


def test_a_rollback_that_a_second_person_takes_back_ends(office: Office) -> None:
    office.both("hoede-baseline", "nl")
    office.clock.advance(DAY)
    office.back()
    with pytest.raises(steps.SamePerson):
        office.withdraw(3, ANNA)
    office.withdraw(3)
    assert office.states() == [State.REPLACED, State.LIVE, State.WITHDRAWN]


def test_nobody_goes_back_twice_alone_and_twice_is_two_steps(office: Office) -> None:
    for names in (("nl",), ("uk-osa",)):
        office.both(*names)
        office.clock.advance(DAY)
    office.back()
    with pytest.raises(steps.RollbackWaits):
        office.back(CEES)
    office.agree(4)
    office.clock.advance(DAY)
    assert [one.id for one in office.back().version.packs] == ["hoede-baseline"]


def test_nothing_is_agreed_to_while_a_rollback_waits(office: Office) -> None:
    office.both("hoede-baseline", "nl")
    office.clock.advance(DAY)
    office.back()
    made = office.propose("hoede-baseline", "uk-osa")
    with pytest.raises(steps.RollbackWaits):
        office.agree(made.number)


def test_what_was_planned_goes_with_what_it_was_a_change_of(office: Office) -> None:
    office.both("hoede-baseline", "nl")
    later = office.propose("nl", "uk-osa", starts_at=START + 9 * DAY)
    office.agree(later.number)
    office.clock.advance(DAY)
    assert office.back().withdrawn == (later.number,)
    office.clock.advance(20 * DAY)
    assert office.live().equals == 1


def test_one_version_is_in_shadow_until_it_counts_or_goes(office: Office) -> None:
    one, other = office.propose("nl"), office.propose("uk-osa")
    office.db.commit(lambda tx: steps.shadow(tx, one.number, by=ANNA))
    assert office.states() == [State.LIVE, State.SHADOW, State.PROPOSED]
    with pytest.raises(steps.ShadowTaken):
        office.db.commit(lambda tx: steps.shadow(tx, other.number, by=ANNA))
    office.agree(one.number)
    assert not office.versions()[1].in_shadow_at(office.now())


@pytest.mark.parametrize(
    "spoil",
    [
        update(TEXTS).values(text="other"),
        update(PACKS).values(version="9.9.9"),
        update(VERSIONS).values(why="Another reason."),
        update(VERSIONS).values(starts_at=START - DAY),
        update(VERSIONS).values(agreed_by="per_eve"),
        update(VERSIONS).values(proposed_via="console"),
        update(VERSIONS).values(signature=b"x" * 64),
        update(VERSIONS).values(signed_by=KEY),
    ],
)
def test_what_somebody_changed_in_the_database_is_noticed(office: Office, spoil: object) -> None:
    assert office.db.read(lambda conn: wrong_with(conn, office.live())) == []
    office.db.commit(lambda tx: tx.conn.execute(spoil))  # type: ignore[call-overload] # a table of updates
    version = office.versions()[0]
    assert office.db.read(lambda conn: wrong_with(conn, version)) != []


def test_every_change_has_its_leaf(office: Office) -> None:
    made = office.propose("nl")
    office.db.commit(lambda tx: steps.shadow(tx, made.number, by=ANNA))
    office.db.commit(lambda tx: steps.end_shadow(tx, made.number, by=ANNA))
    office.agree(made.number)
    office.clock.advance(DAY)
    office.back()
    office.agree(3)
    office.withdraw(office.propose("uk-osa").number)
    Sequencer(office.db, office.keys, "here").run_once()
    verdict = verify_log(office.db, office.keys)
    assert (verdict.wrong, verdict.leaves) == ((), 9)


def test_a_set_is_the_same_in_whatever_order_it_is_named(office: Office) -> None:
    one = steps.refs_of(office.packs("nl", "uk-osa"))
    assert set_hash(one, None) == set_hash(one[::-1], None)
    assert len({set_hash(one, None), set_hash(one[:1], None), set_hash(one, "NL")}) == 3
