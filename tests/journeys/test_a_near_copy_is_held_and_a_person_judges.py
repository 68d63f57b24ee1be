"""A picture that looks like a listed one: held and sealed, and nothing irreversible before a judgment."""

import pytest
from tests.journeys.scene import DECLARED, FIFTEEN, VERIFIED, Scene
from tests.media.test_reader import film
from tests.pictures import as_phones_do, drawn, encoded

from hoede.client import AgeEvidence
from hoede.core.findings import Certainty
from hoede.detection import store as events
from hoede.evidence import EvidenceState
from hoede.lists import Bank, banks
from hoede.review import Grounds

RESTRICTS = ["hold", "notify", "preserve", "restrict_account", "review"]
ASKS = ["hold", "preserve", "review"]
LISTED = drawn(100)
COPIES = as_phones_do(LISTED)


@pytest.fixture(autouse=True)
def listed(shared: Scene) -> None:
    if shared.hoede.db.read(lambda conn: banks.find_bank(conn, "near")) is None:
        shared.list_pictures(encoded(LISTED), name="near")


@pytest.mark.parametrize(
    ("age", "measures"),
    [((VERIFIED,), RESTRICTS), ((DECLARED,), RESTRICTS), ((FIFTEEN,), ASKS), ((), ASKS)],
)
def test_a_near_copy_leads_to_a_person_whoever_it_was(
    shared: Scene, age: tuple[AgeEvidence, ...], measures: list[str]
) -> None:
    account = shared.person(*age)
    shared.upload(account, COPIES["smaller-jpeg"])
    shared.settle()
    assert sorted(shared.states(account)) == measures
    assert shared.case(account).grounds is Grounds.SUSPECTED
    assert shared.reported(account) == []


@pytest.mark.parametrize("form", COPIES)
def test_in_whatever_form_it_comes_it_is_likely_and_says_how_near(shared: Scene, form: str) -> None:
    upload = shared.upload(shared.person(VERIFIED), COPIES[form])
    row = shared.hoede.db.read(lambda conn: events.known(conn, "plein", upload.event))
    (finding,) = shared.hoede.db.read(lambda conn: events.findings_of(conn, row.id))
    assert (finding.detector, finding.certainty) == ("pdq", Certainty.LIKELY)
    assert finding.match is not None
    assert finding.match.distance <= 31


def test_its_copy_is_sealed_and_the_picture_not_removed(shared: Scene) -> None:
    before = len(shared.copies())
    upload = shared.upload(shared.person(VERIFIED), COPIES["webp"])
    shared.settle()
    assert [one.state for one in shared.copies()[before:]] == [EvidenceState.SEALED]
    assert upload.content not in shared.platform.ledger.done("remove")


def test_a_video_that_shows_it_for_a_second_is_held(shared: Scene) -> None:
    account = shared.person(VERIFIED)
    answer = shared.upload(account, film(drawn(7), LISTED, drawn(8))).answer
    shared.settle()
    assert answer.hold
    assert sorted(shared.states(account)) == RESTRICTS


def test_another_picture_stays(shared: Scene) -> None:
    assert shared.upload(shared.person(VERIFIED), encoded(drawn(101))).answer.hold is None


def test_a_picture_known_to_be_harmless_stays_though_it_looks_alike(shared: Scene) -> None:
    twin, harmless = drawn(102), encoded(drawn(102).resize((200, 150)), "JPEG", quality=30)
    shared.list_pictures(encoded(twin))
    shared.hoede.db.commit(lambda tx: banks.set_bank(tx, Bank(name="benign", negative=True, threshold=0)))
    shared.list_pictures(harmless, name="benign")
    assert shared.upload(shared.person(VERIFIED), harmless).answer.hold is None
    assert shared.upload(shared.person(VERIFIED), encoded(twin)).answer.hold
