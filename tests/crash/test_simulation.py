"""Simulated runs: every failpoint struck in every way, every invariant holds, every mutant dies.

They have a worker beside that of the kills. HOEDE_SEEDS chooses how many, HOEDE_FIRST_SEED from which on;
whether every place was struck is asked of 500 and more.
`hoede bench crash --seeds 1 --seed N --kills 0` runs one seed again.
"""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.crash.conftest import SEEDS, Told

import hoede
from hoede.bench.crash import pieces, plan, simulate
from hoede.bench.crash.figures import caught
from hoede.bench.crash.killed import Killed
from hoede.bench.crash.mutants import MUTANTS, AnchorGone, Mutant, mutated
from hoede.bench.crash.pieces import Piece
from hoede.bench.crash.simulate import Simulated
from hoede.db import failpoints

ENOUGH = 500
PACKAGE = Path(hoede.__file__).parent
HERE = re.compile(r'failpoints\.here\("([a-z_.]+)"\)')


def test_every_invariant_holds_after_every_run(simulated: Simulated, tell: Told) -> None:
    tell(f"simulation: {simulated.seeds} seeds, {simulated.ran}, in {simulated.took_s:.0f} s")
    assert simulated.broken == {}


@pytest.mark.skipif(SEEDS < ENOUGH, reason="so few seeds need not strike everything")
def test_every_place_is_struck_in_every_way(simulated: Simulated) -> None:
    wanted = {f"{place} {act}" for place in plan.PLACES for act in plan.ACTS}
    assert wanted - set(simulated.struck) == set()


@pytest.mark.skipif(SEEDS < ENOUGH, reason="likewise")
def test_every_kind_of_trouble_came_up(simulated: Simulated) -> None:
    met = {one.split()[1] for one in simulated.troubles if one.startswith("authority ")}
    assert {str(one) for one in simulate.TROUBLES} - met == set()
    assert simulated.troubles["full"] > 0
    anew = {
        one.removeprefix("judged anew: ") for one in simulated.troubles if one.startswith("judged anew: ")
    }
    assert anew == {one for ways in plan.ANEW.values() for one in ways if one is not None}


def test_every_failpoint_has_a_name_and_every_name_a_failpoint() -> None:
    there = {name for path in PACKAGE.rglob("*.py") for name in HERE.findall(path.read_text())}
    assert there == {*failpoints.NAMES, *failpoints.LATER, *failpoints.OPERATING}


def test_the_same_seed_is_the_same_run_in_another_program() -> None:
    first, second = (pieces.begin(7, 2) for _ in range(2))
    assert pieces.result(first).trace == pieces.result(second).trace


def test_pieces_that_were_kept_are_added_up_each_seed_once() -> None:
    rows, draws = ((5, 9), (0, 4), (20, 29)), (7, 8)
    parts = [Piece(simulated_from(first, last), None) for first, last in rows]
    parts += [Piece(None, killed_by(seed)) for seed in draws]
    whole = pieces.read(pieces.written(pieces.added(parts)))
    assert whole.simulated is not None
    assert (whole.simulated.ran, whole.simulated.seeds) == ([(0, 9), (20, 29)], 20)
    assert whole.killed == killed_by(*draws)
    with pytest.raises(ValueError, match="seed 29 would be counted twice"):
        pieces.added([whole, Piece(simulated_from(29, 30), None)])
    with pytest.raises(ValueError, match="a seed would be counted twice"):
        pieces.added([whole, Piece(None, killed_by(8))])


@pytest.mark.parametrize(
    "said", ["{}", '{"rows": []}', '{"first": 0, "seeds": 500, "broken": {}}', "no JSON"]
)
def test_what_is_no_piece_adds_nothing_but_is_refused(said: str) -> None:
    with pytest.raises(ValidationError):
        pieces.read(said.encode())


def simulated_from(first: int, last: int) -> Simulated:
    return Simulated("here", ["abc"], [(first, last)], last - first + 1)


def killed_by(*seeds: int) -> Killed:
    """Ten kills each, all alike."""
    times = len(seeds)
    return Killed(
        commits=("abc",),
        seeds=seeds,
        kills=10 * times,
        at=Counter({"commit.after": 9 * times, "anywhere": times}),
        paused=2 * times,
        broken={"I1_lost": ["ord_1"] * times},
        broke=("serve ended with 3",) * times,
        recovered_ms=Counter({80: 9 * times, 1400: times}),
        took_s=4.5 * times,
    )


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_each_mistake_of_a_peer_is_caught(mutant: Mutant, tell: Told) -> None:
    run = caught(mutant)
    tell(f"mutant {mutant.name}: {run.broken}")
    assert run.broken


def test_a_copy_without_a_mistake_holds() -> None:
    assert caught(None).broken == {}


def test_a_mutant_whose_place_is_gone_is_refused() -> None:
    edits = (replace(MUTANTS[0].edits[0], anchor="this is nowhere in the file"),)
    with pytest.raises(AnchorGone), mutated(replace(MUTANTS[0], edits=edits)):
        pass
