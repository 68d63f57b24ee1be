"""The pages of other authorities: what is due, the package, and that somebody handed it over."""

from datetime import timedelta

import pyrage
import pytest
from tests.parts import fresh
from tests.web.api import event
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, Seat, signed_in

from hoede.app import Hoede, verify_log
from hoede.app.rehearsal import SERVICE
from hoede.review import store as review
from hoede.simulators.pictures import test_card as the_card

VERIFIED = {"method": "test", "assurance": "verified", "issuer": "test", "as_of": "2026-11-01", "lower": 18}
PAGE = "/console/authorities"
POLICE = {"office": "nl_politie"}


@pytest.fixture(scope="module")
def identity() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def hoede(open_api: OpenApi, identity: pyrage.x25519.Identity) -> Hoede:
    """Of the Netherlands, where a child is in danger and the report is composed, not filed."""
    key = {"nl_politie": {"recipient": str(identity.to_public())}}
    api = open_api(public_url=URL, home_country="NL", hand_overs=key)
    account = fresh("account")
    api.put(account, {"country": "NL", "age_evidence": [VERIFIED]})
    api.tell(event(account=account), the_card())
    while any(api.hoede.carry_out.one(kind) for kind in ("vault", "authority")):
        pass
    case = api.hoede.db.read(lambda conn: review.latest_case(conn, SERVICE, account))
    assert case is not None
    api.hoede.db.commit(
        lambda tx: review.in_danger(tx, case.id, "Tonight.", "child_safety", tx.now + timedelta(hours=1))
    )
    return api.hoede


def case_of(hoede: Hoede) -> str:
    ((case, _),) = hoede.hand_over.due()
    return case


@pytest.fixture
def lead(hoede: Hoede) -> Seat:
    return signed_in(hoede, "lead")[0]


def test_what_is_due_stands_with_its_ground(hoede: Hoede, lead: Seat) -> None:
    page = lead.get(PAGE).text
    assert f'href="{PAGE}/{case_of(hoede)}"' in page
    assert "Team Bestrijding Kinderpornografie" in page
    assert "article 18" in page


def test_a_package_is_made_handed_over_and_written_down(
    hoede: Hoede, lead: Seat, identity: pyrage.x25519.Identity
) -> None:
    case = case_of(hoede)
    here = f"{PAGE}/{case}"
    packed = lead.post(f"{here}/pack", POLICE, at=here)
    assert packed.headers["content-disposition"] == f'attachment; filename="{case}-nl_politie.age"'
    assert the_card() in pyrage.decrypt(packed.content, [identity])
    assert list((hoede.config.data_folder / "spool").iterdir()) == []
    told = POLICE | {"how": "In person <b>", "reference": "PL-1"}
    assert lead.post(f"{here}/record", told, at=here).status_code == 303
    page = lead.get(here).text
    assert ("Handed over on" in page, "In person &lt;b&gt;" in page, "PL-1" in page) == (True, True, True)
    assert f"{here}/record" not in page
    assert "Nothing is due." in lead.get(PAGE).text
    assert lead.post(f"{here}/record", told, at=PAGE).status_code == 409
    while hoede.sequencer.run_once():
        pass
    assert verify_log(hoede.db, hoede.keys).wrong == ()


def test_where_a_child_lives_brings_its_authorities(hoede: Hoede, lead: Seat) -> None:
    here = f"{PAGE}/{case_of(hoede)}"
    assert ("Nobody said where." in lead.get(here).text, "National Crime Agency" in lead.get(here).text) == (
        True,
        False,
    )
    assert lead.post(f"{here}/victims", {"victims_in": "gb, DE"}, at=here).status_code == 303
    page = lead.get(here).text
    assert ("DE, GB" in page, "National Crime Agency" in page) == (True, True)
    assert "Police of the member state concerned" in page


@pytest.mark.parametrize("typed", ["", "Germany", "D1"])
def test_what_is_no_country_is_said(hoede: Hoede, lead: Seat, typed: str) -> None:
    here = f"{PAGE}/{case_of(hoede)}"
    assert lead.post(f"{here}/victims", {"victims_in": typed}, at=here).status_code == 422
    assert lead.post(f"{PAGE}/case_0/victims", {"victims_in": "NL"}, at=here).status_code == 404


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (POLICE | {"how": ""}, 422),
        (POLICE | {"how": "x" * 501}, 422),
        ({"office": "gb_nca", "how": "by boat"}, 404),
    ],
)
def test_what_cannot_be_written_down_is_said(
    hoede: Hoede, lead: Seat, told: dict[str, str], status: int
) -> None:
    here = f"{PAGE}/{case_of(hoede)}"
    assert lead.post(f"{here}/record", told, at=here).status_code == status


def test_a_judge_sees_it_and_hands_nothing_over(hoede: Hoede) -> None:
    judge = signed_in(hoede, "judge")[0]
    here = f"{PAGE}/{case_of(hoede)}"
    page = judge.get(here).text
    assert ("Team Bestrijding" in page, f"{here}/pack" in page) == (True, False)
    assert judge.post(f"{here}/pack", POLICE).status_code == 403
    assert judge.get(f"{PAGE}/case_0").status_code == 404
