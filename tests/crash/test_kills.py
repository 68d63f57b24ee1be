"""Kill Hoede at every named failpoint between event and receipt: nothing lost, nothing twice.

On SQLite one `serve`, now and then with a `work` beside it; on PostgreSQL two `serve` and four `work` all the
time, and the server dies too. On both somebody is paused now and then, and goes on after its lease.
Judged from three records that know nothing of each other: our rows and log, the authority's ledger, the
platform's ledger. HOEDE_KILLS and HOEDE_PG_KILLS choose how many kills, HOEDE_SEED which.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.crash.conftest import Told
from tests.databases import KINDS, postgres

from hoede.app import build, verify_log
from hoede.app.build import Hoede
from hoede.bench.crash.harness import ONE_SERVE, Deployment, Harness, harness
from hoede.bench.crash.invariants import broken
from hoede.bench.crash.killed import records_of
from hoede.bench.crash.kills import PLACES, kill_once, settle, unfinished
from hoede.config import parse_config
from hoede.core.leaves import commitment
from hoede.db import failpoints, orders
from hoede.evidence import EvidenceState
from hoede.evidence import store as evidence
from hoede.review import Grounds
from hoede.review import store as review
from hoede.simulators.cybertipline import State
from hoede.simulators.pictures import test_card as the_card

KILLS = {
    "sqlite": int(os.environ.get("HOEDE_KILLS", "240")),
    "postgresql": int(os.environ.get("HOEDE_PG_KILLS", "60")),
}
SEED = int(os.environ.get("HOEDE_SEED", "20261123"))


@contextmanager
def deployed(kind: str) -> Iterator[Deployment]:
    """What is killed, over its database."""
    if kind == "sqlite":
        yield ONE_SERVE
        return
    with postgres(durable=True) as server:
        yield Deployment(
            serves=2,
            works=4,
            helpers=0,
            pause_s=6.0,
            asleep_at_most=2,
            server=server,
            database_url=server.create(),
        )


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def killed(kind: str, tmp_path_factory: pytest.TempPathFactory, tell: Told) -> Iterator[Harness]:
    """The state after all kills and one quiet run; made once for each database, judged by every test here."""
    tell(f"{kind}: seed {SEED}, {KILLS[kind]} kills")
    with deployed(kind) as deployment:
        with harness(tmp_path_factory.mktemp(kind), SEED, deployment) as run:
            for number in range(KILLS[kind]):
                kill_once(run, number, PLACES[number % len(PLACES)])
            settle(run)
        tell(f"{kind}: killed at {dict(run.kills)}, paused at {dict(run.fleet.pauses)}")
        yield run


@pytest.fixture(scope="module")
def hoede(killed: Harness) -> Iterator[Hoede]:
    built = build(parse_config(killed.config))
    yield built
    built.close()


def test_every_failpoint_killed_at_least_once(killed: Harness, kind: str) -> None:
    processes = killed.kills - Counter({"helper": killed.kills["helper"], "server": killed.kills["server"]})
    assert set(failpoints.NAMES) - set(processes) == set()
    assert sum(processes.values()) == KILLS[kind]


def test_whoever_was_not_killed_went_on(killed: Harness) -> None:
    """Nobody ended of itself because another one died, or the database's server, or because it was paused."""
    assert killed.fleet.broke == []


def test_somebody_slept_through_a_lease(killed: Harness) -> None:
    assert sum(killed.fleet.pauses.values()) > 0


def test_nothing_acknowledged_is_lost(killed: Harness, hoede: Hoede) -> None:
    held = {upload.event.content for upload in killed.uploads if upload.acknowledged}
    assert len(held) == len(killed.uploads)
    assert unfinished(killed) == []
    removed = hoede.db.read(orders.views)
    gone = {one.order.target.id for one in removed if one.order.measure == "remove"}
    assert gone == held


def test_every_file_is_in_exactly_one_finished_report(killed: Harness) -> None:
    finished = [report for report in killed.authority.reports() if report.state is State.FINISHED]
    filed = Counter[str]()
    for report in finished:
        filed[str(report.text("personOrUserReported/espIdentifier"))] += len(report.files)
    told = Counter(upload.account for upload in killed.uploads)
    assert filed == told


def test_every_case_has_exactly_one_finished_report(killed: Harness, hoede: Hoede) -> None:
    asked = [one for one in hoede.db.read(orders.views) if one.order.measure == "report"]
    finished = [report for report in killed.authority.reports() if report.state is State.FINISHED]
    assert len(finished) == len(asked) == len({one.order.cause for one in asked})


def test_no_account_ever_had_two_open_cases(hoede: Hoede) -> None:
    """Each names the one before it, which was composed by then; two opened at once would name the same."""
    cases = hoede.db.read(lambda conn: [review.find_case(conn, one) for one in review.case_ids(conn)])
    before = Counter((one.account, one.earlier) for one in cases if one)
    assert [follows for follows, count in before.items() if count > 1] == []
    assert [one.id for one in cases if one and (one.takes_files or one.grounds is not Grounds.KNOWN)] == []


def test_the_platform_carried_out_what_we_say_is_done(killed: Harness, hoede: Hoede) -> None:
    seen = hoede.db.read(orders.views)
    said = {one.order.id: one.order.measure for one in seen if one.order.by == "platform"}
    did = {order: told["measure"] for order, told in killed.platform.ledger.orders.items()}
    assert did == said


def test_preserve_is_never_impossible_by_a_kill(hoede: Hoede, killed: Harness) -> None:
    rows = hoede.db.read(evidence.all_rows)
    assert {row.state for row in rows} == {EvidenceState.SEALED}
    assert len(rows) == len(killed.uploads)
    assert {b"".join(hoede.vault.open(row.taken)) for row in rows} == {the_card()}


def test_preserve_ended_before_removal_and_before_the_report(hoede: Hoede) -> None:
    seen = hoede.db.read(orders.views)
    sealed = {one.order.values["event"]: one for one in seen if one.order.measure == "preserve"}
    place = _places(hoede)
    for one in seen:
        if one.order.measure in {"remove", "close_account", "notify"}:
            before = sealed[one.order.values["event"]].order
            assert place["order.done", before.id] < place["order.done", one.order.id]
        if one.order.measure == "report":
            assert (
                place["order.done", sealed[one.order.values["event"]].order.id]
                < place["report.finished", one.order.id]
            )


def test_every_change_has_its_leaf(hoede: Hoede) -> None:
    verdict = verify_log(hoede.db, hoede.keys)
    assert verdict.wrong == ()
    assert verdict.unnumbered == 0


def test_every_invariant_holds(killed: Harness) -> None:
    """The same functions that judge the simulated runs."""
    assert broken(records_of(killed)) == {}


def test_no_plaintext_lies_about(killed: Harness) -> None:
    marker = the_card()[1000:1064]
    data = Path(killed.config["data_folder"])
    found = [path for path in data.rglob("*") if path.is_file() and marker in path.read_bytes()]
    assert found == []


def _places(hoede: Hoede) -> dict[tuple[str, str], int]:
    """Where in the log an act on an order stands."""
    from hoede.audit.store import bodies  # noqa: PLC0415 - only here

    by_commitment: dict[tuple[str, str], int] = {}
    for number, body in hoede.db.read(lambda conn: list(bodies(conn))):
        leaf = json.loads(body)
        by_commitment[leaf["act"], leaf["about"]] = number if number is not None else 10**9
    names = hoede.keys.names
    return {
        (act, one.order.id): by_commitment[act, commitment(names, act, one.order.id)]
        for one in hoede.db.read(orders.views)
        for act in ("order.done", "report.finished")
        if (act, commitment(names, act, one.order.id)) in by_commitment
    }
