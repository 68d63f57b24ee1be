"""The letter about a measure, in the neutral version that tells nothing of how we knew. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hoede.words import Catalogue

ACTS = ("removed", "restricted", "closed")  # in the order in which a letter names them


class Decided(StrEnum):
    """Who decided, as the law wants the letter to say."""

    PERSON = "person"
    PARTLY = "partly"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Letter:
    locale: str  # of the text
    title: str
    paragraphs: tuple[str, ...]
    appeal_url: str


def neutral_letter(
    words: Catalogue,
    *,
    acts: Sequence[str],
    date: date,
    object_until: date,
    rule: str,
    rule_url: str,
    help_name: str,
    appeal_url: str,
    outside: str,
    decided: Decided = Decided.AUTOMATIC,
    protects: bool = False,
) -> Letter:
    """The letter for every measure of child safety; ValueError for an act that is not in ACTS, or none.

    The same for all such measures, so that using it tells nothing: no facts of how we knew, no word on
    whom we told. `rule_url` is where the rule stands. `object_until` is the last day. `outside` names the
    body one may go to instead of us.
    `protects`: it goes to a child who was harmed, who gets no penalty.
    Source: DSA article 17.
    """
    done = _ordered(acts)
    did = words.all_of([words.say(f"letter.neutral.act.{act}") for act in done])
    decision = words.all_of([words.say(f"letter.decision.{act}") for act in done])
    everywhere, endless = words.say("letter.territory.everywhere"), words.say("letter.end.none")
    paragraphs = (
        words.say("letter.hello.plain"),
        words.say("letter.neutral", date=words.day(date), act=did, rule=rule),
        words.say("letter.rule", url=rule_url),
        *((words.say("letter.removed.protect", help=help_name),) if protects else ()),
        words.say("letter.field.what", decision=decision, territory=everywhere, end=endless),
        words.say(f"letter.field.auto.{decided}"),
        words.say("letter.field.object", date=words.day(object_until)),
        words.say("letter.field.outside", body=outside),
        words.say("letter.close", help=help_name),
    )
    return Letter(words.locale, words.say("letter.title"), paragraphs, appeal_url)


def answer_letter(
    words: Catalogue,
    *,
    right: bool,
    undone: Sequence[str],
    rule: str,
    rule_url: str,
    help_name: str,
    appeal_url: str,
    outside: str,
) -> Letter:
    """The answer to an objection, as silent as the letter it was against. Source: DSA article 20(5)."""
    says = words.say("letter.appeal.no.neutral", rule=rule)
    if right and undone:
        listed = words.all_of([words.say(f"letter.decision.{act}") for act in _ordered(undone)])
        says = words.say("letter.appeal.yes", list=listed)
    elif right:
        says = words.say("letter.appeal.yes.plain")
    paragraphs = (
        words.say("letter.hello.plain"),
        says,
        words.say("letter.rule", url=rule_url),
        words.say("letter.field.auto.person"),
        words.say("letter.field.outside", body=outside),
        words.say("letter.close", help=help_name),
    )
    return Letter(words.locale, words.say("letter.appeal.title"), paragraphs, appeal_url)


def age_letter(
    words: Catalogue,
    *,
    right: bool,
    again_on: date,
    proofs: str | None,
    rule_url: str,
    help_name: str,
    help_url: str,
    outside: str,
) -> Letter:
    """The answer to who said that they are an adult. `proofs`: where one proves it, where a platform can."""
    says = [words.say("letter.age.yes"), words.say("letter.age.yes.now")]
    if not right:
        more = [words.say("letter.age.no.prove", list=proofs)] if proofs else []
        says = [words.say("letter.age.no"), *more, words.say("letter.age.no.again", date=words.day(again_on))]
    paragraphs = (
        words.say("letter.hello.plain"),
        *says,
        words.say("letter.rule", url=rule_url),
        words.say("letter.field.auto.person"),
        *(() if right else (words.say("letter.field.outside", body=outside),)),
        words.say("letter.close", help=help_name),
    )
    return Letter(words.locale, words.say("letter.age.title"), paragraphs, help_url)


def _ordered(acts: Sequence[str]) -> list[str]:
    unknown = set(acts) - set(ACTS)
    if unknown or not acts:
        raise ValueError(f"a letter tells of {', '.join(ACTS)}; not of {sorted(unknown) or 'nothing'}")
    return [act for act in ACTS if act in acts]
