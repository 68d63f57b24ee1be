"""A draft is tried on made-up people and on recorded counts, with the answers of the plain evaluator."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
from lxml import etree

from hoede.policy import Answer, Attempt, Policy, Relation, decide, shipped_pack, shipped_vocabulary
from hoede.policy.counts import CountsError, read_counts, weigh
from hoede.policy.people import BANDS, Population, ShapeError, parse_shape, populate, shipped_shape, side_of
from hoede.policy.rules.drawing import Bars, draw
from hoede.policy.simulation import Figure, simulate

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
VOCABULARY = shipped_vocabulary()
SHAPE = """
[ages]
unknown = 1
14 = 1
[places]
NL = 1
[relations]
none = 1
[others]
same_band = 1
any_band = 1
"""


def packs(*names: str) -> Policy:
    return Policy(VOCABULARY, tuple(shipped_pack(name) for name in names))


def by_name(figures: tuple[Figure, ...]) -> dict[tuple[str, str], Figure]:
    return {(one.what, one.band): one for one in figures}


def plainly(policy: Policy, people: Population, what: str) -> Counter[tuple[str, Answer]]:
    """The same question to everybody, one by one."""
    found: Counter[tuple[str, Answer]] = Counter()
    sides = [side_of(*people.kinds[kind]) for kind in people.kind_of]
    for at, side in enumerate(sides):
        other = sides[people.others[at]] if policy.vocabulary.gates[what].needs_other else None
        relation = Relation(people.relations[at])
        attempt = Attempt(what=what, counterpart=other, relation=relation)
        found[BANDS[people.band_of[at]], decide(policy, side, attempt, NOON).answer] += 1
    return found


BEFORE, AFTER = packs("hoede-baseline"), packs("hoede-baseline", "eu-dsa28", "nl", "au-smma16")


@pytest.fixture(scope="module")
def people() -> Population:
    return populate(shipped_shape(), 300, seed=3)


@pytest.fixture(scope="module")
def figures(people: Population) -> dict[tuple[str, str], Figure]:
    return by_name(simulate(BEFORE, AFTER, people, NOON))


@pytest.mark.parametrize("what", ["message", "go_live", "comment", "view_profile", "use", "duet"])
def test_the_figures_are_those_of_asking_everybody_one_by_one(
    what: str, people: Population, figures: dict[tuple[str, str], Figure]
) -> None:
    was, becomes = (plainly(policy, people, what) for policy in (BEFORE, AFTER))
    refused, ask = Answer.REFUSED, Answer.ASK
    for band in BANDS:
        one = figures[what, band]
        assert (one.refused_before, one.refused_after) == (was[band, refused], becomes[band, refused])
        assert (one.asks_before, one.asks_after) == (was[band, ask], becomes[band, ask])
        assert one.refused_after == one.refused_before + one.newly_refused - one.newly_open


def test_the_same_seed_makes_the_same_people_and_another_makes_others() -> None:
    first, again, other = (populate(shipped_shape(), 500, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.kind_of, again.kind_of)
    assert np.array_equal(first.others, again.others)
    assert not np.array_equal(first.kind_of, other.kind_of)


def test_the_shape_has_people_in_every_band_who_meet_people_of_their_own_place() -> None:
    people = populate(shipped_shape(), 5000, seed=1)
    places = np.array([place or "" for _, place in people.kinds])[people.kind_of]
    assert set(people.band_of) == set(range(len(BANDS)))
    assert np.array_equal(places, places[people.others])
    assert set(people.relations) == set(Relation)


def test_the_same_packs_before_and_after_change_nothing() -> None:
    people = populate(shipped_shape(), 500, seed=1)
    figures = simulate(packs("release-2021"), packs("release-2021"), people, NOON)
    assert [one for one in figures if one.different] == []


def test_every_attempt_is_told_when_it_is_done() -> None:
    told: list[str] = []
    simulate(packs("nl"), packs("nl"), populate(shipped_shape(), 10, seed=1), NOON, told.append)
    assert tuple(told) == VOCABULARY.words


@pytest.mark.parametrize("accounts", [0, 10_000_001])
def test_no_people_or_too_many_are_refused(accounts: int) -> None:
    with pytest.raises(ValueError, match="accounts"):
        populate(shipped_shape(), accounts, seed=1)


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("14 = 1", "14 = -1", "-1 is no share"),
        ("14 = 1", "14 = true", "True is no share"),
        ("14 = 1", "young = 1", "young"),
        ("NL = 1", "UK = 1", "GB"),  # what was meant
        ("none = 1", "enemy = 1", "ENEMY"),
        ("NL = 1", "NL = 0", "above 0"),
        ("any_band = 1", "any_band = 1\nelsewhere = 1", "elsewhere"),
        ("[others]", "[friends]", "others"),
    ],
)
def test_a_shape_that_cannot_be_drawn_from_is_refused(was: str, becomes: str, says: str) -> None:
    assert parse_shape(SHAPE).same_band == 0.5
    with pytest.raises(ShapeError, match=says):
        parse_shape(SHAPE.replace(was, becomes))


def test_recorded_counts_are_weighed_by_band_and_country() -> None:
    text = "capability,band,country,count\ngo_live,13-15,AU,7\ngo_live,13-15,NL,5\nmessage,16-17,unknown,3\n"
    counts = read_counts(text, VOCABULARY)
    figures = by_name(weigh(counts, packs("nl"), packs("nl", "au-smma16"), NOON))
    assert figures["go_live", "13-15"] == Figure(
        what="go_live",
        band="13-15",
        asked=12,
        refused_before=0,
        refused_after=7,
        asks_before=0,
        asks_after=0,
        newly_refused=7,
        newly_open=0,
        different=7,
    )
    assert figures["message", "16-17"].refused_after == 0


def test_counts_of_what_needs_another_are_weighed_by_ones_own_side() -> None:
    counts = read_counts("capability,band,country,count\nmessage,13-15,NL,2\nmessage,18+,NL,4\n", VOCABULARY)
    figures = by_name(weigh(counts, packs("nl"), packs("nl", "release-2021"), NOON))
    assert [figures["message", band].newly_refused for band in ("13-15", "18+")] == [2, 0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: the first line must be capability,band,country,count"),
        ("capability,band\n", "line 1"),
        ("capability,band,country,count\nfly,13-15,NL,1\n", "line 2: fly is no capability"),
        ("capability,band,country,count\nsearch,teens,NL,1\n", "teens is no band"),
        ("capability,band,country,count\nsearch,13-15,UK,1\n", "GB"),
        ("capability,band,country,count\nsearch,13-15,NL,1.5\n", "1.5 is no count"),
        ("capability,band,country,count\nsearch,13-15,NL,1\nsearch,13-15,NL\n", "line 3: 3 fields"),
    ],
)
def test_counts_that_cannot_be_read_are_refused_by_line(text: str, says: str) -> None:
    with pytest.raises(CountsError, match=says):
        read_counts(text, VOCABULARY)


def test_a_figure_is_well_formed_and_tells_in_words_what_it_shows() -> None:
    rows = [Bars(name="<a> & b", before=0, after=0.5, says="0% -> 50%")]
    figure = etree.fromstring(draw("A & B", "a <b> c", ("before", "after"), rows))
    texts = [part.text for part in figure]
    assert {"A & B", "a <b> c", "<a> & b", "0% -> 50%"} <= set(texts)
    bars = [float(part.get("width") or 0) for part in figure if part.tag.endswith("rect")]
    assert bars[2:] == [1, 200]  # behind the legend: nought is a line, a half is half as wide
    assert "style" not in draw("A", "b", ("c", "d"), rows)
