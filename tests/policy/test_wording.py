"""Steps in words: every kind of value, in both languages."""

from typing import Any

import pytest

from hoede.policy import shipped_vocabulary
from hoede.policy.rules.steps import Ladder
from hoede.policy.rules.wording import say_step
from hoede.words import LOCALES, catalogue

VOCABULARY = shipped_vocabulary()


@pytest.mark.parametrize(
    ("setting", "raw", "en", "nl"),
    [
        ("dm.send", "connections", "My connections", "Mijn contacten"),
        ("gift.send", "cap:20", "Up to 20 a month", "Tot 20 per maand"),
        ("time.daily_cap", 60, "60 min", "60 min"),
        ("time.daily_cap", 0, "0 min", "0 min"),
        ("time.daily_cap", "no_limit", "No limit", "Geen grens"),
        ("time.wind_down_at", "22:00", "22:00", "22:00"),
        ("notify.quiet_hours", ["21:00-07:00"], "every day, 21:00-07:00", "elke dag, 21:00-07:00"),
        ("notify.quiet_hours", [], "No limit", "Geen grens"),
        (
            "time.away_windows",
            ["mon-fri 08:00-15:00", "sat,mon 18:00-19:00"],
            "Monday to Friday, 08:00-15:00; Monday and Saturday, 18:00-19:00",
            "maandag tot en met vrijdag, 08:00-15:00; maandag en zaterdag, 18:00-19:00",
        ),
        ("time.weekday_caps", {"sat": 120}, "Saturday 120 min", "zaterdag 120 min"),
        ("feed.keywords_blocked", ["a", "b"], "Words: 2", "Woorden: 2"),
    ],
)
def test_a_step_reads_as_people_say_it(setting: str, raw: Any, en: str, nl: str) -> None:
    one = VOCABULARY[setting]
    step = one.kind.read(raw)
    assert [say_step(catalogue(locale), one, step) for locale in LOCALES] == [en, nl]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_rung_of_every_ladder_has_a_word(locale: str) -> None:
    for one in VOCABULARY.settings.values():
        if isinstance(one.kind, Ladder):
            rungs = ["cap:1" if rung == "cap" else rung for rung in one.kind.rungs]
            said = [say_step(catalogue(locale), one, rung) for rung in rungs]
            assert len(set(said)) == len(rungs)
