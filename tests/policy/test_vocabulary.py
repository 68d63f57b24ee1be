"""The settings: one table each, with words in both languages and a ladder from strict to open."""

from importlib.resources import files
from itertools import pairwise

import pytest
from tests.policy.scene import NOW, WORDS, born, policy

from hoede.policy import NEVER_CLOSED, Attempt, SettingsError, decide, parse_vocabulary
from hoede.policy.rules.steps import Ladder
from hoede.policy.rules.vocabulary import GROUPS

TEXT = (files("hoede") / "policy" / "settings.toml").read_text(encoding="utf-8")
DANCE = """
["remix.dance"]
group = "sharing"
kind = "ladder"
steps = ["none", "friends", "everyone"]
tightest = "none"
attempt = "dance_along"
whose = "theirs"
name = { en = "Dancing", nl = "Dansen" }
asks = { en = "Who may dance along?", nl = "Wie mag meedansen?" }
talk = { en = "With whom do you dance?", nl = "Met wie dans je?" }
source = "docs/sources.md#settings"
"""


def test_every_setting_has_a_group_of_the_pages_and_can_be_asked_for() -> None:
    assert {one.group for one in WORDS.settings.values()} == set(GROUPS)
    assert set(WORDS.settings) <= set(WORDS.attempts)


def test_a_ladder_goes_from_strict_to_open() -> None:
    for one in WORDS.settings.values():
        if isinstance(one.kind, Ladder):
            rungs = [one.kind.read("cap:3" if rung == "cap" else rung) for rung in one.kind.rungs]
            assert [one.kind.meet(lower, higher) for lower, higher in pairwise(rungs)] == rungs[:-1]


def test_dutch_says_je_and_every_question_is_one() -> None:
    for one in WORDS.settings.values():
        assert {
            what: one.say(what, "nl") for what in ("asks", "talk") if not one.say(what, "nl").endswith("?")
        } == {}
        assert " u " not in f" {one.say('asks', 'nl').lower()} "


def test_a_setting_is_one_table_and_works_everywhere_at_once() -> None:
    words = parse_vocabulary(TEXT + DANCE)
    attempt = Attempt(what="dance_along", counterpart=born("1990-01-01"))
    both = policy("release-2021")
    more = type(both)(words, both.packs)
    assert decide(more, born("1990-01-01"), attempt, NOW).answer == "granted"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('steps = ["none", "friends", "everyone"]', 'steps = ["none"]', "two different steps"),
        ('tightest = "none"', "", "needs tightest"),
        ('tightest = "none"', 'tightest = "nobody"', "is no step"),
        ('group = "sharing"', 'group = "dancing"', "group, whose, contact or source"),
        ('kind = "ladder"', 'kind = "minutes"', "only a ladder has steps"),
        (', nl = "Dansen"', "", "in each of en, nl"),
        ('["remix.dance"]', '["Remix dance"]', "is like dm.send"),
        ('attempt = "dance_along"', 'attempt = "report"', "report is not a word a setting can govern"),
        ('whose = "theirs"', 'other = "remix.sing"', "remix.sing, which is no setting"),
        ('source = "docs', 'sauce = "docs', "sauce"),
    ],
)
def test_a_table_that_is_wrong_is_named(old: str, new: str, words: str) -> None:
    assert old in DANCE
    with pytest.raises(SettingsError, match=words):
        parse_vocabulary(TEXT + DANCE.replace(old, new))


@pytest.mark.parametrize(
    ("setting", "raw"),
    [
        ("gift.send", "cap"),  # without its number
        ("gift.send", "on:3"),
        ("time.daily_cap", "60"),
        ("time.daily_cap", -1),
        ("time.daily_cap", True),
        ("time.weekday_caps", {"mo": 3}),
        ("time.weekday_caps", 60),
        ("time.wind_down_at", 22),
        ("time.wind_down_at", "24:00"),
        ("notify.quiet_hours", "21:00-07:00"),  # no list
        ("notify.quiet_hours", [3]),
        ("feed.keywords_blocked", ["  "]),
        ("feed.keywords_blocked", ["x" * 65]),
        ("dm.send", 3),
    ],
)
def test_a_step_that_is_written_wrong_is_refused(setting: str, raw: object) -> None:
    with pytest.raises(ValueError, match=r"write|there are|no time of day|up to 500"):
        WORDS[setting].kind.read(raw)


@pytest.mark.parametrize(
    ("setting", "raw", "shown"),
    [
        ("notify.quiet_hours", "no_limit", []),
        ("time.daily_cap", "no_limit", "no_limit"),
        ("time.weekday_caps", {"mon": 60, "tue": "no_limit"}, {"mon": 60}),
        ("feed.keywords_blocked", [" Hat", "hat"], ["hat"]),
        ("gift.send", "cap:20", "cap:20"),
    ],
)
def test_a_step_is_shown_as_it_is_written(setting: str, raw: object, shown: object) -> None:
    kind = WORDS[setting].kind
    assert kind.show(kind.read(raw)) == shown


def test_what_is_never_closed_is_no_setting() -> None:
    assert NEVER_CLOSED.isdisjoint({*WORDS.settings, *WORDS.gates})
