"""What one pack says differently from another, band by band. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hoede.core.ages import AgeBand
from hoede.policy.rules.packs import CONTACT, Choosing, Pack, Status, UnderMinimum
from hoede.policy.rules.steps import Kind, Ladder, Shown, Step, at_most
from hoede.policy.rules.vocabulary import Vocabulary

# What packs say besides steps, as ladders too: from strict to open.
CHOOSING = Ladder((Choosing.GUARDIAN, Choosing.PROMPT, Choosing.SELF))
AGES = Ladder(tuple(str(age) for age in range(21, 0, -1)))
UNDER = Ladder((UnderMinimum.REFUSE, UnderMinimum.CHILD_MODE))
UNKNOWN = Ladder((AgeBand.UNDER_13, AgeBand.FROM_13))
ACTING = Ladder(("acts", "inert"))  # no pack opens anything: to stop acting is looser
ORDER = ("", *AgeBand)


class Change(StrEnum):
    NEW = "new"
    TIGHTER = "tighter"
    LOOSER = "looser"
    GONE = "gone"
    OTHER = "other"  # neither: windows that moved, another law


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that the second pack says differently."""

    part: str  # pack, limit, start, contact, duty or consent
    band: str  # whom it is about; "": everybody
    about: str  # a setting, `13-15 to 18+`, a duty, a country, a key of [pack]
    change: Change
    before: str | None
    after: str | None
    inert: bool  # the pack that says it is enjoined or proposed: it counts for nobody


_Key = tuple[str, str, str]  # part, band, about
_Steps = tuple[tuple[Kind, Step], ...]  # all of what is said about one thing


@dataclass(frozen=True, slots=True)
class _Said:
    shown: str
    steps: _Steps = ()  # none: there is no stricter or looser of it


def differences(before: Pack, after: Pack, vocabulary: Vocabulary) -> tuple[Difference, ...]:
    """Everything that `after` says differently from `before`, in the order of bands."""
    old, new = dict(_all(before, vocabulary)), dict(_all(after, vocabulary))
    keys = sorted(old.keys() | new.keys(), key=lambda key: (ORDER.index(key[1]), key))
    return tuple(
        Difference(
            part=key[0],
            band=key[1],
            about=key[2],
            change=_change(old.get(key), new.get(key)),
            before=old[key].shown if key in old else None,
            after=new[key].shown if key in new else None,
            inert=(after if key in new else before).status is not Status.IN_FORCE,
        )
        for key in keys
        if old.get(key) != new.get(key)
    )


def _change(old: _Said | None, new: _Said | None) -> Change:
    if old is None:
        return Change.NEW
    if new is None:
        return Change.GONE
    pairs = list(zip(old.steps, new.steps, strict=True))
    if old.steps == new.steps:
        return Change.OTHER
    if all(at_most(kind, step, was) for (kind, was), (_, step) in pairs):
        return Change.TIGHTER
    if all(at_most(kind, was, step) for (kind, was), (_, step) in pairs):
        return Change.LOOSER
    return Change.OTHER


def _all(pack: Pack, vocabulary: Vocabulary) -> Iterator[tuple[_Key, _Said]]:
    yield from _facts(pack)
    for limit in pack.limits:
        kind = vocabulary[limit.setting].kind
        opens = limit.step if limit.open_to is None else limit.open_to
        by_guardian = f" (a guardian: {shown(kind.show(opens))})" if opens != limit.step else ""
        said = _Said(shown(kind.show(limit.step)) + by_guardian, ((kind, limit.step), (kind, opens)))
        yield from ((("limit", band, limit.setting), said) for band in limit.bands)
    for start in pack.starts:
        kind = vocabulary[start.setting].kind
        text = f"{shown(kind.show(start.step))} ({start.choice})"
        said = _Said(text, ((kind, start.step), (CHOOSING, start.choice)))
        yield from ((("start", band, start.setting), said) for band in start.bands)
    for row in pack.contacts:
        said = _Said(str(row.at_most), ((CONTACT, row.at_most),))
        pairs = ((sender, receiver) for sender in row.senders for receiver in row.receivers)
        yield from ((("contact", to, f"from {sender}"), said) for sender, to in pairs)
    for duty in pack.duties:
        yield from ((("duty", band, duty.duty), _Said("yes")) for band in duty.bands)
    for one in pack.consents:
        said = _Said(str(one.age), ((AGES, str(one.age)),))
        yield from ((("consent", "", place), said) for place in one.where)


def _facts(pack: Pack) -> Iterator[tuple[_Key, _Said]]:
    facts: dict[str, str | None] = {
        "legal_basis": pack.legal_basis,
        "law": pack.law or None,
        "where": ", ".join(sorted(pack.where)),
        "effective_from": pack.effective_from.isoformat(),
        "effective_to": pack.effective_to.isoformat() if pack.effective_to else None,
    }
    yield from ((("pack", "", name), _Said(fact)) for name, fact in facts.items() if fact is not None)
    acting = "acts" if pack.status is Status.IN_FORCE else "inert"
    yield ("pack", "", "status"), _Said(pack.status, ((ACTING, acting),))
    yield ("pack", "", "unknown_as"), _Said(pack.unknown_as, ((UNKNOWN, pack.unknown_as),))
    if pack.min_account_age is not None:
        age, under = str(pack.min_account_age), pack.under_minimum
        yield ("pack", "", "min_account_age"), _Said(f"{age} ({under})", ((AGES, age), (UNDER, under)))


def shown(step: Shown) -> str:
    """A step in one line."""
    if isinstance(step, dict):
        return ", ".join(f"{day} {minutes}" for day, minutes in step.items())
    return ", ".join(step) if isinstance(step, list) else str(step)
