"""What the independent records say: Plein's own state, the authority's ledger, the vault, the log."""

import hashlib
from typing import Any

import httpx2
from sqlalchemy import Connection

from hoede.app import verify_log
from hoede.app.rehearsal import SERVICE
from hoede.core.orders import OrderState
from hoede.db import orders
from hoede.demo.people import Person
from hoede.demo.stage import Stage
from hoede.evidence import EvidenceState
from hoede.evidence import store as evidence
from hoede.review import store as review
from hoede.simulators.cybertipline import SimReport, State
from hoede.simulators.pictures import test_card

OK = 200


def account_state(playing: Stage, person: Person) -> str:
    return str(_plein(playing, f"accounts/{person.id}")["state"])


def content_state(playing: Stage, content: str) -> str:
    return str(_plein(playing, f"contents/{content}")["state"])


def can_be_fetched(playing: Stage, content: str) -> bool:
    return httpx2.get(f"{playing.plein_url}/pictures/{content}").status_code == OK


def letter_opens(playing: Stage, person: Person) -> bool:
    """Whether Plein shows a letter whose link leads to the same letter here."""
    letters = _plein(playing, f"accounts/{person.id}")["letters"]
    return bool(letters) and httpx2.get(letters[-1]["appeal_url"]).status_code == OK


def is_sealed(playing: Stage, person: Person) -> bool:
    return playing.hoede.db.read(lambda conn: _is_sealed(conn, person))


def lane(playing: Stage, person: Person) -> str | None:
    case = playing.hoede.db.read(lambda conn: review.latest_case(conn, SERVICE, person.id))
    return case.lane if case else None


def first_in_queue(playing: Stage) -> str | None:
    waiting = playing.hoede.db.read(review.queue)
    return waiting[0].account if waiting else None


def finished_about(playing: Stage, person: Person) -> int:
    """How many finished reports name this person, by the authority's own ledger."""
    return [_named(one) for one in _finished(playing)].count(person.id)


def is_settled(playing: Stage) -> bool:
    """Whether every leaf is numbered and no machine has an order left."""
    verdict = verify_log(playing.hoede.db, playing.hoede.keys)
    return verdict.unnumbered == 0 and not unfinished(playing)


def unfinished(playing: Stage) -> list[str]:
    """Orders a machine has not ended, in words."""
    return [
        f"order {one.order.id} ({one.order.measure}) is {one.state} after {one.tries} tries: {one.reason}"
        f"{', needs_human' if one.needs_human else ''}"
        for one in playing.hoede.db.read(orders.views)
        if one.state in {OrderState.OPEN, OrderState.WAITING} and one.order.by != "person"
    ]


def disagreements(playing: Stage, *, reported: set[str], kept: int) -> list[str]:
    """What ledger, vault and log say otherwise: `reported` accounts once each, `kept` sealed copies."""
    card = hashlib.sha256(test_card()).hexdigest()
    named = [_named(one) for one in _finished(playing)]
    wrong = [
        f"report {one.id} is finished with other files than the test card"
        for one in _finished(playing)
        if [file.sha256 for file in one.files] != [card]
    ]
    if sorted(named) != sorted(reported):
        wrong.append(f"the ledger's finished reports are about {named}, not about {sorted(reported)}")
    wrong += _vault(playing, card, kept)
    wrong += [f"the log: {one}" for one in verify_log(playing.hoede.db, playing.hoede.keys).wrong]
    return wrong + unfinished(playing)


def _vault(playing: Stage, card: str, kept: int) -> list[str]:
    copies = playing.hoede.db.read(evidence.all_rows)
    # What was held only because a look took its time, and showed nothing, was dropped again.
    rows = [one for one in copies if one.part == "media" and one.state is not EvidenceState.DROPPED]
    wrong = [] if len(rows) == kept else [f"the vault holds {len(rows)} pictures, not {kept}"]
    for row in rows:
        read = hashlib.sha256(b"".join(playing.hoede.vault.open(row.taken))).hexdigest()
        if row.state is not EvidenceState.SEALED or read != card:
            wrong.append(f"{row.taken.id} is {row.state} and reads as {read[:12]}")
    return wrong


def _is_sealed(conn: Connection, person: Person) -> bool:
    case = review.latest_case(conn, SERVICE, person.id)
    files = review.files_of(conn, case.id) if case else ()
    copies = [evidence.find(conn, file.evidence) for file in files]
    return bool(copies) and all(one and one.state is EvidenceState.SEALED for one in copies)


def _finished(playing: Stage) -> list[SimReport]:
    return [one for one in playing.authority.reports() if one.state is State.FINISHED]


def _named(report: SimReport) -> str:
    return report.text("personOrUserReported/espIdentifier") or "?"


def _plein(playing: Stage, what: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx2.get(f"{playing.plein_url}/admin/{what}").json()
    return found
