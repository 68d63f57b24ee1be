"""A pack is read strictly: every problem of the file at once, with its line and a remedy."""

import re
from datetime import date
from importlib.resources import files

import pytest
from tests.policy.scene import WORDS

from hoede.core.ages import AgeBand
from hoede.policy import Basis, PackError, PackUnknown, read_pack, shipped_ids, shipped_pack

HEAD = """\
# a comment with [[limit]] in it
[pack]
id = "harbour"
version = "1.0.0"
title = { en = "Harbour", nl = "Haven" }
legal_basis = "house"
status = "in_force"
as_of = 2026-01-01
effective_from = 2026-01-01
verified_by = ""
where = ["NL"]
sources = ["docs/sources.md#harbour"]
"""
LIMIT = """
[[limit]]
setting = "dm.send"
bands = ["13-15", "under-13"]
step = "none"
source = "docs/sources.md#harbour"
"""


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(PackError) as caught:
        read_pack(text, WORDS)
    return [(one.line, one.words) for one in caught.value.problems]


def test_a_good_pack_is_read_whole() -> None:
    pack = read_pack(HEAD + LIMIT, WORDS)
    assert re.fullmatch(r"harbour@1\.0\.0\+[0-9a-f]{12}", pack.ref)
    assert [(one.setting, one.step, one.line) for one in pack.limits] == [("dm.send", "none", 14)]
    assert pack.unknown_as is AgeBand.FROM_13


def in_head(old: str, new: str) -> str:
    assert old in HEAD
    return HEAD.replace(old, new) + LIMIT


def in_limit(old: str, new: str) -> str:
    assert old in LIMIT
    return HEAD + LIMIT.replace(old, new)


START = """
[[start]]
setting = "dm.send"
bands = ["under-13"]
step = "everyone"
choice = "self"
source = "docs/sources.md#harbour"
"""

WRONG = [
    (in_head('id = "harbour"', 'id = "Harbour"'), 3, "small letters"),
    (in_head('version = "1.0.0"', 'version = "1.0"'), 4, "three numbers"),
    (in_head(', nl = "Haven"', ""), 5, "in each of en, nl"),
    (in_head('nl = "Haven"', 'nl = ""'), 5, "one line of text in quotes"),
    (in_head('legal_basis = "house"', 'legal_basis = "custom"'), 6, "there are law, guidance, house"),
    (in_head('legal_basis = "house"', 'legal_basis = "law"'), 6, "a pack of law names it"),
    (in_head('status = "in_force"', 'status = "on"'), 7, "there are in_force, enjoined, proposed"),
    (in_head("as_of = 2026-01-01", 'as_of = "2026-01-01"'), 8, "a date without quotes"),
    (in_head("as_of = 2026-01-01", "as_of = 2026-01-01T12:00:00"), 8, "without a time"),
    (in_head("effective_from", "effective_to = 2025-01-01\neffective_from"), 9, "ends before it begins"),
    (in_head('where = ["NL"]', 'where = ["UK"]'), 11, "write GB"),
    (in_head('where = ["NL"]', 'where = ["XX"]'), 11, "XX is no place"),
    (in_head('where = ["NL"]', "where = []"), 11, "at least one"),
    (in_head('where = ["NL"]', 'where = ["NL", "NL"]'), 11, "twice"),
    (in_head("sources =", 'unknown_as = "16-17"\nsources ='), 12, "looser than 13-15"),
    (in_head("sources =", "min_account_age = 99\nsources ="), 12, "from 1 to 21"),
    (in_head("sources =", 'under_minimum = "refuse"\nsources ='), 12, "add min_account_age"),
    (in_head("sources =", "ages = 3\nsources ="), 12, "ages is no key of [pack]"),
    (in_head('verified_by = ""\n', ""), 2, "verified_by is missing"),
    (in_limit('"dm.send"', '"dm.sned"'), 15, "did you mean dm.send?"),
    (in_limit('"13-15"', '"13-16"'), 16, "'13-16' is unknown; there are under-13, 13-15"),
    (in_limit('"none"', '"nobody"'), 17, "'nobody' is no step; there are none, trusted"),
    (in_limit('source = "docs/sources.md#harbour"\n', ""), 14, "source is missing in [limit]"),
    (in_limit("step =", "steps ="), 14, "step is missing"),
    (in_limit("step =", "steps ="), 17, "steps is no key of [limit]"),
    (in_limit("source =", 'unverified = "yes"\nsource ='), 18, "true or false, without quotes"),
    (in_limit("source =", "guardian_may_open = true\nsource ="), 18, "open_to go together"),
    (
        in_limit('step = "none"', 'step = "everyone"\nguardian_may_open = true\nopen_to = "none"'),
        14,
        "open_to of dm.send",
    ),
    (in_head('where = ["NL"]', "where = [31]"), 11, 'write it like "NL"'),
    (in_head("where =", "# where ="), 2, "where is missing"),
    (in_limit("bands = [", "bands = [3, "), 16, "3 is unknown"),
    (HEAD + LIMIT + LIMIT, 20, "line 14 speaks of the same"),
    (HEAD + LIMIT + START, 20, "more open than its limit in line 14"),
    (in_limit(', "under-13"', ""), 14, "under-13 may more than 13-15"),
    (HEAD + "[[limits]]\nsetting = 'dm.send'\n", 13, "limits is no table of a pack"),
    (HEAD + "[limit]\nsetting = 'dm.send'\n", 13, "write [[limit]]"),
    (HEAD + "[[duty]]\nbands = ['13-15']\nduty = 'dance'\nsource = 'x'\n", 15, "'dance' is unknown"),
    (HEAD + "[[consent]]\nwhere = ['NL']\nage = '16'\nsource = 'x'\n", 15, "without quotes"),
    (HEAD + "[[contact]]\nfrom = ['18+']\nto = ['13-15']\nat_most = 'all'\nsource = 'x'\n", 16, "no step"),
    (HEAD + "bands = [\n", 13, "it is not TOML from here on"),
    ("", 1, "there is no table [pack]"),
]


@pytest.mark.parametrize(("text", "line", "words"), WRONG)
def test_what_is_wrong_is_named_with_its_line_and_a_remedy(text: str, line: int, words: str) -> None:
    found = problems(text)
    assert any(at == line and words in told for at, told in found), found


def test_all_problems_of_a_file_are_told_in_one_go() -> None:
    text = in_head('version = "1.0.0"', 'version = "1"').replace('"none"', '"nobody"') + START.replace(
        "self", "me"
    )
    assert [line for line, _ in problems(text)] == [4, 17, 24]


def test_lines_are_right_behind_texts_and_lists_of_many_lines() -> None:
    told = '[pack.why]\nen = [\n  "one [[limit]]",\n  "two",\n]\nnl = ["""\\\n  een""", "twee"]\n'
    assert problems(HEAD + told + LIMIT.replace('"none"', '"nobody"'))[0][0] == 24


def test_every_shipped_pack_is_read_and_has_its_own_name() -> None:
    assert [shipped_pack(name).id for name in shipped_ids()] == list(shipped_ids())
    assert len(shipped_ids()) >= 10


def test_a_pack_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(PackUnknown, match="There is no pack atlantis; there are au-smma16"):
        shipped_pack("atlantis")


def test_another_text_has_another_hash() -> None:
    text = (files("hoede") / "policy" / "packs" / "nl.toml").read_text(encoding="utf-8")
    assert read_pack(text, WORDS).hash != read_pack(text + "# more\n", WORDS).hash


def test_a_rule_of_the_house_leaves_no_day_open_since_the_release() -> None:
    """A day before a pack begins refuses nothing; a law has such days, we have none."""
    ours = [one for one in map(shipped_pack, shipped_ids()) if one.legal_basis is Basis.HOUSE]
    assert ours
    assert [one.id for one in ours if one.effective_from > date(2021, 5, 31)] == []
