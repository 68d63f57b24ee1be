"""Both ends and the clock do what they like: what must always hold, holds after every step.

A guardian never opens anything; nothing is open beyond the limit of the age; no pairing is stuck; what a
permit reads is what the rows say; a pairing that rests shows one text, whatever it rests for; and every
look of a guardian is there for the teen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.conftest import LONG_RUN, NOON
from tests.databases import KEY, Databases
from tests.pairing.scene import TABLES, VOCABULARY, Scene

from hoede.db import Database
from hoede.pairing import By, Mode, State, exits, families, requests, store
from hoede.pairing.exits import Decided
from hoede.pairing.rules.asking import Kind, Wish
from hoede.pairing.rules.seeing import RestingSeen
from hoede.pairing.rules.states import STANDS, allows
from hoede.policy import InForce
from hoede.review import claims
from hoede.simulators.cybertipline import VirtualClock

STEPS = {
    "dm.send": ("none", "connections", "everyone"),
    "account.visibility": ("private", "public"),
    "search.use": ("off", "on"),
    "time.daily_cap": (30, 45, 60, 120, "no_limit"),
    "live.host": ("off", "on"),
}
SETTINGS = st.sampled_from(sorted(STEPS))
WHICH = st.integers(0, 1)
DAYS = st.sampled_from([1, 8, 40, 100, 181])


class FamilyMachine(RuleBasedStateMachine):
    """One teen, two guardians, one of them proved to be an adult."""

    databases: Databases
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock(lambda: NOON)
        self.url = self.databases.lend("sqlite", self.folder)
        self.db = Database(self.url, key=KEY, clock=lambda _conn: self.clock.now())
        self.scene = Scene(self.db, self.clock)
        self.looks = 0

    def teardown(self) -> None:
        self.db.close()
        Path(self.url.removeprefix("sqlite:///")).unlink()

    @initialize(age=st.sampled_from([13, 15, 16, 17]))
    def begin(self, age: int) -> None:
        self.teen = self.scene.teen(age=age)
        self.guardians = (self.scene.guardian("Anna", proved=True), self.scene.guardian("Bo"))

    @rule(which=WHICH, mode=st.sampled_from(list(Mode)), by_teen=st.booleans())
    def pair(self, which: int, mode: Mode, by_teen: bool) -> None:  # noqa: FBT001 - drawn
        guardian = self.guardians[which]
        first, second = (self.teen, guardian) if by_teen else (guardian, self.teen)
        invitation: Any = self.scene.links.invite(first, mode)
        if hasattr(invitation, "secret"):
            self.scene.links.accept_link(second, invitation.secret)
        _, version = self.scene.links.what_is_seen(self.teen)
        for link in self.links():
            self.scene.links.confirm(self.teen, link.id, version)

    @rule(which=WHICH, setting=SETTINGS, place=st.integers(0, 4), days=st.none() | st.integers(1, 9))
    def limit(self, which: int, setting: str, place: int, days: int | None) -> None:
        until = None if days is None else self.clock.now() + timedelta(days=days)
        step = STEPS[setting][place % len(STEPS[setting])]
        for link in self.of(which):
            with self.opens_nothing():
                self.scene.limit(self.guardians[which], link.id, self.teen, setting, step, until=until)

    @rule(which=WHICH, name=st.sampled_from(["start", "balanced", "independent"]))
    def preset(self, which: int, name: str) -> None:
        for link in self.of(which):
            version = self.scene.family(self.teen).version
            with self.opens_nothing():
                self.scene.together.preset(self.guardians[which], link.id, name, version=version)

    @rule(
        which=WHICH,
        by_teen=st.booleans(),
        setting=SETTINGS,
        place=st.integers(0, 4),
        mode=st.sampled_from(list(Mode)),
    )
    def agree(self, which: int, by_teen: bool, setting: str, place: int, mode: Mode) -> None:  # noqa: FBT001 - drawn
        guardian = self.guardians[which]
        first, second = (self.teen, guardian) if by_teen else (guardian, self.teen)
        steps = {setting: STEPS[setting][place % len(STEPS[setting])]}
        for link in self.of(which):
            version, before = self.scene.family(self.teen).version, self.in_force()
            proposal: Any = self.scene.together.propose(first, link.id, steps, mode=mode, version=version)
            assert self.in_force() == before  # laying it on the table does nothing
            if hasattr(proposal, "id"):
                with self.opens_nothing(but_for_the_teen=by_teen):
                    self.scene.together.sign(second, proposal.id)

    @rule(setting=SETTINGS, place=st.integers(0, 4))
    def choose(self, setting: str, place: int) -> None:
        dial = VOCABULARY[setting]
        step = dial.kind.read(STEPS[setting][place % len(STEPS[setting])])
        self.scene.permits.choose(self.teen.service, self.teen.account, dial, step, self.clock.now())

    @rule(setting=SETTINGS, place=st.integers(0, 4))
    def ask(self, setting: str, place: int) -> None:
        step = STEPS[setting][place % len(STEPS[setting])]
        self.scene.asking.ask(self.teen, Wish(kind=Kind.LOOSEN, setting=setting, step=step))

    @rule(which=WHICH, how=st.sampled_from(["approve", "decline", "take", "back"]))
    def answer(self, which: int, how: str) -> None:
        guardian = self.guardians[which]
        for one in self.db.read(lambda conn: requests.of_account(conn, "plein", "noor"))[:2]:
            if how == "approve":
                self.scene.asking.approve(guardian, one.id, until=self.clock.now() + timedelta(days=5))
            elif how == "decline":
                with self.opens_nothing():
                    self.scene.asking.decline(guardian, one.id, "not now")
            elif how == "take":
                self.scene.asking.accept_offer(self.teen, one.id)
            else:
                self.scene.asking.take_back(self.teen, one.id)

    @rule(
        which=WHICH,
        by_teen=st.booleans(),
        what=st.sampled_from(["stop", "again", "back", "agree", "decline"]),
    )
    def act(self, which: int, by_teen: bool, what: str) -> None:  # noqa: FBT001 - drawn
        guardian = self.guardians[which]
        end = self.teen if by_teen else guardian
        for link in self.of(which):
            if what == "stop":
                self.scene.links.stop(end, link.id)
            elif what == "again":
                self.scene.links.say_again(end, link.id)
            elif what == "back":
                self.scene.links.take_back(self.teen, link.id)
            elif what == "agree":
                self.scene.links.agree_end(guardian, link.id)
            else:
                self.scene.links.decline(end, link.id)

    @rule(which=WHICH)
    def look(self, which: int) -> None:
        for link in self.of(which):
            seen = self.scene.views.guardian_sees(self.guardians[which], link.id, "overview")
            if link.state in STANDS:
                self.looks += 1
            if link.state is State.FROZEN:
                assert seen == RestingSeen(link.id)
                assert asdict(seen) == {"link": link.id, "words": "exit.g"}

    @rule(said=st.sampled_from([Decided.ENDS, Decided.STAYS]))
    def exit(self, said: Decided) -> None:
        row, claim = self.scene.exits.ask(self.teen), self.scene.new_id("clm")
        self.db.commit(lambda tx: claims.take(tx, row.case_id, "eva", claim_id=claim, lead=False))
        self.scene.exits.answer(row.case_id, "eva", said, reason="they told us how it is")
        if said is Decided.ENDS:
            assert not any(one.counts for one in self.links())

    @precondition(lambda self: self.db.read(lambda conn: exits.newest_of(conn, "plein", "noor")) is None)
    @rule()
    def reach_out(self) -> None:
        """Once in a story somebody says that home is not safe, and nobody has answered yet."""
        before = self.links()
        self.scene.exits.ask(self.teen)
        assert self.links() == before

    @rule(days=DAYS)
    def wait(self, days: int) -> None:
        self.scene.later(days=days)

    @invariant()
    def what_permits_read_is_what_the_rows_say(self) -> None:
        if hasattr(self, "teen"):
            read = self.scene.family(self.teen)
            counts = {one.id for one in self.links() if one.counts}
            assert (read.paired, {one.link for one in read.locks} - counts) == (bool(counts), set())
            anew = self.db.commit(lambda tx: families.retell(tx, "plein", "noor"))
            assert (anew.locks, anew.grants, anew.blocked) == (read.locks, read.grants, read.blocked)

    @invariant()
    def nothing_is_open_beyond_the_limit(self) -> None:
        if hasattr(self, "teen"):
            for one in self.in_force().values():
                assert one.setting.kind.meet(one.step, one.limit) == one.step

    @invariant()
    def no_pairing_is_stuck(self) -> None:
        for link in self.live() if hasattr(self, "teen") else ():
            ways = {
                act for act in TABLES.pairing.acts if allows(TABLES.pairing.acts, link.state, act, By.CLOCK)
            }
            assert ways - {"start"}, link.state
            assert link.until is not None or (link.teen_by is not None and link.guardian_by is not None)

    @invariant()
    def every_look_is_there_for_the_teen(self) -> None:
        if hasattr(self, "teen"):
            mine = self.scene.views.my_guardians(self.teen)
            there = {one.id for one in self.links() if one.state is not State.ENDED}
            assert {one.link for one in mine} == there
            assert sum(len(one.looks) for one in mine) <= self.looks

    def links(self) -> tuple[store.LinkRow, ...]:
        return self.db.read(lambda conn: store.of_account(conn, "plein", "noor"))

    def live(self) -> list[store.LinkRow]:
        return [one for one in self.links() if one.state is not State.ENDED]

    def of(self, which: int) -> list[store.LinkRow]:
        return [one for one in self.links() if one.guardian == self.guardians[which].person][-2:]

    def in_force(self) -> dict[str, InForce]:
        return self.scene.in_force(self.teen)

    @contextmanager
    def opens_nothing(self, *, but_for_the_teen: bool = False) -> Iterator[None]:
        before = self.in_force()
        yield
        after = self.in_force()
        for name, one in before.items():
            meet = one.setting.kind.meet(one.step, after[name].step)
            assert but_for_the_teen or meet == after[name].step, name


def test_a_family_may_do_what_it_likes(databases: Databases, tmp_path: Path) -> None:
    FamilyMachine.databases, FamilyMachine.folder = databases, tmp_path
    run_state_machine_as_test(
        FamilyMachine,
        settings=settings(
            max_examples=300 if LONG_RUN else 8,
            stateful_step_count=40 if LONG_RUN else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=tuple(Phase) if LONG_RUN else (Phase.generate,),  # shrinking takes minutes
        ),
    )
