"""Permits: one at a time beside two rule engines on the same policy, millions at once, and over HTTP.

The policy is our baseline, the EU's guidelines and the Netherlands. Each engine answers the same questions
in turns, and has to give the same answers; what can be made before is made before, for each of them.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import numpy as np

from hoede.bench.permit_http import measure as over_http
from hoede.bench.permit_peers import Question, cedar, stops, zen
from hoede.bench.processes import load
from hoede.bench.rows import Row, percentile, spread
from hoede.core.ages import BANDS
from hoede.policy import (
    ANSWERS,
    Compiled,
    Crowd,
    Policy,
    Relation,
    Side,
    born_side,
    shipped_pack,
    shipped_vocabulary,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PACKS = ("hoede-baseline", "eu-dsa28", "nl")
WHATS = ("message", "call", "comment", "gift", "duet", "download", "go_live", "search", "buy", "ai_chat")
BIRTHS = (2018, 2012, 2010, 1990)  # one for each band
QUESTIONS, TURNS, SEED = 2_000, 9, 20261126
MILLION = 1_000_000
KINDS = 400  # of accounts in a crowd that differ in what they chose


def measure() -> list[Row]:
    """One at a time, then a crowd, then over HTTP."""
    packs = tuple(map(shipped_pack, PACKS))
    policy = Policy(shipped_vocabulary(), packs)
    return [*_one_at_a_time(policy), *_crowd(policy), *over_http()]


def _one_at_a_time(policy: Policy) -> list[Row]:
    chance = random.Random(SEED)  # noqa: S311 - questions drawn for a bench
    band = partial(chance.choice, BANDS[1:])
    questions = [
        Question(chance.choice(WHATS), band(), band(), chance.choice(list(Relation)))
        for _ in range(QUESTIONS)
    ]
    found = stops(policy.vocabulary, policy.packs, WHATS)
    engines = {
        "ours": _ours(policy, questions),
        "zen": zen(found, questions),
        "cedar": cedar(found, questions),
    }
    expected = engines["ours"][2](engines["ours"][1])
    for name, (_, asked, answers) in engines.items():
        if answers(asked) != expected:
            raise RuntimeError(f"{name} answers something else; the policies are not the same")
    took: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(TURNS):
        for name, (_, asked, answers) in engines.items():
            took[name].append(_us(answers, asked))
    ours = percentile(took["ours"], 0.5)
    return [
        Row(
            name=f"permit_with_reasons_beside_{name}",
            unit="us",
            ours=round(ours, 3),
            target=">= 10x zen-engine",
            spread=f"{spread(took['ours'])} beside {spread(took[name])}; {len(found)} bounds, {load()}",
            peer_name=engines[name][0],
            peer=round(percentile(took[name], 0.5), 2),
            ratio=round(percentile(took[name], 0.5) / ours, 1),
        )
        for name in ("zen", "cedar")
    ]


def _ours(
    policy: Policy, questions: list[Question]
) -> tuple[str, list[Any], Callable[[list[Any]], list[int]]]:
    compiled = Compiled(policy)
    seats = {
        band: compiled.seat(born_side(date(year, 1, 1), NOW, country="NL", zones=("UTC",)), NOW)
        for band, year in zip(BANDS, BIRTHS, strict=True)
    }
    asked = [(seats[one.own], one.what, NOW, seats[one.other], one.relation) for one in questions]

    def answers(all_asked: list[Any]) -> list[int]:
        decide = compiled.decide
        permits = [decide(*one) for one in all_asked]
        return [ANSWERS.index((one.answer, one.whom)) for one in permits]

    return "ours", asked, answers


def _us(answers: Callable[[list[Any]], list[int]], asked: list[Any]) -> float:
    start = time.perf_counter()
    answers(asked)
    return (time.perf_counter() - start) / len(asked) * 1e6


def _crowd(policy: Policy) -> list[Row]:
    chance = np.random.default_rng(SEED)
    kinds = [_somebody(chance) for _ in range(KINDS)]
    members = [kinds[at] for at in chance.integers(0, KINDS, MILLION)]
    crowd = Crowd(Compiled(policy), members, NOW, policy.vocabulary.words)
    who, others = (chance.integers(0, MILLION, MILLION) for _ in range(2))
    relations = chance.integers(0, len(Relation), MILLION)
    told = f"a million accounts of {KINDS} kinds, {len(policy.vocabulary.words)} attempts"
    return [
        _rate("permits_in_bulk", lambda: crowd.ask("go_live"), told),
        _rate(
            "permits_in_bulk_with_a_counterpart", lambda: crowd.ask("message", who, others, relations), told
        ),
        Row(
            name="a_million_compiled_accounts",
            unit="MB",
            ours=round(crowd.bytes / 1e6, 1),
            target="<= 64",
            spread=told,
        ),
    ]


def _somebody(chance: np.random.Generator) -> Side:
    """Somebody with choices of their own in some of what is asked most."""
    born = date(int(chance.integers(1960, 2014)), 5, 5)
    side = born_side(born, NOW, country="NL", zones=("UTC",), joined=date(2024, 1, 1))
    words = shipped_vocabulary()
    for name in ("dm.receive", "dm.send", "comment.receive", "live.host", "search.use"):
        ladder = words[name].ladder or ()
        if chance.random() < 0.5:  # noqa: PLR2004 - a coin
            side.choices[name] = ladder[int(chance.integers(0, len(ladder)))]  # type: ignore[index] # made here
    return side


def _rate(name: str, ask: Callable[[], Any], told: str) -> Row:
    ask()  # the tables fill
    rates = []
    for _ in range(TURNS):
        start = time.perf_counter()
        ask()
        rates.append(MILLION / (time.perf_counter() - start) / 1e6)
    return Row(
        name=name,
        unit="million/s",
        ours=round(percentile(rates, 0.5), 1),
        target=">= 50",
        spread=f"{spread(rates)}; {told}, {load()}",
    )
