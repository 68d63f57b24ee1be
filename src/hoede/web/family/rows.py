"""A teen's settings in a guardian's words: what is on, who decided it, and the question to talk about."""

from dataclasses import dataclass
from typing import Any

from hoede.pairing.rules.limits import at_most
from hoede.pairing.rules.seeing import NOBODY, SettingSeen, TeenSeen
from hoede.policy import Setting, Vocabulary
from hoede.policy.rules.vocabulary import GROUPS
from hoede.policy.rules.wording import say_step
from hoede.words import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    title: str
    asks: str
    talk: str
    step: str
    who: str
    who_text: str
    limit: str  # this guardian's own, in words; "" for none
    reason: str
    until: str
    stricter: bool  # another guardian's limit counts, for it is the stricter one


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    title: str
    rows: tuple[Row, ...]
    limited: int  # by this guardian


def groups(words: Catalogue, vocabulary: Vocabulary, seen: TeenSeen) -> tuple[Group, ...]:
    rows = [row_of(words, vocabulary[one.name], one, seen.teen) for one in seen.settings]
    found = []
    for name in GROUPS:
        those = tuple(one for one in rows if vocabulary[one.name].group == name)
        limited = sum(bool(one.limit) for one in those)
        found.append(Group(name, words.say(f"group.{name}"), those, limited))
    return tuple(one for one in found if one.rows)


def row_of(words: Catalogue, setting: Setting, seen: SettingSeen, teen: str) -> Row:
    own = seen.limited_to
    return Row(
        name=setting.name,
        title=setting.say("name", words.locale),
        asks=setting.say("asks", words.locale),
        talk=setting.say("talk", words.locale),
        step=say(words, setting, seen.step),
        who="" if seen.who == NOBODY else seen.who,
        who_text=say_who(words, seen.who, teen),
        limit="" if own is None else say(words, setting, own),
        reason=seen.limit_reason,
        until="" if seen.limit_until is None else words.day(seen.limit_until.date()),
        stricter=_is_stricter(setting, seen),
    )


def say_who(words: Catalogue, who: str, teen: str) -> str:
    return words.say(f"family.who.{who}", teen=teen)


def say(words: Catalogue, setting: Setting, shown: Any) -> str:
    """A step as answers write it, in words."""
    return say_step(words, setting, setting.kind.read(shown))


def row_named(
    words: Catalogue, vocabulary: Vocabulary, seen: TeenSeen, name: str
) -> tuple[Setting, SettingSeen, Row] | None:
    found = [one for one in seen.settings if one.name == name]
    if not found:
        return None
    return vocabulary[name], found[0], row_of(words, vocabulary[name], found[0], seen.teen)


def _is_stricter(setting: Setting, seen: SettingSeen) -> bool:
    if seen.who != "guardian" or seen.limited_to is None or not seen.others:
        return False
    kind = setting.kind
    return not at_most(kind, kind.read(seen.limited_to), kind.read(seen.step))
