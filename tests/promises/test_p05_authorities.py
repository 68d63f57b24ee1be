"""P5: and to other relevant authorities: each of the routed set has a report or a recorded hand-over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from tests.parts import until
from tests.promises.asking import platform
from tests.promises.judging import case_about, judged, suspected

from hoede.app import verify_log
from hoede.app.rehearsal import SERVICE
from hoede.client import Client
from hoede.demo import records
from hoede.demo.people import Person, join, post
from hoede.demo.stage import Stage
from hoede.flow.hand_over import HandOver
from hoede.review import store as review
from hoede.simulators.pictures import test_card as the_card

__all__ = ["platform"]


def reported(playing: Stage, name: str) -> tuple[Person, str]:
    """Somebody who lives in the Netherlands and whose picture was reported; their case."""
    person = join(playing.plein_url, name, "1980-01-01", verify=True)
    post(person, the_card())
    until(lambda: records.finished_about(playing, person) == 1)
    case = playing.hoede.db.read(lambda conn: review.latest_case(conn, SERVICE, person.id))
    assert case is not None
    return person, case.id


def at_home(playing: Stage, home: str, **recipients: str) -> HandOver:
    return replace(playing.hoede.hand_over, home=home, recipients=recipients)


@pytest.mark.promise(5, "what-was-reported-where-it-counts-is-not-due-elsewhere")
def test_a_case_without_a_threat_is_done_with_its_report(playing: Stage) -> None:
    _, case = reported(playing, "Sam")
    until(lambda: not any(one.due for one in at_home(playing, "US").stands(case)))
    for home in ("NL", "GB", "CA"):
        assert [one.routed.office.name for one in at_home(playing, home).stands(case) if one.due] == []


@pytest.mark.promise(5, "a-threat-goes-to-the-police-and-is-recorded")
def test_a_threat_is_due_to_the_police_until_it_was_handed_over(playing: Stage, tmp_path: Path) -> None:
    _, case = reported(playing, "Robin")
    playing.hoede.db.commit(
        lambda tx: review.in_danger(
            tx, case, "They meet tonight.", "child_safety", tx.now + timedelta(hours=1)
        )
    )
    police = pyrage.x25519.Identity.generate()
    hand_over = at_home(playing, "NL", nl_politie=str(police.to_public()))
    assert [one.routed.office.name for one in hand_over.stands(case) if one.due] == ["nl_politie"]
    hand_over.pack(case, "nl_politie", tmp_path / "case.age", by="per_demo")
    assert the_card() in pyrage.decrypt((tmp_path / "case.age").read_bytes(), [police])
    hand_over.record(case, "nl_politie", by="per_demo", how="in person", reference="PL-1")
    assert all(one.settled for one in hand_over.stands(case) if one.routed.route.duty == "must")
    while playing.hoede.sequencer.run_once():
        pass
    assert verify_log(playing.hoede.db, playing.hoede.keys).wrong == ()


@pytest.mark.promise(5, "where-the-victim-lives-decides-too")
@pytest.mark.parametrize(
    ("home", "told", "judged_in", "wanted"),
    [
        ("NL", "DE", (), {"eu_police", "nl_politie"}),  # told by the platform; the account is in NL
        ("US", "AU", ("GB", "AU"), {"au_accce", "gb_nca", "ncmec", "nl_politie"}),  # and a judge said more
        ("GB", "CA", ("BR",), {"gb_nca", "nl_politie"}),  # the judge knew better
    ],
)
def test_each_authority_of_operator_account_and_victim_has_a_report_or_a_recorded_hand_over(  # noqa: PLR0917 - a table
    playing: Stage,
    platform: Client,
    tmp_path: Path,
    home: str,
    told: str,
    judged_in: tuple[str, ...],
    wanted: set[str],
) -> None:
    person, case = threatened(playing, platform, told)
    judged(playing, person, "per_eva", "confirmed_known", victims_in=judged_in)
    until(lambda: records.finished_about(playing, person) == 1)
    police = pyrage.x25519.Identity.generate()
    hand_over = at_home(playing, home, **dict.fromkeys(wanted, str(police.to_public())))
    until(lambda: all(one.reported for one in hand_over.stands(case) if one.routed.office.name == "ncmec"))
    duties = [one for one in hand_over.stands(case) if one.routed.route.duty == "must"]
    assert {one.routed.office.name for one in duties} == wanted
    for one in duties:
        if one.due:
            name = one.routed.office.name
            hand_over.pack(case, name, tmp_path / name, by="per_eva")
            hand_over.record(case, name, by="per_eva", how="their own channel", reference=None)
    assert all(one.settled for one in hand_over.stands(case))


def threatened(playing: Stage, platform: Client, country: str) -> tuple[Person, str]:
    """Somebody in the Netherlands and their case: a child in this country is in danger, says a report."""
    person, _ = suspected(playing, "Noor")
    platform.notice(person.id, "threat", at=datetime.now(UTC), victim_country=country)
    case = case_about(playing, person).id
    playing.hoede.db.commit(
        lambda tx: review.in_danger(tx, case, "They said so.", "child_safety", tx.now + timedelta(hours=1))
    )
    return person, case
