"""Ids of orders: the same question gives the same id, and the id tells nothing."""

import string

from hypothesis import given
from hypothesis import strategies as st

from hoede.core.orders import ENDED, OrderState, Target, TargetKind, opaque, order_id

KEY = b"k" * 32
CONTENT = Target(TargetKind.CONTENT, "c-1")


def test_the_same_cause_measure_and_target_give_the_same_id() -> None:
    assert order_id(KEY, "dec_1", "hold", CONTENT) == order_id(KEY, "dec_1", "hold", CONTENT)


def test_another_cause_measure_target_or_key_gives_another_id() -> None:
    ids = {
        order_id(KEY, "dec_1", "hold", CONTENT),
        order_id(KEY, "dec_2", "hold", CONTENT),
        order_id(KEY, "dec_1", "remove", CONTENT),
        order_id(KEY, "dec_1", "hold", Target(TargetKind.CONTENT, "c-2")),
        order_id(KEY, "dec_1", "hold", Target(TargetKind.ACCOUNT, "c-1")),
        order_id(b"o" * 32, "dec_1", "hold", CONTENT),
    }
    assert len(ids) == 6


def test_words_that_run_together_are_still_told_apart() -> None:
    assert order_id(KEY, "a", "bc", CONTENT) != order_id(KEY, "ab", "c", CONTENT)


@given(st.text())
def test_an_opaque_id_is_26_plain_characters(text: str) -> None:
    assert len(opaque(KEY, text)) == 26
    assert set(opaque(KEY, text)) <= set(string.ascii_lowercase + "234567")


def test_an_id_tells_neither_cause_nor_target() -> None:
    told = order_id(KEY, "dec_1", "remove", CONTENT)
    assert told.startswith("ord_")
    assert [word for word in ("dec_1", "remove", "c-1") if word in told] == []


def test_a_waiting_order_has_not_ended() -> None:
    assert {OrderState.DONE, OrderState.SUPERSEDED} == ENDED
