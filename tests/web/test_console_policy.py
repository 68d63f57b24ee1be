"""The pages about policy: what is in force, proposed by one, agreed to by another, and one step back."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import OpenApi
from tests.web.passkeys import URL, Seat, signed_in

from hoede.app import Hoede
from hoede.policy.rules.versions import in_force_at
from hoede.policy.shipped import shipped_text
from hoede.policy.store import all_versions
from hoede.policy.tables import VERSIONS

POLICY, NEW = "/console/policy", "/console/policy/new"
NL = shipped_text("nl")


@pytest.fixture
def hoede(open_api: OpenApi) -> Hoede:
    return open_api(public_url=URL).hoede


def live(hoede: Hoede) -> int:
    found = in_force_at(hoede.db.read(all_versions), hoede.db.now())
    assert found is not None
    return found.number


def propose(anna: Seat, **told: object) -> str:
    """The page of the new version."""
    said = anna.post(NEW, {"pack": NL, "why": "Our counsel asked for it."} | told, at=NEW)
    assert said.status_code == 303, said.text
    return str(said.headers["location"])


def test_one_proposes_another_agrees_and_both_are_named(hoede: Hoede) -> None:
    anna, _ = signed_in(hoede, "policy", name="Anna")
    bas, _ = signed_in(hoede, "policy", name="Bas", language="nl")
    page = propose(anna)
    assert "You proposed this. Somebody else must agree." in anna.get(page).text
    assert (anna.post(f"{page}/agree", at=POLICY).status_code, live(hoede)) == (409, 1)
    assert "Stem je in?" in bas.get(page).text
    assert (bas.post(f"{page}/agree", at=POLICY).headers["location"], live(hoede)) == (page, 2)
    told = anna.get(POLICY).text
    assert [one for one in ("In force: version 2", "Anna", "Bas") if one not in told] == []


def test_what_a_version_changes_is_shown_row_by_row(hoede: Hoede) -> None:
    anna, _ = signed_in(hoede, "policy")
    first = anna.get(propose(anna, pack="", shipped="nl", without="eu-dsa28")).text
    assert (">new<" in first, ">gone<" in first) == (True, True)
    older = shipped_text("hoede-baseline").replace("min_account_age = 13", "min_account_age = 16")
    second = anna.get(propose(anna, pack=older)).text
    assert ("pack min_account_age" in second, "tighter" in second, "16 (refuse)" in second) == (True,) * 3


def test_what_is_wrong_with_a_pack_is_said_by_line_and_what_was_typed_stays(hoede: Hoede) -> None:
    anna, _ = signed_in(hoede, "policy")
    broken = NL.replace("[pack]", "[pack]\ncolour = 3") + "# <script>"
    said = anna.post(NEW, {"pack": broken, "why": "See <b>below</b>."}, at=NEW)
    assert said.status_code == 422
    assert "colour is no key of [pack]" in said.text
    assert ("# &lt;script&gt;" in said.text, "See &lt;b&gt;below" in said.text) == (True, True)
    assert len(hoede.db.read(all_versions)) == 1


@pytest.mark.parametrize(
    ("told", "status", "says"),
    [
        ({"pack": ""}, 422, "This changes nothing."),
        ({"why": " "}, 422, "Say why in 1 to 1000 characters"),
        ({"day": "2020-01-01"}, 422, "A version begins today or later"),
        ({"day": "tomorrow"}, 422, "A day is written like 2026-12-31."),
        ({"pack": "", "shipped": "eu-dsa28"}, 409, "Nothing would change."),
        ({"pack": "", "shipped": "../../etc/passwd"}, 422, "There is no such pack of ours."),
        ({"without": "atlantis"}, 409, "so it cannot go"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused_in_words(
    console: Hoede, told: dict[str, str], status: int, says: str
) -> None:
    anna, _ = signed_in(console, "policy")
    said = anna.post(NEW, {"pack": NL, "why": "A reason."} | told, at=NEW)
    assert (said.status_code, says in said.text) == (status, True)


def overdue(hoede: Hoede) -> float:
    """The figure that an alert stands on."""
    with TestClient(hoede.site) as http:
        told = (line.split() for line in http.get("/metrics").text.splitlines() if line[0] != "#")
        return float(dict(told)["hoede_policy_rollbacks_overdue"])


def test_going_back_counts_at_once_and_waits_for_somebody_else(hoede: Hoede) -> None:
    anna, _ = signed_in(hoede, "policy", name="Anna")
    bas, _ = signed_in(hoede, "policy", name="Bas")
    bas.post(f"{propose(anna)}/agree", at=POLICY)
    assert "Back to the packs of version 1, at once." in anna.get(f"{POLICY}/back").text
    page = anna.post(f"{POLICY}/back", {"why": "Too strict."}, at=POLICY).headers["location"]
    assert (page, live(hoede)) == (f"{POLICY}/3", 3)
    assert "Somebody else confirms it before" in bas.get("/console").text
    assert overdue(hoede) == 0.0
    day = timedelta(days=2)
    late = VERSIONS.update().where(VERSIONS.c.number == 3).values
    hoede.db.commit(lambda tx: tx.conn.execute(late(confirm_until=tx.now - day)))
    assert "Nobody confirmed in time that version 3 went back." in bas.get("/console").text
    assert overdue(hoede) == 1.0
    assert anna.post(f"{page}/withdraw", {"why": "Mine."}, at=POLICY).status_code == 409
    assert (bas.post(f"{page}/agree", at=POLICY).status_code, live(hoede)) == (303, 3)
    assert ("went back" in bas.get("/console").text, overdue(hoede)) == (False, 0.0)


def test_a_version_is_put_in_shadow_and_taken_out_again(hoede: Hoede) -> None:
    anna, _ = signed_in(hoede, "policy")
    page = propose(anna)
    anna.post(f"{page}/shadow", at=POLICY)
    assert "Counted beside the version in force" in anna.get(page).text
    assert anna.post(f"{page}/unshadow", at=POLICY).status_code == 303
    assert anna.post(f"{page}/unshadow", at=POLICY).status_code == 409
    anna.post(f"{page}/withdraw", {"why": "Not now."}, at=POLICY)
    assert "Not now." in anna.get(page).text


def test_a_pack_is_shown_with_its_text_and_what_it_does_not_say(console: Hoede) -> None:
    taken, _ = signed_in(console, "auditor", language="nl")
    told = taken.get(f"{POLICY}/1/packs/hoede-baseline").text
    assert ("Onze basis" in told, "Zoeken, AI-chat" in told, "[[limit]]" in told) == (True,) * 3
    wrong = [f"{POLICY}/1/packs/nowhere", f"{POLICY}/99", f"{POLICY}/9999999999999", f"{POLICY}/-1"]
    assert {taken.get(one).status_code for one in wrong} == {404}


def test_somebody_who_may_only_see_has_no_button(console: Hoede) -> None:
    taken, _ = signed_in(console, "auditor")
    assert f'href="{NEW}"' not in taken.get(POLICY).text
    assert taken.get(NEW).status_code == 403


def test_changing_policy_asks_for_a_passkey_once_more(console: Hoede) -> None:
    taken, person = signed_in(console, "policy")
    long_ago = f"UPDATE session SET verified_at = verified_at - 900001 WHERE person_id = '{person}'"  # noqa: S608 - ours
    console.db.commit(lambda tx: tx.conn.exec_driver_sql(long_ago))
    assert taken.get(NEW).headers["location"] == f"/console/step-up?to={NEW}"
    assert taken.get(POLICY).status_code == 200


def test_a_version_is_tried_on_made_up_people_as_table_and_figure(hoede: Hoede) -> None:
    anna, _ = signed_in(hoede, "policy", language="nl")
    page = propose(anna, pack="", shipped="au-smma16")
    told = anna.get(f"{page}/simulation").text
    assert ("10.000 verzonnen accounts" in told, f'src="{page}/figure?lang=nl"' in told) == (True, True)
    figure = anna.get(f"{page}/figure")
    assert figure.headers["content-type"].startswith("image/svg+xml")
    assert "nee ervoor" in figure.text
    assert "Niemand kreeg een ander antwoord." in anna.get(f"{POLICY}/1/simulation").text
