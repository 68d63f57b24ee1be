"""Agreements: what is proposed, by whom, and who signed; and the change from one mode to the other."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from hoede.pairing import Mode
from hoede.pairing.rules.saying import Refusal
from hoede.pairing.rules.seeing import ProposalSeen, TeenSeen
from hoede.web.console.frame import words_of
from hoede.web.family.desk import FamilyDesk, guardian_of, refused, said, teen_path
from hoede.web.family.frame import HOME, done, show
from hoede.web.family.rows import say
from hoede.web.family.settings import version_in
from hoede.web.session import Doors
from hoede.web.visits import Access, Visit
from hoede.words import Catalogue

TEMPLATE = "family/agreement.html"


def open_doors(doors: Doors, desk: FamilyDesk) -> None:
    """Add the page of agreements and what is done on it."""
    at, signed_in = Agreed(desk), Access.SIGNED_IN
    agreement = f"{HOME}/teen/{{link}}/agreement"
    doors.get(agreement, at.page, needs=signed_in, name="family-agreement")
    doors.post(f"{agreement}/limits", at.back_to_limits, needs=signed_in, name="family-back-to-limits")
    doors.post(f"{agreement}/{{id}}/sign", at.sign, needs=signed_in, name="family-sign")
    doors.post(f"{agreement}/{{id}}/drop", at.drop, needs=signed_in, name="family-drop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal as the page shows it."""

    id: str
    title: str
    by: str
    changes: tuple[tuple[str, str], ...]  # setting, step, in words
    text: str
    mode: str
    signed: bool  # by both
    mine: bool  # this guardian signed it
    over: bool  # not both signed in time
    until: str
    look_again: str


@dataclass(frozen=True, slots=True)
class Agreed:
    desk: FamilyDesk

    def page(self, visit: Visit) -> Response:
        seen = self.desk.look(visit, "agreement")
        return seen if isinstance(seen, Response) else show(visit, TEMPLATE, **self._shown(visit, seen))

    def back_to_limits(self, visit: Visit) -> Response:
        """Propose limits again; the teen signs, or not."""
        link = self.desk.my_teen(visit).link
        answer = self.desk.together.propose(
            guardian_of(visit),
            link,
            {},
            mode=Mode.LIMITS,
            version=version_in(visit),
            text=said(visit, "text"),
        )
        return self._answered(visit, answer, "proposed")

    def sign(self, visit: Visit) -> Response:
        return self._answered(visit, self.desk.together.sign(guardian_of(visit), _id(visit)), "signed")

    def drop(self, visit: Visit) -> Response:
        return self._answered(visit, self.desk.together.drop(guardian_of(visit), _id(visit)), "dropped")

    def _answered(self, visit: Visit, answer: object, what: str) -> Response:
        if not isinstance(answer, Refusal):
            return done(teen_path(visit, "agreement"), what)
        seen = self.desk.look(visit, "agreement")
        if isinstance(seen, Response):
            return seen
        return refused(visit, TEMPLATE, answer, teen=seen.teen, **self._shown(visit, seen))

    def _shown(self, visit: Visit, seen: TeenSeen) -> dict[str, Any]:
        words = words_of(visit)
        proposals = [self._proposal(words, one, seen.teen) for one in seen.proposals]
        return {
            "seen": seen,
            "path": teen_path(visit),
            "waiting": [one for one in proposals if not one.signed and not one.over],
            "over": [one for one in proposals if one.over],
            "signed": [one for one in proposals if one.signed],
            "agrees": seen.mode == Mode.AGREEMENT,
        }

    def _proposal(self, words: Catalogue, one: ProposalSeen, teen: str) -> Proposal:
        dials = [(self.desk.vocabulary[name], step) for name, step in one.steps.items()]
        return Proposal(
            id=one.id,
            title=words.say("pair.agreement.title", date=words.day(one.at.date())),
            by=words.say(f"family.by.{one.by}", teen=teen),
            changes=tuple((dial.say("name", words.locale), say(words, dial, step)) for dial, step in dials),
            text=one.text,
            mode=words.say(f"pair.mode.{one.mode}"),
            signed=one.signed_by_teen and one.signed_by_guardian,
            mine=one.signed_by_guardian,
            over=one.over,
            until=words.day(one.until.date()),
            look_again=words.day(one.look_again_at.date()),
        )


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["id"])
