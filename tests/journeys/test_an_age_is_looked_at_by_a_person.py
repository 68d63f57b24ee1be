"""An adult who is taken for a teen says so; a person looks, and a letter tells what came of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.journeys.scene import Scene

from hoede.app import verify_log
from hoede.app.rehearsal import SERVICE
from hoede.client import HoedeRefused
from hoede.core.ages import AgeEvidence, Assurance
from hoede.flow.age import AgeAnswered
from hoede.review import age_store
from hoede.review.claims import Taken

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
TEEN = AgeEvidence(
    method="self-declared",
    assurance=Assurance.DECLARED,
    issuer="plein",
    as_of=YESTERDAY,
    born=date(YESTERDAY.year - 14, 1, 1),
)


def answered(play: Scene, account: str, outcome: str, basis: str | None) -> dict[str, Any]:
    """What a person answered, carried out; the letter as the platform got it."""
    appeal = play.hoede.db.read(lambda conn: age_store.latest(conn, SERVICE, account))
    assert appeal is not None
    assert isinstance(play.hoede.cases.take(appeal.case_id, "eva"), Taken)
    went = play.hoede.ages.answer(appeal.case_id, "eva", outcome=outcome, basis=basis, reason="Seen.")
    assert isinstance(went, AgeAnswered), went
    play.settle()
    told = [one for one in play.platform.ledger.orders.values() if one["account"] == account]
    return dict(told[-1]["letter"])


def test_who_is_believed_may_at_once_what_an_adult_may_and_is_told(shared: Scene) -> None:
    account = shared.person(TEEN, locale="nl")
    before = shared.client.permit(account, "go_live").permit
    shared.client.age_appeal(account, "Ik ben 34.", ["platform-verified"])
    during = shared.client.permit(account, "go_live").permit

    letter = answered(shared, account, "age_adult", "attestation")

    assert (before, during, shared.client.permit(account, "go_live").permit) == (
        "refused",
        "refused",
        "granted",
    )
    assert "Je had gelijk over je leeftijd." in letter["paragraphs"][1]
    assert verify_log(shared.hoede.db, shared.hoede.keys).sound


def test_who_is_not_believed_is_told_how_to_prove_it_and_when_to_ask_again(shared: Scene) -> None:
    account = shared.person(TEEN, locale="en")
    receipt = shared.client.age_appeal(account, "I am 34.")

    letter = answered(shared, account, "age_stays", None)

    said = " ".join(letter["paragraphs"])
    for words in ("it stays as it is", "https://plein.example/age", "You can ask again from", "by a person"):
        assert words in said
    assert shared.client.permit(account, "go_live").permit == "refused"
    kept = shared.hoede.db.read(lambda conn: age_store.numbered(conn, receipt.number))
    assert kept is not None
    assert list(kept.answer) == letter["paragraphs"]
    with pytest.raises(HoedeRefused, match="less than a month ago"):
        shared.client.age_appeal(account, "Look again.")
