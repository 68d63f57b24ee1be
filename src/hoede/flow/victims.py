"""Where children live whom a case is about: as a person said, as it was told, and as their accounts say."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, select

from hoede.accounts.store import ACCOUNTS
from hoede.db import Transaction
from hoede.detection.store import EVENTS
from hoede.review import AccountIs, PersonIs, victims
from hoede.review.judgments import JUDGMENTS, PEOPLE
from hoede.review.notice_store import NOTICES
from hoede.review.store import CASES, FILES

Countries = defaultdict[str, frozenset[str]]  # by case


def countries_of(conn: Connection, cases: Sequence[str]) -> Countries:
    """A person's word takes the place of what was told, never of where a judged child's account is."""
    said, found = victims.of_cases(conn, cases), Countries(frozenset)
    for case, country in _told(conn, cases):
        if case not in said:
            found[case] |= {country}
    for case, country in _judged(conn, cases):
        found[case] |= {country}
    for case, countries in said.items():
        found[case] |= set(countries)
    return found


def say_victims(tx: Transaction, case: str, countries: Collection[str], person: str) -> None:
    """Keep a person's word where it says something else than what is known."""
    if countries and set(countries) != countries_of(tx.conn, [case])[case]:
        victims.say(tx, case, countries, person)


def _told(conn: Connection, cases: Sequence[str]) -> Iterator[tuple[str, str]]:
    """With an event whose copies are in the case, or with a notice about it."""
    with_event = (
        select(FILES.c.case_id, EVENTS.c.victim_country)
        .join(EVENTS, EVENTS.c.id == FILES.c.event)
        .where(FILES.c.case_id.in_(cases), EVENTS.c.victim_country.is_not(None))
    )
    with_notice = select(NOTICES.c.case_id, NOTICES.c.victim_country).where(
        NOTICES.c.case_id.in_(cases), NOTICES.c.victim_country.is_not(None)
    )
    for row in conn.execute(with_event.union(with_notice)):
        yield row.case_id, row.victim_country


def _judged(conn: Connection, cases: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Where accounts are that a judgment in force names as a child's who was harmed."""
    counts = (JUDGMENTS.c.case_id.in_(cases), JUDGMENTS.c.undone_at.is_(None), JUDGMENTS.c.keeps.is_(False))
    lives = (ACCOUNTS.c.service == CASES.c.service) & ACCOUNTS.c.country.is_not(None)
    others = (
        select(CASES.c.id, ACCOUNTS.c.country)
        .select_from(JUDGMENTS)
        .join(CASES, CASES.c.id == JUDGMENTS.c.case_id)
        .join(PEOPLE, PEOPLE.c.judgment_id == JUDGMENTS.c.id)
        .join(ACCOUNTS, lives & (ACCOUNTS.c.id == PEOPLE.c.account))
        .where(*counts, PEOPLE.c.role == PersonIs.VICTIM)
    )
    itself = (
        select(CASES.c.id, ACCOUNTS.c.country)
        .select_from(JUDGMENTS)
        .join(CASES, CASES.c.id == JUDGMENTS.c.case_id)
        .join(ACCOUNTS, lives & (ACCOUNTS.c.id == CASES.c.account))
        .where(*counts, JUDGMENTS.c.account_is == AccountIs.VICTIM)
    )
    for row in conn.execute(others.union(itself)):
        yield row.id, row.country
