"""A guardian's browser in tests, and a teen whose end is done by the journeys."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient
from tests.parts import fresh
from tests.web.passkeys import FORM, URL, Authenticator, seat

from hoede.access.people import PersonKind, add_person
from hoede.access.sessions import open_session
from hoede.accounts import Account
from hoede.accounts.store import put_account
from hoede.app import Hoede, new_id
from hoede.app.rehearsal import SERVICE
from hoede.core.ages import AgeEvidence, Assurance
from hoede.flow.pair import Invitation, Teen
from hoede.pairing import Mode, guardians
from hoede.pairing.rules.saying import Refusal
from hoede.pairing.tables import MAILS
from hoede.web.family.frame import SESSION_COOKIE

LETTER = re.compile(r"https://hoede\.example(/family/join/\S+)")


@dataclass(frozen=True)
class Home:
    """A browser at `/family`."""

    hoede: Hoede
    http: TestClient
    device: Authenticator

    def get(self, path: str = "/family", **more: Any) -> Response:
        return self.http.get(path, follow_redirects=False, **more)

    def page(self, path: str = "/family", lang: str = "en") -> str:
        """The words of a page that is there."""
        answer = self.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def form(self, at: str = "/family") -> str:
        found = FORM.search(self.http.get(at).text)
        assert found is not None, f"{at} has no form"
        return found[1]

    def post(self, path: str, told: Any = None, *, at: str = "/family") -> Response:
        """Send a form as our page at `at` does."""
        fields = {"form": self.form(at), **(told or {})}
        return self.http.post(path, data=fields, headers={"origin": URL}, follow_redirects=False)

    def say(self, path: str, told: Any, *, at: str) -> Response:
        """Send JSON as our script does."""
        headers = {"origin": URL, "x-hoede-form": self.form(at)}
        return self.http.post(path, json=told, headers=headers, follow_redirects=False)


def stranger(hoede: Hoede) -> Home:
    """A browser nobody is signed in with, at an address of its own."""
    taken = seat(hoede)
    return Home(hoede, taken.http, taken.device)


def letters_to(hoede: Hoede, mail: str) -> list[str]:
    """The texts that wait to be sent to an address, the oldest first."""
    asked = MAILS.select().where(MAILS.c.to == mail).order_by(MAILS.c.made_at, MAILS.c.id)
    return [row.body for row in hoede.db.read(lambda conn: conn.execute(asked).all())]


def letter(home: Home, mail: str, name: str = "Anna", **more: str) -> str:
    """Ask for a letter; the path its link leads to."""
    assert home.post("/family/letter", {"mail": mail, "name": name} | more).status_code == 200
    found = LETTER.search(letters_to(home.hoede, mail)[-1])
    assert found is not None
    return found[1]


def guardian(hoede: Hoede, name: str = "Anna", *, proved: bool = False) -> tuple[Home, str]:
    """A browser with a new guardian, and who they are: as after a passkey, which other tests use."""
    person, mail, cookie = new_id("per"), f"{fresh('guardian')}@mail.example", secrets.token_urlsafe(32)

    def step(tx: Any) -> None:
        kind = PersonKind.GUARDIAN
        add_person(tx, person, name=name, roles=(), language="en", by=person, kind=kind)
        assert guardians.add(tx, person, name=name, mail=mail, locale="en")
        open_session(tx, new_id("ses"), cookie, person)

    hoede.db.commit(step)
    if proved:
        assert not isinstance(hoede.pair.people.prove(person, born(40, Assurance.VERIFIED)), Refusal)
    home = stranger(hoede)
    home.http.cookies.set(SESSION_COOKIE, cookie, domain="hoede.example", path="/family")
    return home, person


def born(age: int, assurance: Assurance = Assurance.DECLARED) -> AgeEvidence:
    today = datetime.now(UTC).date()
    return AgeEvidence(
        method="document" if assurance is Assurance.VERIFIED else "self-declared",
        assurance=assurance,
        issuer=SERVICE,
        as_of=today,
        born=date(today.year - age, 1, 1),
    )


def teen(hoede: Hoede, age: int = 14, **more: Any) -> Teen:
    """An account of its own; its name in the app is its id."""
    account = fresh("teen")
    told = Account(service=SERVICE, id=account, screen_name=account, age_evidence=(born(age),))
    hoede.db.commit(lambda tx: put_account(tx, told))
    hoede.permits.sides.forget(SERVICE, account)
    return Teen(service=SERVICE, account=account, **more)


def invitation(hoede: Hoede, end: Teen, mode: Mode = Mode.LIMITS) -> Invitation:
    made = hoede.pair.links.invite(end, mode)
    assert not isinstance(made, Refusal), made
    return made


def confirmed(hoede: Hoede, end: Teen, link: str) -> None:
    """The teen's yes to the lists as they are."""
    begun = hoede.pair.links.confirm(end, link, hoede.pair.links.what_is_seen(end)[1])
    assert not isinstance(begun, Refusal), begun


def paired(
    hoede: Hoede, home: Home, age: int = 14, mode: Mode = Mode.LIMITS, end: Teen | None = None
) -> tuple[Teen, str]:
    """A teen and the path of this guardian's pages about them."""
    end = end or teen(hoede, age)
    secret = invitation(hoede, end, mode).secret
    path = home.post(f"/family/invited/{secret}").headers["location"].partition("?")[0]
    confirmed(hoede, end, path.rpartition("/")[2])
    return end, path


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]
