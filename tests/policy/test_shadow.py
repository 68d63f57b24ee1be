"""What a version in shadow would have answered: counted without anybody in it."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.databases import Databases
from tests.policy.test_versions import ANNA, BAS, Office
from tests.policy.test_versions import office as office  # noqa: PLC0414 - a fixture of theirs

from hoede.db import Database
from hoede.policy import Answer, Attempt, Permit, born_side, decide, shipped_vocabulary
from hoede.policy import versions as steps
from hoede.policy.live import LivePolicy, PolicyChanged, PolicyUnread
from hoede.policy.shadow import SHOWN_FROM, Cell, ShadowCounts, changed_answers, counts_of
from hoede.policy.tables import TEXTS

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
TEEN = born_side(date(2012, 3, 1), NOW, zones=("Europe/Amsterdam",), country="NL")


def shadowed(office: Office, *names: str) -> LivePolicy:
    made = office.propose(*names)
    office.db.commit(lambda tx: steps.shadow(tx, made.number, by=ANNA))
    live = LivePolicy(office.db, shipped_vocabulary())
    assert live.refresh()
    return live


def ask(live: LivePolicy, counts: ShadowCounts, what: str, times: int) -> Permit:
    snapshot, attempt = live.snapshot(), Attempt(what=what)
    assert snapshot.live is not None
    assert snapshot.shadow is not None
    permit = decide(snapshot.live.policy, TEEN, attempt, NOW)
    for _ in range(times):
        counts.record(snapshot.shadow, TEEN, attempt, NOW, permit)
    return permit


def test_what_a_version_in_shadow_would_have_answered_is_counted(office: Office) -> None:
    live, counts = shadowed(office, "nl"), ShadowCounts()
    permit = ask(live, counts, "live.host", SHOWN_FROM)
    assert (permit.answer, counts.flush(office.db), counts.flush(office.db)) == (Answer.REFUSED, 1, 0)
    [(cell, times)] = office.db.read(lambda conn: counts_of(conn, 2)).shown
    would = decide(live.snapshot().shadow.policy, TEEN, Attempt(what="live.host"), NOW).answer  # type: ignore[union-attr] # there is one
    assert (cell, times) == (Cell(2, "live.host", "13-15", "NL", "refused", would.value), SHOWN_FROM)


def test_counts_of_several_processes_add_up(office: Office) -> None:
    cell = Cell(1, "live.host", "13-15", "NL", "granted", "refused")
    counts = [ShadowCounts() for _ in range(4)]
    for one in counts:
        one.add(cell, 5)
    threads = [threading.Thread(target=one.flush, args=(office.db,)) for one in counts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = office.db.read(lambda conn: counts_of(conn, 1))
    assert (found.shown, changed_answers(found)) == (
        ((cell, 20),),
        [("live.host", "13-15", Answer.GRANTED, Answer.REFUSED, 20)],
    )


def test_a_cell_that_could_be_somebody_is_not_shown(office: Office) -> None:
    counts = ShadowCounts()
    counts.add(Cell(1, "live.host", "16-17", "NL", "granted", "refused"), SHOWN_FROM - 1)
    counts.flush(office.db)
    found = office.db.read(lambda conn: counts_of(conn, 1))
    assert (found.shown, found.hidden) == ((), SHOWN_FROM - 1)


def test_an_attempt_nobody_knows_is_not_counted(office: Office) -> None:
    counts = ShadowCounts()
    ask(shadowed(office, "nl"), counts, "my name is Noor", 1)
    assert counts.flush(office.db) == 0


def test_what_cannot_be_written_down_now_is_written_down_later(office: Office, tmp_path: Path) -> None:
    counts, cell = ShadowCounts(), Cell(1, "live.host", "13-15", "", "granted", "granted")
    counts.add(cell, SHOWN_FROM)
    closed = Database(f"sqlite:///{tmp_path / 'closed'}", key=b"")
    closed.close()
    with pytest.raises(RuntimeError):
        counts.flush(closed)
    assert counts.flush(office.db) == 1


def test_a_process_takes_a_change_in_and_a_day_that_comes(office: Office) -> None:
    live = LivePolicy(office.db, shipped_vocabulary())
    assert (live.refresh(), live.refresh(), live.standing().version.number) == (True, False, 1)
    made = office.propose("nl", starts_at=datetime(2026, 12, 2, tzinfo=UTC))
    office.agree(made.number)
    assert (live.refresh(), live.standing().version.number) == (False, 1)
    office.clock.advance(datetime(2026, 12, 2, tzinfo=UTC) - NOW)
    assert (live.refresh(), [one.id for one in live.policy().packs]) == (True, ["nl"])


def test_what_was_changed_in_the_database_is_not_put_in_force(office: Office) -> None:
    live = LivePolicy(office.db, shipped_vocabulary())
    live.refresh()
    office.agree(office.propose("nl").number, BAS)
    office.db.commit(lambda tx: tx.conn.execute(TEXTS.update().values(text="other")))
    with pytest.raises(PolicyChanged):
        live.refresh()
    assert live.standing().version.number == 1


@pytest.fixture
def empty(databases: Databases, tmp_path: Path) -> Iterator[Database]:
    url = databases.lend("sqlite", tmp_path)
    yield (db := Database(url, key=b"k" * 32))
    db.close()
    databases.take_back(url)


def test_where_no_version_can_be_read_there_is_no_policy(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoede.policy.live.FIRST_LOAD_WITHIN_S", 0)
    live = LivePolicy(empty, shipped_vocabulary())
    live.refresh()
    with pytest.raises(PolicyUnread):
        live.policy()
