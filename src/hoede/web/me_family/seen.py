"""What a guardian looked at, what changed, and the weeks: the same that they read."""

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response
from starlette.routing import Route

from hoede.flow.pair import MyGuardian
from hoede.pairing.store import ChangeRow
from hoede.web.me_family.frame import MeFamily, Mine, look, name_of, shown, title_of

MOST_CHANGES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One guardian's looks, and what both did; the newest first."""

    name: str
    looks: tuple[tuple[str, datetime], ...]  # a page, when
    changes: tuple[tuple[str, bool, str, datetime], ...]  # what, by the teen, which settings, when


def routes(pages: MeFamily) -> list[Route]:
    return [
        look(pages, "/me/family/looks", "me_family_looks", looks_page),
        look(pages, "/me/family/weeks", "me_family_weeks", weeks_page),
    ]


def looks_page(mine: Mine) -> Response:
    guardians = mine.pages.views.my_guardians(mine.teen)
    logs = [_log(mine, one) for one in guardians if one.since is not None]
    return shown(mine, "public/me_family_looks.html", logs=logs)


def weeks_page(mine: Mine) -> Response:
    """Word for word what the guardian reads."""
    weeks = [
        (name_of(mine.words, one), mine.pages.views.digests(mine.teen, one.link))
        for one in mine.pages.views.my_guardians(mine.teen)
        if one.since is not None
    ]
    return shown(mine, "public/me_family_weeks.html", weeks=weeks)


def _log(mine: Mine, one: MyGuardian) -> Log:
    words = mine.words
    told = [each for each in reversed(one.changes) if f"me.family.act.{each.act}" in words.texts]
    return Log(
        name=name_of(words, one),
        looks=tuple((words.say(f"me.family.page.{each.page}"), each.at) for each in one.looks),
        changes=tuple(_change(mine, each) for each in told[:MOST_CHANGES]),
    )


def _change(mine: Mine, one: ChangeRow) -> tuple[str, bool, str, datetime]:
    vocabulary = mine.pages.vocabulary
    named = [title_of(mine.words, vocabulary, name) for name in one.detail.split()]
    settings = ", ".join(name for name in named if name) if one.act in {"limit", "sign"} else ""
    return mine.words.say(f"me.family.act.{one.act}"), one.by == "teen", settings, one.at
