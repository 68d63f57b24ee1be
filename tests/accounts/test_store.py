"""Accounts are kept as they were last told."""

from datetime import UTC, date, datetime

from hoede.accounts.store import Account, account, put_account
from hoede.core.ages import AgeEvidence, Assurance
from hoede.db import Database

EVIDENCE = (
    AgeEvidence(
        method="eu-age-attestation",
        assurance=Assurance.VERIFIED,
        issuer="issuer.example",
        as_of=date(2026, 2, 28),
        lower=18,
        until=datetime(2027, 2, 28, 12, 30, tzinfo=UTC),
    ),
    AgeEvidence(
        method="self-declared",
        assurance=Assurance.DECLARED,
        issuer="plein",
        as_of=date(2026, 1, 1),
        born=date(2008, 2, 29),
    ),
    AgeEvidence(
        method="behaviour", assurance=Assurance.INFERRED, issuer="plein", as_of=date(2026, 1, 1), upper=0
    ),
)
MIRA = Account(
    service="plein",
    id="a-1",
    country="NL",
    zone="Europe/Amsterdam",
    locale="nl-NL",
    screen_name="mira",
    age_evidence=EVIDENCE,
)


def told(db: Database, one: Account) -> None:
    db.commit(lambda tx: put_account(tx, one))


def kept(db: Database, service: str = "plein", account_id: str = "a-1") -> Account:
    return db.read(lambda conn: account(conn, service, account_id))


def test_an_account_comes_back_as_it_was_told(db: Database) -> None:
    told(db, MIRA)
    assert kept(db) == MIRA


def test_an_account_nobody_told_of_is_of_unknown_age_and_place(db: Database) -> None:
    assert kept(db, account_id="a-2") == Account(service="plein", id="a-2")


def test_what_is_told_later_takes_the_place_of_all_that_was_told_before(db: Database) -> None:
    told(db, MIRA)
    told(db, Account(service="plein", id="a-1", country="BE"))
    assert kept(db) == Account(service="plein", id="a-1", country="BE")


def test_the_same_id_on_another_service_is_another_account(db: Database) -> None:
    told(db, MIRA)
    told(db, Account(service="market", id="a-1", country="DE"))
    assert kept(db) == MIRA
    assert kept(db, service="market").country == "DE"
