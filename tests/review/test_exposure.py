"""What is served is counted where it is served: no reload, tab, thread or process overruns a budget."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from threading import Barrier

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.conftest import LONG_RUN, NOON
from tests.databases import KEY, Databases
from tests.review.test_wellness import OURS

from hoede.db import Database
from hoede.review import Refused, Why, exposure
from hoede.review.exposure import Material
from hoede.review.wellness import Severity
from hoede.simulators.cybertipline import VirtualClock

NUMBERS = count()


def material(case: str = "cas_1", mark: str = "m1", severity: Severity = Severity.SEVERE) -> Material:
    return Material(case_id=case, evidence=f"evi_{case}", mark=mark, severity=severity)


def serve(
    db: Database, person: str = "eva", what: Material | None = None, *, full: bool = True
) -> Refused | None:
    view = f"vie_{next(NUMBERS)}"
    asked = what or material()
    return db.commit(
        lambda tx: exposure.serve(tx, OURS, view, person, asked, full=full)  # as flow/view does
    )


def rows(db: Database, person: str = "eva") -> int:
    return len(db.read(lambda conn: exposure.seen_by(conn, person, NOON - timedelta(days=900))))


def test_the_view_that_reaches_the_break_is_the_last_one(still_db: Database, clock: VirtualClock) -> None:
    went = [serve(still_db) for _ in range(4)]
    assert went == [None, None, None, Refused(Why.BREAK, until=NOON + timedelta(minutes=10))]
    clock.advance(timedelta(minutes=10))
    went = [serve(still_db), serve(still_db), serve(still_db, what=material(case="cas_2"))]
    assert went == [None, None, Refused(Why.BUDGET, until=OURS.day_ends(NOON))]
    clock.advance(timedelta(days=1))
    assert serve(still_db) is None


def test_one_persons_views_are_nobody_elses(still_db: Database) -> None:
    assert [serve(still_db, "eva") for _ in range(3)] == [serve(still_db, "bas") for _ in range(3)]


def test_what_could_not_be_shown_was_not_seen(still_db: Database) -> None:
    still_db.commit(
        partial(exposure.serve, wellness=OURS, view_id="v", person="eva", what=material(), full=True)
    )
    still_db.commit(lambda tx: exposure.nothing_shown(tx, "v"))
    assert rows(still_db) == 0


def test_the_same_material_is_told_apart_by_its_mark_and_its_case(still_db: Database) -> None:
    serve(still_db)
    asked = [material(), material("cas_2"), material("cas_2", "m2")]
    found = [still_db.read(partial(exposure.seen_elsewhere, person="eva", what=one)) for one in asked]
    others = still_db.read(partial(exposure.seen_elsewhere, person="bas", what=asked[1]))
    assert (found, others) == ([False, True, False], False)


def test_what_somebody_chose_is_their_own(still_db: Database) -> None:
    still_db.commit(lambda tx: exposure.choose_first(tx, "eva", "grey"))
    still_db.commit(lambda tx: exposure.take_break(tx, "eva", NOON + timedelta(minutes=5)))
    mine, yours = (still_db.read(partial(exposure.own, person=one)) for one in ("eva", "bas"))
    assert (mine.first, mine.break_until) == ("grey", NOON + timedelta(minutes=5))
    assert (yours.first, yours.break_until) == (None, None)
    assert serve(still_db) == Refused(Why.BREAK, until=mine.break_until)
    still_db.commit(lambda tx: exposure.take_break(tx, "eva", None))
    assert serve(still_db) is None


def test_people_who_saw_nothing_severe_are_not_counted_with_those_who_did(still_db: Database) -> None:
    """Or all severe views of a team could be of one person, and be shown."""
    serve(still_db, "eva")
    calm = material(severity=Severity.CALM)
    for other in ("bas", "mo"):
        serve(still_db, other, calm)
    long_ago = still_db.now() - timedelta(days=1)
    assert still_db.read(lambda conn: exposure.people_since(conn, long_ago)) == 1


def test_views_of_long_ago_are_forgotten(still_db: Database, clock: VirtualClock) -> None:
    serve(still_db)
    clock.advance(timedelta(days=2))
    serve(still_db)
    gone = still_db.commit(lambda tx: exposure.forget_before(tx, NOON + timedelta(days=1)))
    assert (gone, rows(still_db)) == (1, 1)


def test_many_tabs_of_two_processes_get_no_more_than_one_does(
    db: Database, open_another: Callable[[], Database]
) -> None:
    processes, together = (db, open_another()), Barrier(12)

    def tab(number: int) -> Refused | None:
        together.wait()
        return serve(processes[number % 2], what=material(f"cas_{number}"))

    with ThreadPoolExecutor(12) as pool:
        went = list(pool.map(tab, range(12)))
    assert went.count(None) == OURS.rest.after_views == rows(db)
    assert {one.why for one in went if one} == {Why.BREAK}


class Days(RuleBasedStateMachine):
    """Two people at two processes ask at once for whatever they like, over some days.

    After every step it is counted anew, from what was served and nothing else, in a plain way of its own.
    """

    databases: Databases
    folder: Path
    kind: str

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock(lambda: NOON)
        self.url = self.databases.lend(self.kind, self.folder)
        self.processes = [Database(self.url, key=KEY, clock=lambda _conn: self.clock.now()) for _ in range(2)]
        self.served: dict[str, list[tuple[datetime, Severity, bool]]] = {"eva": [], "bas": []}

    def teardown(self) -> None:
        for one in self.processes:
            one.close()
        self.databases.take_back(self.url)

    @rule(
        asked=st.lists(
            st.tuples(
                st.sampled_from(["eva", "bas"]),
                st.sampled_from([Severity.SEVERE, Severity.SEVERE, Severity.MODERATE]),
                st.booleans(),
                st.integers(0, 1),
            ),
            min_size=1,
            max_size=6,
        )
    )
    def at_once(self, asked: list[tuple[str, Severity, bool, int]]) -> None:
        def one(told: tuple[str, Severity, bool, int]) -> Refused | None:
            person, severity, full, process = told
            what = material(f"cas_{next(NUMBERS)}", severity=severity)
            return serve(self.processes[process], person, what, full=full)

        with ThreadPoolExecutor(len(asked)) as pool:
            went = list(pool.map(one, asked))
        for (person, severity, full, _), why in zip(asked, went, strict=True):
            if why is None:
                self.served[person].append((self.clock.now(), severity, full))

    @rule(minutes=st.sampled_from([1, 4, 9, 10, 11, 31, 400, 1440]))
    def time_goes(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    @rule(person=st.sampled_from(["eva", "bas"]), minutes=st.sampled_from([0, 5, 60]))
    def own_break(self, person: str, minutes: int) -> None:
        until = self.clock.now() + timedelta(minutes=minutes) if minutes else None
        self.processes[0].commit(lambda tx: exposure.take_break(tx, person, until))

    @invariant()
    def nobody_was_served_beyond_a_budget(self) -> None:
        for views in self.served.values():
            for severity, budget in OURS.budgets.items():
                for full, most in ((True, budget.full), (False, budget.reduced)):
                    days = [
                        OURS.day_began(at) for at, hard, all_ in views if (hard, all_) == (severity, full)
                    ]
                    assert all(days.count(day) <= most for day in days)

    @invariant()
    def nobody_was_served_more_in_a_row_than_a_break_allows(self) -> None:
        for views in self.served.values():
            severe = [(at, full) for at, hard, full in views if hard is Severity.SEVERE]
            for row in in_rows(severe):
                assert sum(full for _, full in row) <= OURS.rest.after_views
                assert row[-1][0] - row[0][0] < OURS.rest.after

    @invariant()
    def what_was_served_is_what_was_counted(self) -> None:
        for person, views in self.served.items():
            assert rows(self.processes[1], person) == len(views)


def in_rows(views: list[tuple[datetime, bool]]) -> Iterator[list[tuple[datetime, bool]]]:
    """Views with less than a break between them."""
    row: list[tuple[datetime, bool]] = []
    for one in views:
        if row and one[0] - row[-1][0] >= OURS.rest.length:
            yield row
            row = []
        row.append(one)
    if row:
        yield row


def test_no_budget_is_overrun_whatever_people_do(databases: Databases, kind: str, tmp_path: Path) -> None:
    machine = type("Days", (Days,), {"databases": databases, "folder": tmp_path, "kind": kind})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60 if LONG_RUN else 15 if kind == "sqlite" else 5,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
