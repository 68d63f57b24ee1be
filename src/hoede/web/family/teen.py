"""One teen, as their guardian sees them: how it stands, the time, the week, and what was looked at."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from hoede.flow.pair import MyTeen
from hoede.pairing import State
from hoede.pairing.rules.asking import Stands
from hoede.pairing.rules.seeing import PartsSeen, TeenSeen
from hoede.policy import Vocabulary
from hoede.web.console.frame import no_look, words_of
from hoede.web.family.desk import FamilyDesk, guardian_of, teen_path
from hoede.web.family.frame import HOME, show
from hoede.web.family.lists import visible
from hoede.web.session import Doors
from hoede.web.visits import Access, Visit
from hoede.words import Catalogue

MOST_CHANGES = 10
SAID_SOON = timedelta(days=21)  # before it must be said again that it is right


def open_doors(doors: Doors, desk: FamilyDesk) -> None:
    """Add the pages that are only read."""
    at, teen, signed_in = Teens(desk), f"{HOME}/teen/{{link}}", Access.SIGNED_IN
    doors.get(teen, at.page, needs=signed_in, name="family-teen")
    doors.get(f"{teen}/time", at.time, needs=signed_in, name="family-time")
    doors.get(f"{teen}/week", at.week, needs=signed_in, name="family-week")


@dataclass(frozen=True, slots=True)
class Teens:
    desk: FamilyDesk

    def page(self, visit: Visit) -> Response:
        teen = self.desk.my_teen(visit)
        if teen.invited:
            return self._invited(visit, teen)
        seen = self.desk.look(visit, "overview")
        if isinstance(seen, Response):
            return seen
        return show(
            visit,
            "family/teen.html",
            seen=seen,
            teen=teen,
            path=teen_path(visit),
            changes=_changes(words_of(visit), self.desk.vocabulary, seen),
            waiting=sum(one.stands == Stands.OPEN for one in seen.requests),
            to_sign=sum(not one.signed_by_guardian and not one.over for one in seen.proposals),
            confirms=seen.confirm_by - visit.now <= SAID_SOON,
            lists=visible(words_of(visit), teen.sees, seen.teen),
        )

    def time(self, visit: Visit) -> Response:
        seen = self.desk.look(visit, "time")
        if isinstance(seen, Response):
            return seen
        parts = isinstance(seen.time, PartsSeen)
        return show(visit, "family/time.html", seen=seen, path=teen_path(visit), by_parts=parts)

    def week(self, visit: Visit) -> Response:
        """The weeks as both read them, word for word as they were mailed."""
        if visit.request.method == "HEAD":
            return no_look()
        teen = self.desk.my_teen(visit)
        if teen.invited or teen.rests:
            return self.page(visit)
        weeks = self.desk.views.digests(guardian_of(visit), teen.link)
        return show(visit, "family/week.html", weeks=weeks, teen=teen, path=teen_path(visit))

    @staticmethod
    def _invited(visit: Visit, teen: MyTeen) -> Response:
        """One that has not begun: who it waits for, and what will be visible."""
        lists = visible(words_of(visit), teen.sees, teen.teen) if teen.sees else None
        mine = teen.state is State.INVITED  # a guardian's own invitation: nobody took it yet
        return show(visit, "family/waits.html", teen=teen, lists=lists, path=teen_path(visit), mine=mine)


def _changes(words: Catalogue, vocabulary: Vocabulary, seen: TeenSeen) -> list[str]:
    """What changed lately, the newest first."""
    lines = [
        words.say(
            "family.changes.line",
            date=words.day(one.at.date()),
            setting=vocabulary[one.setting].say("name", words.locale),
            by=words.say(f"family.by.{one.by}", teen=seen.teen),
        )
        for one in reversed(seen.changes)
        if one.setting in vocabulary.settings
    ]
    return list(dict.fromkeys(lines))[:MOST_CHANGES]
