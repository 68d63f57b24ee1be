"""A platform is asked what else it knows; what it tells in time stands in the report, later in another."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree
from tests.journeys.desk import Desk
from tests.journeys.scene import DECLARED, VERIFIED, Scene, scene

from hoede.app import verify_log
from hoede.app.rehearsal import LIST
from hoede.client import HoedeRefused
from hoede.core.orders import ENDED
from hoede.db.engine import database_time
from hoede.lists.jobs import withdraw

AT = "2026-01-31T12:00:00Z"
FACTS = {
    "emails": [{"value": "sam@plein.example", "verified": True, "verified_at": AT}, {"value": "no address"}],
    "phones": [{"value": "+31 20 5550100"}],
    "names": ["Sam"],
    "urls": ["https://plein.example/sam", "nowhere"],
    "ip_events": [{"ip": "2001:db8::7", "at": AT, "event": "Login", "port": 50123}],
    "devices": [{"kind": "IMEI", "id": "000000000000000", "at": AT}],
}
PERSON = "personOrUserReported"


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A platform that has a second to answer."""
    with scene(tmp_path_factory.mktemp("more"), tells_more_within_s=1) as stage:
        yield stage


@pytest.fixture(autouse=True)
def _answers_again(play: Scene) -> Iterator[None]:
    yield
    play.platform.silent.clear()
    play.platform.facts = None
    play.settle()


def texts(xml: str, path: str) -> list[str | None]:
    return [one.text for one in etree.fromstring(xml.encode()).findall(path)]


def test_what_a_platform_tells_in_time_stands_in_the_report(play: Scene) -> None:
    play.platform.facts = FACTS
    play.upload(account := play.person(VERIFIED))
    play.settle()
    (report,) = play.finished(account)
    assert texts(report.xml, f"{PERSON}/personOrUserReportedPerson/email") == ["sam@plein.example"]
    assert texts(report.xml, f"{PERSON}/personOrUserReportedPerson/phone") == ["+31 20 5550100"]
    assert texts(report.xml, f"{PERSON}/ipCaptureEvent/eventName") == ["Login"]
    assert texts(report.xml, f"{PERSON}/deviceId/idValue") == ["000000000000000"]
    assert texts(report.xml, f"{PERSON}/profileUrl") == [
        "https://plein.example/sam"
    ]  # what is none is left out
    assert texts(report.xml, f"{PERSON}/estimatedLocation/countryCode") == ["NL"]


def test_what_never_comes_stops_no_report_and_what_comes_late_is_a_report_of_its_own(play: Scene) -> None:
    play.platform.silent = {"tell_more"}
    play.upload(account := play.person(VERIFIED))
    play.settle_but("tell_more")
    (first,) = play.finished(account)
    late = (datetime.now(UTC) + timedelta(days=1)).isoformat()  # its clock runs ahead
    told = FACTS | {"ip_events": [{"ip": "192.0.2.9", "at": late}]}
    ask = play.order(account, "tell_more").order.id
    for _ in range(2):  # it may say so twice
        play.client.send_receipt(ask, facts=told)
    play.settle()
    first_again, second = play.finished(account)
    assert (first_again.id, texts(second.xml, f"{PERSON}/priorCTReports")) == (first.id, [str(first.id)])
    assert texts(second.xml, f"{PERSON}/ipCaptureEvent/ipAddress") == ["192.0.2.9"]
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()


def test_who_knows_nothing_more_says_so_and_nothing_follows(play: Scene) -> None:
    play.upload(account := play.person(VERIFIED))
    play.settle()
    play.settle()
    assert len(play.finished(account)) == 1
    assert play.order(account, "tell_more").outcome == "receipt"


@pytest.mark.parametrize(
    "facts",
    [
        {"ip_events": [{"ip": "300.1.1.1", "at": AT}]},
        {"ip_events": [{"ip": "192.0.2.7", "at": "2026-01-31T12:00:00"}]},  # no zone
        {"ip_events": [{"ip": "192.0.2.7", "at": AT, "port": 0}]},
        {"devices": [{"kind": "", "id": "1"}]},
        {"height": 180},
    ],
)
def test_facts_that_cannot_be_are_refused(play: Scene, facts: dict[str, object]) -> None:
    with pytest.raises(HoedeRefused) as refused:
        play.client.send_receipt("ord_1", facts=facts)
    assert refused.value.code == "input-invalid"


def test_facts_nobody_asked_for_are_refused(play: Scene) -> None:
    play.upload(account := play.person(VERIFIED))
    play.settle()
    with pytest.raises(HoedeRefused) as refused:
        play.client.send_receipt(play.order(account, "close_account").order.id, facts=FACTS)
    assert refused.value.code == "facts-unasked"


def test_a_clock_that_ran_ahead_when_it_was_asked_makes_no_report_wait(
    play: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    play.platform.silent = {"tell_more"}
    play.upload(account := play.person(VERIFIED))
    play.carry("vault")
    with monkeypatch.context() as ahead:
        ahead.setattr(play.hoede.db, "_clock", lambda conn: database_time(conn) + timedelta(days=400))
        play.carry("authority")
    play.settle_but("tell_more")
    assert len(play.finished(account)) == 1


def test_what_comes_while_a_judgment_is_taken_back_goes_with_the_next(play: Scene) -> None:
    desk = Desk(play)
    play.platform.silent = {"tell_more"}
    play.upload(account := play.person(DECLARED))
    desk.judge(account, "eva", "confirmed_new")
    play.settle_but("tell_more")
    desk.check(account, "bas", agrees=False)
    play.client.send_receipt(play.order(account, "tell_more").order.id, facts=FACTS)
    play.settle()
    assert len(play.finished(account)) == 1
    desk.judge(account, "kim", "confirmed_new", lead=True)
    play.settle()
    (_, later) = play.finished(account)
    assert texts(later.xml, f"{PERSON}/personOrUserReportedPerson/email") == ["sam@plein.example"]


@pytest.mark.parametrize(("outcome", "told"), [("confirmed_known", True), ("no_violation", False)])
def test_what_comes_after_its_ground_fell_away_waits_for_a_judgment(
    tmp_path: Path, outcome: str, *, told: bool
) -> None:
    with scene(tmp_path, tells_more_within_s=0.3) as stage:
        stage.platform.silent = {"tell_more"}
        stage.upload(account := stage.person(VERIFIED))
        stage.settle_but("tell_more")
        withdraw(stage.hoede.db, LIST, "a mistake of its source")
        stage.client.send_receipt(stage.order(account, "tell_more").order.id, facts=FACTS)
        stage.settle()
        Desk(stage).judge(account, "eva", outcome)
        stage.settle()
        assert ("sam@plein.example" in stage.finished()[-1].xml) == told
        assert {one.state for one in stage.views(account) if one.order.by == "authority"} <= ENDED
