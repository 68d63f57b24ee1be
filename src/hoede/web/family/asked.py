"""A teen's questions, and a guardian's answers: yes, something in between, or not now with a reason."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from starlette.responses import Response

from hoede.pairing.rules.asking import LONGEST_WORDS, Kind, Stands
from hoede.pairing.rules.saying import Refusal
from hoede.pairing.rules.seeing import RequestSeen, TeenSeen
from hoede.policy import Vocabulary
from hoede.policy.rules.steps import Ladder, Minutes
from hoede.web.console.frame import words_of
from hoede.web.family.desk import FamilyDesk, guardian_of, refused, said, teen_path
from hoede.web.family.frame import HOME, done, show
from hoede.web.family.rows import say
from hoede.web.family.settings import end_of
from hoede.web.family.steps import number_in
from hoede.web.session import Doors
from hoede.web.visits import Access, Visit
from hoede.words import Catalogue

TEMPLATE = "family/requests.html"
AN_HOUR = timedelta(hours=1)


def open_doors(doors: Doors, desk: FamilyDesk) -> None:
    """Add the page of questions and its answers."""
    at, signed_in = Asked(desk), Access.SIGNED_IN
    requests = f"{HOME}/teen/{{link}}/requests"
    doors.get(requests, at.page, needs=signed_in, name="family-requests")
    doors.post(f"{requests}/{{id}}/yes", at.approve, needs=signed_in, name="family-yes")
    doors.post(f"{requests}/{{id}}/offer", at.offer, needs=signed_in, name="family-offer")
    doors.post(f"{requests}/{{id}}/no", at.decline, needs=signed_in, name="family-no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question as the page shows it."""

    id: str
    title: str
    words: str
    state: str
    lines: tuple[str, ...]
    waits: bool  # for an answer
    stops: bool  # it is about ending the pairing
    ends: bool  # a yes may have an end
    steps: tuple[tuple[str, str], ...] = ()  # what could be offered instead: value, words
    most: int = 0  # likewise, in minutes
    talk: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    desk: FamilyDesk

    def page(self, visit: Visit) -> Response:
        seen = self.desk.look(visit, "requests")
        return seen if isinstance(seen, Response) else show(visit, TEMPLATE, **self._shown(visit, seen))

    def approve(self, visit: Visit) -> Response:
        until = end_of(visit.body.one("until"))
        answer = self.desk.asking.approve(guardian_of(visit), _id(visit), until=until)
        return self._answered(visit, answer, "yes")

    def offer(self, visit: Visit) -> Response:
        minutes = number_in(visit.body.one("minutes"))
        offer: object = visit.body.one("offer") if minutes is None else minutes
        reason = said(visit, "reason")
        answer = self.desk.asking.counter(guardian_of(visit), _id(visit), offer, reason=reason)
        return self._answered(visit, answer, "offer")

    def decline(self, visit: Visit) -> Response:
        answer = self.desk.asking.decline(guardian_of(visit), _id(visit), said(visit, "reason"))
        return self._answered(visit, answer, "no")

    def _answered(self, visit: Visit, answer: object, what: str) -> Response:
        if isinstance(answer, Refusal):
            seen = self.desk.look(visit, "requests")
            if isinstance(seen, Response):
                return seen
            return refused(visit, TEMPLATE, answer, teen=seen.teen, **self._shown(visit, seen))
        if self.desk.my_teen_or_none(visit) is None:  # the yes was to stopping
            return done(HOME, "stopped")
        return done(teen_path(visit, "requests"), what)

    def _shown(self, visit: Visit, seen: TeenSeen) -> dict[str, Any]:
        words = words_of(visit)
        steps = {one.name: one.step for one in seen.settings}
        asks = [_ask(words, self.desk.vocabulary, one, seen.teen, steps, visit) for one in seen.requests]
        return {
            "seen": seen,
            "path": teen_path(visit),
            "waiting": [one for one in asks if one.waits],
            "earlier": [one for one in asks if not one.waits],
            "longest": LONGEST_WORDS,
        }


def _ask(  # noqa: PLR0917 - what a question is shown with
    words: Catalogue,
    vocabulary: Vocabulary,
    one: RequestSeen,
    teen: str,
    steps: dict[str, Any],
    visit: Visit,
) -> Ask:
    waits = one.stands == Stands.OPEN
    setting = vocabulary.settings.get(one.setting or "")
    hours = max(1, ceil((one.until - visit.now) / AN_HOUR))
    state = words.say("family.ask.left", n=hours) if waits else words.say(f"family.ask.stands.{one.stands}")
    there = steps.get(one.setting or "")
    return Ask(
        id=one.id,
        title=words.say(f"ask.kind.{one.kind}"),
        words=one.words,
        state=state,
        lines=_lines(words, vocabulary, one, teen),
        waits=waits,
        stops=one.kind == Kind.END_LINK,
        ends=one.kind in {Kind.LOOSEN, Kind.CONTACT},
        steps=_between(words, vocabulary, one, there) if waits else (),
        most=_most(vocabulary, one) if waits else 0,
        talk=setting.say("talk", words.locale) if setting else "",
    )


def _lines(words: Catalogue, vocabulary: Vocabulary, one: RequestSeen, teen: str) -> tuple[str, ...]:
    """What is asked, and what was answered."""
    wanted = _wanted(words, vocabulary, one, one.wanted)
    lines = [words.say(f"family.ask.{one.kind}", teen=teen, wanted=wanted, about=one.about or "")]
    setting = vocabulary.settings.get(one.setting or "")
    if one.kind == Kind.LOOSEN and setting is not None:
        name = setting.say("name", words.locale)
        lines = [words.say("permit.needs_guardian.g", teen=teen, setting=name, wanted=wanted)]
    if one.offer is not None and one.stands == Stands.COUNTERED:
        lines.append(words.say("family.ask.offered", offer=_wanted(words, vocabulary, one, one.offer)))
    if one.reason:
        lines.append(words.say("family.ask.reason", reason=one.reason))
    if one.stands == Stands.EXPIRED:
        lines.append(words.say("ask.expired.g", teen=teen))
    return tuple(lines)


def _wanted(words: Catalogue, vocabulary: Vocabulary, one: RequestSeen, step: Any) -> str:
    if one.kind == Kind.EXTRA_TIME:
        return words.say("step.minutes", n=step)
    setting = vocabulary.settings.get(one.setting or "")
    return "" if setting is None or step is None else say(words, setting, step)


def _between(
    words: Catalogue, vocabulary: Vocabulary, one: RequestSeen, there: Any
) -> tuple[tuple[str, str], ...]:
    """The rungs between what is and what is asked."""
    setting = vocabulary.settings.get(one.setting or "")
    if setting is None or not isinstance(setting.kind, Ladder):
        return ()
    kind = setting.kind
    low, high = kind.place(str(there)), kind.place(str(one.wanted))
    return tuple(
        (rung, say(words, setting, rung))
        for rung in kind.rungs
        if rung != "cap" and low < kind.place(rung) < high
    )


def _most(vocabulary: Vocabulary, one: RequestSeen) -> int:
    """The most minutes that are less than asked; 0 where it is not about minutes."""
    setting = vocabulary.settings.get(one.setting or "")
    in_minutes = setting is not None and isinstance(setting.kind, Minutes)
    if (one.kind == Kind.EXTRA_TIME or in_minutes) and isinstance(one.wanted, int):
        return one.wanted - 1
    return 0


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["id"])
