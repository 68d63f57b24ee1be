"""Where a child lives decides to whom a case goes: told with it, by its account, or by a judge."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree
from tests.journeys.desk import Desk
from tests.journeys.scene import DECLARED, FIFTEEN, Scene
from tests.parts import fresh

from hoede.app import verify_log
from hoede.app.rehearsal import SERVICE
from hoede.review import AccountIs, Named, PersonIs
from hoede.review.notices import Notice, Reason, Source
from hoede.simulators.cybertipline import SimReport


@pytest.fixture
def desk(shared: Scene) -> Desk:
    return Desk(shared)


def offices(desk: Desk, account: str) -> set[str]:
    """Whom a law asks to be told, of an operator in the Netherlands."""
    stands = replace(desk.play.hoede.hand_over, home="NL").stands(desk.play.case(account).id)
    return {one.routed.office.name for one in stands if one.routed.route.duty == "must"}


def filed(desk: Desk, account: str) -> SimReport:
    desk.play.settle()
    (report,) = desk.play.finished(account)
    return report


def victims_in(report: SimReport) -> list[str | None]:
    found = etree.fromstring(report.xml.encode()).findall("victim/estimatedLocation/countryCode")
    return [one.text for one in found]


def notice(account: str, country: str | None, reporter: str | None = None) -> Notice:
    return Notice(
        service=SERVICE,
        source=Source.PERSON,
        subject=account,
        reason=Reason.CHILD_SEXUAL,
        at=datetime.now(UTC),
        reporter=reporter,
        victim_country=country,
    )


def test_a_platform_tells_it_with_the_event(desk: Desk) -> None:
    account = desk.play.person(DECLARED)
    desk.play.upload(account, victim_country="AU")
    desk.judge(account, "eva", "confirmed_known")
    report = filed(desk, account)
    assert offices(desk, account) == {"au_accce"}
    assert victims_in(report) == ["AU"]


def test_a_platform_tells_it_with_a_notice_also_with_the_second_of_one_reporter(desk: Desk) -> None:
    account, reporter = desk.play.person(DECLARED), desk.play.person(FIFTEEN)
    desk.play.upload(account)
    for country in (None, "GB", "AU"):
        desk.play.hoede.notice.take(notice(account, country, reporter))
    desk.judge(account, "eva", "confirmed_known")
    filed(desk, account)
    assert offices(desk, account) == {"gb_nca"}  # what a reporter said first of it stays


def test_the_account_of_a_judged_child_tells_it(desk: Desk) -> None:
    account, child = desk.play.person(DECLARED), desk.play.person(FIFTEEN, country="CA")
    desk.play.upload(account, to=(child,))
    desk.judge(account, "eva", "confirmed_known", people=(Named(child, PersonIs.VICTIM),))
    report = filed(desk, account)
    assert offices(desk, account) == {"ca_police"}
    assert victims_in(report) == ["CA"]  # once: it is the named child's


def test_the_account_may_be_the_childs(desk: Desk) -> None:
    account = desk.play.person(FIFTEEN, country="AU")
    desk.play.upload(account)
    desk.judge(account, "eva", "victim", account_is=AccountIs.VICTIM)
    desk.play.settle()
    assert offices(desk, account) == {"au_accce"}


def test_a_judge_knows_better_than_what_was_told(desk: Desk) -> None:
    account = desk.play.person(DECLARED)
    desk.play.upload(account, victim_country="AU")
    desk.judge(account, "eva", "confirmed_known", victims_in=("GB", "CA"))
    report = filed(desk, account)
    assert offices(desk, account) == {"ca_police", "gb_nca"}
    assert victims_in(report) == ["CA", "GB"]
    assert verify_log(desk.play.hoede.db, desk.play.hoede.keys).wrong == ()


def test_a_judge_who_says_nothing_more_leaves_what_was_told(desk: Desk) -> None:
    account = desk.play.person(DECLARED)
    desk.play.upload(account, victim_country="AU")
    desk.judge(account, "eva", "confirmed_known", victims_in=("AU",))
    desk.play.hoede.notice.take(notice(account, "GB", fresh("account")))
    assert desk.play.hoede.hand_over.victims(desk.play.case(account).id) >= {"GB"}


def test_it_goes_with_the_hold_when_nothing_was_found(desk: Desk) -> None:
    account = desk.play.person(DECLARED)
    upload = desk.play.upload(account, b"harmless", victim_country="AU")
    rows = "SELECT victim_country FROM event WHERE told_id = '{}'".format(upload.event)  # noqa: UP032, S608 - ours
    assert desk.play.hoede.db.read(lambda conn: conn.exec_driver_sql(rows).scalar_one()) is None
