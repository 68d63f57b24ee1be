"""The policy that the bench of permits gives to other engines is the one we answer by."""

import itertools
from datetime import date

from hoede.bench.permit import BIRTHS, NOW, PACKS, WHATS
from hoede.bench.permit_peers import GRANTED, stops
from hoede.core.ages import BANDS
from hoede.policy import (
    ANSWERS,
    Attempt,
    Policy,
    Relation,
    born_side,
    decide,
    shipped_pack,
    shipped_vocabulary,
)

POLICY = Policy(shipped_vocabulary(), tuple(map(shipped_pack, PACKS)))
SIDES = {
    band: born_side(date(year, 1, 1), NOW, country="NL", zones=("UTC",))
    for band, year in zip(BANDS, BIRTHS, strict=True)
}


def test_the_bounds_that_other_engines_get_come_to_our_answers() -> None:
    found = stops(POLICY.vocabulary, POLICY.packs, WHATS)
    for what, own, other, relation in itertools.product(WHATS, BANDS[1:], BANDS[1:], Relation):
        fits = [
            one.answer
            for one in found
            if one.what == what
            and (one.own is None or own in one.own)
            and (one.other is None or other in one.other)
            and relation in one.relations
        ]
        attempt = Attempt(what=what, counterpart=SIDES[other], relation=relation)
        permit = decide(POLICY, SIDES[own], attempt, NOW)
        assert min(fits, default=GRANTED) == ANSWERS.index((permit.answer, permit.whom)), (what, own, other)
