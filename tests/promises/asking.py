"""Accounts of an age on a stage, asked about by the client as a platform does."""

import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hoede.access import Scope, create_key
from hoede.app.rehearsal import SERVICE
from hoede.client import AgeEvidence, Assurance, Client
from hoede.demo.stage import Stage

ZONE = "Europe/Amsterdam"


def today() -> date:
    """The day it is where these people live."""
    return datetime.now(ZoneInfo(ZONE)).date()


def turns(age: int, *, in_days: int) -> date:
    """The birthday of somebody who turns this age in so many days; none is on 29 February."""
    day = today() + timedelta(days=in_days)
    while True:
        try:
            return day.replace(year=day.year - age)
        except ValueError:
            day += timedelta(days=1)


def somebody(client: Client, born: date | None) -> str:
    """A new account; of None nobody knows the age."""
    account = secrets.token_hex(8)
    declared = [] if born is None else [_declared(born)]
    client.put_account(account, country="NL", zone=ZONE, age_evidence=declared)
    return account


def _declared(born: date) -> AgeEvidence:
    return AgeEvidence(
        method="self-declared", assurance=Assurance.DECLARED, issuer="Plein", as_of=today(), born=born
    )


@pytest.fixture(scope="module")
def platform(playing: Stage) -> Iterator[Client]:
    """A platform that may ask everything."""
    key = playing.hoede.db.commit(
        lambda tx: create_key(
            tx,
            prefix=secrets.token_hex(4),
            secret=secrets.token_urlsafe(32),
            service=SERVICE,
            scopes=list(Scope),
            lasts=timedelta(days=1),
        )
    )
    with Client(playing.hoede_url, key) as client:
        yield client


def in_utc(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
