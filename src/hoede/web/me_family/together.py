"""An agreement: both propose, both sign. What was agreed is the teen's own choice."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from hoede.flow.pair import MyGuardian
from hoede.flow.pair.together import LONGEST_TEXT
from hoede.pairing import By, Mode, State
from hoede.pairing.rules.saying import Refusal, Why
from hoede.pairing.rules.seeing import ProposalSeen
from hoede.policy import InForce, Step
from hoede.policy.rules.steps import at_most
from hoede.policy.rules.vocabulary import GROUPS
from hoede.review.notices import storable
from hoede.web.choosing import LISTS
from hoede.web.me_family.frame import (
    OK,
    MeFamily,
    Mine,
    act,
    look,
    name_of,
    said_step,
    shown,
    title_of,
    why_not,
)
from hoede.web.me_family.home import home
from hoede.web.stepping import FIELD, Field, field_of, read_steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A proposal on the table."""

    id: str
    mine: bool
    steps: tuple[tuple[str, str, str], ...]  # setting, step, a question to talk about
    text: str
    at: datetime
    signed: bool  # by both
    over: bool  # not both signed in time
    until: datetime
    look_again_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A setting that can be part of a proposal."""

    title: str
    step: str
    talk: str
    field: Field


def routes(pages: MeFamily) -> list[Route]:
    path = "/me/family/agreement/{link}"
    return [
        look(pages, path, "me_family_agreement", agreement_page),
        act(pages, path, "me_family_propose", propose),
        act(pages, path + "/{paper}/sign", "me_family_sign", sign),
        act(pages, path + "/{paper}/drop", "me_family_drop", drop),
    ]


def agreement_page(mine: Mine, *, status: int = OK, wrong: str = "") -> Response:
    one = _mine(mine)
    if one is None:
        return home(mine, status=404 if status == OK else status, wrong=why_not(mine, Refusal(Why.NOT_NOW)))
    papers = [_paper(mine, each) for each in one.proposals]
    lines = _lines(mine)
    return shown(
        mine,
        "public/me_family_agreement.html",
        status=status,
        wrong=wrong,
        link=one.link,
        name=name_of(mine.words, one),
        mode=one.mode,
        modes=[each.value for each in Mode],
        version=one.version,
        open=[each for each in papers if not each.signed and not each.over],
        over=[each for each in papers if each.over],
        signed=[each for each in papers if each.signed],
        groups={group: lines[group] for group in GROUPS if lines.get(group)},
        longest=LONGEST_TEXT,
        text=mine.fields.get("text", ""),
    )


def propose(mine: Mine) -> Response:
    """Lay a proposal on the table: what is left as it is, is not in it."""
    one = _mine(mine)
    if one is None:
        return agreement_page(mine, status=409)
    try:
        chosen = read_steps(
            mine.pages.vocabulary,
            {name: value for name, value in mine.fields.items() if name.startswith(FIELD) and value},
        )
        mode, version = Mode(mine.fields.get("mode", one.mode)), int(mine.fields.get("version", ""))
    except ValueError:
        return agreement_page(mine, status=422, wrong=mine.words.say("page.me.wrong"))
    steps = {each.name: each.kind.show(step) for each, step in chosen.items() if step is not None}
    text = storable(mine.fields.get("text", ""))
    done = mine.pages.together.propose(mine.teen, one.link, steps, mode=mode, version=version, text=text)
    if isinstance(done, Refusal):
        return agreement_page(mine, status=409, wrong=why_not(mine, done))
    return mine.done(f"/me/family/agreement/{one.link}", "proposed")


def sign(mine: Mine) -> Response:
    done = mine.pages.together.sign(mine.teen, mine.part("paper"))
    if isinstance(done, Refusal):
        return agreement_page(mine, status=409, wrong=why_not(mine, done))
    return mine.done(f"/me/family/agreement/{mine.part('link')}", "signed")


def drop(mine: Mine) -> Response:
    done = mine.pages.together.drop(mine.teen, mine.part("paper"))
    if isinstance(done, Refusal):
        return agreement_page(mine, status=409, wrong=why_not(mine, done))
    return mine.done(f"/me/family/agreement/{mine.part('link')}", "dropped")


def _mine(mine: Mine) -> MyGuardian | None:
    one = mine.guardian(mine.part("link"))
    return one if one is not None and one.state in {State.ACTIVE, State.ENDING} else None


def _paper(mine: Mine, one: ProposalSeen) -> Paper:
    words, vocabulary = mine.words, mine.pages.vocabulary
    return Paper(
        id=one.id,
        mine=one.by == By.TEEN,
        steps=tuple(
            (
                title_of(words, vocabulary, name),
                said_step(words, vocabulary, name, raw),
                vocabulary[name].say("talk", words.locale),
            )
            for name, raw in one.steps.items()
            if name in vocabulary.settings
        ),
        text=one.text,
        at=one.at,
        signed=one.signed_by_teen and one.signed_by_guardian,
        over=one.over,
        until=one.until,
        look_again_at=one.look_again_at,
    )


def _within(one: InForce, step: Step) -> bool:
    return at_most(one.setting.kind, step, one.limit)


def _lines(mine: Mine) -> dict[str, list[Line]]:
    """By group, settings that have steps to pick, up to the limit for the age."""
    found: dict[str, list[Line]] = {}
    for one in mine.found.settings.values():
        setting = one.setting
        if isinstance(setting.kind, LISTS):
            continue
        field = field_of(mine.words, setting, one.step, partial(_within, one))
        options = tuple(each for each in field.options if not each.chosen)
        if options:
            line = Line(
                title=setting.say("name", mine.words.locale),
                step=next(each.words for each in field.options if each.chosen),
                talk=setting.say("talk", mine.words.locale),
                field=Field(name=field.name, options=options),
            )
            found.setdefault(setting.group, []).append(line)
    return found
