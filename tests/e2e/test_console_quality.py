"""Quality in a browser: a golden case made, mixed in and judged; a second look and what settles it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.test_console import MAKE, Desk, desk_of, faults_of, invite
from tests.e2e.waiting import case_of

from hoede.app import new_id
from hoede.db import Transaction
from hoede.demo import people
from hoede.demo.stage import Stage
from hoede.flow.judge.blind import before, snapshot
from hoede.flow.judge.facts import facts
from hoede.review import blind, judgments
from hoede.review import store as review
from hoede.simulators import pictures

NOTE = "A drawn card shows nobody."


@dataclass(frozen=True)
class Team:
    """A lead and two who judge, each at a desk."""

    playing: Stage
    lead: Desk
    first: Desk
    second: Desk
    language: str


@pytest.fixture(scope="module", params=["en", "nl"])
def team(request: pytest.FixtureRequest, playing: Stage, new_page: Callable[..., Page]) -> Iterator[Team]:
    desks = {}
    for name, role in (("Kim", "lead"), ("Eva", "judge"), ("Bas", "judge")):
        desk = desks[name] = desk_of(new_page(request.param), playing.hoede_url)
        desk.go(invite(playing, f"{name} {request.param}", role, language=request.param))
        desk.press(MAKE[request.param])
        desk.at("/console/me")
    yield Team(playing, desks["Kim"], desks["Eva"], desks["Bas"], request.param)
    for desk in desks.values():
        desk.page.context.close()


def suspected(playing: Stage, name: str) -> str:
    noor = people.join(playing.plein_url, name, f"{time.gmtime().tm_year - 15}-01-01")
    people.post(noor, pictures.test_card())
    return case_of(playing, noor).id


def judge(desk: Desk, case: str, outcome: str) -> None:
    """Take the case, see what the judgment would do, and judge."""
    page = desk.page
    desk.go(f"/console/cases/{case}")
    page.locator("form[action$='/take'] button").click()
    page.locator(f"input[name=outcome][value={outcome}]").check()
    page.locator("#reason").fill("Seen in the image.")
    page.locator("form[action$='/preview'] button").click()
    page.locator("form[action$='/judge'] button.btn:not(.btn--plain)").click()
    expect(page.locator("#judged")).to_be_visible()


def make_golden(team: Team, name: str) -> None:
    source, page = suspected(team.playing, name), team.lead.page
    judge(team.first, source, "no_violation")
    team.lead.go("/console/quality/golden")
    page.locator("#case").fill(source)
    page.locator("#outcome").select_option("no_violation")
    page.locator("#why").fill(NOTE)
    page.locator("form[action$='/golden'] button").click()
    expect(page.locator("table")).to_contain_text(NOTE)


def comes_in(playing: Stage) -> str:
    """The newest golden case, as chance would let it into the queue."""
    golden, case = playing.hoede.db.read(blind.all_golden)[0], new_id("case")
    lane = playing.hoede.tables.lanes[golden.lane]
    playing.hoede.db.commit(lambda tx: blind.open_golden(tx, case, golden, lane))
    return case


def again(playing: Stage, source: str) -> str:
    """A second look at a judgment, as chance would open it."""
    case = new_id("case")

    def step(tx: Transaction) -> None:
        row, first = review.find_case(tx.conn, source), judgments.in_force(tx.conn, source)
        assert row is not None
        assert first is not None
        seen = snapshot(tx.conn, before(facts(tx.conn, row, first.at), first.at), first.at)
        lane = playing.hoede.tables.lanes["minors"]
        blind.open_double(tx, case, row, seen, lane, first=first.id, said=first.outcome)

    playing.hoede.db.commit(step)
    return case


def test_a_golden_case_is_made_and_judged_like_any_other(team: Team) -> None:
    page = team.lead.page
    make_golden(team, f"Noor {team.language}")
    assert faults_of(page, "quality-golden", team.language) == []
    judge(team.second, comes_in(team.playing), "no_violation")
    team.lead.go("/console/quality")
    assert faults_of(page, "quality", team.language) == []


def test_two_differ_and_a_third_settles_it_with_a_note(team: Team) -> None:
    source = suspected(team.playing, f"Tess {team.language}")
    judge(team.first, source, "no_violation")
    judge(team.second, again(team.playing, source), "age_unclear")
    page = team.lead.page
    team.lead.go("/console/quality/disagreements")
    assert faults_of(page, "quality-disagreements", team.language) == []
    page.locator("input[name=how][value=first]").first.check()
    page.locator("textarea[name=note]").first.fill(NOTE)
    page.locator("form[action$='/resolve'] button").first.click()
    expect(page.locator("#guidance + p + ul")).to_contain_text(NOTE)
    team.second.go(f"/console/cases/{suspected(team.playing, f'Vera {team.language}')}")
    team.second.page.locator("form[action$='/take'] button").click()
    team.second.page.locator("input[name=outcome][value=no_violation]").check()
    expect(team.second.page.locator(".outcome__learned").first).to_be_visible()
    assert faults_of(team.second.page, "quality-guidance", team.language) == []


def test_a_calibration_is_fit_for_everybody(team: Team) -> None:
    make_golden(team, f"Fay {team.language}")
    team.lead.go("/console/calibrations")
    page = team.lead.page
    assert faults_of(page, "calibrations", team.language) == []
    page.locator("#title").fill("November")
    page.locator("input[name=golden]").first.check()
    page.locator("form[action$='/calibrations'] button").click()
    assert faults_of(page, "calibration", team.language) == []
    page.locator("form[action$='/close'] button").click()
    assert faults_of(page, "calibration-closed", team.language) == []
