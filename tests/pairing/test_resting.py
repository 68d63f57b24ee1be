"""A pairing that rests tells nobody why: whatever anybody does, all is the same for each cause."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from tests.conftest import LONG_RUN, NOON
from tests.databases import KEY, Databases
from tests.pairing.resting import CAUSES, Cause, all_told, decided, lapses, look
from tests.pairing.scene import SERVICE, Scene, done

from hoede.db import Database
from hoede.flow.pair import Guardian, Teen
from hoede.pairing import LinkRow, State, requests, store
from hoede.pairing.exits import Decided
from hoede.pairing.rules.asking import Kind, Wish
from hoede.pairing.rules.leaving import FADES
from hoede.pairing.rules.saying import Refusal, Why
from hoede.pairing.rules.seeing import RestingSeen
from hoede.simulators.cybertipline import VirtualClock

DAYS = {"a day": 1, "six days": 6, "a month": 31}
BEFORE = ("limit", "ask", "again", "stop", "a day", "come")
AFTER = (*BEFORE, "pair", "answer", "exit", "six days", "a month")
Act = tuple[str, int, bool]  # what, with which guardian, and whether the teen does it


def acts(names: tuple[str, ...], most: int) -> st.SearchStrategy[list[Act]]:
    return st.lists(st.tuples(st.sampled_from(names), st.integers(0, 1), st.booleans()), max_size=most)


class Family:
    """A teen with two guardians, and what each of them saw and was answered."""

    def __init__(self, scene: Scene, age: int) -> None:
        self.scene, self.seen = scene, list[Any]()
        self.teen: Teen = scene.teen(age=age)
        self.guardians: tuple[Guardian, ...] = (scene.guardian("Anna", proved=True), scene.guardian("Bo"))
        for one in self.guardians:
            scene.paired(self.teen, one)

    def rest(self, cause: Cause) -> bool:
        """Let all rest that counts; false when nothing does."""
        of = self.scene.db.read(partial(store.of_account, service=SERVICE, account=self.teen.account))
        cause(self.scene, self.teen)
        self.seen += look(self.scene, self.teen, self.guardians)
        return any(one.counts for one in of)

    def do(self, act: Act) -> None:
        """Do it, keep what was answered, and look at everything."""
        what, which, by_teen = act
        guardian = self.guardians[which]
        if what in DAYS:
            self.scene.later(days=DAYS[what])
        elif what == "exit":
            decided(self.scene, self.scene.exits.ask(self.teen).case_id, Decided.STAYS)
        elif what in {"come", "pair"}:
            self.seen += map(said, self._pair(guardian, by_teen=by_teen, whole=what == "pair"))
        else:
            of = self.scene.db.read(partial(store.of_guardian, guardian=guardian.person))
            self.seen += [said(self._act(what, guardian, one, by_teen=by_teen)) for one in of]
        self.seen += look(self.scene, self.teen, self.guardians)

    def _act(self, what: str, guardian: Guardian, link: LinkRow, *, by_teen: bool) -> object:
        scene, end = self.scene, self.teen if by_teen else guardian
        if what == "limit":
            return scene.limit(guardian, link.id, self.teen, "search.use", "off", reason="sleep")
        if what == "ask":
            return scene.asking.ask(self.teen, Wish(kind=Kind.LOOSEN, setting="search.use", step="on"))
        if what == "again":
            return scene.links.say_again(end, link.id)
        if what == "stop":
            return scene.links.stop(end, link.id)
        asked = scene.db.read(lambda conn: requests.of_account(conn, self.teen.service, self.teen.account))
        return [scene.asking.approve(guardian, one.id) for one in asked]

    def _pair(self, guardian: Guardian, *, by_teen: bool, whole: bool) -> Iterator[object]:
        """One invites and the other comes, or the whole way, as far as it goes."""
        links, ends = self.scene.links, (self.teen, guardian) if by_teen else (guardian, self.teen)
        made = links.invite(ends[0])
        yield made
        if isinstance(made, Refusal):
            return
        yield links.look_at(made.secret)
        yield links.accept_link(ends[1], made.secret)
        if not whole:
            return
        _, version = links.what_is_seen(self.teen)
        yield links.confirm(self.teen, made.link, version)


def said(answer: object) -> str:
    """An answer as an end gets it: of a pairing the state; its row says more, and stays inside."""
    return answer.state if isinstance(answer, LinkRow) else str(answer)


@contextmanager
def family(databases: Databases, folder: Path, age: int) -> Iterator[Family]:
    """On a database and a clock of its own."""
    clock, url = VirtualClock(lambda: NOON), databases.lend("sqlite", folder)
    db = Database(url, key=KEY, clock=lambda _conn: clock.now())
    try:
        yield Family(Scene(db, clock), age)
    finally:
        db.close()
        Path(url.removeprefix("sqlite:///")).unlink()


ONE_AFTER_THE_OTHER: list[Act] = [
    *(("again", 0, False), ("again", 0, True), ("pair", 0, False), ("pair", 0, True)),
    *(("six days", 0, True), ("stop", 0, False), ("pair", 0, True), ("a month", 0, True), ("pair", 0, True)),
]
WHILE_ANOTHER_WAITS: list[Act] = [("stop", 1, True), ("come", 1, True), ("come", 1, False)]
A_GUARDIAN_INSISTS: list[Act] = [
    one for _ in range(3) for one in (("again", 1, True), ("pair", 1, True), ("six days", 1, True))
]


def test_whatever_anybody_does_every_cause_looks_the_same(databases: Databases, tmp_path: Path) -> None:
    def told(cause: Cause, age: int, before: list[Act], after: list[Act]) -> str:
        with family(databases, tmp_path, age) as living:
            for act in before:
                living.do(act)
            if not living.rest(cause):
                return "nothing rests"
            for act in after:
                living.do(act)
            return all_told(living.scene, living.seen)

    @settings(
        max_examples=100 if LONG_RUN else 2,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=tuple(Phase) if LONG_RUN else (Phase.explicit, Phase.generate),  # shrinking takes minutes
    )
    @example(age=14, before=[("limit", 0, False), ("ask", 0, True)], after=ONE_AFTER_THE_OTHER)
    @example(age=16, before=WHILE_ANOTHER_WAITS, after=[("pair", 1, True), ("six days", 0, True)])
    @example(age=16, before=[], after=A_GUARDIAN_INSISTS)
    @given(age=st.sampled_from([13, 15, 16, 17]), before=acts(BEFORE, 4), after=acts(AFTER, 6))
    def told_alike(age: int, before: list[Act], after: list[Act]) -> None:
        exit_, *others = (told(cause, age, before, after) for cause in CAUSES)
        for cause, other in zip(CAUSES[1:], others, strict=True):
            assert other == exit_, cause.__name__

    told_alike()


def test_what_is_compared_tells_of_the_rest_and_of_its_end(databases: Databases, tmp_path: Path) -> None:
    with family(databases, tmp_path, 14) as living:
        living.rest(lapses)
        living.do(("a month", 0, True))
        told = all_told(living.scene, living.seen)

    for word in ("exit.g", "order.link_ended", "Family Pairing is not available now", "has stopped"):
        assert word in told


@pytest.mark.parametrize("cause", CAUSES, ids=lambda one: one.__name__)
def test_what_rested_is_paired_anew_after_thirty_days_and_no_sooner(scene: Scene, cause: Cause) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    cause(scene, teen)
    scene.later()
    rested = scene.clock.now()
    done(scene.links.stop(teen, link.id))
    scene.later(days=29)
    early = scene.links.accept_link(guardian, scene.invited(teen).secret)
    assert isinstance(early, Refusal)
    assert (early.why, early.until) == (Why.RESTED, rested + FADES)
    scene.later(days=1)

    assert scene.paired(teen, guardian).state is State.ACTIVE


def test_a_resting_pairing_has_no_field_but_its_id_and_one_text() -> None:
    assert {one.name for one in fields(RestingSeen)} == {"link", "words"}
