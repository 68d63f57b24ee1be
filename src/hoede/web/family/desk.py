"""What a guardian's pages need, and the one way in which they look at a teen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from hoede.access import Ceremonies
from hoede.access.people import PersonUnknown
from hoede.flow.pair import Asking, FamilyViews, Guardian, GuardianPeople, Links, MyTeen, Together
from hoede.pairing.rules.limits import Preset
from hoede.pairing.rules.saying import Refusal
from hoede.pairing.rules.seeing import TeenSeen
from hoede.policy import Vocabulary
from hoede.review.notices import storable
from hoede.web.console.frame import no_look, words_of
from hoede.web.family.frame import HOME, say_why, show, status_of
from hoede.web.session import SAFE, home_of
from hoede.web.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyDesk:
    """Built once by `app`."""

    ceremonies: Ceremonies
    links: Links
    together: Together
    asking: Asking
    views: FamilyViews
    people: GuardianPeople
    vocabulary: Vocabulary
    presets: Mapping[str, Preset]
    secrets: Callable[[], Mapping[str, Sequence[str]]]  # of hand-over links, by service; they rotate
    service_names: Mapping[str, str]
    public_url: str
    now: Callable[[], datetime]

    def my_teens(self, visit: Visit) -> tuple[MyTeen, ...]:
        return self.views.my_teens(guardian_of(visit))

    def my_teen(self, visit: Visit) -> MyTeen:
        """The pairing of this address; `PersonUnknown` for what is not theirs, whoever's it is."""
        found = self.my_teen_or_none(visit)
        if found is None:
            raise PersonUnknown
        return found

    def my_teen_or_none(self, visit: Visit) -> MyTeen | None:
        link = visit.request.path_params["link"]
        return next((one for one in self.my_teens(visit) if one.link == link), None)

    def look(self, visit: Visit, page: str) -> TeenSeen | Response:
        """What a page shows of a teen, the look written down; or the page of a pairing that rests."""
        if visit.request.method == "HEAD":
            return no_look()
        seen = self.views.guardian_sees(guardian_of(visit), visit.request.path_params["link"], page)
        if seen is None:
            raise PersonUnknown
        if not isinstance(seen, TeenSeen):
            return show(
                visit, "family/rests.html", status=200 if visit.request.method in SAFE else 409, seen=seen
            )
        return seen


def guardian_of(visit: Visit) -> Guardian:
    return Guardian(person=visit.person.id, address=address_of(visit))


def address_of(visit: Visit) -> str:
    """What tries are counted by."""
    client = visit.request.client
    return home_of(client.host if client else "")


def said(visit: Visit, field: str) -> str:
    """What somebody wrote for another to read, without what turns a page's text round or nothing keeps."""
    return storable(visit.body.one(field))


def teen_path(visit: Visit, *more: str) -> str:
    """The address of this teen's pages."""
    return "/".join([HOME, "teen", visit.request.path_params["link"], *more])


def refused(visit: Visit, template: str, refusal: Refusal, *, teen: str = "", **values: object) -> Response:
    """The page again, with why nothing was done."""
    wrong = say_why(words_of(visit), refusal, teen)
    return show(visit, template, status=status_of(refusal), wrong=wrong, **values)
