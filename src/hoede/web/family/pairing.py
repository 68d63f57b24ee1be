"""How a guardian pairs: by a teen's link or code, by inviting; and how a pairing is said again, or ends."""

from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from hoede.pairing import Mode
from hoede.pairing.rules.saying import Refusal, Why
from hoede.web.console.frame import words_of
from hoede.web.family.desk import FamilyDesk, guardian_of, refused, teen_path
from hoede.web.family.frame import HOME, done, say_why, show, status_of, typed
from hoede.web.family.lists import visible
from hoede.web.qr import qr
from hoede.web.session import Doors
from hoede.web.visits import Access, Visit

PAIR, INVITED = "family/pair.html", "family/invited.html"


def open_doors(doors: Doors, desk: FamilyDesk) -> None:
    """Add the ways into a pairing, and out of it."""
    at, signed_in = Pairing(desk), Access.SIGNED_IN
    teen, invited = f"{HOME}/teen/{{link}}", f"{HOME}/invited/{{secret}}"
    doors.get(f"{HOME}/pair", at.page, needs=signed_in, name="family-pair")
    doors.post(f"{HOME}/pair/code", at.take_code, needs=signed_in, name="family-code", back=f"{HOME}/pair")
    doors.post(f"{HOME}/pair/invite", at.invite, needs=signed_in, name="family-invite", back=f"{HOME}/pair")
    doors.get(invited, at.invited, needs=signed_in, name="family-invited")
    doors.post(invited, at.take_link, needs=signed_in, name="family-take")
    doors.post(f"{teen}/decline", at.decline, needs=signed_in, name="family-decline")
    doors.post(f"{teen}/again", at.say_again, needs=signed_in, name="family-again")
    doors.get(f"{teen}/stop", at.stop_page, needs=signed_in, name="family-stop-page")
    doors.post(f"{teen}/stop", at.stop, needs=signed_in, name="family-stop")
    doors.post(f"{teen}/agree-end", at.agree_end, needs=signed_in, name="family-agree-end")


@dataclass(frozen=True, slots=True)
class Pairing:
    desk: FamilyDesk

    def page(self, visit: Visit) -> Response:
        return show(visit, PAIR, typed=typed())

    def take_code(self, visit: Visit) -> Response:
        code, handle = visit.body.one("code"), visit.body.one("handle")
        taken = self.desk.links.accept_code(guardian_of(visit), code, handle)
        if isinstance(taken, Refusal):
            return refused(visit, PAIR, taken, typed=typed(code=code, handle=handle))
        return done(f"{HOME}/teen/{taken.id}", "taken")

    def invite(self, visit: Visit) -> Response:
        """A link and a code for a teen, shown this once: they stand in this answer and nowhere else."""
        asked = visit.body.one("mode")
        if asked not in set(Mode):
            return refused(visit, PAIR, Refusal(Why.NO_STEP), typed=typed())
        made = self.desk.links.invite(guardian_of(visit), Mode(asked))
        if isinstance(made, Refusal):
            return refused(visit, PAIR, made, typed=typed())
        address = f"{self.desk.public_url}/me{HOME}/join/{made.secret}"
        picture = qr(address, words_of(visit).say("family.invite.picture"))
        return show(visit, "family/invitation.html", made=made, address=address, picture=picture)

    def invited(self, visit: Visit) -> Response:
        """What a teen's link leads to. Looking at it uses nothing up."""
        found = self.desk.links.look_at(visit.request.path_params["secret"])
        if found is None:
            return refused(visit, PAIR, Refusal(Why.CODE), typed=typed())
        lists = visible(words_of(visit), found.sees, found.teen)
        return show(visit, INVITED, found=found, lists=lists)

    def take_link(self, visit: Visit) -> Response:
        secret = visit.request.path_params["secret"]
        taken = self.desk.links.accept_link(guardian_of(visit), secret)
        if isinstance(taken, Refusal):
            return refused(visit, PAIR, taken, typed=typed())
        return done(f"{HOME}/teen/{taken.id}", "taken")

    def decline(self, visit: Visit) -> Response:
        return self._home(visit, self.desk.links.decline(guardian_of(visit), self._link(visit)), "declined")

    def say_again(self, visit: Visit) -> Response:
        """It is still right; refused while it rests, whatever it rests for."""
        said = self.desk.links.say_again(guardian_of(visit), self._link(visit))
        if isinstance(said, Refusal):
            return self._home(visit, said, "again")
        return done(teen_path(visit), "again")

    def stop_page(self, visit: Visit) -> Response:
        teen = self.desk.my_teen(visit)
        if teen.invited:
            return RedirectResponse(teen_path(visit), 303)
        return show(visit, "family/stop.html", teen=teen)

    def stop(self, visit: Visit) -> Response:
        return self._home(visit, self.desk.links.stop(guardian_of(visit), self._link(visit)), "stopped")

    def agree_end(self, visit: Visit) -> Response:
        return self._home(visit, self.desk.links.agree_end(guardian_of(visit), self._link(visit)), "stopped")

    def _link(self, visit: Visit) -> str:
        return self.desk.my_teen(visit).link

    def _home(self, visit: Visit, answer: object, what: str) -> Response:
        """To the first page, with what came of it."""
        if isinstance(answer, Refusal):
            return show(
                visit,
                "family/start.html",
                status=status_of(answer),
                wrong=say_why(words_of(visit), answer),
                teens=self.desk.my_teens(visit),
                came_from=None,
                account=None,
            )
        return done(HOME, what)
