"""A teen with their own pages open, and guardians who do their half at the desk: for tests of pages."""

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2
from tests.web.api import Api
from tests.web.permits import somebody

from hoede.access.people import PersonKind, add_person
from hoede.app import Hoede, new_id
from hoede.app.outside import endpoints_of
from hoede.app.rehearsal import SERVICE
from hoede.client import me_link
from hoede.core.ages import AgeEvidence, Assurance
from hoede.flow.pair import Guardian, Teen
from hoede.pairing import Mode, guardians
from hoede.pairing.rules.saying import Refusal


class Housed(Protocol):
    """Anything with a Hoede in it."""

    @property
    def hoede(self) -> Hoede: ...


@dataclass(frozen=True, slots=True)
class Phone:
    """A teen's own session: every page is opened by a link that the platform makes anew."""

    api: Api
    account: str
    lang: str = "en"
    wrote_first: datetime | None = None
    linked: str | None = None

    @property
    def teen(self) -> Teen:
        return Teen(service=SERVICE, account=self.account)

    def at(self, path: str, **more: str) -> str:
        secrets = endpoints_of(self.api.hoede.config)[SERVICE].secrets
        whole = me_link(
            "http://testserver",
            secrets,
            service=SERVICE,
            account=self.account,
            now=datetime.now(UTC),
            wrote_first=self.wrote_first,
            linked=self.linked,
        )
        extra = "".join(f"&{name}={value}" for name, value in more.items())
        return f"{path}?{urlsplit(whole).query}&lang={self.lang}{extra}"

    def get(self, path: str, **more: str) -> httpx2.Response:
        return self.api.http.get(self.at(path, **more), follow_redirects=False)

    def page(self, path: str = "/me/family", **more: str) -> str:
        answer = self.get(path, **more)
        assert answer.status_code == 200, answer.text
        return plain(answer.text)

    def send(self, path: str, **fields: str) -> httpx2.Response:
        told = {name.replace("__", "."): value for name, value in fields.items()}
        return self.api.http.post(self.at(path), data=told, follow_redirects=False)

    def does(self, path: str, **fields: str) -> str:
        """What the page says after a form that was taken."""
        answer = self.send(path, **fields)
        assert answer.status_code == 303, plain(answer.text)
        return plain(self.api.http.get(answer.headers["location"]).text)

    def refused(self, path: str, **fields: str) -> tuple[int, str]:
        """Status and sentence of a form that was not taken."""
        answer = self.send(path, **fields)
        found = re.search(r'role="alert".*?<span>(.*?)</span>', answer.text, re.DOTALL)
        return answer.status_code, html.unescape(found[1]) if found else ""


def plain(page: str) -> str:
    return html.unescape(page)


def phone(api: Api, years: int = 14, **more: Any) -> Phone:
    return Phone(api, somebody(api, years), **more)


def guardian(api: Housed, name: str = "Sanne") -> Guardian:
    """Somebody who signed in by mail and passkey; their own pages are tested elsewhere."""
    person, kind = new_id("per"), PersonKind.GUARDIAN
    mail = f"{person.lower()}@mail.example"

    def step(tx: Any) -> None:
        add_person(tx, person, name=name, roles=(), language="en", by=person, kind=kind)
        guardians.add(tx, person, name=name, mail=mail, locale="en")

    api.hoede.db.commit(step)
    return Guardian(person=person)


def mail_of(api: Housed, end: Guardian) -> str:
    found = api.hoede.db.read(lambda conn: guardians.find(conn, end.person))
    assert found is not None
    return found.mail


def prove(api: Housed, end: Guardian, method: str = "bank") -> None:
    """Show that this guardian is an adult."""
    today = datetime.now(UTC).date()
    evidence = AgeEvidence(method=method, assurance=Assurance.VERIFIED, issuer="bank", as_of=today, lower=18)
    done = api.hoede.pair.people.prove(end.person, evidence)
    assert not isinstance(done, Refusal)


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def pair(api: Api, mine: Phone, theirs: Guardian, mode: Mode = Mode.LIMITS) -> str:
    """Paired by the guardian's link, through the teen's pages; the id of the pairing."""
    made = api.hoede.pair.links.invite(theirs, mode)
    assert not isinstance(made, Refusal)
    mine.does("/me/family/join", code=f"http://testserver/me/family/join/{made.secret}")
    version = version_in(mine.page(f"/me/family/link/{made.link}"))
    mine.does(f"/me/family/link/{made.link}/yes", version=version)
    return made.link
