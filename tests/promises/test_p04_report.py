"""P4: report the case to NCMEC: exactly one finished report per case, in the authority's own ledger."""

from collections import Counter
from pathlib import Path

import pytest
from tests.parts import until

from hoede.bench.crash.harness import harness
from hoede.bench.crash.kills import kill_once, settle, unfinished
from hoede.demo import records
from hoede.demo.people import join, post
from hoede.demo.stage import Stage
from hoede.simulators.cybertipline import FaultKind, State
from hoede.simulators.pictures import test_card as the_card

CRASHES = ("report.composed", "report.before_call", "report.after_call", "report.after_call", "job.after")
SEED = 4


@pytest.mark.promise(4, "one-finished-report")
def test_a_known_picture_is_reported_once(playing: Stage) -> None:
    person = join(playing.plein_url, "Mees", "1980-01-01", verify=True)
    post(person, the_card())
    until(lambda: records.finished_about(playing, person) == 1)
    until(lambda: records.account_state(playing, person) == "closed")
    assert records.finished_about(playing, person) == 1


@pytest.mark.promise(4, "one-report-through-an-outage")
def test_a_known_picture_is_reported_once_after_an_outage(playing: Stage) -> None:
    playing.authority.fault(FaultKind.UNAVAILABLE, times=4)
    playing.authority.fault(FaultKind.DROP_AFTER, times=2)  # processed, and the answer lost
    person = join(playing.plein_url, "Nora", "1980-01-01", verify=True)
    post(person, the_card())
    until(lambda: records.finished_about(playing, person) == 1)
    playing.authority.clear_faults()
    until(lambda: records.is_settled(playing))
    assert records.finished_about(playing, person) == 1


@pytest.mark.promise(4, "one-report-through-crashes")
def test_known_pictures_are_reported_once_each_through_crashes(tmp_path: Path) -> None:
    print(f"seed {SEED}")  # noqa: T201 - to repeat a run
    with harness(tmp_path, SEED) as run:
        for number, failpoint in enumerate(CRASHES):
            kill_once(run, number, failpoint)
        settle(run)
        assert unfinished(run) == []
        finished = [one for one in run.authority.reports() if one.state is State.FINISHED]
    filed = Counter[str]()
    for report in finished:
        filed[str(report.text("personOrUserReported/espIdentifier"))] += len(report.files)
    assert filed == Counter(upload.account for upload in run.uploads)
