"""What is in force for somebody as their own pages show it, and what they choose, checked and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hoede.flow.attempt import Answered, InForceFor
from hoede.policy import Answer, Choosing, InForce, Setting, Step
from hoede.policy.rules.effective import Bound, Layer
from hoede.policy.rules.permits import is_own
from hoede.policy.rules.steps import ClosedTimes, Week, Words, at_most, strictest
from hoede.policy.rules.telling import Around, Reader, say_reasons
from hoede.policy.rules.vocabulary import Vocabulary
from hoede.policy.rules.wording import say_step
from hoede.web.stepping import Field, field_of
from hoede.words import Catalogue


class Choices(Protocol):
    """Knows what is in force for an account, and takes what its owner chooses."""

    def effective(self, service: str, account: str, now: datetime) -> InForceFor: ...

    def choose(
        self, service: str, account: str, setting: Setting, step: Step | None, now: datetime
    ) -> Answered: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """A setting as a page shows it."""

    name: str
    group: str
    title: str
    asks: str
    talk: str
    step: str  # in words
    who: str | None  # None: nobody said anything
    reasons: tuple[tuple[str, datetime | None], ...]  # a guardian's, for the teen to read; until when
    loosen: str | None  # who may open it further than what is offered
    field: Field
    chosen: bool  # by the owner, so that it can be let go

    @property
    def is_pick(self) -> bool:
        return len(self.field.options) > 1


# Kinds that are lists: each adds to what others put on it.
LISTS = (ClosedTimes, Week, Words)
Refused = tuple[tuple[str, tuple[str, ...]], ...]  # setting, reasons


def dials_of(words: Catalogue, found: InForceFor) -> list[Dial]:
    """Every setting of an account, in the order of the pages."""
    return [_dial(words, one, found) for one in found.settings.values()]


def _dial(words: Catalogue, one: InForce, found: InForceFor) -> Dial:
    setting = one.setting
    beyond = one.loosen if one.loosen is not Choosing.SELF else None
    locks = [bound for bound in one.bounds if bound.layer is Layer.LOCK]
    return Dial(
        name=setting.name,
        group=setting.group,
        title=setting.say("name", words.locale),
        asks=setting.say("asks", words.locale),
        talk=setting.say("talk", words.locale),
        step=say_step(words, setting, one.step),
        who=one.who.value if one.bounds else None,
        reasons=tuple((bound.note, bound.until) for bound in locks if bound.note or bound.until),
        loosen=None if beyond is None else beyond.value,
        field=_field(words, one, found),
        chosen=setting.name in found.side.choices,
    )


def _field(words: Catalogue, one: InForce, found: InForceFor) -> Field:
    """The steps somebody may choose alone, from strict to open; of lists what they chose themselves."""
    setting = one.setting
    if not isinstance(setting.kind, LISTS):
        most = one.step if one.loosen in {None, Choosing.GUARDIAN} else one.up_to
        return field_of(words, setting, one.step, lambda step: at_most(setting.kind, step, most))
    theirs = strictest(setting.kind, (bound.step for bound in one.bounds if not is_own(bound)))
    return field_of(words, setting, _shown(one, found), lambda step: at_most(setting.kind, step, theirs))


def _shown(one: InForce, found: InForceFor) -> Step:
    """The step that a form shows: what is in force, and of lists one's own part where there is one."""
    if not isinstance(one.setting.kind, LISTS):
        return one.step
    return found.side.choices.get(one.setting.name, one.step)


def keep(  # noqa: PLR0917 - whose, what, when and in which words
    desk: Choices,
    service: str,
    account: str,
    chosen: Mapping[Setting, Step | None],
    vocabulary: Vocabulary,
    words: Catalogue,
    now: datetime,
) -> Refused:
    """Keep what may be chosen and is new; of the rest the reasons, in words."""
    refused = []
    there = desk.effective(service, account, now)
    for setting, wanted in chosen.items():
        one = there.settings[setting.name]
        if wanted == _shown(one, there):
            continue
        step = None if wanted is None else _with_others(setting, wanted, one.bounds)
        answered = desk.choose(service, account, setting, step, now)
        if answered.permit.answer is not Answer.GRANTED:
            side = answered.side
            around = Around(vocabulary=vocabulary, now=now, zones=side.zones, band=side.band, age=side.age)
            why = say_reasons(words, answered.permit.told(), around, Reader.TEEN)
            refused.append((setting.say("name", words.locale), why))
    return tuple(refused)


def _with_others(setting: Setting, step: Step, bounds: Sequence[Bound]) -> Step:
    """A list as it will be: with what others put on it, so that one's own part can be written alone."""
    if not isinstance(setting.kind, LISTS):
        return step
    return strictest(setting.kind, (step, *(bound.step for bound in bounds if not is_own(bound))))
