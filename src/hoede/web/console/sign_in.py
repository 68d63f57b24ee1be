"""Signing in and out, using a passkey anew, the first passkey by a link, and a new one by a code."""

from dataclasses import dataclass

from starlette.responses import JSONResponse, RedirectResponse, Response

from hoede.access import Ceremonies
from hoede.access.invitations import recover
from hoede.access.sessions import end_session
from hoede.web.console.frame import show, to_ours
from hoede.web.session import SESSION_COOKIE, VISIT_COOKIE, Doors, drop_cookie, set_cookie
from hoede.web.visits import Access, Visit


def open_doors(doors: Doors, ceremonies: Ceremonies) -> None:
    """Add the ways in and out."""
    at, link = SignIn(ceremonies), "/console/invitation/{link}"
    anyone, signed_in = Access.ANYONE, Access.SIGNED_IN
    doors.get("/console/sign-in", at.page, needs=anyone, name="sign-in")
    doors.post("/console/sign-in/begin", at.begin, needs=anyone, name="sign-in-begin", limited=True)
    doors.post("/console/sign-in/finish", at.finish, needs=anyone, name="sign-in-finish", limited=True)
    doors.get(link, at.invitation, needs=anyone, name="invitation")
    doors.post(f"{link}/begin", at.begin_joining, needs=anyone, name="invitation-begin", limited=True)
    doors.post(f"{link}/finish", at.join, needs=anyone, name="invitation-finish", limited=True)
    doors.get("/console/recover", at.recovery, needs=anyone, name="recovery")
    doors.post("/console/recover", at.recover, needs=anyone, name="recover", limited=True)
    doors.get("/console/step-up", at.step_up_page, needs=signed_in, name="step-up")
    doors.post("/console/step-up/begin", at.begin_step_up, needs=signed_in, name="step-up-begin")
    doors.post("/console/step-up/finish", at.step_up, needs=signed_in, name="step-up-finish")
    doors.post("/console/sign-out", at.sign_out, needs=signed_in, name="sign-out")


@dataclass(frozen=True, slots=True)
class SignIn:
    ceremonies: Ceremonies

    def page(self, visit: Visit) -> Response:
        to = to_ours(visit.request.query_params.get("to"))
        if visit.session:
            return RedirectResponse(to, 303)
        return show(visit, "console/sign_in.html", to=to)

    def begin(self, visit: Visit) -> Response:
        return JSONResponse(self.ceremonies.ask_to_use(visit.bound_to))

    def finish(self, visit: Visit) -> Response:
        cookie = self.ceremonies.sign_in(visit.body.part("answer"), visit.bound_to, visit.session)
        return _signed_in(cookie, to_ours(visit.body.part("to")))

    def invitation(self, visit: Visit) -> Response:
        person = self.ceremonies.invited(visit.request.path_params["link"])
        return show(visit, "console/invitation.html", invited=person, path=visit.request.url.path)

    def begin_joining(self, visit: Visit) -> Response:
        link = visit.request.path_params["link"]
        return JSONResponse(self.ceremonies.ask_to_make(link, self.ceremonies.invited(link)))

    def join(self, visit: Visit) -> Response:
        cookie = self.ceremonies.join(
            visit.body.part("answer"), visit.request.path_params["link"], visit.session
        )
        return _signed_in(cookie, "/console/me")

    def recovery(self, visit: Visit) -> Response:
        return show(visit, "console/recovery.html")

    def recover(self, visit: Visit) -> Response:
        """A code signs in to nothing: it leads to a link that makes one passkey."""
        code, link = visit.body.one("code"), self.ceremonies.secret()
        self.ceremonies.db.commit(lambda tx: recover(tx, code, link))
        return RedirectResponse(f"/console/invitation/{link}", 303)

    def step_up_page(self, visit: Visit) -> Response:
        return show(visit, "console/step_up.html", to=to_ours(visit.request.query_params.get("to")))

    def begin_step_up(self, visit: Visit) -> Response:
        return JSONResponse(self.ceremonies.ask_to_use(visit.bound_to, visit.person))

    def step_up(self, visit: Visit) -> Response:
        answer, to = visit.body.part("answer"), to_ours(visit.body.part("to"))
        return _signed_in(self.ceremonies.step_up(answer, visit.bound_to, visit.signed_in), to)

    def sign_out(self, visit: Visit) -> Response:
        session, person = visit.signed_in.id, visit.person.id
        self.ceremonies.db.commit(lambda tx: end_session(tx, session, person, by=person))
        gone = RedirectResponse("/console/sign-in", 303)
        drop_cookie(gone, SESSION_COOKIE)
        return gone


def _signed_in(cookie: str, to: str) -> Response:
    response = JSONResponse({"go": to})
    set_cookie(response, SESSION_COOKIE, cookie)
    drop_cookie(response, VISIT_COOKIE)
    return response
