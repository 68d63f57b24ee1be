"""The guard of pages one signs in to: every route is a door that says who may pass, and nobody else does."""

import hmac
import ipaddress
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

import structlog
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hoede.access import Permission, Roles, Session
from hoede.access.people import PersonKind
from hoede.access.sessions import session_of, touch
from hoede.access.tries import MOST_BY_ADDRESS, may_try
from hoede.core.errors import HoedeError
from hoede.core.orders import opaque
from hoede.db import Database
from hoede.web.bodies import BodyRefused, read_body
from hoede.web.console.frame import trouble
from hoede.web.pages import page_headers
from hoede.web.visits import Access, Answer, Body, Door, Menu, Needs, Visit

log = structlog.get_logger()

SESSION_COOKIE: Final = "__Host-hoede_session"
VISIT_COOKIE: Final = "__Host-hoede_visit"
FORM_HEADER: Final = "x-hoede-form"  # where our script sends what a form has in its field `form`
# The policy of a file that goes out as it is: whatever is in it is neither run nor shown.
SANDBOXED: Final = "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
SAFE: Final = frozenset({"GET", "HEAD"})
FRESH_WITHIN: Final = timedelta(minutes=15)
IPV6_HOME: Final = 64  # bits of an address that one household or company has in common

# Expected failures that are a page of the console, and the status they have there.
STATUS: Final[Mapping[str, int]] = {
    "body-refused": 413,
    "code-refused": 422,
    "database-busy": 503,
    "database-unavailable": 503,
    "disk-full": 503,
    "elsewhere": 403,
    "form": 403,
    "last-administrator": 409,
    "last-passkey": 409,
    "leaf-unknown": 404,
    "link-refused": 404,
    "name-unfit": 422,
    "order-not-there": 404,
    "addition-unknown": 422,
    "already-handed": 409,
    "batched-report": 409,
    "country-unfit": 422,
    "nothing-written": 409,
    "report-not-finished": 409,
    "report-words-invalid": 422,
    "case-not-reported": 404,
    "no-recipient": 409,
    "not-composed-yet": 409,
    "not-due-there": 404,
    "test-entry-leaves": 409,
    "order-not-waiting": 409,
    "pack-invalid": 409,
    "pack-unknown": 422,
    "passkey-refused": 422,
    "passkey-taken": 409,
    "person-disabled": 409,
    "person-unknown": 404,
    "policy-changed": 409,
    "policy-not-waiting": 409,
    "policy-nothing-before": 409,
    "policy-nothing-drafted": 422,
    "policy-overtaken": 409,
    "policy-pack-not-there": 409,
    "policy-rollback-waits": 409,
    "policy-same-person": 409,
    "policy-same-set": 409,
    "policy-shadow-taken": 409,
    "policy-start-unfit": 422,
    "policy-version-unknown": 404,
    "policy-why-unfit": 422,
    "reason-unfit": 422,
    "receipt-invalid": 422,
    "report-unknown": 404,
    "right": 403,
    "role-unknown": 422,
    "signed-out": 401,
    "too-many-tries": 429,
}


class DoorWithoutNeeds(HoedeError):
    """A route that one signs in for names a permission, or who else may pass it."""

    code = "door-without-needs"


class DoorRoute(Route):
    """A route that only `Doors` makes."""

    def __init__(self, door: Door, endpoint: Callable[[Request], object]) -> None:
        super().__init__(door.path, endpoint, methods=[door.method], name=door.name)
        self.door = door


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody signs in, and as what. What is signed in at one is a stranger at the other."""

    home: str  # its first page; where one signs in, and shows a passkey anew, stands below it
    kind: PersonKind
    session_cookie: str
    visit_cookie: str  # of who is not signed in yet: ties a form and a challenge to a browser
    cookies_at: str  # the path they are sent to
    status: Mapping[str, int]  # of expected failures that are a page of it
    trouble: Callable[..., Response]


CONSOLE: Final = Place(
    home="/console",
    kind=PersonKind.STAFF,
    session_cookie=SESSION_COOKIE,
    visit_cookie=VISIT_COOKIE,
    cookies_at="/",
    status=STATUS,
    trouble=trouble,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionGuard:
    """What a door is guarded with."""

    place: Place = CONSOLE
    db: Database
    roles: Roles
    names: bytes  # the key what forms send back is made with
    origin: str  # of our public address
    secret: Callable[[], str]


class Doors:
    """All routes of a place. One without `needs` cannot be made."""

    def __init__(self, guard: SessionGuard) -> None:
        self._guard = guard
        self.routes: list[DoorRoute] = []

    def get(self, path: str, answer: Answer, *, needs: Needs, name: str, menu: Menu | None = None) -> None:
        self._add(Door(name=name, path=path, method="GET", needs=needs, menu=menu), answer)

    def post(
        self,
        path: str,
        answer: Answer,
        *,
        needs: Needs,
        name: str,
        limited: bool = False,
        back: str | None = None,
    ) -> None:
        back = back or self._guard.place.home
        door = Door(name=name, path=path, method="POST", needs=needs, limited=limited, back=back)
        self._add(door, answer)

    def _add(self, door: Door, answer: Answer) -> None:
        if not isinstance(door.needs, Permission | Access):
            raise DoorWithoutNeeds(f"The route {door.name} says {door.needs!r}, which is no permission.")

        async def endpoint(request: Request) -> Response:
            request.scope["route"] = door  # what broke is logged by its path
            body = await _body(request)
            return await run_in_threadpool(self._pass, request, door, answer, body)

        self.routes.append(DoorRoute(door, endpoint))

    def _pass(self, request: Request, door: Door, answer: Answer, body: Body | None) -> Response:
        visit = self._visit(request, door, body or Body())
        response, place = (
            self._answer(visit, answer, "body-refused" if body is None else None),
            self._guard.place,
        )
        if visit.session is None and place.visit_cookie not in request.cookies:
            set_cookie(response, place.visit_cookie, visit.cookie, place.cookies_at)
        return guarded(response, self._guard.origin)

    def _answer(self, visit: Visit, answer: Answer, wrong: str | None) -> Response:
        code, place = wrong or self._refusal(visit), self._guard.place
        if code == "step-up" or (code == "signed-out" and visit.request.method in SAFE):
            return _detour(visit, place, "step-up" if code == "step-up" else "sign-in")
        if code is None:
            try:
                return answer(visit)
            except HoedeError as error:
                if error.code not in place.status:
                    raise
                code = error.code
        event = f"{place.home.removeprefix('/')}.refused"
        log.warning(event, route=visit.door.name, method=visit.request.method, code=code)
        return place.trouble(visit, code, place.status[code])

    def _visit(self, request: Request, door: Door, body: Body) -> Visit:
        now, session = self._session(request)
        cookie = request.cookies.get(self._guard.place.visit_cookie) or self._guard.secret()
        return Visit(
            request=request,
            door=door,
            doors=[route.door for route in self.routes],
            now=now,
            session=session,
            cookie=cookie,
            may=self._guard.roles.permitted(session.person.roles) if session else frozenset(),
            form=opaque(self._guard.names, f"form\x1f{session.id if session else cookie}"),
            body=body,
        )

    def _session(self, request: Request) -> tuple[datetime, Session | None]:
        """The time, and who is signed in; asked of the database each time, so that an end holds at once."""
        place, db = self._guard.place, self._guard.db
        cookie = request.cookies.get(place.session_cookie)

        def ask(conn: Connection) -> tuple[datetime, Session | None]:
            now = db.time(conn)
            return now, session_of(conn, cookie, now, place.kind) if cookie else None

        now, session = db.read(ask)
        if session and session.wants_touch(now):
            with suppress(HoedeError):  # then it ends a little sooner; a full disk keeps nobody from looking
                db.commit(lambda tx: touch(tx, session.id))
        return now, session

    def _refusal(self, visit: Visit) -> str | None:
        """A code why this visit may not pass, or None. Nothing is read or written for who may not."""
        return self._refused_request(visit) or self._refused_person(visit)

    def _refused_request(self, visit: Visit) -> str | None:
        if visit.request.method not in SAFE and not came_from_here(visit.request, self._guard.origin):
            return "elsewhere"
        if visit.door.limited and not self._may_try(visit.request):
            return "too-many-tries"
        return None

    def _refused_person(self, visit: Visit) -> str | None:
        needs, session = visit.door.needs, visit.session
        if session is None and needs is not Access.ANYONE:
            return "signed-out"
        if visit.request.method not in SAFE and not _is_our_form(visit):
            return "form"
        if isinstance(needs, Permission) and needs not in visit.may:
            return "right"
        within = self._fresh_within(needs)
        if session and within and not session.is_fresh(visit.now, within):
            return "step-up"
        return "person-unknown" if _is_nowhere(visit) else None

    def _fresh_within(self, needs: Needs) -> timedelta | None:
        if isinstance(needs, Permission):
            return self._guard.roles.fresh.get(needs)
        return FRESH_WITHIN if needs is Access.FRESH else None

    def _may_try(self, request: Request) -> bool:
        who = f"address\x1f{home_of(request.client.host if request.client else '')}"
        return self._guard.db.commit(lambda tx: may_try(tx, who, MOST_BY_ADDRESS))


def came_from_here(request: Request, origin: str) -> bool:
    """Whether a browser says that a page of ours sent this; one that says nothing is not believed."""
    site, said = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and said is None:
        return False
    return site in {None, "same-origin"} and said in {None, origin}


def home_of(address: str) -> str:
    """What tries are counted by: an IPv4 address, or the part of an IPv6 address that one site has."""
    with suppress(ValueError):
        found = ipaddress.ip_address(address)
        if isinstance(found, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((found, IPV6_HOME), strict=False))
    return address


def set_cookie(response: Response, name: str, value: str, path: str = "/") -> None:
    """Until the browser closes; how long it counts, the database says."""
    response.set_cookie(name, value, path=path, secure=True, httponly=True, samesite="lax")


def drop_cookie(response: Response, name: str, path: str = "/") -> None:
    response.delete_cookie(name, path=path, secure=True, httponly=True, samesite="lax")


def guarded(response: Response, origin: str) -> Response:
    """The response, never stored, never framed, with nothing in it from elsewhere.

    The referrer stays with us, so that a browser names the origin of our own forms.
    """
    own = {"Content-Language"}
    if response.headers.get("Content-Security-Policy") == SANDBOXED:
        own.add("Content-Security-Policy")
    for name, value in page_headers("").items():
        if name not in own:
            response.headers[name] = value
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if origin.startswith("https://"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


async def _body(request: Request) -> Body | None:
    if request.method in SAFE:
        return Body()
    try:
        return await read_body(request)
    except BodyRefused:
        return None


def _is_nowhere(visit: Visit) -> bool:
    """Whether an id in the address has characters that no database would keep."""
    return not all(str(one).isprintable() for one in visit.request.path_params.values())


def _is_our_form(visit: Visit) -> bool:
    sent_back = visit.request.headers.get(FORM_HEADER) or visit.body.one("form")
    return hmac.compare_digest(sent_back.encode(), visit.form.encode())


def _detour(visit: Visit, place: Place, where: str) -> Response:
    """To where one signs in, and from there back to here."""
    to = visit.request.url.path if visit.request.method in SAFE else visit.door.back
    address = f"{place.home}/{where}?to={quote(to)}"
    if visit.wants_json:
        return place.trouble(visit, "step-up", 403, go=address)
    return RedirectResponse(address, 303)
