"""Steps, settings and bands in words. Pure."""

from hoede.core.ages import AgeBand
from hoede.policy.rules.effective import InForce, Who
from hoede.policy.rules.packs import Choosing, Pack
from hoede.policy.rules.steps import ClosedTimes, Kind, Ladder, Step, cap_of
from hoede.policy.rules.vocabulary import Setting
from hoede.policy.rules.windows import DAYS
from hoede.words import Catalogue


def say_step(words: Catalogue, setting: Setting, step: Step) -> str:
    """A step as people read it: `My connections`, `60 min`, `every day, 21:00-07:00`."""
    kind = setting.kind
    if isinstance(kind, Ladder):
        cap = cap_of(step)
        return words.say("step.cap", n=cap) if cap is not None else words.say(f"step.{step}")
    if step == kind.most_open:
        return words.say("step.no_limit")
    written = kind.show(step)
    if isinstance(written, int):
        return words.say("step.minutes", n=written)
    if isinstance(written, dict):
        days = (f"{words.say(f'day.{day}')} {words.say('step.minutes', n=n)}" for day, n in written.items())
        return ", ".join(days)
    return _listed(words, kind, written)


def _listed(words: Catalogue, kind: Kind, written: list[str] | str) -> str:
    if isinstance(written, str):
        return written  # a time of day
    if isinstance(kind, ClosedTimes):
        return "; ".join(_window(words, one) for one in written)
    return words.say("step.words", n=len(written))


def _window(words: Catalogue, written: str) -> str:
    days, _, times = written.rpartition(" ")
    start, _, end = times.partition("-")
    said = say_days(words, days) if days else words.say("day.every")
    return words.say("step.window", days=said, **{"from": start, "to": end})


def say_days(words: Catalogue, days: str) -> str:
    """Days of the week in words: `Monday to Friday`, `Tuesday and Sunday`."""
    first, _, last = days.partition("-")
    if last:
        return words.say("day.range", first=words.say(f"day.{first}"), last=words.say(f"day.{last}"))
    return words.all_of([words.say(f"day.{one}") for one in DAYS if one in days.split(",")])


def say_bands(words: Catalogue, bands: frozenset[AgeBand]) -> str:
    """`under 13, 13 to 15`, from the youngest."""
    return ", ".join(words.say(f"word.band.{band}") for band in AgeBand if band in bands)


def say_who(words: Catalogue, who: Who) -> str:
    """Who decided: the law, our rules, a guardian, you, a safety measure."""
    return words.say(f"word.who.{who}")


def say_loosen(words: Catalogue, loosen: Choosing | None, up_to: str) -> str:
    """Who may open it further, and how far."""
    return words.say("explain.loosen.nobody" if loosen is None else f"explain.loosen.{loosen}", step=up_to)


def say_setting(words: Catalogue, found: InForce) -> tuple[str, ...]:
    """What is in force for one setting: the step, who decided, the limit, the start, who may open it."""
    setting = found.setting
    name = setting.say("name", words.locale)
    step, limit = (say_step(words, setting, one) for one in (found.step, found.limit))
    if not found.bounds:
        return (words.say("explain.silent", setting=name),)
    return (
        words.say("explain.step", setting=name, step=step, who=say_who(words, found.who)),
        words.say("explain.limit", step=limit),
        words.say("explain.start", step=say_step(words, setting, found.start)),
        say_loosen(words, found.loosen, say_step(words, setting, found.up_to)),
    )


def say_pack(words: Catalogue, pack: Pack) -> tuple[str, ...]:
    """What a pack is: basis, status, dates, whether it was checked, ages, and what it does not say."""
    title = pack.title[words.locale]
    silent = pack.silent.get(words.locale, ())
    return (
        words.say("explain.pack.head", title=title, id=pack.id, version=pack.version),
        words.say(f"explain.pack.basis.{pack.legal_basis}", law=pack.law),
        words.say(f"explain.pack.status.{pack.status}"),
        _dates(words, pack),
        words.say("explain.pack.verified", who=pack.verified_by)
        if pack.verified_by
        else words.say("explain.pack.unverified"),
        _minimum(words, pack),
        words.say("explain.pack.unknown", band=words.say(f"word.band.{pack.unknown_as}")),
        *(words.say("explain.pack.silent", what=one) for one in silent),
    )


def _dates(words: Catalogue, pack: Pack) -> str:
    since = words.day(pack.effective_from)
    if pack.effective_to is None:
        return words.say("explain.pack.from", date=since)
    return words.say("explain.pack.until", date=since, end=words.day(pack.effective_to))


def _minimum(words: Catalogue, pack: Pack) -> str:
    if pack.min_account_age is None:
        return words.say("explain.pack.minimum.none")
    return words.say(f"explain.pack.minimum.{pack.under_minimum}", age=pack.min_account_age)
