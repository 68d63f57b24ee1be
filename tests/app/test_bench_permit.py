"""The policy that the bench of permits gives to other engines is the one we answer by."""

import itertools
import json
from datetime import date

from starlette.testclient import TestClient

from hoede.bench.permit import BIRTHS, NOW, PACKS, WHATS
from hoede.bench.permit_http import ACCOUNTS, question
from hoede.bench.permit_peers import GRANTED, stops
from hoede.bench.permit_plain import plain
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


def test_the_plain_endpoint_takes_what_we_take_and_answers_as_it_was_told() -> None:
    answer = {"permit": "granted", "whom": None, "reasons": [], "packs": ["nl@1.0.0"], "opens_at": None}
    http = TestClient(plain("hk_1", [answer] * ACCOUNTS))
    one = json.loads(question(3))
    with_key = {"Authorization": "Bearer hk_1"}

    single = http.post("/v1/permits", json=one, headers=with_key)
    batch = http.post("/v1/permits", json={"attempts": [one, one]}, headers=with_key)

    assert single.json() == answer | {"now": None}
    assert batch.json() == {"permits": [answer | {"now": None}] * 2}
    assert http.post("/v1/permits", json=one).status_code == 401
    assert http.post("/v1/permits", json={"account": "acc-1"}, headers=with_key).status_code == 422
