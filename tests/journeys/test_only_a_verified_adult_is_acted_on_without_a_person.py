"""The other ways of a match: held and sealed, and then a person judges."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.journeys.conftest import OpenScene
from tests.journeys.scene import CARD, DECLARED, FIFTEEN, VERIFIED, Scene
from tests.parts import fresh, import_list

from hoede.app.rehearsal import LIST
from hoede.client import AgeEvidence, Assurance
from hoede.evidence import EvidenceState
from hoede.lists import Standing
from hoede.lists.jobs import withdraw
from hoede.review import Grounds

LISTED = b"hoede: harmless bytes on a list of another worth"
OUR_LIST = "a-list-of-its-own"
EVERY_LIST = {OUR_LIST: "the tests, 2026-11-23, to show all"}
RESTRICTS = ["hold", "notify", "preserve", "restrict_account", "review"]
ASKS = ["hold", "preserve", "review"]
AN_HOUR, HALF_AN_HOUR = timedelta(hours=1), timedelta(minutes=30)
EXPIRED = replace(VERIFIED, until=datetime(2026, 11, 2, tzinfo=UTC))
INFERRED_MINOR = AgeEvidence(
    method="behaviour", assurance=Assurance.INFERRED, issuer="plein", as_of=VERIFIED.as_of, upper=15
)


@dataclass(frozen=True, slots=True)
class Way:
    """Who uploads what, and where that must lead."""

    age: tuple[AgeEvidence, ...]
    measures: list[str]
    lane: str


ADULT = (RESTRICTS, "child_safety")
MINOR = (ASKS, "minors")
WAYS = {
    "declared adult": Way((DECLARED,), *ADULT),
    "estimated adult": Way((replace(VERIFIED, assurance=Assurance.ESTIMATED),), *ADULT),
    "vouched adult": Way((replace(VERIFIED, assurance=Assurance.VOUCHED),), *ADULT),
    "fifteen": Way((FIFTEEN,), *MINOR),
    "verified fifteen": Way((replace(FIFTEEN, assurance=Assurance.VERIFIED),), *MINOR),
    "unknown": Way((), *MINOR),
    "expired verification alone": Way((EXPIRED,), *MINOR),
    "expired verification of a declared adult": Way((EXPIRED, DECLARED), *ADULT),
    "verified adult whom something contradicts": Way((VERIFIED, INFERRED_MINOR), *ADULT),
    "declared adult who behaves like fifteen": Way((DECLARED, INFERRED_MINOR), *MINOR),
    "only inferred adult": Way((replace(VERIFIED, assurance=Assurance.INFERRED),), *MINOR),
}


def listed(play: Scene, kinds: tuple[str, ...], standing: Standing) -> None:
    digests = [hashlib.new(kind, LISTED, usedforsecurity=False).hexdigest() for kind in kinds]
    import_list(play.hoede.db, OUR_LIST, f"{','.join(kinds)}\n{','.join(digests)}\n", standing=standing)


def judged_by_a_person(play: Scene, way: Way) -> None:
    play.upload(account := play.person(*way.age))
    play.settle()

    assert sorted(play.states(account)) == way.measures
    assert (play.case(account).grounds, play.case(account).lane) == (Grounds.SUSPECTED, way.lane)
    assert play.reported(account) == []


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_everybody_else_waits_for_a_person(shared: Scene, way: Way) -> None:
    judged_by_a_person(shared, way)


def test_a_list_that_nobody_switched_on_in_writing_waits_for_a_person(open_scene: OpenScene) -> None:
    judged_by_a_person(open_scene(acts_alone={}), Way((VERIFIED,), *ADULT))


WEAK = [
    (("md5",), Standing.VERIFYING_AUTHORITY),  # easily forged
    (("sha1",), Standing.VERIFYING_AUTHORITY),
    (("sha256",), Standing.SELF_SUBMITTED),  # nobody verified it
    (("sha256",), Standing.EXPLOITATIVE),
    (("sha256",), Standing.INDUSTRY),
    (("sha256",), Standing.OWN),
]


@pytest.mark.parametrize(("kinds", "standing"), WEAK)
def test_a_weak_digest_or_another_standing_never_acts_alone(
    open_scene: OpenScene, kinds: tuple[str, ...], standing: Standing
) -> None:
    play = open_scene(acts_alone=EVERY_LIST)
    listed(play, kinds, standing)

    play.upload(account := play.person(VERIFIED), LISTED)
    play.settle()

    looked_for = [] if kinds == ("sha1",) else RESTRICTS  # no detector looks for SHA-1 alone
    assert sorted(play.states(account)) == looked_for
    assert play.authority.reports() == []


def test_md5_with_a_second_digest_of_the_same_entry_is_strong(open_scene: OpenScene) -> None:
    play = open_scene(acts_alone=EVERY_LIST)
    listed(play, ("md5", "sha256"), Standing.VERIFYING_AUTHORITY)

    play.upload(account := play.person(VERIFIED), LISTED)

    assert "close_account" in play.states(account)


def test_a_list_that_is_switched_on_does_not_switch_on_another(play: Scene) -> None:
    listed(play, ("sha256",), Standing.VERIFYING_AUTHORITY)

    play.upload(account := play.person(VERIFIED), LISTED)

    assert "close_account" not in play.states(account)


def test_a_second_list_that_may_not_act_takes_nothing_away_from_one_that_may(play: Scene) -> None:
    digest = hashlib.sha256(CARD).hexdigest()
    import_list(play.hoede.db, fresh("list"), f"sha256\n{digest}\n", standing=Standing.SELF_SUBMITTED)

    play.upload(account := play.person(VERIFIED))

    assert {"close_account", "report", "review"} <= play.states(account).keys()


def test_when_the_list_that_may_act_is_withdrawn_the_second_one_does_not_act_for_it(play: Scene) -> None:
    digest = hashlib.sha256(CARD).hexdigest()
    import_list(play.hoede.db, fresh("list"), f"sha256\n{digest}\n", standing=Standing.SELF_SUBMITTED)
    play.upload(account := play.person(VERIFIED))

    withdraw(play.hoede.db, LIST, "the tests")
    play.settle_but("notify")

    states = play.states(account)
    assert {states[name] for name in ("remove", "close_account", "report")} == {"waiting"}
    assert play.case(account).lane == "child_safety"


@pytest.mark.parametrize(("age", "due"), [(DECLARED, HALF_AN_HOUR), (FIFTEEN, AN_HOUR)])
def test_the_lane_says_by_when(play: Scene, age: AgeEvidence, due: timedelta) -> None:
    play.upload(account := play.person(age))

    case = play.case(account)

    assert case.due_at is not None
    assert case.due_at - case.opened_at == due


def test_the_case_of_a_declared_adult_is_the_first_in_the_queue(play: Scene) -> None:
    play.upload(minor := play.person(FIFTEEN))
    play.upload(adult := play.person(DECLARED))

    assert play.queue() == [play.case(adult).id, play.case(minor).id]


def test_the_copy_of_a_minors_upload_is_sealed_all_the_same(play: Scene) -> None:
    play.upload(play.person(FIFTEEN))

    play.settle()

    assert [one.state for one in play.copies()] == [EvidenceState.SEALED]


def test_a_minor_gets_no_letter_and_no_measure_on_the_account(play: Scene) -> None:
    play.upload(account := play.person(FIFTEEN))

    play.settle()

    told = [one for one in play.platform.ledger.orders.values() if one["account"] == account]
    assert [one["measure"] for one in told] == ["hold"]


def test_a_declared_adult_is_restricted_and_told_after_the_copy_is_sealed(play: Scene) -> None:
    play.upload(account := play.person(DECLARED))

    play.settle()

    (copy,) = play.copies()
    restricted, told = (play.done_at(account, name) for name in ("restrict_account", "notify"))
    assert play.place("preserve.ended", copy.taken.id) < restricted < told


def test_the_rehearsals_own_list_is_the_one_that_acts(play: Scene) -> None:
    assert set(play.hoede.config.acts_alone) == {LIST}
