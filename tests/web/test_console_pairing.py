"""Safe exits at the desk: in their lane, decided by who has the case; and a guardian has no desk."""

from datetime import UTC, date, datetime

import pytest
from starlette.testclient import TestClient
from tests.parts import fresh
from tests.web.passkeys import URL, signed_in

from hoede.access.people import PersonKind, add_person
from hoede.access.sessions import open_session
from hoede.accounts import Account
from hoede.accounts.store import put_account
from hoede.app import Hoede, new_id
from hoede.app.rehearsal import SERVICE
from hoede.core.ages import AgeEvidence, Assurance
from hoede.flow.pair import Guardian, Teen
from hoede.pairing import LinkRow, State, guardians, store
from hoede.pairing.exits import Reach
from hoede.pairing.rules.saying import Refusal
from hoede.web.session import SESSION_COOKIE

QUEUE = "/console/queue"


@pytest.fixture
def pair(console: Hoede) -> tuple[Teen, Guardian, LinkRow]:
    return paired(console)


def paired(hoede: Hoede) -> tuple[Teen, Guardian, LinkRow]:
    """A teen of this test's own and a guardian, paired as people pair."""
    account, person = fresh("teen"), new_id("per")
    born = AgeEvidence(
        method="self-declared",
        assurance=Assurance.DECLARED,
        issuer=SERVICE,
        as_of=date(2026, 1, 1),
        born=date(datetime.now(UTC).year - 14, 1, 1),
    )
    told = Account(service=SERVICE, id=account, age_evidence=(born,))
    hoede.db.commit(lambda tx: put_account(tx, told))
    kind, mail = PersonKind.GUARDIAN, f"{account}@mail.example"
    hoede.db.commit(
        lambda tx: add_person(tx, person, name="Anna", roles=(), language="en", by=person, kind=kind)
    )
    hoede.db.commit(lambda tx: guardians.add(tx, person, name="Anna", mail=mail, locale="en"))
    teen, guardian, links = Teen(service=SERVICE, account=account), Guardian(person=person), hoede.pair.links
    invitation = links.invite(teen)
    assert not isinstance(invitation, Refusal)
    accepted = links.accept_link(guardian, invitation.secret)
    assert not isinstance(accepted, Refusal)
    begun = links.confirm(teen, accepted.id, links.what_is_seen(teen)[1])
    assert not isinstance(begun, Refusal)
    return teen, guardian, begun


def test_who_has_the_case_reads_the_words_decides_and_the_pairing_rests(
    console: Hoede, pair: tuple[Teen, Guardian, LinkRow]
) -> None:
    teen, _, link = pair
    case = console.pair.exits.ask(teen, words="please help", reach=Reach.NOT).case_id
    mira, joris = (signed_in(console, "judge", name=name)[0] for name in ("Mira", "Joris"))
    page = f"/console/cases/{case}"
    assert case in mira.get(f"{QUEUE}?lane=safe_exit").text
    assert "please help" not in mira.get(page).text  # it is nobody's yet
    mira.post(f"{page}/take", at=QUEUE)

    assert [("please help" in seat.get(page).text) for seat in (mira, joris)] == [True, False]
    told = {"decided": "ends", "reason": "They told us how it is."}
    assert joris.post(f"{page}/pairing", told, at=QUEUE).status_code == 409
    assert mira.post(f"{page}/pairing", told | {"decided": "flies"}, at=QUEUE).status_code == 422
    assert mira.post(f"{page}/pairing", told, at=QUEUE).status_code == 303
    assert console.db.read(lambda conn: store.known(conn, link.id)).state is State.FROZEN


def test_a_safe_exit_is_not_judged_as_content_is(
    console: Hoede, pair: tuple[Teen, Guardian, LinkRow]
) -> None:
    case, mira = console.pair.exits.ask(pair[0]).case_id, signed_in(console, "judge")[0]
    mira.post(f"/console/cases/{case}/take", at=QUEUE)
    told = {"outcome": "no_violation", "reason": "Nothing to see here.", "shown": []}

    assert mira.post(f"/console/cases/{case}/judge", told, at=QUEUE).status_code == 422


def test_a_guardians_session_opens_no_page_of_the_console(
    console: Hoede, pair: tuple[Teen, Guardian, LinkRow]
) -> None:
    cookie = new_id("cookie")
    console.db.commit(lambda tx: open_session(tx, new_id("ses"), cookie, pair[1].person))
    with TestClient(console.site, base_url=URL, cookies={SESSION_COOKIE: cookie}) as browser:
        answers = [browser.get(one, follow_redirects=False) for one in ("/console", "/console/me", QUEUE)]

    assert {(one.status_code, one.headers["location"].partition("?")[0]) for one in answers} == {
        (303, "/console/sign-in")
    }


def test_the_platform_is_told_that_an_account_is_paired(
    console: Hoede, pair: tuple[Teen, Guardian, LinkRow]
) -> None:
    found = console.permits.effective(SERVICE, pair[0].account, console.db.now())

    assert found.paired
    assert not console.permits.effective(SERVICE, fresh("alone"), console.db.now()).paired


def test_everything_about_a_pairing_has_its_leaf(console: Hoede) -> None:
    from hoede.app.changes import verify_log  # noqa: PLC0415 - heavy

    paired(console)
    while console.sequencer.run_once():
        pass
    verdict = verify_log(console.db, console.keys)

    assert verdict.wrong == ()
