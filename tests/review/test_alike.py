"""A stand-in looks like what it stands for, and is not it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.review.alike import alike


@given(st.text(max_size=40), st.text(max_size=8))
def test_length_and_signs_stay(text: str, key: str) -> None:
    found = alike(text, key)
    assert len(found) == len(text)
    assert [one for one in found if not one.isascii()] == [one for one in text if not one.isascii()]


@pytest.mark.parametrize("text", ["acc_48213-Xy", "Otto", "user.name@plein"])
def test_kinds_of_letters_stay_and_the_whole_differs(text: str) -> None:
    found = alike(text, "case_1")
    kinds = [(one.isdigit(), one.isupper(), one.lower() in "aeiou") for one in text]
    assert [(one.isdigit(), one.isupper(), one.lower() in "aeiou") for one in found] == kinds
    assert found != text


def test_another_key_gives_another_name_and_the_same_key_the_same() -> None:
    assert alike("account-20391", "a") == alike("account-20391", "a") != alike("account-20391", "b")
