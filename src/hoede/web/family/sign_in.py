"""A guardian's ways in and out: a letter with a link, a passkey, or for once the letter alone."""

from dataclasses import dataclass

from starlette.responses import JSONResponse, RedirectResponse, Response

from hoede.access.sessions import end_session
from hoede.pairing.rules.saying import Refusal
from hoede.web.console.frame import words_of
from hoede.web.family.desk import FamilyDesk, address_of, refused
from hoede.web.family.frame import HOME, SESSION_COOKIE, VISIT_COOKIE, show, to_ours, typed
from hoede.web.session import Doors, drop_cookie, set_cookie
from hoede.web.visits import Access, Visit

PAGE = "family/sign_in.html"


def open_doors(doors: Doors, desk: FamilyDesk) -> None:
    """Add the ways in and out."""
    at, link = SignIn(desk), f"{HOME}/join/{{link}}"
    anyone, signed_in = Access.ANYONE, Access.SIGNED_IN
    doors.get(f"{HOME}/sign-in", at.page, needs=anyone, name="family-sign-in")
    doors.post(f"{HOME}/sign-in/begin", at.begin, needs=anyone, name="family-sign-in-begin", limited=True)
    doors.post(f"{HOME}/sign-in/finish", at.finish, needs=anyone, name="family-sign-in-finish", limited=True)
    doors.post(f"{HOME}/letter", at.write, needs=anyone, name="family-letter")
    doors.get(link, at.letter, needs=anyone, name="family-join")
    doors.post(f"{link}/begin", at.begin_joining, needs=anyone, name="family-join-begin", limited=True)
    doors.post(f"{link}/finish", at.join, needs=anyone, name="family-join-finish", limited=True)
    doors.post(f"{link}/enter", at.enter, needs=anyone, name="family-join-enter", limited=True)
    doors.get(f"{HOME}/step-up", at.step_up_page, needs=signed_in, name="family-step-up")
    doors.post(f"{HOME}/step-up/begin", at.begin_step_up, needs=signed_in, name="family-step-up-begin")
    doors.post(f"{HOME}/step-up/finish", at.step_up, needs=signed_in, name="family-step-up-finish")
    doors.post(f"{HOME}/sign-out", at.sign_out, needs=signed_in, name="family-sign-out")


@dataclass(frozen=True, slots=True)
class SignIn:
    desk: FamilyDesk

    def page(self, visit: Visit) -> Response:
        to = to_ours(visit.request.query_params.get("to"))
        if visit.session:
            return RedirectResponse(to, 303)
        return show(visit, PAGE, to=to, typed=typed())

    def begin(self, visit: Visit) -> Response:
        return JSONResponse(self.desk.ceremonies.ask_to_use(visit.bound_to))

    def finish(self, visit: Visit) -> Response:
        cookie = self.desk.ceremonies.sign_in(visit.body.part("answer"), visit.bound_to, visit.session)
        return _signed_in(JSONResponse({"go": to_ours(visit.body.part("to"))}), cookie)

    def write(self, visit: Visit) -> Response:
        """A letter to this address. The answer is the same for everybody's."""
        mail, name, to = (visit.body.one(one) for one in ("mail", "name", "to"))
        said = self.desk.people.write_to(
            mail,
            name=name,
            locale=words_of(visit).locale,
            address=address_of(visit),
            go=to_ours(to),
        )
        if isinstance(said, Refusal):
            return refused(visit, PAGE, said, to=to_ours(to), typed=typed(mail=mail, name=name))
        return show(visit, "family/letter.html", mail=mail.strip())

    def letter(self, visit: Visit) -> Response:
        """What a letter leads to. Looking at it uses nothing up: programs that read mail do so, too."""
        link = visit.request.path_params["link"]
        invited, to = self.desk.ceremonies.invited(link), to_ours(visit.request.query_params.get("to"))
        return show(visit, "family/join.html", invited=invited, path=visit.request.url.path, to=to)

    def begin_joining(self, visit: Visit) -> Response:
        link = visit.request.path_params["link"]
        return JSONResponse(self.desk.ceremonies.ask_to_make(link, self.desk.ceremonies.invited(link)))

    def join(self, visit: Visit) -> Response:
        link = visit.request.path_params["link"]
        cookie = self.desk.ceremonies.join(visit.body.part("answer"), link, visit.session)
        return _signed_in(JSONResponse({"go": to_ours(visit.body.part("to"))}), cookie)

    def enter(self, visit: Visit) -> Response:
        cookie = self.desk.people.enter(visit.request.path_params["link"])
        return _signed_in(RedirectResponse(to_ours(visit.body.one("to")), 303), cookie)

    def step_up_page(self, visit: Visit) -> Response:
        return show(visit, "family/step_up.html", to=to_ours(visit.request.query_params.get("to")))

    def begin_step_up(self, visit: Visit) -> Response:
        return JSONResponse(self.desk.ceremonies.ask_to_use(visit.bound_to, visit.person))

    def step_up(self, visit: Visit) -> Response:
        answer, to = visit.body.part("answer"), to_ours(visit.body.part("to"))
        cookie = self.desk.ceremonies.step_up(answer, visit.bound_to, visit.signed_in)
        return _signed_in(JSONResponse({"go": to}), cookie)

    def sign_out(self, visit: Visit) -> Response:
        session, person = visit.signed_in.id, visit.person.id
        self.desk.ceremonies.db.commit(lambda tx: end_session(tx, session, person, by=person))
        gone = RedirectResponse(HOME, 303)
        drop_cookie(gone, SESSION_COOKIE, HOME)
        return gone


def _signed_in(response: Response, cookie: str) -> Response:
    set_cookie(response, SESSION_COOKIE, cookie, HOME)
    drop_cookie(response, VISIT_COOKIE, HOME)
    return response
