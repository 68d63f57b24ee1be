"""Whatever is tampered with, both verifiers find it: ours, and the one that shares nothing with us."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from hoede.audit import Head, independent, verify_alone
from hoede.audit.bundle import Bundle, lines_of
from hoede.audit.proofs import SignedHead
from hoede.audit.rules import in_force
from hoede.bench.tampering import EVERY, INSIDE, Log, Made, made, tampered

SEEDS = 10_000 if os.environ.get("HOEDE_LONG") else 360
Told = list[dict[str, Any]]


def kept_of(one: Made) -> tuple[Head, Told]:
    """The newest head as somebody outside kept it, for us and for the independent checker."""
    head = one.log.heads[-1]
    return head, [SignedHead(head, in_force(one.log.keys, head.size)).values()]


def found_by_both(log: Log, one: Made, *, kept: bool) -> tuple[bool, bool]:
    known = one.log.keys[0].public
    head, told = kept_of(one)
    ours = verify_alone(log.leaves, log.heads, log.keys, kept=[head] if kept else [], known=known)
    rows = [json.loads(line) for line in lines_of(log.keys, log.leaves, log.heads)]
    theirs = independent.log(rows, told if kept else [], base64.b64encode(known).decode())
    return not ours.sound, bool(list(theirs))


def test_an_untouched_log_is_sound_to_both() -> None:
    import random  # noqa: PLC0415 - only here

    for seed in range(40):
        one = made(random.Random(seed))  # noqa: S311 - repeatable
        assert found_by_both(one.log, one, kept=True) == (False, False)


def test_every_mutation_is_found_by_both_verifiers() -> None:
    missed = []
    for seed in range(SEEDS):
        kind, one, log = tampered(seed)
        if found_by_both(log, one, kept=True) != (True, True):
            missed.append((seed, kind))
    assert missed == []


@pytest.mark.parametrize("kind", EVERY)
def test_only_a_kept_head_shows_what_who_holds_the_key_can_do(kind: str) -> None:
    """So says docs/howto/check-the-log.md."""
    seeds = [seed for seed in range(60) if tampered(seed)[0] == kind]
    found = {found_by_both(tampered(seed)[2], tampered(seed)[1], kept=False) for seed in seeds}
    assert found == ({(False, False)} if kind in INSIDE else {(True, True)})


def test_a_copy_is_read_as_it_was_written(tmp_path: Path) -> None:
    _, one, _ = tampered(1)
    copy = tmp_path / "log.jsonl"
    copy.write_text("".join(f"{line}\n" for line in lines_of(one.log.keys, one.log.leaves, one.log.heads)))
    told = Bundle(copy)
    read = tuple(told.keys()), tuple(told.bodies()), tuple(told.heads())
    assert read == (one.log.keys, one.log.leaves, one.log.heads)


def test_the_independent_checker_is_short_and_shares_no_code_with_us() -> None:
    text = Path(independent.__file__).read_text(encoding="utf-8")
    imports = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert len(text.splitlines()) <= 150
    assert [line for line in imports if "hoede" in line] == []
