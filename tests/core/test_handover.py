"""A platform's word that somebody reports: what was signed comes back, anything else opens nothing."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.core.handover import LASTS, Handover, HandoverWrong, read_handover, sign_handover

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET, OTHER = ("whsec_" + base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
SECRETS = {"plein": (SECRET,), "market": (OTHER,)}
FULL = Handover(
    service="plein",
    subject="a-7",
    once="0123456789abcdef",
    until=NOON + LASTS,
    reporter="a-3",
    content="c-1 é/?&",
    since=date(2024, 2, 29),
    linked="device-1",
    wrote_first=NOON - timedelta(hours=1),
)
BARE = Handover(service="plein", subject="a-7", once="0123456789abcdef", until=NOON + LASTS)


def read(word: str, now: datetime = NOON) -> Handover | HandoverWrong:
    return read_handover(word, SECRETS, now)


def word_of(told: object, secret: str = SECRET) -> str:
    """Signed as it should be, whatever is in it."""

    payload = json.dumps(told).encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, b"hoede-handover/1\n" + payload, hashlib.sha256).digest()
    return ".".join(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in (payload, mac))


@pytest.mark.parametrize("handed", [FULL, BARE])
def test_what_was_signed_comes_back(handed: Handover) -> None:
    assert read(sign_handover(handed, [SECRET])) == handed


def test_either_secret_counts_while_one_is_rotated() -> None:
    word = sign_handover(BARE, [OTHER])
    assert read_handover(word, {"plein": (SECRET, OTHER)}, NOON) == BARE


def test_either_side_may_switch_first() -> None:
    word = sign_handover(BARE, [SECRET, OTHER])
    for known in (SECRET, OTHER):
        assert read_handover(word, {"plein": (known,)}, NOON) == BARE


def test_a_word_that_nobody_signed_opens_nothing() -> None:
    assert read(sign_handover(BARE, [])) is HandoverWrong.FORGED


def test_another_services_secret_signs_nothing_for_this_one() -> None:
    assert read(sign_handover(BARE, [OTHER])) is HandoverWrong.FORGED


@pytest.mark.parametrize(
    ("later", "opens"),
    [
        (timedelta(0), True),
        (LASTS - timedelta(seconds=1), True),
        (LASTS, False),
        (timedelta(days=1), False),
        (-timedelta(minutes=5), True),  # the platform's clock goes before
        (-timedelta(minutes=6), False),  # nobody makes a link that lasts
    ],
)
def test_a_link_lasts_fifteen_minutes(later: timedelta, *, opens: bool) -> None:
    found = read(sign_handover(BARE, [SECRET]), NOON + later)
    assert found == (BARE if opens else HandoverWrong.EXPIRED)


@given(st.integers(0, 10_000), st.characters(codec="ascii"))
def test_a_word_with_one_letter_changed_opens_nothing(place: int, letter: str) -> None:
    word = sign_handover(FULL, [SECRET])
    place %= len(word)
    changed = word[:place] + letter + word[place + 1 :]
    found = read(changed)
    # The last letter of a part may carry bits that no byte has: then it is the same word written otherwise.
    assert found is HandoverWrong.FORGED or (changed == word or found == FULL)


@given(st.text(max_size=200))
def test_whatever_somebody_types_opens_nothing_and_breaks_nothing(typed: str) -> None:
    assert read(typed) is HandoverWrong.FORGED


UNTIL = int((NOON + LASTS).timestamp())
GOOD = {"service": "plein", "subject": "a-7", "once": "x", "until": UNTIL}
BROKEN: list[object] = [
    {},
    [],
    7,
    "plein",
    None,
    GOOD | {"service": "nobody"},
    GOOD | {"service": ["plein"]},
    GOOD | {"subject": ""},
    GOOD | {"subject": 7},
    GOOD | {"subject": "a\nb"},
    GOOD | {"reporter": "x" * 256},
    GOOD | {"until": "soon"},
    GOOD | {"until": 10**30},
    GOOD | {"until": None},
    GOOD | {"since": "long ago"},
    GOOD | {"role": "judge"},
    {name: value for name, value in GOOD.items() if name != "once"},
]


@pytest.mark.parametrize("told", BROKEN)
def test_a_signed_word_that_says_something_else_opens_nothing(told: object) -> None:
    assert read(word_of(told)) is HandoverWrong.FORGED


def test_the_same_made_by_hand_opens() -> None:
    assert read(word_of(GOOD)) == replace(BARE, once="x")


def test_a_word_longer_than_any_of_ours_opens_nothing() -> None:
    assert read(sign_handover(FULL, [SECRET]) + "A" * 5000) is HandoverWrong.FORGED
