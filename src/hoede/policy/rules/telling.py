"""What a permit says to a teen, a guardian, a moderator, an auditor, and to who wrote in vain. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hoede.core.ages import AgeBand
from hoede.core.times import BREAK
from hoede.policy.rules.effective import Layer, Who
from hoede.policy.rules.permits import Answer, Permit, Reason, Whom
from hoede.policy.rules.sides import Relation
from hoede.policy.rules.vocabulary import Code, Vocabulary
from hoede.policy.rules.wording import say_step, say_who
from hoede.words import Catalogue

ASK_ENDS = timedelta(hours=24)  # a question to a guardian that nobody answers
UNSAID = "-"  # what an auditor's or a moderator's line does not know


class Reader(StrEnum):
    TEEN = "teen"
    GUARDIAN = "guardian"
    MODERATOR = "moderator"
    AUDITOR = "auditor"


# What a teen can do now, by reason, in the order in which it is said. Help stands on every refusal.
NOW: Mapping[Code, tuple[str, ...]] = MappingProxyType(
    {
        Code.AGE_DM: ("wait", "other", "age"),
        Code.AGE_LIVE: ("wait", "other", "age"),
        Code.AGE_GIFT: ("wait", "age"),
        Code.PRIVATE: ("choose", "ask"),
        Code.GUARDIAN_LOCK: ("ask",),
        Code.QUIET: ("time", "zone", "choose"),
        Code.DAILY_TIME: ("time", "ask"),
        Code.BREAK: ("time",),
        Code.AWAY: ("time", "zone", "ask"),
        Code.CONTACT_AGE: (),
        Code.CONTACT_CHOICE: ("connect",),
        Code.RESTRICTED: ("appeal",),
        Code.LAW: ("wait", "age", "appeal"),
        Code.LAW_ACCOUNT: ("child", "age", "appeal"),
        Code.AGE_UNKNOWN: ("age",),
        Code.SEARCH_OFF: ("ask", "choose"),
        Code.FEATURE_OFF: ("choose", "ask"),
        Code.NEEDS_GUARDIAN: ("ask",),
        Code.BIRTHDAY: ("choose",),
        Code.CHECK_FAILED: ("again",),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a text needs to know that no reason holds. What is not known is left out of the text."""

    vocabulary: Vocabulary
    now: datetime
    zones: tuple[str, ...] = ()
    band: AgeBand | None = None
    age: int | None = None
    born: date | None = None
    guardian: str | None = None  # the name of the paired one; None: there is no pairing
    teen: str | None = None
    relation: Relation = Relation.NONE
    object_until: date | None = None
    more: Mapping[str, object] = field(default_factory=dict)  # case, evidence, devices ... of moderators


def say_reason(words: Catalogue, reason: Reason, around: Around, reader: Reader) -> str:
    """One reason in the words of its reader; of the other side no more than the neutral text."""
    facts = _Facts(_facts(words, reason, around), who=_who(words, reason.who, around, reader))
    if reader is Reader.AUDITOR:
        facts.update(_as_written(reason, around))
        facts["cause"] = words.texts[f"permit.cause.{reason.code}"].format_map(facts)
        return words.texts["permit.auditor"].format_map(facts)
    if reason.theirs and reader is not Reader.MODERATOR:
        return words.say("permit.contact_age.sender")
    key = f"permit.{reason.code}.{reader[0]}"
    if _for_a_child(reason, around) and reader is Reader.TEEN:
        key = "permit.law_account.child.t"
    if reason.code is Code.RESTRICTED and reason.until is None and reader is Reader.TEEN:
        key = "permit.restricted.open.t"
    said = words.texts[key].format_map(facts)
    return said[0].upper() + said[1:]  # it may begin with "your teen"


def say_reasons(words: Catalogue, permit: Permit, around: Around, reader: Reader) -> tuple[str, ...]:
    """Every reason once, in the order of the permit; all birthday offers in one sentence.

    Who is refused for reasons of their own is not told about the other side on top of that.
    """
    own = [one for one in permit.reasons if not one.theirs]
    shown = permit.reasons if reader in {Reader.MODERATOR, Reader.AUDITOR} or not own else own
    offers = [one for one in shown if one.code is Code.BIRTHDAY]
    others = [one for one in shown if one.code is not Code.BIRTHDAY]
    said = [say_reason(words, one, around, reader) for one in others]
    if offers:
        names = list(dict.fromkeys(_setting(words, one, around) for one in offers))
        listed = replace(around, more={**around.more, "list": words.all_of(names)})
        said.append(say_reason(words, offers[0], listed, reader))
    return tuple(dict.fromkeys(said))


def what_now(words: Catalogue, permit: Permit, around: Around) -> tuple[str, ...]:
    """What a teen can do now, each line once; on every refusal the last says what is always open."""
    if permit.answer is Answer.GRANTED:
        return ()
    own = [one for one in permit.reasons if not one.theirs]
    lines = [line for one in own for name in NOW[one.code] for line in _line(words, name, one, around)]
    return tuple(dict.fromkeys((*lines, words.say("now.help"))))


def _line(words: Catalogue, name: str, reason: Reason, around: Around) -> Iterator[str]:
    """The line of `now.<name>`, where it is true for this reason and all it needs is known."""
    opens = _turns(around.born, reason.age)
    if name == "wait" and opens is not None:
        yield words.say("now.wait", date=words.day(opens))
    elif name == "time" and reason.until is not None:
        yield words.say("now.time", time=_local(reason.until, around))
    elif name == "child" and _for_a_child(reason, around):
        yield words.say("now.child")
    elif name == "zone" and len(around.zones) > 1:
        yield words.say("now.zone")
    elif name == "ask" and (reason.asks is Whom.GUARDIAN or reason.layer is Layer.LOCK):
        expires = _local(around.now + ASK_ENDS, around)
        yield (
            words.say("now.ask", guardian=around.guardian, expires=expires)
            if around.guardian is not None
            else words.say("now.ask_none")
        )
    elif (
        name == "choose" and reason.layer in {Layer.START, Layer.CHOICE} and reason.asks is not Whom.GUARDIAN
    ):
        yield words.say("now.choose")
    elif name == "appeal" and around.object_until is not None:
        yield words.say("now.appeal", date=words.day(around.object_until))
    elif name in {"age", "other", "connect", "again"}:
        yield words.say(f"now.{name}")


def _for_a_child(reason: Reason, around: Around) -> bool:
    """Whether it tells a child that there is no account for them: that is said in a child's words."""
    return reason.code is Code.LAW_ACCOUNT and around.band is AgeBand.UNDER_13


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return UNSAID


def _facts(words: Catalogue, reason: Reason, around: Around) -> dict[str, object]:
    country = f"country.{reason.country}"
    until = reason.until
    facts = {
        "age": around.age if reason.code is Code.BIRTHDAY else reason.age,
        "at": around.now.isoformat(timespec="seconds"),
        "band": around.band,
        "code": reason.code,
        "country": words.texts.get(country, words.say("word.country.yours")),
        "date": words.day(until.date()) if until else words.say("letter.end.none"),
        "guardian": around.guardian or words.say("word.guardian.your"),
        "label": _setting(words, reason, around),
        "law": reason.law or None,
        "layer": int(reason.layer),
        "list": _setting(words, reason, around),
        "n": _minutes(reason),
        "order": reason.note or None,
        "pack": reason.pack,
        "reason": reason.note.removesuffix(".") or None,
        "relation": words.say(f"relation.{around.relation.name.lower()}"),
        "setting": _setting(words, reason, around),
        "step": _step(words, reason, around),
        "teen": around.teen or words.say("word.teen.your"),
        "time": _local(until, around) if until else words.say("word.later"),
        "wanted": words.say("word.more_room"),
        "zone": ", ".join(around.zones) or None,
        **around.more,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _minutes(reason: Reason) -> int | None:
    """How long a break is, not after how long it comes; else the minutes of the step."""
    if reason.code is Code.BREAK:
        return BREAK // timedelta(minutes=1)
    return reason.step if isinstance(reason.step, int) else None


def _who(words: Catalogue, who: Who, around: Around, reader: Reader) -> str:
    """Who decided, as the reader calls them: to a guardian `you` is the guardian, not the teen."""
    if reader is Reader.GUARDIAN and who is Who.GUARDIAN:
        return say_who(words, Who.YOU)
    if who is Who.YOU and reader is Reader.GUARDIAN:
        return around.teen or words.say("word.teen.your")
    if who is Who.YOU and reader is not Reader.TEEN:
        return words.say("word.who.account")
    return say_who(words, who)


def _as_written(reason: Reason, around: Around) -> dict[str, object]:
    """What an auditor compares with packs: names and steps as they stand there, not in words."""
    written: dict[str, object] = {"relation": around.relation.name.lower(), "who": reason.who.value}
    if reason.until is not None:
        written["date"] = reason.until.isoformat(timespec="seconds")
    if reason.setting is not None:
        written["setting"] = reason.setting
    if reason.setting is not None and reason.step is not None:
        written["step"] = around.vocabulary[reason.setting].kind.show(reason.step)
    return written


def _setting(words: Catalogue, reason: Reason, around: Around) -> str:
    if reason.setting is None:
        return UNSAID
    return around.vocabulary[reason.setting].say("name", words.locale)


def _step(words: Catalogue, reason: Reason, around: Around) -> str | None:
    if reason.step is None or reason.setting is None:
        return None
    return say_step(words, around.vocabulary[reason.setting], reason.step)


def _local(at: datetime, around: Around) -> str:
    return f"{at.astimezone(ZoneInfo(around.zones[0])) if around.zones else at:%H:%M}"


def _turns(born: date | None, age: int | None) -> date | None:
    """The day on which somebody turns that old; born on 29 February: 1 March where there is none."""
    if born is None or age is None:
        return None
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
