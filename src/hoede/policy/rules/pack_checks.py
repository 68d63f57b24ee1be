"""What the rows of a pack may not say together. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from hoede.core.ages import BANDS, AgeBand
from hoede.policy.rules.reading import Problem
from hoede.policy.rules.steps import at_most, strictest

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from hoede.policy.rules.packs import Limit, Pack, Start
    from hoede.policy.rules.steps import Step
    from hoede.policy.rules.vocabulary import Vocabulary


def check(pack: Pack, vocabulary: Vocabulary, problems: list[Problem]) -> None:
    """Add what is contradictory: rows that overlap, a start past its limit, a younger band with more."""
    for limits in (pack.limits, pack.starts):
        _once(((one.line, (one.setting, band)) for one in limits for band in one.bands), problems)
    _once(
        ((one.line, (sender, to)) for one in pack.contacts for sender in one.senders for to in one.receivers),
        problems,
    )
    _once(((one.line, (one.duty, band)) for one in pack.duties for band in one.bands), problems)
    _once(((one.line, place) for one in pack.consents for place in one.where), problems)
    _starts_within_limits(pack, vocabulary, problems)
    _guardians_loosen(pack, vocabulary, problems)
    _younger_has_no_more(pack, vocabulary, problems)


def _once(said: Iterable[tuple[int, Hashable]], problems: list[Problem]) -> None:
    first: dict[Hashable, int] = {}
    for line, what in said:
        if what in first:
            words = " and ".join(map(str, what)) if isinstance(what, tuple) else str(what)
            problems.append(
                Problem(line, f"{words}: line {first[what]} speaks of the same; keep one of the two")
            )
        first.setdefault(what, line)


def _starts_within_limits(pack: Pack, vocabulary: Vocabulary, problems: list[Problem]) -> None:
    limits = {(one.setting, band): one for one in pack.limits for band in one.bands}
    for start in pack.starts:
        kind = vocabulary[start.setting].kind
        for band in sorted(start.bands, key=BANDS.index):
            limit = limits.get((start.setting, band))
            if limit is not None and not at_most(kind, start.step, limit.step):
                words = (
                    f"the start of {start.setting} for {band} is more open"
                    f" than its limit in line {limit.line}; take a stricter step"
                )
                problems.append(Problem(start.line, words))


def _guardians_loosen(pack: Pack, vocabulary: Vocabulary, problems: list[Problem]) -> None:
    for limit in pack.limits:
        kind = vocabulary[limit.setting].kind
        if limit.open_to is not None and not at_most(kind, limit.step, limit.open_to):
            words = f"open_to of {limit.setting} is stricter than its step; take a more open one"
            problems.append(Problem(limit.line, words))


def _younger_has_no_more(pack: Pack, vocabulary: Vocabulary, problems: list[Problem]) -> None:
    rows: dict[tuple[str, AgeBand], list[Limit | Start]] = defaultdict(list)
    every: list[Limit | Start] = [*pack.limits, *pack.starts]
    for one in every:
        for band in one.bands:
            rows[one.setting, band].append(one)
    for older, younger in zip(BANDS[1:], BANDS, strict=False):
        for name in sorted({setting for setting, band in rows if band is older}):
            kind = vocabulary[name].kind

            def of(band: AgeBand, name: str = name) -> Step:
                return strictest(vocabulary[name].kind, (one.step for one in rows[name, band]))

            if not at_most(kind, of(younger), of(older)):
                words = f"{name}: {younger} may more than {older}; add a row for {younger}, or a stricter one"
                problems.append(Problem(rows[name, older][0].line, words))
