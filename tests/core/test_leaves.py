"""Leaves: provable by the holder of the key, telling nothing to anybody else."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from hoede.core.leaves import Leaf, commitment, leaf_body

KEY = b"k" * 32
AT = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
LEAF = Leaf("order.done", "ord_1", "sealed")


def test_a_leaf_names_the_act_and_the_time_and_hides_the_rest() -> None:
    body = leaf_body(LEAF, AT, KEY)
    told = json.loads(body)
    assert sorted(told) == ["about", "act", "at", "detail"]
    assert (told["act"], told["at"]) == ("order.done", "2026-11-23T12:00:00.123+00:00")
    assert "ord_1" not in body
    assert "sealed" not in body


def test_the_holder_of_the_key_finds_the_leaf_of_a_row() -> None:
    assert json.loads(leaf_body(LEAF, AT, KEY))["about"] == commitment(KEY, "order.done", "ord_1")


def test_a_leaf_is_always_the_same_bytes() -> None:
    body = leaf_body(LEAF, AT, KEY)
    assert body == leaf_body(LEAF, AT, KEY)
    assert body == json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"))


def test_act_subject_detail_and_key_each_change_the_leaf() -> None:
    others = [replace(LEAF, act="order.opened"), replace(LEAF, about="ord_2"), replace(LEAF, detail="")]
    bodies = {leaf_body(one, AT, KEY) for one in (LEAF, *others)} | {leaf_body(LEAF, AT, b"o" * 32)}
    assert len(bodies) == 5


def test_the_same_detail_of_two_subjects_does_not_look_alike() -> None:
    first, second = (json.loads(leaf_body(replace(LEAF, about=one), AT, KEY)) for one in ("a", "b"))
    assert first["detail"] != second["detail"]
